"""Cells of a district: drawn, split, merged, imported, given to prospectors."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from shapely import MultiPoint, Point, voronoi_polygons
from shapely.geometry import mapping

from prospecting import actions
from prospecting.models import Cell, Lead
from prospecting.partition import Plane
from prospecting.places import cell_at, cells_at
from tests import factories as make
from tests.prospecting.conftest import EAST, NORTH, SOUTH, WEST, rectangle
from tests.races import at_once
from toolkit.errors import Refused
from workforce.models import Boundary

pytestmark = pytest.mark.django_db


def lead_at(lat, lon, region, at):
    return Lead.objects.create(name="Shop", region=region, lat=lat, lon=lon, source="street", created_at=at)


def test_the_first_cell_makes_a_grid_of_the_whole_district(lake, xihu):
    assert lake.name == "Lake"
    assert {cell.name for cell in Cell.objects.standing()} >= {"Lake"}
    assert all(cells_at([(30.2001, 120.1001), (30.2299, 120.1399), (30.215, 120.13)]))
    assert cell_at(30.215, 120.115) == lake.pk
    assert cell_at(30.25, 120.115) is None


def test_a_split_cell_hands_on_owner_and_leads(lake, xihu, prospector, manager, at):
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    leads = [lead_at(30.2105 + n / 2000, 120.1105 + n / 2000, xihu, at) for n in range(16)]
    for lead in leads:
        Lead.objects.filter(pk=lead.pk).update(cell=cell_at(lead.lat, lead.lon))
    parts = actions.split_cell(lake, count=4, by=manager, at=at + timedelta(hours=1))
    assert [cell.name for cell in parts] == ["Lake 1", "Lake 2", "Lake 3", "Lake 4"]
    assert [cell.leads.count() for cell in parts] == [4, 4, 4, 4]
    assert {cell.owners.get().prospector for cell in parts} == {prospector}
    assert lake.owners.get().during.upper == at + timedelta(hours=1)
    assert {cell.parents.get() for cell in parts} == {lake}
    with pytest.raises(Refused, match="redrawn meanwhile"):
        actions.give_cell(lake, prospector=None, by=manager, at=at)


def test_neighbours_become_one_and_others_do_not(lake, xihu, manager, at):
    (far,) = actions.draw_cell(xihu, outline=rectangle(120.13, 30.21, 120.135, 30.22), name="Far", by=manager, at=at)
    one, two = actions.split_cell(lake, count=2, is_by_work=False, by=manager, at=at)
    with pytest.raises(Refused, match="Only neighbours"):
        actions.merge_cells([one, far], name="", by=manager, at=at)
    whole = actions.merge_cells([one, two], name="Shore", by=manager, at=at)
    assert (whole.name, whole.parents.count()) == ("Shore", 2)
    assert whole.area_m2 == pytest.approx(one.area_m2 + two.area_m2, rel=1e-3)


def test_an_import_is_cut_to_the_district_and_what_overlaps_goes_to_the_first(xihu, manager, at):
    outlines = [("A", rectangle(120.0, 30.2, 120.12, 30.24)), ("B", rectangle(120.11, 30.2, 120.13, 30.23))]
    actions.import_cells(xihu, outlines=outlines, by=manager, at=at)
    names = dict(Cell.objects.values_list("pk", "name"))
    found = [names[key] for key in cells_at([(30.21, 120.105), (30.21, 120.115), (30.21, 120.125), (30.21, 120.135)])]
    assert found == ["A", "A", "B", "Xihu"]
    actions.import_cells(xihu, outlines=outlines[:1], by=manager, at=at)
    assert Cell.objects.standing().count() == 2


def test_regions_that_share_a_slanting_border_do_not_overlap(company, manager, at):
    middles = [(30.244, 120.179), (30.305, 120.148), (30.281, 120.114), (30.206, 120.211), (30.166, 120.264)]
    points = [Point(lon, lat) for lat, lon in middles]
    for number, share in enumerate(voronoi_polygons(MultiPoint(points)).geoms):
        region = make.RegionFactory(code=f"d{number}", name=f"District {number}", parent=company)
        outline = mapping(share.intersection(share.representative_point().buffer(0.08)))
        Boundary.objects.create(region=region, outline=outline)
        (whole,) = actions.draw_cell(region, outline=outline, name=region.name, by=manager, at=at)
        assert len(actions.split_cell(whole, count=6, is_by_work=False, by=manager, at=at)) == 6
    assert Cell.objects.standing().count() == 30


def test_nonsense_and_what_lies_outside_is_refused(xihu, manager, at):
    with pytest.raises(Refused, match="no outline"):
        actions.draw_cell(xihu, outline={"type": "Polygon"}, name="A", by=manager, at=at)
    with pytest.raises(Refused, match="lies outside"):
        actions.draw_cell(xihu, outline=rectangle(121, 31, 122, 32), name="A", by=manager, at=at)
    with pytest.raises(Refused, match="Give the cell a name"):
        actions.draw_cell(xihu, outline=rectangle(WEST, SOUTH, EAST, NORTH), name=" ", by=manager, at=at)


def test_the_database_allows_no_overlap_and_no_second_owner(lake, prospector, manager, at):
    with pytest.raises(IntegrityError, match="cells_never_overlap"), transaction.atomic():
        lake.pk, lake.number = None, "G-2"
        lake.save(force_insert=True)
    cell = Cell.objects.standing().first()
    actions.give_cell(cell, prospector=prospector, by=manager, at=at)
    with pytest.raises(IntegrityError, match="one_owner_at_a_time"), transaction.atomic():
        cell.owners.create(prospector=manager, during=cell.owners.get().during)


def test_the_history_of_owners_stays(lake, prospector, manager, xihu, at):
    heir = make.UserFactory(username="heir", name="Hua Heir", role="prospector", region=xihu)
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    actions.give_cell(lake, prospector=heir, by=manager, at=at + timedelta(days=3))
    assert [(row.prospector, row.during.upper) for row in lake.owners.order_by("during")] == [
        (prospector, at + timedelta(days=3)),
        (heir, None),
    ]
    assert set(Cell.objects.visible_to(heir)) == {lake}
    assert set(Cell.objects.visible_to(prospector)) == set()
    with pytest.raises(Refused, match="no active prospector"):
        actions.give_cell(lake, prospector=manager, by=manager, at=at)


@pytest.mark.django_db(transaction=True)
def test_two_managers_drawing_at_once_leave_one_grid(lake, xihu, manager, at):
    def draw(number):
        west = 120.105 + number * 0.004
        return actions.draw_cell(
            xihu, outline=rectangle(west, 30.205, west + 0.008, 30.225), name=f"Cell {number}", by=manager, at=at
        )

    drawn = at_once(range(4), draw)
    assert [type(cells) for cells in drawn] == [list] * 4
    outline = xihu.boundary.outline
    total = sum(Cell.objects.standing().values_list("area_m2", flat=True))
    assert total == pytest.approx(Plane.of(outline).read(outline).area, rel=1e-5)
    assert Cell.objects.standing().filter(name="Cell 3").exists()
