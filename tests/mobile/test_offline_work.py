"""Work done without a connection: each thing arrives once, whatever happens to the network, the server or the browser."""

import contextlib
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from evidence.models import Capture
from journal.models import Entry
from tests import factories as make
from tests.browser import CHROMIUM, LAUNCH_ARGS, PHONE, violations
from tests.mobile.conftest import SHOP
from tests.mobile.phones import QUIET, Finger, is_all_sent, kept, packed, photo, until
from workorders.lifecycle import Status
from workorders.models import FaultCode, WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)

CODES = {"symptom": "Prints nothing", "cause": "Dirty print head", "remedy": "Cleaned"}
WHOLE = [
    "accept_work_order", "depart", "arrive", "start_work", "answer_step", *["choose_fault_codes"] * 3, "sign",
    "complete_work_order",
]  # fmt: skip


@pytest.fixture
def give_long(give):
    """give_long(photos): an order with so many photos, and three fault codes."""

    def give_long(photos: int) -> WorkOrder:
        for kind, name in CODES.items():
            FaultCode.objects.create(kind=kind, code=f"the-{kind}", name=name, name_zh="码")
        step = {"key": "photos", "kind": "photo", "title": "Photos", "required": True, "count": photos}
        version = make.ProcedureVersionFactory(procedure__code="long", steps=[step])
        return give(type=make.WorkOrderTypeFactory(code="long", procedure=version.procedure, needs_fault_codes=True))

    return give_long


def do_everything(page: Page, photos: int) -> None:
    finger = Finger()
    for button in ("Accept", "Set off", "I have arrived", "Begin the work"):
        page.get_by_role("button", name=button, exact=True).tap()
    taken = [photo(seed, is_large=seed == 0) for seed in range(photos)]
    page.locator("#step-photos [type=file]").set_input_files(taken)
    for kind, name in CODES.items():
        page.get_by_role("link", name=f"Next: {kind.title()}").tap()
        page.get_by_role("button", name=name).tap()
        page.locator("summary", has_text=f"{kind.title()}: {name}").wait_for()
    page.get_by_role("button", name="Let the merchant sign").tap()
    finger.draw(page, page.locator("#pad-order"))
    page.get_by_role("button", name="Confirm the signature").tap()
    page.get_by_role("button", name="Complete", exact=True).tap()
    page.get_by_role("button", name="Tested with a transaction.").tap()
    page.get_by_role("button", name="Complete the order").tap()
    page.get_by_role("link", name="To the next order").wait_for()


def assert_done_once(order: WorkOrder, hashes: set[str], photos: int) -> None:
    order.refresh_from_db()
    assert order.status == Status.COMPLETED
    verbs = list(Entry.objects.about(order).order_by("pk").values_list("verb", flat=True))
    assert verbs[2:] == [f"workorders.{verb}" for verb in WHOLE]
    captures = Capture.objects.all()
    assert {each.sha256 for each in captures} == hashes
    assert captures.count() == len(hashes) == photos + 1
    assert order.run.answers.get().captures.count() == photos


def test_a_whole_order_with_ten_photos_survives_a_killed_browser(
    chromium, live_server, phone, give_long, tmp_path, settings
) -> None:
    order = give_long(10)

    def start() -> BrowserContext:
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=CHROMIUM, args=LAUNCH_ARGS, locale="en",
            geolocation=SHOP, permissions=["geolocation"], base_url=live_server.url, **PHONE,
        )  # fmt: skip
        cookie = phone.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context

    context = start()
    page = context.new_page()
    page.goto("/field/")
    packed(page)
    context.set_offline(True)
    page.goto(f"/field/orders/{order.number}/")
    do_everything(page, 10)
    hashes = {each["about"]["sha256"] for each in kept(page, "files")}
    assert len(kept(page, "operations")) == len(WHOLE)
    kill(tmp_path / "profile")
    order.refresh_from_db()
    assert order.status == Status.ASSIGNED

    context = start()
    try:
        page = context.new_page()
        page.goto("/field/")
        until(lambda: is_all_sent(page), page=page)
        assert_done_once(order, hashes, 10)
        until(lambda: kept(page, "files") == [], page=page)
    finally:
        context.close()


def kill(profile: Path) -> None:
    """Like a phone whose battery falls out: every process of that browser, at once."""
    for each in Path("/proc").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # another process ended while we looked
            if each.name.isdigit() and str(profile).encode() in (each / "cmdline").read_bytes():
                os.kill(int(each.name), signal.SIGKILL)


