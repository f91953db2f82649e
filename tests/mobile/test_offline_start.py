"""The app without a connection, from a cold start: nothing but what the phone has kept."""

from datetime import timedelta
from time import sleep

import pytest
from playwright.sync_api import Page, Route

from mobile.shell import asset_urls
from tests.browser import violations
from tests.mobile.phones import QUIET, kept, packed, speak_chinese, until
from workorders import actions

pytestmark = pytest.mark.django_db(transaction=True)


def test_today_and_its_orders_open_in_aeroplane_mode_and_other_pages_say_they_are_not_kept(see, order, give) -> None:
    other = give(summary="Screen is dark", after=timedelta(hours=3))
    page = see("/field/", expected=QUIET)
    packed(page)
    for personal in (order.number, order.merchant.name, order.engineer.name):
        assert personal not in cached(page)
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Look and accept").wait_for()
    assert page.get_by_text("Screen is dark").is_visible()
    page.goto(f"/field/orders/{other.number}/")
    page.get_by_role("button", name="Accept", exact=True).wait_for()
    assert order.merchant.name in page.title()
    assert violations(page) == []
    page.goto("/field/me/")
    page.get_by_text("My next seven days").wait_for()
    page.goto("/field/orders/WO-0000-000001/")
    page.get_by_text("This page is not kept on this phone.").wait_for()
    assert violations(page) == []
    page.context.set_offline(False)
    page.context.route("**/field/**", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    page.get_by_role("link", name="To today").click()
    page.get_by_role("link", name="Look and accept").wait_for()


GROW = """async ([large, missing]) => {
    const base = await new Promise((resolve) => (indexedDB.open(`field-${localStorage.getItem("field-person")}`).onsuccess = ({ target }) => resolve(target.result)));
    const write = base.transaction("media", "readwrite");
    large.forEach((id, n) => write.objectStore("media").put({ id, at: n, blob: new Blob([new Uint8Array(22e6)], { type: "image/jpeg" }) }));
    write.objectStore("media").delete(missing);
    await new Promise((resolve) => (write.oncomplete = resolve));
    base.close();
}"""
SIZES = """async () => {
    const base = await new Promise((resolve) => (indexedDB.open(`field-${localStorage.getItem("field-person")}`).onsuccess = ({ target }) => resolve(target.result)));
    const all = base.transaction("media").objectStore("media").getAll();
    const rows = await new Promise((resolve) => (all.onsuccess = () => resolve(all.result)));
    base.close();
    return Object.fromEntries(rows.map(({ id, blob }) => [id, blob?.size ?? 0]));
}"""


def test_pictures_of_the_orders_are_there_too_as_long_as_there_is_room(see, order, keep, dispatcher, at) -> None:
    photos = [keep(colour=colour) for colour in ("red", "green", "blue")]
    order.captures.set(photos)
    page = see("/field/", expected=QUIET)
    packed(page)
    until(lambda: len(page.evaluate(SIZES)) == 3, page=page)
    page.context.set_offline(True)
    page.goto(f"/field/orders/{order.number}/")
    pictures = page.locator("[data-photos] img")
    pictures.first.scroll_into_view_if_needed()
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-photos] img')].every((each) => each.naturalWidth > 0)"
    )
    assert [each.get_attribute("src")[:5] for each in pictures.all()] == ["blob:"] * 3
    assert page.locator("[data-photos] a").first.get_attribute("href")[:5] == "blob:"

    ids = sorted(page.evaluate(SIZES))
    page.evaluate(GROW, [ids[:2], ids[2]])
    actions.change_work_order(order, by=dispatcher, at=at, details="The key is next door.")
    page.context.set_offline(False)
    page.goto("/field/")
    until(lambda: page.evaluate(SIZES).get(ids[2], 0) > 0, page=page)
    sizes = page.evaluate(SIZES)
    assert (sizes[ids[0]], sizes[ids[1]], sizes[ids[2]] > 0) == (0, 22_000_000, True)


def test_a_broken_update_changes_nothing_and_a_good_one_is_offered_when_nothing_is_under_way(
    see, order, monkeypatch
) -> None:
    page = see(f"/field/orders/{order.number}/", expected=QUIET)
    packed(page)
    before = page.evaluate("caches.keys()")
    speak_chinese(page)
    with monkeypatch.context() as broken:
        broken.setattr("mobile.views.shell.asset_urls", lambda: [*asset_urls(), "/static/forgotten.js"])
        assert update(page) == "redundant"
    assert page.evaluate("caches.keys()") == before
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="Reject").tap()
    page.context.set_offline(False)
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


def test_who_chooses_another_language_sees_no_kept_page_in_the_one_before_however_slow_the_server(see, order) -> None:
    page = see("/field/me/", expected=QUIET)
    packed(page)

    def slowly(route: Route) -> None:
        sleep(4)  # longer than the worker is patient
        route.continue_()

    page.context.route("**/field/me/", slowly)
    page.get_by_role("button", name="中文").tap()
    page.get_by_text("我的未来七天").wait_for()
    until(lambda: {"name": "language", "value": "zh-hans"} in kept(page, "facts"), page=page)
    page.reload()  # what is kept speaks Chinese, too, and is shown as soon as the server is slow
    page.wait_for_function(
        "() => document.querySelector('meta[name=shell]') && document.body.innerText.includes('我的未来七天')"
    )
    assert {each["url"] for each in kept(page, "pages")} >= {"/field/me/", f"/field/orders/{order.number}/"}


def cached(page: Page) -> str:
    """All that lies in the caches of the browser, which anybody could read."""
    return page.evaluate(
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
