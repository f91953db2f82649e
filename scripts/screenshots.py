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

from demo.people import PASSWORD
from demo.tour import field_pages, office_pages, public_pages

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
SIZES: dict[str, ViewportSize] = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LANGUAGES = {"en": "en", "zh": "zh-hans"}


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
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=ARGS
        )
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
