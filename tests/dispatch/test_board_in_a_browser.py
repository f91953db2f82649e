"""The dispatch board in a real browser, on tomorrow's page, where no hour of the day lies in the past."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from dispatch.actions import assign_by_hand
from tests import factories as make
from tests.browser import violations
from workforce.actions import book_time
from workorders.models import SlaPolicy, WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"viewport": {"width": 2200, "height": 900}, "locale": "en"}  # the whole day in view
PATIENCE_MS = 15_000  # the machine may be busy


@pytest.fixture
def tomorrow(hangzhou) -> datetime:
    """Midnight there."""
    on = hangzhou.service_date(timezone.now()) + timedelta(days=1)
    return datetime.combine(on, time.min, hangzhou.zone)


@pytest.fixture
def orders(repair, new_order, engineer, colleague) -> list[WorkOrder]:
    """Two in the pool, with no promise that a day of their own would break."""
    SlaPolicy.objects.all().delete()
    for person in (engineer, colleague):
        person.shifts.all().delete()
        make.shifts_of(person, start=time(8), end=time(20))
    return [new_order(at=timezone.now(), priority=1), new_order(at=timezone.now())]


@pytest.fixture
def board(visit, dispatcher, tomorrow, orders):
    def open_board(**options) -> Page:
        path = f"/office/board/?region=hangzhou&on={tomorrow.date()}"
        page = visit(path, user=dispatcher, **OFFICE | options)
        page.set_default_timeout(PATIENCE_MS)
        page.locator(".board-row").first.wait_for()
        return page

    return open_board


def at(page: Page, person, hour: float) -> tuple[float, float]:
    """Where on the screen somebody's hour is."""
    lane = page.locator(f".board-row[data-person='{person.pk}'] .board-lane")
    box = lane.bounding_box()
    first, minute = page.evaluate(
        "['--first', '--minute'].map((name) => parseFloat(document.querySelector('.board').style.getPropertyValue(name)))"
    )
    return box["x"] + (hour * 60 - first) * minute, box["y"] + box["height"] / 2


def lift(page: Page, thing: Locator) -> None:
    box = thing.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 12, box["y"] + box["height"] / 2, steps=3)


def carry(page: Page, person, hour: float) -> Locator:
    """The left end of what is held goes to that hour. Returns what the page says about it."""
    x, y = at(page, person, hour)
    page.mouse.move(x + 3, y, steps=5)
    return page.locator(".board-told")


def bar(page: Page, order: WorkOrder) -> Locator:
    return page.locator(f".board-bar[data-order='{order.number}']")


def card(page: Page, order: WorkOrder) -> Locator:
    return page.locator(f".board-card[data-order='{order.number}']")


def placed(order: WorkOrder) -> tuple[str | None, str | None]:
    order = WorkOrder.objects.select_related("engineer", "booking", "region").get(pk=order.pk)
    start = order.booking and order.booking.during.lower.astimezone(order.region.zone)
    return order.engineer and order.engineer.username, start and f"{start:%H:%M}"


def test_an_order_is_dragged_from_the_pool_moved_and_brought_back_by_undo(board, orders, engineer, colleague) -> None:
    page, order = board(), orders[0]
    expect(page.locator("[data-board-count]")).to_have_text("2")
    lift(page, card(page, order))
    expect(carry(page, engineer, 10)).to_contain_text("Emil Engineer 10:00–10:45")
    page.mouse.up()
    page.get_by_role("button", name="Nearest").click()
    expect(page.locator("[data-board-told]")).to_have_text(f"{order.number} is with Emil Engineer at 10:00 now.")
    assert placed(order) == ("engineer", "10:00")
    expect(page.locator(f".board-row[data-person='{engineer.pk}'] .board-facts")).to_contain_text("0:45 of 12:00 h")

    lift(page, bar(page, order))
    carry(page, engineer, 12.3)  # snaps to the quarter
    page.mouse.up()
    expect(page.locator("[data-board-told]")).to_have_text(f"{order.number} is with Emil Engineer at 12:15 now.")
    assert placed(order) == ("engineer", "12:15")

    lift(page, bar(page, order))
    carry(page, colleague, 14)
    page.mouse.up()
    page.locator("dialog input[name=reason]").fill("Speaks their dialect")
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("[data-board-told]")).to_have_text(f"{order.number} is with Cora Colleague at 14:00 now.")

    page.reload()  # what may be undone outlives the page
    for left in [("engineer", "12:15"), ("engineer", "10:00"), (None, None)]:
        told = page.locator("[data-board-told]")
        page.evaluate("document.querySelector('[data-board-told]').textContent = ''")
        page.keyboard.press("Control+z")
        expect(told).to_have_text(f"Undone: {order.number}.")
        assert placed(order) == left
    expect(page.get_by_role("button", name="Undo").first).to_be_disabled()
    expect(card(page, order)).to_be_visible()


