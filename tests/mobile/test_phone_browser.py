"""The engineer's phone in a real Chromium: 390 × 844, a finger, a position, a camera."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PIL import Image

from assets.actions import issue_terminal
from journal.models import Entry
from routing.geo import distance_m
from tests import factories as make
from tests.browser import COLOURS, LAYOUT, in_colours, violations
from tests.mobile.phones import (
    QUIET,
    Finger,
    is_all_sent,
    kept,
    photo,
    photo_of_a_shop,
    speak_chinese,
    until,
)
from workorders import actions
from workorders.lifecycle import Status
from workorders.models import FaultCode, WorkOrder
from workorders.service_report import hash_of

pytestmark = pytest.mark.django_db(transaction=True)

MOST_TAPS = 12
ONE_PHOTO = [{"key": "result", "kind": "photo", "title": "Photo of the result", "required": True, "count": 1}]


@pytest.fixture
def short_order(give):
    """Its checklist is one photo."""
    version = make.ProcedureVersionFactory(procedure__code="photo", steps=ONE_PHOTO)
    return give(type=make.WorkOrderTypeFactory(code="photo", procedure=version.procedure))


def test_a_whole_order_is_done_in_twelve_taps(see, short_order, engineer) -> None:
    page, finger = see("/field/"), Finger()
    finger.tap(page.get_by_role("link", name="Look and accept"))
    for button in ("Accept", "Set off", "I have arrived", "Begin the work"):
        finger.tap(page.get_by_role("button", name=button, exact=True))
    finger.shoot(page.locator("#step-result [type=file]"), photo_of_a_shop(2400, 1800))
    finger.tap(page.get_by_role("button", name="Let the merchant sign"))
    finger.draw(page, page.locator("#pad-order"))
    finger.tap(page.get_by_role("button", name="Confirm the signature"))
    finger.tap(page.get_by_role("button", name="Complete", exact=True))
    finger.tap(page.get_by_role("button", name="Tested with a transaction."))
    finger.tap(page.get_by_role("button", name="Complete the order"))
    page.get_by_role("link", name="To the next order").wait_for()
    until(lambda: is_all_sent(page), page=page)

    short_order.refresh_from_db()
    assert finger.taps <= MOST_TAPS
    assert short_order.status == Status.COMPLETED
    assert (short_order.resolution, short_order.signer_name) == ("Tested with a transaction.", "Wang Fang")
    assert short_order.arrival_distance_m < 50
    taken = short_order.captures.get()
    with Image.open(taken.original) as original:
        assert (original.format, original.size) == ("JPEG", (1920, 1440))
    assert (taken.source, taken.by, round(taken.lat, 4)) == ("camera", engineer, 30.2742)
    with Image.open(short_order.signature.original) as drawn:
        assert drawn.format == "PNG"
        assert len(drawn.convert("L").getcolors()) > 1
    verbs = list(Entry.objects.about(short_order).order_by("pk").values_list("verb", flat=True))
    assert verbs[2:] == [
        f"workorders.{verb}"
        for verb in (
            "accept_work_order",
            "depart",
            "arrive",
            "start_work",
            "answer_step",
            "sign",
            "complete_work_order",
        )
    ]
    assert all(entry.device_at for entry in Entry.objects.about(short_order)[:7])


SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, input:not([type=hidden], .field-file)")]
    .filter((target) => target.checkVisibility() && target.getBoundingClientRect().height < 44 && !target.matches(".visually-hidden-focusable"))
    .map((target) => target.outerHTML.slice(0, 120))"""


@pytest.fixture
def done(give, begin, keep, engineer, at) -> WorkOrder:
    order = begin(give(type=make.WorkOrderTypeFactory(code="plain"), after=timedelta(hours=5)))
    signed = {"capture": keep("signature"), "signer_name": "Wang Fang", "shown_sha256": hash_of(order)}
    actions.sign(order, **signed, by=engineer, at=at)
    return actions.complete_work_order(order, resolution="Fixed.", by=engineer, at=at, lat=order.lat, lon=order.lon)


