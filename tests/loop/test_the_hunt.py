"""From a blank map to a terminal that stands: the grid, a morning without a connection, the review, the installation."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from merchants.models import Merchant, Review
from prospecting import actions
from prospecting.models import Cell, Lead, Opportunity
from tests import factories as make
from tests.browser import PHONE, choose, pixel_of
from tests.live import running_worker, wait_until
from tests.merchants.conftest import NUMBERS
from tests.mobile.phones import QUIET, Finger, is_all_sent, packed, photo, until
from workforce.models import Boundary, User
from workorders.lifecycle import Status

pytestmark = pytest.mark.django_db(transaction=True)

STREET = {"latitude": 30.2151, "longitude": 120.1151, "accuracy": 12}
DISTRICT = [[120.10, 30.20], [120.14, 30.20], [120.14, 30.23], [120.10, 30.23], [120.10, 30.20]]
CORNERS = [(30.212, 120.112), (30.212, 120.118), (30.218, 120.118), (30.218, 120.112)]


def at_the_desk(visit, user: User, path: str) -> Page:
    return visit(path, user=user, locale="en", viewport={"width": 1440, "height": 900})


def on_the_phone(visit, user: User, path: str) -> Page:
    here = {"geolocation": STREET, "permissions": ["geolocation"]}
    return visit(path, user=user, expected=QUIET, locale="en", **here, **PHONE)


@pytest.fixture
def district(xihu):
    Boundary.objects.create(region=xihu, outline={"type": "Polygon", "coordinates": [DISTRICT]})
    return xihu


@pytest.fixture
def install(db):
    make.SlaPolicyFactory(name="Standard")
    return make.WorkOrderTypeFactory(code="install", name="Installation", needs_review=True)


def test_from_a_blank_map_to_a_terminal_that_stands(
    own_queue, visit, district, install, manager, finance, prospector, engineer
) -> None:
    engineer.shifts.all().delete()
    make.shifts_of(engineer, start=time(0), end=time(23, 59, 59))
    make.TradeFactory(code="tea", name="Tea house")
    known = actions.make_lead(
        name="朝阳茶馆", region=district, source="street", lat=30.2150, lon=120.1150, by=manager, at=timezone.now()
    )

    # the manager draws a cell, gives it to the prospector, and has it walked
    desk = at_the_desk(visit, manager, "/office/grid/draw/")
    desk.wait_for_function("() => document.querySelector('.map')?.fieldloop")
    desk.select_option("[name=region]", "xihu", force=True)
    desk.wait_for_timeout(500)  # the map moves to the region
    for corner in CORNERS:
        desk.mouse.click(*pixel_of(desk, *corner))
    desk.focus(".map")
    desk.keyboard.press("Enter")
    desk.get_by_label("Name").fill("Lake")
    desk.get_by_role("button", name="Preview").click()
    desk.get_by_role("button", name="Make the cell").click()
    desk.get_by_role("heading", name="Lake").wait_for()
    desk.get_by_role("link", name="Give", exact=True).click()
    choose(desk, "prospector", prospector.name)
    desk.get_by_role("button", name="Give").click()
    desk.get_by_role("link", name="Give a task").click()
    desk.get_by_label("Title").fill("The lake by Friday")
    desk.fill("[name=due_on]", f"{timezone.localdate() + timedelta(days=3):%Y-%m-%d}")
    choose(desk, "prospector", prospector.name)
    desk.get_by_role("button", name="Give").click()
    desk.get_by_role("heading", name="The lake by Friday").wait_for()

    # the prospector walks it without a connection: a visit, and a shop nobody knew
    street = on_the_phone(visit, prospector, "/field/")
    packed(street)
    street.context.set_offline(True)
    street.goto("/field/")
    street.get_by_role("link", name=known.name).tap()
    street.locator("#visit-form [data-pictures=photo]").set_input_files(photo(1))
    for chip in ("Spoke with staff", "Undecided"):
        street.locator("#visit-form").get_by_text(chip, exact=True).tap()
    street.get_by_role("button", name="Save the visit", exact=True).tap()
    street.locator("[data-visited]").get_by_text(known.name).wait_for()
    street.locator(".field-dock-item", has_text="New lead").tap()
    street.locator("#new-lead [data-pictures=photo]").set_input_files(photo(2))
    street.get_by_label("Name on the sign").fill("清风茶楼")
    for chip in ("Tea house", "Spoke with who decides", "Interested"):
        street.locator("#new-lead").get_by_text(chip, exact=True).tap()
    street.get_by_role("button", name="Save the lead").tap()
    street.locator("[data-visited]").get_by_text("清风茶楼").wait_for()
    street.context.set_offline(False)
    until(lambda: is_all_sent(street), page=street)
    lead = Lead.objects.get(name="清风茶楼")
    assert (lead.cell, lead.owner) == (Cell.objects.get(name="Lake"), prospector)

    # they want to sign; two things are promised
    street.goto(f"/field/leads/{lead.number}/")
    street.get_by_role("button", name="They want to sign").tap()
    until(lambda: Opportunity.objects.exists(), page=street)
    street.goto(f"/field/leads/{lead.number}/")
    for promise in ("Rolls of receipt paper", "A charging base"):
        street.get_by_role("button", name=promise).tap()
        street.locator("dd", has_text=promise).wait_for()

    # one click makes merchant, review and install order
    opportunity = Opportunity.objects.get()
    desk.goto(opportunity.get_absolute_url())
    desk.get_by_role("button", name="Convert").click()
    expect(desk.get_by_text("The install order waits for the merchant's review.")).to_be_visible()
    opportunity.refresh_from_db()
    order, review = opportunity.order, Review.objects.get()
    assert (order.status, order.promises.count(), review.owner) == (Status.HELD, 2, prospector)

    # the documents, one of which is not good enough
    street.goto(f"/field/reviews/{review.number}/")
    for number, document in enumerate(review.documents.filter(is_required=True), 10):
        street.locator(f"#{document.type} [type=file]").first.set_input_files(photo(number))
        street.locator(f"#{document.type} [data-captures] img").first.wait_for()
    until(lambda: not review.documents.filter(is_required=True, state="missing").exists(), page=street)
    street.get_by_role("button", name="Submit the documents").tap()
    until(lambda: Review.objects.filter(state="submitted").exists(), page=street)
    office = at_the_desk(visit, finance, review.get_absolute_url())

    def judge(document, *, is_good: bool = True) -> None:
        office.goto(f"{review.get_absolute_url()}{document.type}/")
        if is_good and document.has_number:
            office.locator("#number").fill(NUMBERS[document.type])
        if not is_good:
            office.keyboard.press("r")
            office.get_by_label("Blurred or too dark").check()
        office.get_by_role("button", name="Approve" if is_good else "Reject it").click()
        expect(office.get_by_role("heading", name=review.merchant.name)).to_be_visible()

    for document in review.documents.filter(is_required=True):
        judge(document, is_good=document.type != "till")
    until(lambda: review.documents.filter(state="rejected").count() == 1, page=office)
    street.goto("/field/documents/")
    street.get_by_role("link", name="Blurred or too dark").tap()
    street.locator("#till [type=file]").first.set_input_files(photo(30))
    until(lambda: not review.documents.filter(state="rejected").exists(), page=street)
    judge(review.documents.get(type="till"))

    # passed: the order is let go and finds its engineer
    with running_worker():
        office.goto(review.get_absolute_url())
        office.get_by_role("button", name="Pass the review").click()
        wait_until(lambda: type(order).objects.filter(pk=order.pk, engineer=engineer).exists(), "the order is given")
    assert Merchant.objects.get(pk=review.merchant_id).status == "active"

    # the engineer sees the promises first and answers each
    van = on_the_phone(visit, engineer, f"/field/orders/{order.number}/")
    for button in ("Accept", "Set off", "I have arrived", "Begin the work"):
        van.get_by_role("button", name=button, exact=True).tap()
    for kept in van.locator("[data-promise] button[value=True]").all():
        kept.tap()
    until(lambda: order.promises.filter(is_kept=True).count() == 2, page=van)
    van.get_by_role("button", name="Let the merchant sign").tap()
    Finger().draw(van, van.locator("#pad-order"))
    van.locator("[name=signer_name]").fill("王芳")
    van.get_by_role("button", name="Confirm the signature").tap()
    van.get_by_role("button", name="Complete", exact=True).tap()
    van.get_by_role("button", name="Tested with a transaction.").tap()
    van.get_by_role("button", name="Complete the order").tap()
    until(lambda: type(order).objects.filter(pk=order.pk, status=Status.COMPLETED).exists(), page=van)
    assert actions.follow_installs(at=timezone.now()) == 1
    lead.refresh_from_db()
    assert lead.status == "won"

    # the first transaction comes in, and the funnel shows the shop at every step
    desk.goto(reverse("office:merchant-edit", args=[review.merchant.number]))
    desk.fill("[name=first_transaction_on]", f"{timezone.localdate():%Y-%m-%d}")
    desk.get_by_role("button", name="Save").click()
    desk.get_by_role("heading", name=lead.name).wait_for()
    desk.goto(reverse("office:funnel"))
    figures = desk.get_by_role("row", name=prospector.name).get_by_role("link").all_inner_texts()
    assert figures == ["1", "2", "2", "1", "1", "1", "1"]  # cells, leads, visited, opportunity, order, installed, paid