def test_what_speaks_against_a_place_is_shown_before_the_drop_and_a_refusal_takes_it_back(
    board, orders, engineer, colleague, dispatcher, manager, tomorrow
) -> None:
    leave = tomorrow + timedelta(hours=13)
    book_time(colleague, kind="leave", start=leave, end=leave + timedelta(hours=2), by=dispatcher, at=timezone.now(), label="Dentist")  # fmt: skip
    colleague.skills.all().delete()
    page, order = board(expected="status of 409"), orders[0]
    lift(page, card(page, order))
    told = carry(page, colleague, 12.5)
    expect(told).to_contain_text("Cora Colleague is away from 13:00 to 15:00: Dentist.")
    expect(told).to_contain_text("no POS repair")  # from the server, after a moment
    expect(page.locator(".board-ghost")).to_have_class("board-ghost is-clash")
    expect(carry(page, engineer, 19.5)).to_contain_text("outside the shift of Emil Engineer")
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)
    page.mouse.up()
    assert placed(order) == (None, None)

    page.route("**/board/changes/**", lambda route: route.fulfill(status=204))  # this page sees nothing of what follows
    assign_by_hand(order, engineer=colleague, by=manager, reason="Mine", start=tomorrow + timedelta(hours=9), at=timezone.now())  # fmt: skip
    lift(page, card(page, order))
    carry(page, engineer, 10)
    page.mouse.up()
    page.get_by_role("button", name="Nearest").click()
    expect(page.locator("[data-board-told]")).to_contain_text(
        f"Mo Manager has changed {order.number} meanwhile: Cora Colleague has it now"
    )
    expect(bar(page, order)).to_have_count(0)  # painted too early, and taken back
    expect(card(page, order)).to_be_visible()
    assert placed(order) == ("colleague", "09:00")


def test_all_of_it_can_be_done_with_the_keyboard(board, orders, engineer, colleague) -> None:
    page, (first, second) = board(), orders
    for order, name, hour in ((first, "Cora Colleague", "10:30"), (second, "Emil Engineer", "11:00")):
        card(page, order).focus()
        page.keyboard.press("Enter")
        page.get_by_label("Somebody else").select_option(label=name)
        page.locator("dialog [name=clock]").fill(hour)
        page.locator("dialog [data-send=move] input[name=reason]").fill("By hand")
        page.keyboard.press("Enter")
        expect(page.locator("[data-board-said]")).to_have_text(f"{order.number} is with {name} at {hour} now.")
    assert (placed(first), placed(second)) == (("colleague", "10:30"), ("engineer", "11:00"))

    bar(page, first).focus()
    page.keyboard.press("ArrowDown")  # the row below has one at about that time
    expect(bar(page, second)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("[data-board-said]")).to_have_text(f"{first.number} is no longer locked.")
    expect(bar(page, first)).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("dialog summary").click()
    page.get_by_role("button", name="Needs another skill").click()
    expect(card(page, first)).to_be_visible()
    assert placed(first) == (None, None)


def test_what_somebody_else_does_appears_within_five_seconds(board, orders, engineer, manager, tomorrow) -> None:
    page, order = board(), orders[0]
    page.wait_for_timeout(1000)
    assign_by_hand(order, engineer=engineer, by=manager, reason="Near", start=tomorrow + timedelta(hours=9), at=timezone.now())  # fmt: skip
    expect(bar(page, order)).to_be_visible(timeout=5000)
    expect(card(page, order)).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 768)])
def test_the_board_and_its_dialogs_have_no_barrier_and_a_finger_opens_them(
    board, orders, engineer, manager, tomorrow, scheme, width
) -> None:
    assign_by_hand(orders[1], engineer=engineer, by=manager, reason="Near", start=tomorrow + timedelta(hours=9), at=timezone.now())  # fmt: skip
    page = board(color_scheme=scheme, viewport={"width": width, "height": 900}, has_touch=True)
    barriers = violations(page)
    bar(page, orders[1]).tap()
    page.locator("dialog [data-send=lock]").wait_for()
    barriers += violations(page)
    page.keyboard.press("Escape")
    card(page, orders[0]).tap()
    page.locator("dialog [data-send=move]").wait_for()
    barriers += violations(page)
    assert not barriers, "\n".join(barriers)