def test_a_server_that_fails_every_third_time_gets_everything_once(see, give_long) -> None:
    order = give_long(3)
    page, asked = see("/field/", expected=QUIET), []

    def fail_every_third(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=500, body="down") if len(asked) % 3 == 0 else route.continue_()

    packed(page)
    page.context.set_offline(True)
    page.goto(f"/field/orders/{order.number}/")
    do_everything(page, 3)
    hashes = {each["about"]["sha256"] for each in kept(page, "files")}
    assert max(each["about"]["size"] for each in kept(page, "files")) > 256_000  # more than one piece
    for door in ("**/field/sync/", "**/field/uploads/**"):
        page.context.route(door, fail_every_third)
    page.context.set_offline(False)
    page.get_by_role("button", name="waiting to be sent").tap()

    def push() -> bool:
        page.locator("#waiting [data-send]").dispatch_event("click")
        return is_all_sent(page)

    until(push, page=page)
    assert_done_once(order, hashes, 3)


def test_a_lost_answer_is_asked_for_again_and_after_a_lost_session_it_goes_on(see, order, engineer) -> None:
    page, lost = see(f"/field/orders/{order.number}/", expected=QUIET), []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()
        kinds = [each["kind"] for each in route.request.post_data_json["operations"]]
        if lost or "orders/accept" not in kinds:
            return route.fulfill(response=answer)
        lost.append(answer.json()["results"][kinds.index("orders/accept")]["outcome"])
        route.abort()

    page.context.route("**/field/sync/", lose_the_first)
    page.get_by_role("button", name="Accept", exact=True).tap()
    page.get_by_role("button", name="Set off").wait_for()
    until(lambda: is_all_sent(page), page=page)
    assert lost == ["applied"]
    assert Entry.objects.filter(verb="workorders.accept_work_order").count() == 1
    page.context.unroute_all(behavior="wait")

    page.context.set_offline(True)
    page.get_by_role("button", name="Set off").tap()
    page.get_by_text("Saved on this phone. It is sent").wait_for()
    engineer.set_password("horse-battery-staple")
    engineer.save()
    page.context.set_offline(False)
    page.get_by_text("You have been logged out. Nothing is lost").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="Log in").tap()
    page.get_by_label("User name").fill(engineer.username)
    page.get_by_label("Password").fill("horse-battery-staple")
    page.get_by_role("button", name="Log in").tap()
    page.wait_for_url("**/field/**")
    until(lambda: is_all_sent(page), page=page)
    order.refresh_from_db()
    assert order.status == Status.EN_ROUTE


def test_two_phones_answer_the_same_step_and_the_person_decides(see, begun) -> None:
    first, second = (see(f"/field/orders/{begun.number}/", expected=QUIET) for _n in range(2))
    for page in (first, second):
        packed(page)
        page.context.set_offline(True)
    first.get_by_role("button", name="Terminal powered on: yes").tap()
    second.get_by_role("button", name="Terminal powered on: no").tap()
    for page in (first, second):
        page.get_by_text("Saved on this phone. It is sent").wait_for()
    first.context.set_offline(False)
    until(lambda: is_all_sent(first), page=first)
    second.context.set_offline(False)
    second.get_by_text("Which one is right?").wait_for()
    card = second.locator(".field-problem")
    assert "Yours: No" in card.inner_text() and "Theirs: Yes" in card.inner_text()
    assert violations(second) == []
    second.get_by_role("button", name="Keep mine").tap()
    until(lambda: is_all_sent(second), page=second)
    assert begun.run.answers.current().get(step="power").value is False
    assert begun.run.answers.filter(step="power").count() == 2


def test_a_refusal_in_the_middle_is_shown_mended_and_holds_nobody_up(see, order, give) -> None:
    other = give(summary="Screen is dark", after=timedelta(hours=3))
    faraway = {"latitude": 30.3001, "longitude": 120.1552, "accuracy": 12}
    page = see("/field/", expected=QUIET, geolocation=faraway)
    packed(page)
    page.context.set_offline(True)
    page.goto(f"{page.url}orders/{order.number}/")
    for button in ("Accept", "Set off", "I have arrived"):
        page.get_by_role("button", name=button, exact=True).tap()
    page.get_by_role("button", name="Begin the work").wait_for()
    page.goto(page.url.replace(order.number, other.number))
    page.get_by_role("button", name="Accept", exact=True).tap()
    page.get_by_role("button", name="Set off").wait_for()
    page.goto(page.url.replace(other.number, order.number))
    page.get_by_role("button", name="Begin the work").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Change and send again").wait_for()
    until(
        lambda: [each["state"] for each in kept(page, "operations") if each["state"] != "done"] == ["refused"],
        page=page,
    )
    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.status, other.status) == (Status.EN_ROUTE, Status.ACCEPTED)
    page.get_by_role("button", name="I have arrived").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Change and send again").tap()
    page.get_by_role("button", name="The place on the map is wrong").tap()
    page.locator("#elsewhere [type=file]").set_input_files(photo(1))
    page.get_by_role("button", name="Check in all the same").tap()
    page.get_by_role("button", name="Begin the work").wait_for()
    until(lambda: is_all_sent(page), page=page)
    order.refresh_from_db()
    assert (order.status, order.arrival_reason) == (Status.ON_SITE, "The place on the map is wrong")
