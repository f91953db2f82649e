"""How fast the pages of the field app are on a bad line with a slow phone: 300 ms, 700 kbit/s, a CPU four times slower.

    DATABASE_URL=… REDIS_URL=… .venv/bin/python bench/phone.py [--url http://127.0.0.1:8000] [--cpu 7]

Without --url it starts a server of its own. Each page is opened by a phone that has never been here, then again by one
that has the app, with 20 things waiting in the queue. Bars: LCP 2.5 s, TBT 150 ms, CLS 0.02.

--cpu: on a machine that does other things, too. TBT by the processor time of the page's thread, the median of so many visits.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django

django.setup()

from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Browser, CDPSession, Page, StorageState, sync_playwright

from demo.people import PASSWORD
from demo.tour import field_pages
from workforce.models import User

ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "geolocation": {"latitude": 30.2742, "longitude": 120.1552, "accuracy": 12},
    "permissions": ["geolocation"],
}
LATENCY_MS, BITS_PER_S, SLOWER = 300, 700_000, 4
BARS = {"LCP": 2500, "TBT": 150, "CLS": 0.02}
SETTLED_MS = 4000

WATCH = """
window.seen = { FCP: 0, LCP: 0, TBT: 0, CLS: 0 };
const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
watch("paint", (entry) => entry.name === "first-contentful-paint" && (seen.FCP = entry.startTime));
watch("largest-contentful-paint", (entry) => (seen.LCP = entry.startTime));
watch("layout-shift", (entry) => entry.hadRecentInput || (seen.CLS += entry.value));
watch("longtask", (entry) => (seen.TBT += Math.max(0, entry.duration - 50)));
"""
FILL_QUEUE = """async (number) => {
    const person = localStorage.getItem("field-person");
    const base = await new Promise((resolve) => (indexedDB.open(`field-${person}`).onsuccess = ({ target }) => resolve(target.result)));
    const write = base.transaction("operations", "readwrite");
    for (let n = 0; n < 20; n++) {
        const operation = { id: crypto.randomUUID(), schema: 1, user: Number(person), kind: "orders/add-message", subject: number,
            body: { text: `Word ${n}` }, base: {}, prev: null, client_time: new Date().toISOString(), skew_ms: 0, geo: null };
        write.objectStore("operations").add({ id: operation.id, state: "waiting", operation, files: [], local: { label: "Message" } });
    }
    await new Promise((resolve) => (write.oncomplete = resolve));
    base.close();
}"""


@contextmanager
def own_server() -> Iterator[str]:
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    settings = {"DEVELOPMENT": "1", "HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1"}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--bind",
        address,
        "--threads",
        "4",
        "--log-level",
        "error",
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings)
    try:
        for _second in range(60):
            try:
                urlopen(f"http://{address}/login/", timeout=5).close()
                break
            except OSError:
                time.sleep(1)
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait()


def log_in(browser: Browser, url: str, username: str) -> StorageState:
    """A session."""
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto(reverse("login"))
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit].btn-primary")
    page.wait_for_url("**/field/**")
    state = context.storage_state()
    context.close()
    return state


def on_bad_line(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    rate = BITS_PER_S / 8
    line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": rate, "uploadThroughput": rate}
    session.send("Network.emulateNetworkConditions", line)
    return session


def measure(page: Page, address: str) -> dict[str, float]:
    """Milliseconds; CLS is a share of the screen."""
    on_bad_line(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_timeout(SETTLED_MS)
    return page.evaluate("window.seen")


def measure_cpu(page: Page, address: str) -> dict[str, float]:
    """TBT from what the page's own thread has used of the processor, not slowed down but counted as often as slower."""
    session = on_bad_line(page)
    events: list[dict] = []
    ends: list[dict] = []
    session.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    session.on("Tracing.tracingComplete", lambda end: ends.append(end))
    categories = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {"includedCategories": categories}})
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_timeout(SETTLED_MS)
    session.send("Tracing.end")
    while not ends:
        page.wait_for_timeout(50)
    threads = Counter(
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "EvaluateScript" and "/static/field." in event["args"].get("data", {}).get("url", "")
    )
    thread, _count = threads.most_common(1)[0]
    tasks = [event for event in events if event["name"] == "RunTask" and (event["pid"], event["tid"]) == thread]
    return {"TBT": sum(max(0, task.get("tdur", 0) / 1000 * SLOWER - 50) for task in tasks)}


def visit(
    browser: Browser,
    url: str,
    session: StorageState,
    address: str,
    *,
    has_app: bool,
    look: Callable[[Page, str], dict] = measure,
) -> dict[str, float]:
    context = browser.new_context(base_url=url, storage_state=session, **PHONE)
    try:
        if has_app:
            page = context.new_page()
            page.goto("/field/")
            page.wait_for_function("() => navigator.serviceWorker.controller !== null")
            page.goto(address, wait_until="networkidle")
            context.route("**/field/sync/", lambda route: route.abort())
            page.evaluate(FILL_QUEUE, "WO-0")
            page.close()
        page = context.new_page()
        page.add_init_script(WATCH)
        return look(page, address)
    finally:
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url")
    parser.add_argument("--cpu", type=int, metavar="VISITS")
    options = parser.parse_args()
    if not User.objects.filter(username="engineer").exists():
        sys.exit("There is no company to measure with. Run `make demo` once, then this again.")
    print(
        f"{'phone':<10} {'page':<18} {'FCP ms':>7} {'LCP ms':>7} {'TBT ms':>7} {'CLS':>6}   load {os.getloadavg()[0]:.1f}"
    )
    with own_server() if not options.url else nullcontext(options.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=ARGS
        )
        session = log_in(browser, url, "engineer")
        for who, has_app in (("new", False), ("has app", True)):
            for name, address in field_pages()["engineer"].items():
                if options.cpu:
                    visits = [
                        visit(browser, url, session, address, has_app=has_app, look=measure_cpu)["TBT"]
                        for _visit in range(options.cpu)
                    ]
                    middle = statistics.median(visits)
                    over = " !" if middle > BARS["TBT"] else ""
                    print(f"{who:<10} {name:<18} {middle:23.0f} {min(visits):.0f}–{max(visits):.0f}{over}", flush=True)
                    continue
                seen = visit(browser, url, session, address, has_app=has_app)
                over = " !" if any(seen[what] > bar for what, bar in BARS.items()) else ""
                print(
                    f"{who:<10} {name:<18} {seen['FCP']:7.0f} {seen['LCP']:7.0f} {seen['TBT']:7.0f} {seen['CLS']:6.3f}{over}"
                )
        browser.close()


if __name__ == "__main__":
    main()
