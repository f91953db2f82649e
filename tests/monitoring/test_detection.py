"""Levels, outages and early signs as pure arithmetic."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.detection import (
    LEAST,
    WEEKS,
    WINDOW,
    Limits,
    Standing,
    areas,
    box_of,
    burst,
    cell_of,
    is_outage,
    judge,
    oddness,
    raised_at,
    rise,
    version_number,
)  # fmt: skip

START = datetime(2026, 11, 18, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PAPER = Limits(10, 40, 5 * MINUTE, 10 * MINUTE)
SILENCE = Limits(60, 10, 0 * MINUTE, 30 * MINUTE)


def run(limits, values):
    standing, told = Standing(), []
    for minute, value in enumerate(values):
        before, standing = standing, judge(standing, limits, value, START + minute * MINUTE)
        if standing.is_raised != before.is_raised:
            told.append(minute)
    return told


@settings(suppress_health_check=[HealthCheck.too_slow])  # what is drawn first waits for hypothesis to read the program
@given(st.lists(st.sampled_from([0, 9, 25, 41, 70]), max_size=80), st.sampled_from([PAPER, SILENCE]))
def test_it_changes_only_after_a_level_has_held_without_a_break(values, limits) -> None:
    told = run(limits, values)
    waits = [limits.raise_after, limits.clear_after]
    for number, minute in enumerate(told):
        wait = waits[number % 2]
        held = values[minute - wait // MINUTE : minute + 1]
        assert all(map(limits.is_calm if number % 2 else limits.is_beyond, held))
    assert all(
        MINUTE * (after - before) >= waits[number % 2] for number, (before, after) in enumerate(pairwise(told), 1)
    )


@given(st.lists(st.sampled_from([9, 11, 12, 39]), max_size=100))
def test_what_trembles_about_a_level_is_told_once_at_most(values) -> None:
    assert len(run(PAPER, values)) <= 1


def test_raised_after_so_long_and_cleared_only_beyond_the_other_level() -> None:
    assert run(PAPER, [9] * 6 + [30] * 50 + [41] * 11) == [5, 66]
    series = [(START + minute * MINUTE, value) for minute, value in enumerate([50, 9, 9, 9, 9, 9, 9, 20])]
    assert list(raised_at(PAPER, series)) == [(START + 6 * MINUTE, 9)]


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), max_size=60, unique=True))
def test_areas_part_the_cells_and_hang_together(cells) -> None:
    found = areas(cells)
    assert sorted(cell for area in found for cell in area) == sorted(cells)
    for number, area in enumerate(found):
        others = set().union(*found[:number], *found[number + 1 :])
        assert not any(abs(a - x) <= 1 and abs(b - y) <= 1 for a, b in area for x, y in others)


@given(st.floats(-80, 80), st.floats(-179, 179))
def test_a_place_lies_in_its_cell(lat, lon) -> None:
    south, west, north, east = box_of(cell_of(lat, lon))
    assert south - 1e-9 <= lat <= north + 1e-9 and west - 1e-9 <= lon <= east + 1e-9


@given(st.lists(st.integers(0, 120), min_size=1, max_size=40))
def test_a_burst_is_the_fullest_window(minutes) -> None:
    instants = [START + minute * MINUTE for minute in minutes]
    assert burst(instants) == max(sum(first <= at <= first + WINDOW for at in instants) for first in instants)


def test_three_in_ten_and_five_at_least() -> None:
    assert is_outage(LEAST, 16) and not is_outage(LEAST, 17) and not is_outage(LEAST - 1, 4)


def poisson(dice: random.Random, mean: float) -> int:
    return sum(dice.random() < mean / 1000 for _each in range(1000))


def test_early_signs_are_seen_in_planted_series_and_not_in_noise() -> None:
    dice = random.Random(4711)
    assert not any(rise([poisson(dice, 90) for _month in range(4)]) >= 4 for _region in range(60))
    assert all(rise([poisson(dice, 90 * 1.3**month) for month in range(4)]) >= 4 for _region in range(10))
    week = [12, 10, 10, 10, 14, 20, 2]  # quiet on Sundays
    for _region in range(10):
        days = [poisson(dice, week[day % 7]) for day in range(7 * WEEKS + 15)]
        assert all(oddness(days[:end]) < 6 for end in range(7 * WEEKS, len(days)))
        last = len(days) % 7
        assert oddness([*days, week[last] * 4 + 12]) >= 6
    assert oddness([5] * 20) == 0.0 and rise([1, 2, 3]) == 0.0


def test_versions_are_compared_by_their_parts() -> None:
    assert version_number("4.10") > version_number("4.9.12") > version_number("v4.9 beta") > version_number("none")
