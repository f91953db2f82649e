"""A cell drawn on the map with the mouse, split along a line, and given to somebody, in a real browser."""

import pytest

from prospecting.models import Cell
from tests.browser import barriers, choose, pixel_of, violations

pytestmark = pytest.mark.django_db(transaction=True)


def click(page, lat, lon, **options):
    page.mouse.click(*pixel_of(page, lat, lon), **options)


def test_a_cell_is_drawn_split_and_given(visit, manager, lake, prospector) -> None:
    page = visit("/office/grid/", user=manager, viewport={"width": 1280, "height": 900}, locale="en")
    page.get_by_role("button", name="Lake").wait_for()
    assert barriers(page) == []

    page.get_by_role("link", name="Draw a cell").click()
    page.wait_for_function("() => document.querySelector('.map')?.fieldloop")
    page.select_option("[name=region]", "xihu", force=True)
    page.wait_for_timeout(500)  # the map moves to the region
    corners = [(30.203, 120.122), (30.203, 120.135), (30.212, 120.135), (30.226, 120.139)]
    for corner in corners:
        click(page, *corner)
    page.keyboard.press("Backspace")
    click(page, 30.212, 120.122, click_count=2)
    assert page.input_value("[data-geojson]").count("[120.") == 5
    page.get_by_label("Name").fill("Harbour")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("what is left").first.wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Make the cell").click()
    page.get_by_role("heading", name="Harbour").wait_for()

    page.get_by_role("link", name="Split").click()
    page.wait_for_function("() => document.querySelector('.map')?.fieldloop")
    page.wait_for_timeout(500)
    click(page, 30.2075, 120.120)
    click(page, 30.2075, 120.137)
    page.focus(".map")
    page.keyboard.press("Enter")
    assert page.get_by_label("Along streets").is_checked()
    page.get_by_role("button", name="Split").click()
    page.get_by_role("link", name="Harbour 2").click()

    page.get_by_role("link", name="On the grid").click()
    page.get_by_role("checkbox", name="Choose Harbour 1").check()
    page.get_by_role("checkbox", name="Choose Harbour 2").check()
    page.get_by_text("2 chosen").wait_for()
    page.get_by_role("button", name="Give", exact=True).click()
    choose(page, "prospector", "Wei Walker")
    page.get_by_role("button", name="Give").click()
    page.get_by_text("Wei Walker · 0 leads").first.wait_for()
    harbours = Cell.objects.visible_to(prospector).order_by("name").values_list("name", flat=True)
    assert list(harbours) == ["Harbour 1", "Harbour 2"]
