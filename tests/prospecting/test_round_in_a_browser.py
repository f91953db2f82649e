"""A prospector's morning without a connection, in a real Chromium: 390 × 844, a finger, a position, a camera."""

from datetime import timedelta

import pytest
import time_machine

from prospecting import actions
from prospecting.models import Competitor, Lead, Objection, Visit
from tests import factories as make
from tests.browser import PHONE, violations
from tests.mobile.phones import QUIET, Finger, is_all_sent, kept, packed, photo, until

pytestmark = pytest.mark.django_db(transaction=True)

STREET = {"latitude": 30.2151, "longitude": 120.1151, "accuracy": 12}
MOST_TAPS = 8


@pytest.fixture(autouse=True)
def clock(at):
    with time_machine.travel(at, tick=True) as traveller:
        yield traveller


@pytest.fixture
def page(visit, prospector):
    here = {"geolocation": STREET, "permissions": ["geolocation"]}
    return lambda: visit("/field/", user=prospector, locale="en", expected=QUIET, **here, **PHONE)


def test_a_visit_and_a_new_lead_of_eight_taps_arrive_once(page, note, lake, prospector, manager, xihu, at) -> None:
    make.TradeFactory(code="tea", name="Tea house")
    Objection.objects.create(code="fee", name="Fee too high")
    Competitor.objects.create(code="brand", name="Brand")
    near, far = note(), note(name="Far away", lat=30.2195)
    task = actions.give_task(
        prospector=prospector, title="The lake", region=xihu, due_on=at.date() + timedelta(days=2), cells=[lake],
        by=manager, at=at,
    )  # fmt: skip
    page = page()
    packed(page)
    assert violations(page) == []
    page.context.set_offline(True)

    page.goto("/field/")
    page.get_by_role("link", name=near.name).tap()
    page.locator("#visit-form").wait_for()
    assert violations(page) == []
    page.locator("#visit-form [data-pictures=photo]").set_input_files(photo(1))
    for chip in ("Spoke with who decides", "Interested", "Fee too high", "Brand", "Make an offer", "In 3 days"):
        page.locator("#visit-form").get_by_text(chip, exact=True).tap()
    page.get_by_role("button", name="Save the visit", exact=True).tap()
    page.locator("[data-visited]").get_by_text(near.name).wait_for()
    assert page.locator("[data-call]").count() == 1
    page.get_by_text("1 of 2 visited").wait_for()

    page.get_by_role("link", name=far.name).tap()  # 490 m away: says so without asking anybody
    page.locator("#visit-form [data-pictures=photo]").set_input_files(photo(2))
    page.locator("#visit-form").get_by_text("Shop was closed").tap()
    page.get_by_role("button", name="Save the visit", exact=True).tap()
    page.get_by_text("You are 489 m from the shop.").wait_for()
    page.goto("/field/")

    finger = Finger()
    finger.tap(page.get_by_role("link", name="New lead"))
    page.locator("#new-lead").wait_for()
    assert violations(page) == []
    finger.shoot(page.locator("#new-lead [type=file][name]"), photo(3)["buffer"])
    finger.taps += 1  # the camera, and its shutter
    page.get_by_label("Name on the sign").fill("清风茶楼")
    finger.taps += 1
    for chip in ("Tea house", "Spoke with staff", "Interested"):
        finger.tap(page.locator("#new-lead").get_by_text(chip, exact=True))
    finger.tap(page.get_by_role("button", name="Save the lead"))
    page.locator("[data-visited]").get_by_text("清风茶楼").wait_for()
    assert finger.taps <= MOST_TAPS
    assert not Visit.objects.exists()
    assert [each["state"] for each in kept(page, "operations")] == ["waiting", "waiting"]

    page.context.set_offline(False)
    until(lambda: is_all_sent(page), page=page)
    assert [visit.outcome for visit in near.visits.all()] == ["decider"]
    noted = Lead.objects.exclude(pk__in=[near.pk, far.pk]).get()
    assert (noted.name, noted.trade.code, noted.cell, noted.owner) == ("清风茶楼", "tea", lake, prospector)
    assert (noted.intention, noted.location_accuracy_m, noted.visits.count()) == (4, 12, 1)
    assert task.stops.exclude(visit=None).count() == 1
    page.locator(f"[data-visited] [data-lead='{noted.number}']").wait_for()
    assert page.locator("[data-visited] li").count() == 2

    page.get_by_role("link", name="New lead").tap()  # the same shop again
    page.locator("#new-lead [type=file][name]").set_input_files(photo(4))
    page.get_by_label("Name on the sign").fill("清风茶楼(湖边店)")
    page.locator("#new-lead").get_by_text("Spoke with staff").tap()
    page.get_by_role("button", name="Save the lead").tap()
    page.get_by_role("link", name="This one: 清风茶楼").tap()
    page.wait_for_url(f"**/field/leads/{noted.number}/")
    assert kept(page, "operations") == [] or is_all_sent(page)
    assert Lead.objects.count() == 3