def test_nothing_stands_in_the_way_of_anybody(see, done, begun, give, engineer, terminal, keeper, at) -> None:
    """Each page on a small phone in both languages, then what changes with the width and in the dark."""
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    sticker = make.StickerFactory()
    waiting = give(after=timedelta(hours=3), priority=1)
    FaultCode.objects.create(kind="symptom", code="dead", name="Stays dark", name_zh="不开机")
    WorkOrder.objects.filter(pk=begun.pk).update(needs_fault_codes=True)
    paths = ["", f"orders/{begun.number}/", f"orders/{waiting.number}/", f"orders/{done.number}/", "scan/", f"scan/?code={terminal.serial}",
             f"scan/?code={sticker.number}", "scan/?code=nothing", "me/", "notices/"]  # fmt: skip
    page = see("/field/", viewport={"width": 360, "height": 844})
    found = {}

    def look(path: str) -> None:
        in_colours(page, "light")
        found[path] = violations(page) + page.evaluate(SMALL_TARGETS)
        if (width := page.evaluate("document.documentElement.scrollWidth")) > 360:
            found[path].append(f"{width} px wide")
        for width in (768, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            found[path, width] = violations(page, LAYOUT)
        in_colours(page, "dark")
        found[path, "dark"] = violations(page, COLOURS)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 360, "height": 844})

    def is_chinese(path: str) -> bool:
        page.goto(f"/field/{path}")
        return page.locator("html").get_attribute("lang").lower().startswith("zh")

    for path in paths:
        page.goto(f"/field/{path}")
        look(path)
        if path == f"orders/{waiting.number}/":
            for sheet in ("reject", "navigate"):
                page.locator(f"[data-open={sheet}]").first.click()
                look(sheet)
                page.locator(f"#{sheet} button[data-close]").click()
    speak_chinese(page)
    for path in paths:
        until(partial(is_chinese, path), page=page)  # a slow server leaves the word to the page kept before
        found[path, "zh"] = violations(page, LAYOUT)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_outside_the_fence_and_without_a_position_the_reason_is_asked_for_on_the_same_page(see, order, give) -> None:
    def go_there(number: str) -> None:
        page.goto(f"/field/orders/{number}/")
        page.wait_for_load_state("networkidle")  # a tap before the script is there sends the form, without a position
        for button in ("Accept", "Set off", "I have arrived"):
            page.get_by_role("button", name=button, exact=True).tap()

    def show_where() -> None:
        page.locator("#elsewhere [type=file]").set_input_files(photo(1))
        page.get_by_role("button", name="Check in all the same").tap()
        page.get_by_role("button", name="Begin the work").wait_for()
        until(lambda: is_all_sent(page), page=page)

    other = give(after=timedelta(hours=3))
    page = see("/field/", geolocation={"latitude": 30.3001, "longitude": 120.1552, "accuracy": 12})
    go_there(order.number)
    page.get_by_role("dialog").get_by_text("m from the merchant").wait_for()
    page.get_by_role("button", name="The place on the map is wrong").tap()
    page.get_by_role("button", name="Check in all the same").tap()
    page.get_by_role("dialog").get_by_text("Add a photo of where you are").wait_for()
    show_where()
    order.refresh_from_db()
    assert (order.arrival_photo.source, order.arrival_reason) == ("camera", "The place on the map is wrong")
    assert order.arrival_distance_m == pytest.approx(float(distance_m(30.3001, 120.1552, order.lat, order.lon)), abs=1)

    page.context.clear_permissions()
    go_there(other.number)
    page.get_by_role("dialog").get_by_text("gave no position").wait_for()
    page.get_by_role("textbox", name="Reason").fill("In the basement")
    show_where()
    other.refresh_from_db()
    assert (other.arrival_reason, other.arrival_distance_m) == ("In the basement", None)


def test_a_server_in_trouble_gets_it_later_and_the_person_goes_on(see, begun) -> None:
    page = see(f"/field/orders/{begun.number}/", expected="status of 500")
    page.context.route("**/field/sync/", lambda route: route.fulfill(status=500, body="down"))
    page.get_by_role("button", name="More").tap()
    page.get_by_role("button", name="Pause the work").tap()
    page.get_by_label("Note").fill("Waits for a cable")
    page.get_by_role("dialog").get_by_role("button", name="Pause the work").tap()
    page.get_by_text("Saved on this phone. It is sent").wait_for()
    assert page.get_by_role("button", name="Go on working").is_visible()
    page.get_by_role("button", name="waiting to be sent").tap()
    page.get_by_role("dialog").get_by_role("button", name="Send now").tap()
    page.context.unroute("**/field/sync/")  # it may go by itself from now on
    page.get_by_role("dialog").get_by_text("Everything has been sent.").wait_for()
    begun.refresh_from_db()
    assert (begun.status, begun.pauses.get().note) == (Status.PAUSED, "Waits for a cable")


