"""The app without a connection, from a cold start: nothing but what the phone has kept."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Page

from mobile.shell import asset_urls
from tests.browser import violations
from tests.mobile.phones import QUIET, packed, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_today_and_its_orders_open_in_aeroplane_mode(see, order, give) -> None:
    other = give(summary="Screen is dark", after=timedelta(hours=3))
    page = see("/field/", expected=QUIET)
    packed(page)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Look and accept").wait_for()
    assert page.get_by_text("Screen is dark").is_visible()
    page.goto(page.url + f"orders/{other.number}/")
    page.get_by_role("button", name="Accept", exact=True).wait_for()
    assert order.merchant.name in page.title()
    assert violations(page) == []
    page.goto(page.url.replace(f"orders/{other.number}/", "me/"))
    page.get_by_text("My next seven days").wait_for()


def test_a_page_that_is_not_kept_says_so(see, order) -> None:
    page = see("/field/", expected=QUIET)
    packed(page)
    page.context.set_offline(True)
    page.goto(page.url + "orders/WO-0000-000001/")
    page.get_by_text("This page is not kept on this phone.").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="To today").click()
    page.get_by_role("link", name="Look and accept").wait_for()


def test_a_server_in_trouble_is_as_good_as_none(see, order) -> None:
    page = see("/field/", expected=QUIET)
    packed(page)
    page.context.route("**/field/**", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    page.reload()
    page.get_by_role("link", name="Look and accept").wait_for()


def test_nothing_about_anybody_lies_in_the_cache_of_the_browser(see, order) -> None:
    page = see("/field/", expected=QUIET)
    packed(page)
    kept = page.evaluate(
        """async () => {
            const texts = [];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {
                    const answer = await cache.match(request);
                    if (/text|json/.test(answer.headers.get("Content-Type"))) texts.push(await answer.text());
                }
            }
            return texts.join();
        }"""
    )
    assert "Without a connection" in kept
    for personal in (order.number, order.merchant.name, order.engineer.name):
        assert personal not in kept


def test_an_update_is_offered_only_when_nothing_waits_and_no_sheet_is_open(see, order) -> None:
    page = see(f"/field/orders/{order.number}/", expected=QUIET)
    packed(page)
    before = page.evaluate("caches.keys()")
    speak_chinese(page)
    page.get_by_role("button", name="Reject").tap()
    assert update(page) == "installed"
    page.wait_for_timeout(500)
    assert not page.get_by_text("A new version is ready.").is_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").tap()
    page.get_by_text("A new version is ready.").wait_for()
    assert violations(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Load it").tap()
    until(lambda: len(page.evaluate("caches.keys()")) == 1, page=page)
    assert page.evaluate("caches.keys()") != before


def test_a_broken_update_leaves_the_app_as_it_was(see, order, monkeypatch) -> None:
    page = see("/field/", expected=QUIET)
    packed(page)
    before = page.evaluate("caches.keys()")
    speak_chinese(page)
    monkeypatch.setattr("mobile.views.shell.asset_urls", lambda: [*asset_urls(), "/static/forgotten.js"])
    assert update(page) == "redundant"
    assert page.evaluate("caches.keys()") == before
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Look and accept").wait_for()


def speak_chinese(page: Page) -> None:
    """Which makes another worker: its shell speaks the language of the person."""
    host = urlsplit(page.url).hostname
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "zh-hans", "domain": host, "path": "/"}
    page.context.add_cookies([cookie])


def update(page: Page) -> str:
    """How the worker that the server has now ends: installed or redundant."""
    return page.evaluate(
        """async () => {
            const known = await navigator.serviceWorker.getRegistration();
            await known.update();
            const worker = known.installing ?? known.waiting;
            while (worker.state === "installing" || worker.state === "parsed") await new Promise((wake) => setTimeout(wake, 50));
            return worker.state;
        }"""
    )
