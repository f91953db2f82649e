"""The order pages in a real browser: no fault in the console, nothing axe objects to, and what is tapped happens."""

import pytest

from tests import factories as make
from tests.browser import barriers, walk
from tests.workorders.reading import last_entry
from workorders import actions

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"viewport": {"width": 1280, "height": 900}, "locale": "en"}


@pytest.fixture
def office(visit, dispatcher):
    """office("/office/…") opens a page as the dispatcher."""
    return lambda path, **options: visit(path, user=dispatcher, **OFFICE, **options)


def test_no_page_has_a_barrier(office, paused, ask, merchant, minutes, xihu):
    open_order = ask(merchant=make.MerchantFactory(region=xihu), at=minutes(60))[0].order
    pages = (
        "/office/work-orders/",
        "/office/work-orders/pool/",
        "/office/work-orders/new/",
        f"/office/work-orders/new/?merchant={merchant.number}",
        "/office/requests/",
        paused.requests.get().get_absolute_url(),
        f"{paused.get_absolute_url()}#history",
        f"{paused.get_absolute_url()}#checklist",
        f"{open_order.get_absolute_url()}#photos",
        f"/office/work-orders/{open_order.number}/edit/",
        f"/office/work-orders/{open_order.number}/cancel/",
    )
    page = office("/office/work-orders/")
    found = {path: barriers(page) for path in walk(page, pages)}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_filters_narrow_the_list_while_one_types(office, pooled, ask, minutes, xihu):
    other = ask(merchant=make.MerchantFactory(region=xihu), summary="Screen black", at=minutes(60))[0].order
    page = office("/office/work-orders/")
    page.fill("#id_q", "Screen")
    page.locator(f"text={pooled.number}").wait_for(state="detached")
    assert page.locator(f"text={other.number}").is_visible()
    assert "q=Screen" in page.url


def test_a_filter_applies_when_it_is_changed_and_the_keyboard_stays_where_it_is(
    office, en_route, engineer, ask, picture, xihu, minutes
):
    actions.arrive(en_route, by=engineer, at=minutes(30), reason="In the basement", photo=picture(engineer))
    other = ask(merchant=make.MerchantFactory(region=xihu))[0].order
    page = office("/office/work-orders/")
    page.click("text=Filters")
    page.locator("select[name=elsewhere]").focus()
    page.keyboard.press("ArrowDown")
    page.locator(f"text={other.number}").wait_for(state="detached")
    assert page.locator(f"text={en_route.number}").is_visible()
    assert "elsewhere=true" in page.url
    assert page.evaluate("document.activeElement.name") == "elsewhere"
    assert page.locator("#filter-count").inner_text() == "1"
    page.click("text=Export")
    with page.expect_download() as download:
        page.click("[data-export=csv]")
    rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == [en_route.number]
    page.get_by_role("button", name="Views", exact=True).click()
    page.fill("[data-save-view] [name=name]", "Elsewhere")
    page.click("[data-save-view] button")
    page.locator("a", has_text="Elsewhere").wait_for(state="attached")
    assert "elsewhere=true" in page.locator("a", has_text="Elsewhere").get_attribute("href")


def test_an_order_is_filed_by_searching_the_merchant(office, repair, merchant, dispatcher):
    page = office("/office/work-orders/new/")
    page.locator(".ts-control input").fill("茶馆")
    page.locator(".ts-dropdown .option", has_text="Sunrise Tea").click()
    page.click("text=Next")
    page.select_option("[name=type]", "repair")
    page.fill("[name=summary]", "Does not print")
    page.click("text=File the request")
    page.wait_for_url("**/work-orders/WO-*/")
    order = merchant.work_orders.get()
    assert order.summary == "Does not print"
    assert last_entry(order).actor == dispatcher


def test_the_tracking_link_can_be_copied(office, pooled):
    page = office(f"/office/work-orders/{pooled.number}/tracking-link/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("text=Make a link")
    page.click("[data-copy]")
    page.locator("text=Copied").wait_for()
    token = page.evaluate("navigator.clipboard.readText()").rstrip("/").rsplit("/", 1)[1]
    assert actions.order_by_token(token, pooled.opened_at) == pooled
    assert last_entry(pooled).verb == "workorders.make_tracking_link"
