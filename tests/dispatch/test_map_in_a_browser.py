"""The live map and a track in a real browser, without tiles and on shifted ones."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from routing.datum import wgs84_to_gcj02
from tests import factories as make
from tests.browser import pixel_of, violations
from tests.dispatch.conftest import place, seen
from workforce.positions import record_positions
from workorders import actions

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"viewport": {"width": 1280, "height": 900}, "locale": "en"}
IS_PAINTED = """([x, y]) => {
  const canvas = document.querySelector(".map .leaflet-overlay-pane canvas");
  const { left, top, width } = canvas.getBoundingClientRect();
  const scale = canvas.width / width;
  return canvas.getContext("2d").getImageData((x - left) * scale, (y - top) * scale, 1, 1).data[3] > 0;
}"""


@pytest.fixture(autouse=True)
def around_the_clock(engineer, colleague) -> None:
    """The pages look at the real clock, and the tests may run at night."""
    for person in (engineer, colleague):
        person.shifts.all().delete()
        make.shifts_of(person, start=time(0), end=time.max)


@pytest.fixture
def office(visit):
    """office(person, "/office/…") opens a page as that person."""
    return lambda person, path, **options: visit(path, user=person, **OFFICE | options)


def tap(page, at: tuple[float, float]) -> None:
    """On the map, where its tiles have this place."""
    pixel = pixel_of(page, *at)
    page.wait_for_function(IS_PAINTED, arg=pixel)
    page.mouse.click(*pixel)


def test_people_and_orders_are_drawn_found_and_opened(office, new_order, engineer, colleague, dispatcher) -> None:
    now = timezone.now()
    type(colleague).objects.filter(pk=colleague.pk).update(name="Cora <i>Colleague</i>")
    seen(engineer, 0, now)
    seen(colleague, 8, now - timedelta(minutes=45))
    order = new_order(at=now)
    actions.assign_work_order(order, engineer=engineer, start=now, end=now + timedelta(hours=1), by=dispatcher, at=now)
    page = office(dispatcher, "/office/map/")
    page.get_by_role("button", name="Emil Engineer").wait_for()
    assert "2 people in shift" in page.inner_text("[data-map-list]")
    assert "1 open order" in page.inner_text("[data-map-list]")
    assert violations(page) == []

    tap(page, place(8))  # Cora's ring
    page.get_by_role("heading", name="Cora <i>Colleague</i>").wait_for()
    page.locator(".leaflet-tooltip", has_text="Cora <i>Colleague</i>").wait_for()  # a name is text, not HTML
    assert "may have moved since" in page.inner_text("[data-map-card]")
    page.get_by_role("button", name="Close").click()

    page.select_option("[name=doing]", "paused")
    page.get_by_text("Nobody in shift is here now.").wait_for()
    page.select_option("[name=doing]", "")
    page.fill("#id_q", "emil")
    page.get_by_text("1 person in shift", exact=False).wait_for()
    assert "q=emil" in page.url
    page.keyboard.press("Enter")  # goes to the first found, and opens the card
    page.get_by_role("heading", name="Emil Engineer").wait_for()
    assert order.number in page.inner_text("[data-map-card]")
    page.fill("#id_q", "")

    page.focus(".map")
    with page.expect_response(lambda answer: "/map/features/" in answer.url):
        page.keyboard.press("-")  # Leaflet's own keys zoom and pan
    with page.expect_response(lambda answer: "/map/features/" in answer.url):
        page.keyboard.press("ArrowLeft")
    actions.accept_work_order(order, by=engineer, at=now)
    actions.depart(order, by=engineer, at=now)
    page.locator("[data-map-list]", has_text="On the way").wait_for(timeout=20_000)  # without being asked

    phone = office(dispatcher, "/office/map/", viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.get_by_role("button", name="Emil Engineer").wait_for()
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_shifted_tiles_a_place_lands_where_the_tiles_have_it(
    office, engineer, dispatcher, live_server, settings
) -> None:
    settings.MAP_TILES = live_server.url + "/static/icon-192.png?{z}/{x}/{y}"
    settings.MAP_DATUM, settings.MAP_ATTRIBUTION = "GCJ02", "Tiles of a test"
    here = place(3)
    seen(engineer, 3, timezone.now())
    page = office(dispatcher, f"/office/map/#15/{here[0]}/{here[1]}")
    page.get_by_role("button", name="Emil Engineer").wait_for()
    assert page.locator(".leaflet-tile-loaded").count() > 0
    assert "Tiles of a test" in page.inner_text(".leaflet-control-attribution")
    middle = page.evaluate("document.querySelector('.map').fieldloop.map.getCenter()")
    there = wgs84_to_gcj02(*here)  # by formulas of our own, not by those of the browser
    assert (middle["lat"], middle["lng"]) == pytest.approx(there, abs=5e-5)
    tap(page, there)
    page.get_by_role("heading", name="Emil Engineer").wait_for()


def test_a_track_is_drawn_with_its_stops(office, new_order, engineer, dispatcher) -> None:
    now = timezone.now()
    begin = max(now - timedelta(hours=2), now.astimezone(engineer.region.zone).replace(hour=0, minute=0, second=0))
    step = (now - begin) / 60
    record_positions(engineer, [(begin + step * n, *place(n / 10), 8.0) for n in range(60)], at=now)
    order = new_order(at=now)
    actions.assign_work_order(order, engineer=engineer, start=now, end=now + timedelta(hours=1), by=dispatcher, at=now)
    page = office(dispatcher, "/office/people/engineer/")
    page.get_by_role("link", name="Track of the day").click()
    page.get_by_text("First position").wait_for()
    page.wait_for_function(IS_PAINTED, arg=pixel_of(page, *place(3)))
    page.get_by_role("button", name="Show stop 1 on the map").click()
    page.wait_for_function("() => document.querySelector('.map').fieldloop.map.getZoom() >= 15")
    assert violations(page) == []
