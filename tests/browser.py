"""A real Chromium for tests: no page may write an error to the console or ask another host for anything."""

import atexit
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from workforce.models import User

# the shell draws no window of its own, which costs more than most pages do
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
LAUNCH_ARGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(settings.BASE_DIR) / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="session")
def built_frontend() -> None:
    call_command("build_frontend")


@pytest.fixture(scope="session")
def chromium(built_frontend) -> Browser:
    """One for the whole run, however many conftests have made this fixture theirs: Playwright cannot be started twice."""
    return _launched()


@cache
def _launched() -> Browser:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in the thread the test runs in
    os.environ["PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS"] = "1"  # routes see what a service worker asks for, too
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH_ARGS)


@pytest.fixture
def visit(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """visit("/m/…", **PHONE) opens an address in a browser of its own; at the end all of them must have been clean.

    `user` is who has logged in there; `expected` is a pattern of the complaints that belong to the story, e.g.
    "status of 422".
    """
    contexts, faults = ([], [])

    def open_page(path: str, *, user: User | None = None, expected: str = "", **options) -> Page:
        context = chromium.new_context(**{"base_url": live_server.url, **options})
        if user:
            context.add_cookies([session_of(user, live_server.url)])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: None if is_fine(said, page, expected) else faults.append(said.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: None if is_ours(asked.url) else faults.append(f"asked for {asked.url}"))
        page.goto(live_server.url + path)
        return page

    def is_fine(said: ConsoleMessage, page: Page, expected: str) -> bool:
        """A page that comes back with 404, 422 or 429 is no fault of it; anything else Chromium complains of is."""
        is_own_status = said.location["url"] == page.url and "responded with a status of 4" in said.text
        is_expected = expected != "" and re.search(expected, said.text) is not None
        return said.type not in ("error", "warning") or is_own_status or is_expected

    def is_ours(url: str) -> bool:
        return url.startswith((live_server.url, "data:", "blob:"))

    yield open_page
    for context in contexts:
        context.close()
    end = monotonic() + 10
    while any("process_request_thread" in thread.name for thread in threading.enumerate()) and monotonic() < end:
        sleep(0.02)  # what was asked by a page that has gone still needs the database
    if faults:
        pytest.fail("\n".join(faults))


def session_of(user: User, url: str) -> dict[str, str]:
    """The cookie of somebody who has logged in."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "url": url}


def choose(page: Page, name: str, text: str) -> None:
    """In a field that is searched by typing."""
    field = page.locator(f"[name={name}] + .ts-wrapper")
    field.click()
    field.locator("input").fill(text)
    page.locator(".ts-dropdown .option", has_text=text).first.click()


def pixel_of(page: Page, lat: float, lon: float) -> tuple[float, float]:
    """Where a place lies on the page's map."""
    return tuple(page.evaluate(AT_PIXEL, [lat, lon]))


AT_PIXEL = """([lat, lon]) => {
  const element = document.querySelector(".map");
  const { x, y } = element.fieldloop.map.latLngToContainerPoint([lat, lon]);
  const { left, top } = element.getBoundingClientRect();
  return [left + x, top + y];
}"""
COLOURS = ["color-contrast", "link-in-text-block"]  # what another theme may change
LAYOUT = ["color-contrast", "scrollable-region-focusable", "target-size"]  # what another width may change


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice, or against some rules of them."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options: dict = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]


def walk(page: Page, paths: Iterable[str]) -> Iterator[str]:
    """Opens one address after the other in the same browser; each has settled when it is its turn."""
    for path in paths:
        page.goto("about:blank")  # else nothing is loaded where only the part behind # differs
        page.goto(path)
        page.wait_for_load_state("networkidle")
        yield path


def in_colours(page: Page, scheme: str) -> None:
    """Light or dark, with no colour fading and no sheet sliding any more."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("(scheme) => document.documentElement.dataset.bsTheme === scheme", arg=scheme)
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.effect.getComputedTiming().iterations === Infinity)"
    )


def barriers(page: Page) -> list[str]:
    """What axe finds in the light, and what the dark changes."""
    in_colours(page, "light")
    found = violations(page)
    in_colours(page, "dark")
    return found + violations(page, COLOURS)
