"""The closed loop through the doors people use: a phone at the counter, a real worker, a phone in the van, a desk."""

import re
from datetime import time

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from assets.actions import bind_sticker, bind_terminal
from journal.models import Entry
from notifications.models import Notice
from tests import factories as make
from tests.browser import PHONE
from tests.live import running_worker
from tests.mobile.test_phone_browser import Finger, photo_of_a_shop
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)

SHOP = {"latitude": 30.2741, "longitude": 120.1551, "accuracy": 10}
TRACKING = re.compile(r"/m/t/[\w-]{32}/$")


@pytest.fixture
def sticker(merchant, terminal, manager, hangzhou):
    """On a terminal that is live at the merchant."""
    now = timezone.now()
    bind_terminal(terminal, merchant=merchant, by=manager, at=now)
    return bind_sticker(make.StickerFactory(), terminal=terminal, by=manager, at=now)


def log_in(page: Page, username: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()


def test_from_the_sticker_to_the_merchants_page(
    own_queue, visit, sticker, repair, engineer, dispatcher, merchant, at
) -> None:
    engineer.shifts.all().delete()
    make.shifts_of(engineer, start=time(0), end=time(23, 59, 59))

    with running_worker():
        # the merchant scans the sticker and says what is wrong
        counter = visit(sticker.get_absolute_url(), locale="en-GB", **PHONE)
        counter.get_by_label("Does not print, or no paper").tap()
        counter.get_by_role("button", name="Send report").tap()
        expect(counter).to_have_url(TRACKING)
        order = WorkOrder.objects.get()

        # the worker gives it to the engineer; the page of the merchant says so by itself
        expect(counter.get_by_text(engineer.name).first).to_be_visible(timeout=60_000)
        order.refresh_from_db()
        assert (order.status, order.engineer) == (Status.ASSIGNED, engineer)
        assert Notice.objects.in_app_of(engineer).unread().count() == 1

    # the engineer, on the phone
    phone, finger = (
        visit("/login/?next=/field/", locale="en-GB", geolocation=SHOP, permissions=["geolocation"], **PHONE),
        Finger(),
    )
    log_in(phone, "engineer")
    finger.tap(phone.get_by_role("link", name="Look and accept"))
    for button in ("Accept", "Set off", "I have arrived", "Begin the work"):
        finger.tap(phone.get_by_role("button", name=button, exact=True))
    finger.tap(phone.locator("#step-power button[value=true]"))
    finger.shoot(phone.locator("#step-before [type=file]"), photo_of_a_shop())
    finger.tap(phone.locator("#step-network button[value=wifi]"))
    finger.tap(phone.get_by_role("button", name="Let the merchant sign"))
    finger.draw(phone, phone.locator("#pad-order"))
    finger.tap(phone.get_by_role("button", name="Confirm the signature"))
    finger.tap(phone.get_by_role("button", name="Complete", exact=True))
    finger.tap(phone.get_by_role("button", name="Tested with a transaction."))
    finger.tap(phone.get_by_role("button", name="Complete the order"))
    phone.get_by_role("link", name="To the next order").wait_for()

    # the merchant rates
    counter.reload()
    counter.get_by_label("5 stars").check(force=True)
    counter.get_by_role("button", name="Send rating").tap()
    expect(counter.get_by_text("Thank you for your rating")).to_be_visible()
    order.refresh_from_db()
    assert (order.status, order.rating.score) == (Status.CLOSED, 5)

    # the office sees all of it on the merchant's page
    desk = visit("/login/", locale="en-GB", viewport={"width": 1440, "height": 900})
    log_in(desk, "dispatcher")
    desk.goto(desk.url.split("/office/")[0] + merchant.get_absolute_url() + "#timeline")
    for sentence in ("received a request", "opened the order", "assigned the order", "accepted the order", "set off",
                     "arrived", "began to work", "took a signature", "completed the order", "rated the order"):  # fmt: skip
        expect(desk.locator("#panel-timeline").get_by_text(sentence).first).to_be_visible()
    desk.get_by_role("tab", name="Work orders").click()
    expect(desk.get_by_role("link", name=order.number).first).to_be_visible()
    verbs = [entry.verb.removeprefix("workorders.") for entry in Entry.objects.about(order).order_by("pk")]
    assert [verb for verb in verbs if verb not in ("answer_step", "make_tracking_link", "dispatch.decide")] == [
        "open_work_order", "receive_request", "assign_work_order", "accept_work_order", "depart", "arrive",
        "start_work", "sign", "complete_work_order", "rate_work_order", "close_work_order",
    ]  # fmt: skip
