"""The track of a person's day: what is drawn, what stands beside it, and that looking at it is written down."""

import json
import re
from datetime import UTC, datetime, timedelta
from math import cos, sin

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dispatch.map_track import MOST_POINTS, line_of
from journal.models import Entry
from tests.dispatch.conftest import NORTH_DEG_A_KM, place
from tests.dispatch.people import unhurried
from workforce.positions import record_positions
from workorders import actions

EARTH = 30.27, 120.15


@pytest.fixture
def open_track(client, dispatcher, at):
    """open_track() is the page at 18:00, as a dispatcher sees it."""

    def look(**query) -> str:
        client.force_login(dispatcher)
        with time_machine.travel(at + timedelta(hours=8), tick=False):
            answer = client.get(reverse("office:person-track", args=["engineer"]), query)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()) + answer.content.decode()

    return look


def drawn(page: str) -> dict:
    return json.loads(re.search(r'<script id="track"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_a_line_breaks_where_the_phone_was_silent(at) -> None:
    minutes = [0, 5, 15, 26, 30]
    line = line_of([(at + timedelta(minutes=m), EARTH[0] + m * NORTH_DEG_A_KM / 10, EARTH[1]) for m in minutes])
    assert [(piece.begin, piece.end) for piece in line.pieces] == [
        (at, at + timedelta(minutes=15)), (at + timedelta(minutes=26), at + timedelta(minutes=30))
    ]  # fmt: skip
    assert line.length_m == pytest.approx(1500 + 400, abs=2)  # the way during the silence is not known
    assert [(a.end, b.begin) for a, b in line.gaps] == [(at + timedelta(minutes=15), at + timedelta(minutes=26))]
    assert line_of([]).pieces == [] and line_of([(at, *EARTH)]).length_m == 0


def test_lying_still_is_no_way(at) -> None:
    """Twelve metres around one place for eight hours, every half a minute."""
    deg = NORTH_DEG_A_KM * 0.012
    fixes = [(at + timedelta(seconds=30 * n), EARTH[0] + deg * sin(n), EARTH[1] + deg * cos(2 * n)) for n in range(960)]
    line = line_of(fixes)
    assert line.length_m < 40 and len(line.pieces[0].places) <= 3


@unhurried
@given(st.lists(st.tuples(st.integers(1, 2000), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), max_size=900))
def test_whatever_was_driven_few_points_are_drawn_and_none_far_from_where_it_was(steps) -> None:
    moment, fixes = datetime(2026, 11, 18, tzinfo=UTC), []
    for seconds, north, east in steps:
        moment += timedelta(seconds=seconds)
        fixes.append((moment, EARTH[0] + north, EARTH[1] + east))
    line = line_of(fixes)
    assert sum(len(piece.places) for piece in line.pieces) <= max(MOST_POINTS, 2 * len(line.pieces))
    known = {(round(lat, 5), round(lon, 5)) for _at, lat, lon in fixes}
    shown = [(round(lat, 5), round(lon, 5)) for piece in line.pieces for lat, lon in piece.places]
    assert all(min(abs(a - lat) + abs(b - lon) for a, b in known) < 3e-5 for lat, lon in shown[:20])
    assert not line.pieces or (line.pieces[0].begin, line.pieces[-1].end) == (fixes[0][0], fixes[-1][0])


@pytest.mark.django_db
def test_the_day_stands_on_the_map_and_in_words(open_track, new_order, engineer, dispatcher, at) -> None:
    def minute(n: float):
        return at + timedelta(minutes=n)

    order, later = new_order(), new_order()
    actions.assign_work_order(order, engineer=engineer, start=at, end=minute(60), by=dispatcher, at=at)
    actions.assign_work_order(later, engineer=engineer, start=minute(500), end=minute(560), by=dispatcher, at=at)
    actions.accept_work_order(order, by=engineer, at=at)
    actions.depart(order, by=engineer, at=minute(5))
    actions.arrive(order, by=engineer, at=minute(30), lat=30.2741, lon=120.1551, accuracy_m=10)
    way = [(minute(5 + n), *place(5 - n / 5), 8.0) for n in range(26)]
    stay = [(minute(60 + n), *place(0), 8.0) for n in range(10)]
    record_positions(engineer, way + stay, at=minute(80))
    page = open_track()
    for said in (
        "10:05 First position",
        "10:30",
        "No position for 30 min",
        "11:09 Last position",
        "5.0 km",
        order.number,
    ):
        assert said in page, said
    assert page.index("10:30") < page.index("No position for") < page.index(later.number)
    track = drawn(page)
    assert [len(piece) >= 1 for piece in track["pieces"]] == [True, True]
    assert [(stop["number"], stop["is_done"]) for stop in track["stops"]] == [(1, True), (2, False)]
    entry = Entry.objects.about(engineer).latest("pk")
    assert (entry.verb, entry.actor, entry.note) == ("workforce.view_track", dispatcher, "2026-11-18")


@pytest.mark.django_db
def test_another_day_is_another_day_and_nonsense_is_today(open_track, engineer, at) -> None:
    record_positions(engineer, [(at, *place(0), 8.0)], at=at)
    assert len(drawn(open_track(on="2026-11-18"))["pieces"]) == 1
    yesterday = open_track(on="2026-11-17")
    assert drawn(yesterday)["pieces"] == [] and "No positions of this day" in yesterday
    for nonsense in ("", "2026-13-45", "x", "2031-01-01"):
        assert len(drawn(open_track(on=nonsense))["pieces"]) == 1
    assert Entry.objects.filter(verb="workforce.view_track").count() == 6