SET_FACTS = """async (wanted) => {
    const base = await new Promise((resolve) => (indexedDB.open(`field-${localStorage.getItem("field-person")}`).onsuccess = ({ target }) => resolve(target.result)));
    const facts = base.transaction("facts", "readwrite").objectStore("facts");
    for (const [name, value] of Object.entries(wanted)) await new Promise((resolve) => (facts.put({ name, value }).onsuccess = resolve));
    base.close();
    document.dispatchEvent(new Event("field:page"));
}"""


def test_the_position_is_shared_in_the_shift_and_at_work_and_what_is_noted_out_of_reach_arrives_in_one_piece(
    see, order, engineer, clock, at
) -> None:
    page = see("/field/", expected=QUIET)

    def fact(name: str) -> Any:
        return next((each["value"] for each in kept(page, "facts") if each["name"] == name), None)

    def noted() -> int:
        return len((fact("track") or {"fixes": []})["fixes"])

    def move_to(lat: float) -> None:
        page.context.set_geolocation({"latitude": lat, "longitude": 120.1552, "accuracy": 9})

    def look_later(hours: int = 0) -> None:
        page.evaluate(SET_FACTS, {"noted_at": 0, "skew_ms": fact("skew_ms") + hours * 3_600_000})

    line = page.locator("[data-share]")
    line.get_by_text("Your position is shared until 20:00").wait_for()
    until(lambda: engineer.track.count() == 1, page=page)  # before any order is under way
    page.goto(f"/field/orders/{order.number}/")
    page.get_by_role("button", name="Accept", exact=True).tap()
    page.get_by_role("button", name="Set off").wait_for()
    until(lambda: is_all_sent(page), page=page)
    page.context.set_offline(True)
    move_to(30.27421)
    look_later()
    until(lambda: fact("noted_at") > 0, page=page)
    assert noted() == 0  # it has hardly moved
    move_to(30.28)
    look_later()
    until(lambda: noted() == 1, page=page)

    look_later(hours=11)
    line.wait_for(state="hidden")
    move_to(30.29)
    look_later()
    assert noted() == 1
    page.get_by_role("button", name="Set off").tap()
    line.get_by_text("An order is under way: your position is shared").wait_for()
    until(lambda: noted() == 2, page=page)
    assert page.locator("[data-badge] [data-count]").inner_text() == "1"
    clock.move_to(at + timedelta(hours=11, minutes=1))
    page.context.set_offline(False)
    until(lambda: {each.lat for each in engineer.track.all()} == {30.2742, 30.28, 30.29}, page=page)
    until(lambda: noted() == 0 and is_all_sent(page), page=page)
    assert (engineer.position.lat, engineer.position.accuracy_m) == (30.29, 9)


def test_a_new_order_and_its_notice_appear_by_themselves_and_a_list_that_may_be_old_says_so(see, give) -> None:
    page = see("/field/", expected="ERR_INTERNET_DISCONNECTED|fetching the script")
    assert page.get_by_text("Nothing to do right now.").is_visible()
    page.context.set_offline(True)
    page.locator("main [data-fresh]").dispatch_event("fresh")
    page.get_by_text("this list may be out of date").wait_for()
    page.context.set_offline(False)
    give(summary="Screen is dark")
    for part in page.locator("[data-fresh]").all():
        part.dispatch_event("fresh")
    page.get_by_text("this list may be out of date").wait_for(state="hidden")
    page.get_by_text("Screen is dark").wait_for()
    page.get_by_role("link", name="1 unread notice").wait_for()
    assert page.get_by_role("alert").filter(visible=True).count() == 0


