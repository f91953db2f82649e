"""Pictures of every page, desktop and phone, English and Chinese, into screenshots/ (git-ignored).

Wants the demo running (make demo) and what `make test` installs:
    .venv/bin/python scripts/screenshots.py [--url http://127.0.0.1:8000] [--only merchant]
"""

import argparse
import os
import shutil
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django

django.setup()

from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from assets.models import Sticker, Terminal
from demo.people import PASSWORD
from integrations.models import Import
from merchants.models import Merchant
from workforce.models import User
from workorders.actions import make_tracking_link
from workorders.models import Request, WorkOrder

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LANGUAGES = {"en": "en", "zh": "zh-hans"}


def office_pages() -> dict[str, dict[str, str]]:
    """Per user name, {name of the picture: address}."""
    manager = User.objects.get(username="manager")
    merchant = Merchant.objects.visible_to(manager).filter(work_orders__status="closed").order_by("-tier", "pk").first()
    order = WorkOrder.objects.filter(status="in_progress").first() or WorkOrder.objects.latest("pk")
    done = WorkOrder.objects.filter(status="closed").latest("pk")
    open_order = (
        WorkOrder.objects.filter(status__in=["open", "assigned", "accepted"]).order_by("status").first() or order
    )
    terminal = Terminal.objects.filter(status="live").order_by("-pk").first()
    pages = {
        "home": reverse("office:home"),
        "search": reverse("office:search") + "?q=茶",
        "notices": reverse("office:notice-list"),
        "orders": reverse("office:work-order-list"),
        "pool": reverse("office:work-order-pool"),
        "order": order.get_absolute_url(),
        "order-done": done.get_absolute_url() + "#checklist",
        "order-history": done.get_absolute_url() + "#history",
        "order-create": reverse("office:work-order-create") + f"?merchant={merchant.number}",
        "assign": reverse("office:work-order-assign", args=[open_order.number]),
        "requests": reverse("office:request-list"),
        "merchants": reverse("office:merchant-list"),
        "merchants-found": reverse("office:merchant-list") + "?q=茶",
        "merchants-none": reverse("office:merchant-list") + "?q=zzzzzz",
        "merchant": merchant.get_absolute_url(),
        "merchant-timeline": merchant.get_absolute_url() + "#timeline",
        "merchant-orders": merchant.get_absolute_url() + "#orders",
        "merchant-create": reverse("office:merchant-create"),
        "merchant-merge": reverse("office:merchant-merge", args=[merchant.number]),
        "terminals": reverse("office:terminal-list"),
        "terminal": terminal.get_absolute_url(),
        "terminal-life": terminal.get_absolute_url() + "#life",
        "stickers": reverse("office:sticker-sheet-list"),
        "people": reverse("office:person-list"),
        "person": User.objects.get(username="engineer").get_absolute_url(),
        "rules": reverse("office:rule-set-list"),
        "imports": reverse("office:import-list"),
        "import-create": reverse("office:import-create"),
    }
    if request := Request.objects.order_by("-received_at").first():
        pages["request"] = reverse("office:request-detail", args=[request.number])
    if job := Import.objects.first():
        pages["import"] = job.get_absolute_url()
    homes = {
        role: {f"home-{role}": reverse("office:home")}
        for role in ("dispatcher", "warehouse", "analyst", "finance", "ops")
    }
    homes["warehouse"]["sheets"] = reverse("office:sticker-sheet-list")
    homes["ops"] |= {"log": reverse("office:log"), "admin": reverse("admin:index")}
    return {"manager": pages, **homes}


def field_pages() -> dict[str, dict[str, str]]:
    engineer = User.objects.get(username="engineer")
    mine = WorkOrder.objects.filter(engineer=engineer)
    pages = {
        "today": reverse("field:today"),
        "scan": reverse("field:scan"),
        "me": reverse("field:me"),
        "notices": reverse("field:notices"),
    }
    for status in ("assigned", "accepted", "en_route", "on_site", "in_progress", "completed"):
        if order := mine.filter(status=status).last():
            pages[f"order-{status}"] = reverse("field:order", args=[order.number])
    return {"engineer": pages}


def public_pages() -> dict[str, str]:
    from django.utils import timezone

    sticker = Sticker.objects.filter(terminal__status="live", voided_at=None).last()
    under_way = WorkOrder.objects.filter(
        status__in=["en_route", "accepted", "assigned"]
    ).first() or WorkOrder.objects.latest("pk")
    done = WorkOrder.objects.filter(status="completed").last() or WorkOrder.objects.filter(status="closed").last()
    now = timezone.now()
    return {
        "sticker": sticker.get_absolute_url(),
        "sticker-unbound": Sticker.objects.filter(terminal=None).last().get_absolute_url(),
        "tracking": reverse("public:tracking", args=[make_tracking_link(under_way, by=None, at=now)]),
        "tracking-done": reverse("public:tracking", args=[make_tracking_link(done, by=None, at=now)]),
        "check": reverse("public:engineer-check"),
        "unknown": "/m/t/unknown/",
        "login": reverse("login"),
    }


def take(page: Page, base: str, address: str, target: Path, problems: list[str]) -> None:
    page.goto(base + address, wait_until="load")
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 1:
        problems.append(f"{target.name}: {wide} px wider than the screen")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(target), full_page=True)


def complain(page: Page, problems: list[str], said: ConsoleMessage | Error) -> None:
    if not isinstance(said, ConsoleMessage) or said.type == "error":
        problems.append(f"{page.url}: {said.text if isinstance(said, ConsoleMessage) else said.message}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--only", default="")
    parser.add_argument("--sizes", default="desktop,phone")
    parser.add_argument("--languages", default="en,zh")
    options = parser.parse_args()
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        for size in options.sizes.split(","):
            for language in options.languages.split(","):
                visits = [("", public_pages()), *field_pages().items()]
                visits += office_pages().items() if size == "desktop" or not options.only else []
                for username, pages in visits:
                    if size == "desktop" and username == "engineer":
                        continue
                    context = browser.new_context(viewport=SIZES[size], locale="zh-CN" if language == "zh" else "en-GB")
                    context.add_cookies([{"name": "django_language", "value": LANGUAGES[language], "url": options.url}])
                    page = context.new_page()
                    page.on("console", partial(complain, page, problems))
                    page.on("pageerror", partial(complain, page, problems))
                    if username:
                        page.goto(options.url + reverse("login"))
                        page.fill("#id_username", username)
                        page.fill("#id_password", PASSWORD)
                        page.click("button[type=submit].btn-primary")
                        page.wait_for_load_state("load")
                    for name, address in pages.items():
                        if options.only in name:
                            target = ROOT / "screenshots" / f"{size}-{language}" / f"{username or 'public'}-{name}.png"
                            take(page, options.url, address, target, problems)
                    context.close()
        browser.close()
    print("\n".join(sorted(set(problems))) or "No console errors, nothing wider than the screen.")


if __name__ == "__main__":
    main()
