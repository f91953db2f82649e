"""The map of the grid, a cell's page, and every verb through its page."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from shapely.geometry import shape

from journal.models import Entry
from prospecting import actions
from prospecting.models import Cell, Lead, ProspectingTask
from tests import factories as make
from tests.prospecting.conftest import rectangle
from workforce.models import Boundary, Region

pytestmark = pytest.mark.django_db
AROUND = {"bbox": "120.0,30.1,120.3,30.4", "zoom": 12}


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def seen(client, **asked):
    return client.get(reverse("office:grid-features"), AROUND | asked).json()


def cell_named(name):
    return Cell.objects.standing().get(name=name)


def test_cells_are_coloured_by_what_is_asked_for(page, lake, note, picture, prospector, manager, at):
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    leads = [note(name=f"Shop {n}", lat=30.213 + n / 1000) for n in range(4)]
    for lead in leads[:3]:
        actions.record_visit(
            lead, outcome="staff", by=prospector, at=at, lat=lead.lat, lon=lead.lon, accuracy_m=5,
            captures=[picture(prospector)],
        )  # fmt: skip
    shown = {
        colour: next(each for each in seen(page, colour=colour)["cells"] if each["name"] == "Lake")
        for colour in ("coverage", "conversion", "potential", "owner")
    }
    assert {colour: each["text"] for colour, each in shown.items()} == {
        "coverage": "75 %", "conversion": "0 %", "potential": "4", "owner": "Wei Walker",
    }  # fmt: skip
    assert (shown["coverage"]["colour"], shown["conversion"]["colour"]) == ("green", "red")
    features = seen(page)
    assert sum(each["count"] for each in features["leads"]) == 4
    assert sum(each["visited"] for each in features["leads"]) == 3
    assert ["green", "75 % and more"] in features["legend"]
    assert "Wei Walker · 4 leads" in features["list"]
    assert seen(page, leads="no")["leads"] == []
    assert [each["name"] for each in seen(page, prospector="walker")["cells"]] == ["Lake"]
    assert seen(page, bbox="121,30,122,31")["cells"] == []


def test_many_cells_are_gathered_in_the_same_few_statements(
    page, xihu, lake, note, manager, at, django_assert_num_queries
):
    note()
    url = reverse("office:grid-features")
    page.get(url, AROUND)
    with django_assert_num_queries(5):
        page.get(url, AROUND)
    for cell in actions.split_cell(lake, count=2, is_by_work=False, by=manager, at=at):
        actions.split_cell(cell, count=256, is_by_work=False, by=manager, at=at)
    with django_assert_num_queries(3):
        features = page.get(url, AROUND).json()
    with django_assert_num_queries(2):
        page.get(url, AROUND)
    assert features["cells"] == []
    assert sum(each["count"] for each in features["groups"]) == Cell.objects.standing().count() > 500
    assert len(features["groups"]) <= 500


@pytest.mark.parametrize("bbox", ["", "1,2,3", "120,31,121,30", "nan,0,1,1", "0,0,900,1"])
def test_a_part_of_the_world_that_is_none_is_refused(page, lake, bbox):
    answer = page.get(reverse("office:grid-features"), {"bbox": bbox, "zoom": 3})
    assert (answer.status_code, "detail" in answer.json()) == (400, True)


def test_the_manager_of_the_other_city_sees_and_changes_nothing(client, stranger, lake, note, prospector):
    note()
    stranger.role = "manager"
    stranger.save()
    client.force_login(stranger)
    features = seen(client)
    assert (features["cells"], features["leads"]) == ([], [])
    assert "Lake" not in features["list"]
    assert client.get(lake.get_absolute_url()).status_code == 404
    given = client.post(reverse("office:cell-give"), {"cells": [lake.number], "prospector": prospector.username})
    assert given.status_code == 422
    assert not lake.owners.exists()
    drawn = {"region": "xihu", "name": "Mine", "geojson": json.dumps(rectangle(120.11, 30.21, 120.13, 30.22))}
    assert client.post(reverse("office:cell-draw"), drawn).status_code == 422
    assert set(Cell.objects.standing().filter(name="Lake")) == {lake}


def test_a_cell_is_looked_at_before_it_is_drawn(page, lake, note):
    note()
    url = reverse("office:cell-draw")
    drawn = {"region": "xihu", "name": "Shore", "geojson": json.dumps(rectangle(120.115, 30.2, 120.125, 30.23))}
    before = set(Cell.objects.standing())
    shown = page.post(url, drawn | {"preview": "1"}).content.decode()
    assert "It would make" in shown
    assert "Shore" in shown
    assert "what is left" in shown
    assert set(Cell.objects.standing()) == before
    page.post(url, drawn)
    assert cell_named("Shore").parents.filter(pk=lake.pk).exists()


@pytest.mark.parametrize(
    ("geojson", "sentence"),
    [
        ("", "Draw one outline"),
        ("{", "no GeoJSON that could be read"),
        ('{"type": "Polygon", "coordinates": [[NaN]]}', "no GeoJSON that could be read"),
        ('{"type": "Polygon", "coordinates": [[1]]}', "no outline that could be drawn"),
        (json.dumps(rectangle(121, 31, 122, 32)), "lies outside"),
    ],
)
def test_a_refused_drawing_comes_back_as_it_was(page, lake, geojson, sentence):
    answer = page.post(reverse("office:cell-draw"), {"region": "xihu", "name": "Shore", "geojson": geojson})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["form"]["geojson"].value() == geojson


def test_a_cell_is_split_by_number_and_along_drawn_lines(page, lake):
    url = reverse("office:cell-split", args=[lake.number])
    assert page.post(url, {"how": "area", "count": "1"}).status_code == 422
    assert page.post(url, {"how": "lines"}).status_code == 422
    line = {"type": "LineString", "coordinates": [[120.11, 30.215], [120.115, 30.215]]}
    refused = page.post(url, {"how": "lines", "geojson": json.dumps(line)})
    assert "from border to border" in refused.content.decode()
    line["coordinates"][1][0] = 120.13
    page.post(url, {"how": "lines", "geojson": json.dumps({"type": "Feature", "properties": None, "geometry": line})})
    one = cell_named("Lake 1")
    page.post(reverse("office:cell-split", args=[one.number]), {"how": "area", "count": "3"})
    assert Cell.objects.standing().filter(name__startswith="Lake 1 ").count() == 3
    again = page.post(url, {"how": "area", "count": "2"}).content.decode()
    assert "redrawn meanwhile" in again
    assert "Lake 2" in page.get(lake.get_absolute_url()).content.decode()


def test_neighbours_are_merged_and_others_refused(page, lake, xihu, manager, at):
    (far,) = actions.draw_cell(xihu, outline=rectangle(120.13, 30.21, 120.135, 30.22), name="Far", by=manager, at=at)
    one, two = actions.split_cell(lake, count=2, is_by_work=False, by=manager, at=at)
    url = reverse("office:cell-merge")
    assert "Lake 1" in page.get(url, {"cell": [one.number, two.number]}).content.decode()
    assert "Choose cells on the map first." in page.post(url, {}).content.decode()
    assert "Choose two cells or more." in page.post(url, {"cells": [one.number]}).content.decode()
    assert "Only neighbours" in page.post(url, {"cells": [one.number, far.number]}).content.decode()
    page.post(url, {"cells": [one.number, two.number], "name": "Shore"})
    assert cell_named("Shore").parents.count() == 2


def test_an_import_says_what_it_mends_and_cuts_before_it_is_applied(page, xihu):
    bow = {"type": "Polygon", "coordinates": [[[120.13, 30.2], [120.14, 30.21], [120.14, 30.2], [120.13, 30.21], [120.13, 30.2]]]}  # fmt: skip
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": outline}
        for name, outline in [("West", rectangle(120.0, 30.2, 120.12, 30.24)), ("Bow", bow)]
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    url = reverse("office:cell-import")
    file = SimpleUploadedFile("cells.geojson", text.encode())
    shown = page.post(url, {"region": "xihu", "file": file, "preview": "1"})
    kept = {line.name: line for line in shown.context["kept"]}
    assert (kept["West"].is_cut, kept["West"].is_mended, kept["Bow"].is_mended) == (True, False, True)
    assert shown.context["form"]["geojson"].value() == text
    assert not Cell.objects.exists()
    page.post(url, {"region": "xihu", "geojson": text})
    assert cell_named("West").region == xihu


def test_a_regions_boundary_is_looked_at_mended_and_set(page, hangzhou):
    bow = {"type": "Polygon", "coordinates": [[[120.1, 30.2], [120.2, 30.3], [120.2, 30.2], [120.1, 30.3], [120.1, 30.2]]]}  # fmt: skip
    url, sent = reverse("office:boundary-set"), {"region": hangzhou.code, "geojson": json.dumps(bow)}
    shown = page.post(url, sent | {"preview": "1"})
    found = shown.context["boundary"]
    assert (len(found.rings), found.is_mended, len(shown.context["start"]["made"])) == (2, True, 2)
    assert not Boundary.objects.exists()
    assert page.post(url, sent).url == f"{reverse('office:grid')}?region=hangzhou"
    assert shape(Boundary.objects.get().outline).is_valid
    assert Entry.objects.about(hangzhou).get().verb == "prospecting.set_boundary"


def test_where_there_are_cells_they_are_cut_to_the_new_boundary_and_keep_whose_they_are(
    page, lake, note, prospector, xihu, manager, at
):
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    stays, leaves = note(), note(lat=30.2105)
    sent = {"region": "xihu", "geojson": json.dumps(rectangle(120.10, 30.212, 120.15, 30.23))}
    made = page.post(reverse("office:boundary-set"), sent | {"preview": "1"}).context["outcome"].made
    page.post(reverse("office:boundary-set"), sent)
    cell = cell_named("Lake")
    assert cell.parents.get() == lake and cell.owners.get(during__upper_inf=True).prospector == prospector
    assert (cell.south, len(made)) == (pytest.approx(30.212), Cell.objects.standing().count())
    homes = dict(Lead.objects.values_list("pk", "cell"))
    assert homes == {stays.pk: cell.pk, leaves.pk: None}


@pytest.mark.parametrize(
    ("geojson", "sentence"),
    [
        ("", "This holds no outline"),
        (json.dumps(rectangle(30.2, 120.1, 30.3, 120.2)), "the longitude stands first"),
        (json.dumps(rectangle(8.5, 47.3, 8.6, 47.4)), "km from Xihu"),
        ('{"type": "Polygon", "coordinates": [[1]]}', "no outline that could be drawn"),
        (json.dumps(rectangle(120.1, 30.2, 120.1, 30.3)), "encloses nothing"),
    ],
)
def test_what_can_be_no_boundary_is_refused(page, xihu, geojson, sentence):
    Region.objects.filter(pk=xihu.pk).update(lat=30.25, lon=120.13)
    answer = page.post(reverse("office:boundary-set"), {"region": "xihu", "geojson": geojson, "preview": "1"})
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert Boundary.objects.get().outline == xihu.boundary.outline


def test_cells_are_given_taken_back_and_keep_who_had_them(page, lake, prospector, manager, xihu, at):
    one, two = actions.split_cell(lake, count=2, is_by_work=False, by=manager, at=at)
    url = reverse("office:cell-give")
    page.post(url, {"cells": [one.number, two.number], "prospector": prospector.username})
    assert set(Cell.objects.visible_to(prospector)) == {one, two}
    unsaid = page.post(url, {"cells": [one.number], "prospector": ""}).content.decode()
    assert "Choose a prospector, or take the cells back." in unsaid
    page.post(url, {"cells": [one.number], "is_taken_back": "on"})
    assert set(Cell.objects.visible_to(prospector)) == {two}
    assert "Wei Walker" in page.get(one.get_absolute_url()).content.decode()
    away = make.UserFactory(username="away", role="prospector", region=xihu, is_active=False)
    assert page.post(url, {"cells": [one.number], "prospector": away.username}).status_code == 422


def test_a_task_is_given_for_the_cells_chosen_on_the_map(page, lake, note, prospector, manager, xihu, at):
    note()
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    form = page.get(reverse("office:prospecting-task-give"), {"cell": lake.number}).context["form"]
    facts = {name: form[name].value() for name in ("prospector", "region", "cells")}
    page.post(reverse("office:prospecting-task-give"), {**facts, "title": "The lake", "due_on": "2099-01-01"})
    task = ProspectingTask.objects.get()
    assert (task.prospector, task.region, task.cells.get()) == (prospector, xihu, lake)
    assert "The lake" in page.get(lake.get_absolute_url()).content.decode()


def test_the_page_begins_where_the_cells_are(page, lake, manager):
    shown = page.get(reverse("office:grid"))
    assert shown.context["start"]["corners"] == [pytest.approx([30.2, 120.1]), pytest.approx([30.23, 120.14])]
    assert page.get(reverse("office:grid-boundary", args=["xihu"])).json()["type"] == "Polygon"
    assert page.get(reverse("office:grid-boundary", args=["hangzhou"])).status_code == 204
    card = page.get(reverse("office:cell-card", args=[lake.number])).content.decode()
    assert reverse("office:cell-split", args=[lake.number]) in card


def test_forms_and_filters_hold_only_the_cells_that_are_chosen(page, lake, stranger):
    """There may be 5,000; a search finds the others."""

    def options(address, **query):
        content = page.get(address, query).content.decode()
        select = content[content.index('data-search="/office/grid/search/"') :]
        return select[: select.index("</select>")].count("<option")

    assert options(reverse("office:lead-list")) == 2  # any, and outside of every cell
    assert options(reverse("office:lead-list"), cell=lake.number) == 3
    assert options(reverse("office:prospecting-task-give")) == 0
    assert options(reverse("office:prospecting-task-give"), cell=lake.number) == 1
    assert options(reverse("office:campaign-add")) == 0
    search = reverse("office:cell-search")
    assert page.get(search, {"q": "lak"}).json() == [{"value": lake.number, "text": "Lake · Xihu"}]
    assert page.get(search, {"q": "sea"}).json() == []
    stranger.role = "manager"
    stranger.save()
    page.force_login(stranger)
    assert page.get(search).json() == []


def test_prospectors_are_chosen_by_typing(page, prospector, rival, stranger):
    rival.is_active = False
    rival.save()
    search, everybody = reverse("office:prospector-search"), reverse("office:prospector-search-all")
    assert page.get(search).json() == [{"value": "walker", "text": "Wei Walker · Xihu"}]
    assert page.get(search, {"q": "rui"}).json() == []
    assert page.get(everybody, {"q": "rui"}).json() == [{"value": "rival", "text": "Rui Rival · Xihu"}]
    visits = page.get(reverse("office:shop-visit-list"), {"prospector": "rival"}).content.decode()
    assert '<option value="rival" selected>Rui Rival</option>' in visits
    assert "Wei Walker" not in visits
    stranger.role = "manager"
    stranger.save()
    page.force_login(stranger)
    assert page.get(everybody).json() == []