def test_an_order_that_changes_says_so_and_is_not_replaced_unasked(see, begun, dispatcher, at) -> None:
    page = see(f"/field/orders/{begun.number}/")
    actions.change_work_order(begun, by=dispatcher, at=at, details="The key is next door.")
    page.locator("main [data-fresh]").dispatch_event("fresh")
    page.get_by_text("This order has changed.").wait_for()
    assert not page.get_by_text("The key is next door.").is_visible()
    page.get_by_role("link", name="Show it").tap()
    page.get_by_text("The key is next door.").wait_for()
    assert not page.get_by_text("This order has changed.").is_visible()


EVERY_KIND = [
    {"key": "power", "kind": "check", "title": "Terminal powered on", "required": True},
    {"key": "signal", "kind": "number", "title": "Signal", "required": True, "min": -120, "max": -20, "unit": "dBm"},
    {"key": "note", "kind": "text", "title": "What does the display say?", "required": False},
    {"key": "net", "kind": "choice", "title": "Network", "required": True,
     "options": [{"value": "wifi", "label": "Wi-Fi"}, {"value": "4g", "label": "4G"}]},
    {"key": "serial", "kind": "scan", "title": "Serial number", "required": True},
    {"key": "photos", "kind": "photo", "title": "Front and back", "required": True, "count": 2},
    {"key": "owner", "kind": "signature", "title": "Owner agrees", "required": True},
]  # fmt: skip


def test_every_kind_of_step_can_be_answered_on_the_phone(see, give, begin) -> None:
    version = make.ProcedureVersionFactory(procedure__code="every", steps=EVERY_KIND)
    order = begin(give(type=make.WorkOrderTypeFactory(code="every", procedure=version.procedure)))
    page, finger = see(f"/field/orders/{order.number}/"), Finger()

    page.get_by_role("button", name="Terminal powered on: no").tap()
    page.get_by_role("spinbutton", name="Signal").fill("-71")
    page.locator("#step-signal").get_by_role("button", name="Save").tap()
    page.get_by_role("button", name="Wi-Fi").tap()
    page.get_by_role("textbox", name="Serial number").fill("SN00004711")
    page.locator("#step-serial").get_by_role("button", name="Save").tap()
    camera = page.locator("#step-photos [type=file]")
    finger.shoot(camera, photo_of_a_shop(800, 600))
    page.locator("#step-photos [data-file]").wait_for()
    finger.shoot(camera, photo_of_a_shop(600, 800))
    page.locator("#step-photos.answered").wait_for()
    page.wait_for_function("() => !('waitsFor' in document.documentElement.dataset)")  # it has gone on to the next step
    finger.draw(page, page.locator("#pad-owner"))
    page.locator("#step-owner").get_by_role("button", name="Confirm the signature").tap()
    page.locator("#step-owner.answered").wait_for()
    until(lambda: is_all_sent(page), page=page)

    answers = {answer.step: answer for answer in order.run.answers.current()}
    values = {key: answer.value for key, answer in answers.items()}
    assert values == {
        "power": False,
        "signal": -71,
        "net": "wifi",
        "serial": "SN00004711",
        "photos": None,
        "owner": None,
    }
    assert (answers["photos"].captures.count(), answers["owner"].captures.get().kind) == (2, "signature")

    page.locator("#step-signal summary").tap()
    page.get_by_role("spinbutton", name="Signal").fill("-80")
    page.locator("#step-signal").get_by_role("button", name="Save").tap()
    page.locator("#step-signal summary").get_by_text("-80 dBm").wait_for()
    until(lambda: is_all_sent(page), page=page)
    assert order.run.answers.filter(step="signal").count() == 2


def test_the_merchant_is_called_with_one_tap(see, order, merchant) -> None:
    page = see(f"/field/orders/{order.number}/")
    page.evaluate("""document.addEventListener("click", (event) => {
        const link = event.target.closest('a[href^="tel:"]');
        if (link) { event.preventDefault(); document.body.dataset.dialled = link.href; }
    }, true)""")
    page.get_by_role("button", name="Call").tap()
    page.locator("body[data-dialled]").wait_for()
    assert page.locator("body").get_attribute("data-dialled") == "tel:13812345678"
    assert page.get_by_text("13812345678").is_visible()
    assert Entry.objects.filter(verb="merchants.reveal_phone", merchant_id=merchant.pk).count() == 1
