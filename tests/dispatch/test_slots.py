"""The earliest gap in somebody's day that holds the way there, the work and the way on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.slots import ASSUMED_WAY_S, OVERRUN_S, earliest_slots
from tests.dispatch.people import ALL_DAY, HOUR, MORNING, Metres, Shift, away, booked, candidates, job, unhurried

NOWHERE = (math.nan, math.nan)


def slot_of(person: dict, longest_way_min: float = 90, **wishes):
    slots = earliest_slots(candidates(person), job(**wishes), MORNING, longest_way_min * 60, Metres())
    return (slots.start[0] - MORNING) / 60, slots.way_s[0] / 60, slots.extra_s[0] / 60, slots.origin[0]


def test_a_free_person_comes_after_the_way() -> None:
    assert slot_of({"at": away(20)}) == pytest.approx((20, 20, 20, "position"))


def test_a_gap_too_short_for_the_way_on_is_left_alone() -> None:
    """10 there, 45 work, 30 on: 85 minutes do not fit before the next job in 80, nor does 84."""
    person = {"at": away(10), "bookings": [booked(84, 120, away(30))]}
    assert slot_of(person) == pytest.approx((150, 30, 30, "booking"))
    person = {"at": away(10), "bookings": [booked(85, 120, away(30))]}
    assert slot_of(person)[0] == pytest.approx(10)


def test_the_detour_counts_not_the_way_alone() -> None:
    """From 10 north past the shop to 30 south: no detour. To 30 north and back: 20 more than without the shop."""
    assert slot_of({"at": away(10), "bookings": [booked(120, 160, away(-30))]}) == pytest.approx(
        (10, 10, 0, "position"), abs=1e-6
    )
    assert slot_of({"at": away(10), "bookings": [booked(120, 160, away(30))]}) == pytest.approx(
        (10, 10, 20, "position")
    )


def test_leave_has_no_place_and_needs_no_way() -> None:
    person = {"at": away(20), "bookings": [booked(60, 120, None)]}
    assert slot_of(person) == pytest.approx((140, 20, 20, "position"))


def test_after_leave_the_next_job_is_still_reached_in_time() -> None:
    """Leave from 60 to 90, a job 40 away at 120: 10 minutes before the leave and 30 after it are just enough."""
    person = {"bookings": [booked(60, 90, None), booked(120, 150, away(40))]}
    assert slot_of(person, duration_s=50 * 60.0)[0] == 0
    assert slot_of(person, duration_s=51 * 60.0)[0] == pytest.approx(190)


def test_a_job_that_lasts_into_the_morning_is_where_the_day_goes_on() -> None:
    person = {"start": away(30), "bookings": [booked(-30, 22 * 60 + 10, away(5))]}
    assert slot_of(person) == pytest.approx((22 * 60 + 15, 5, 5, "booking"))


def test_a_full_day_leads_to_tomorrow_from_where_the_day_begins() -> None:
    person = {"start": away(12), "bookings": [booked(-30, 8 * 60)]}
    assert slot_of(person) == pytest.approx((22 * 60 + 12, 12, 12, "start"))


def test_there_is_no_time_when_both_days_are_full() -> None:
    person = {"bookings": [booked(-30, 8 * 60), booked(22 * 60, 32 * 60)]}
    assert np.isnan(slot_of(person)[0])


def test_work_ends_within_the_shift() -> None:
    until_then = {"shifts": (Shift(0, MORNING - HOUR, MORNING + HOUR),)}
    assert slot_of(until_then | {"at": away(15)})[0] == pytest.approx(15)
    assert np.isnan(slot_of(until_then | {"at": away(16)})[0])


def test_a_break_between_two_shifts_is_not_worked_in() -> None:
    shifts = (Shift(0, MORNING - HOUR, MORNING + HOUR), Shift(0, MORNING + 2 * HOUR, MORNING + 6 * HOUR))
    assert slot_of({"at": away(20), "shifts": shifts})[0] == pytest.approx(140)


def test_who_is_at_work_beyond_the_plan_is_given_time_to_finish() -> None:
    assert slot_of({"at": away(20), "is_working": True})[0] == pytest.approx(20 + OVERRUN_S / 60)
    in_plan = {"at": away(20), "is_working": True, "bookings": [booked(-10, 30, away(20))]}
    assert slot_of(in_plan)[0] == pytest.approx(50)


def test_a_gap_beyond_the_longest_way_is_taken_only_where_there_is_no_nearer_one() -> None:
    person = {"at": away(80), "bookings": [booked(240, 280, away(5))]}
    assert slot_of(person, longest_way_min=90)[0] == pytest.approx(80)
    assert slot_of(person, longest_way_min=60)[:2] == pytest.approx((285, 5))
    assert slot_of({"at": away(80), "start": away(80)}, longest_way_min=60)[:2] == pytest.approx((80, 80))


def test_an_unknown_place_costs_an_assumed_way() -> None:
    assert slot_of({"at": NOWHERE})[1] == ASSUMED_WAY_S / 60
    assert slot_of({}, lat=math.nan, lon=math.nan)[1] == ASSUMED_WAY_S / 60


def test_appointments_begin_on_the_full_minute() -> None:
    assert slot_of({"at": away(7.3)})[0] == 8


def test_nobody_is_no_error() -> None:
    assert len(earliest_slots(candidates(), job(), MORNING, HOUR, Metres()).start) == 0


minutes = st.integers(-120, 32 * 60)
places = st.floats(-60, 60).map(away)


@st.composite
def days(draw) -> dict:
    edges = sorted(draw(st.lists(minutes, max_size=12, unique=True)))
    stretches = zip(edges[::2], edges[1::2], strict=False)
    return {
        "at": draw(places),
        "start": draw(places),
        "is_working": draw(st.booleans()),
        "bookings": [booked(start, end, draw(st.none() | places)) for start, end in stretches],
    }


@unhurried
@given(days(), st.integers(15, 180))
def test_what_is_found_never_overlaps_and_lies_in_a_shift(day, duration_min) -> None:
    found = slot_of(day, duration_s=duration_min * 60.0)[0]
    if np.isnan(found):
        return
    start = MORNING + found * 60
    end = start + duration_min * 60
    assert start >= MORNING
    assert any(shift.opens_at <= start and end <= shift.closes_at for shift in ALL_DAY)
    assert all(end <= other.start or other.end <= start for other in day["bookings"])


@unhurried
@given(days(), st.integers(15, 180))
def test_nobody_has_to_be_in_two_places_at_once(day, duration_min) -> None:
    """Between the job before and this one, and between this one and the next of the same day, the way fits."""
    found = slot_of(day, duration_s=duration_min * 60.0)[0]
    if np.isnan(found):
        return
    start = MORNING + found * 60
    shift = next(shift for shift in ALL_DAY if start <= shift.closes_at)

    def way(other) -> float:
        return abs(other.lat - away(0)[0]) * 100 * 60

    here = [b for b in day["bookings"] if b.lat is not None and b.start < shift.closes_at and b.end > shift.opens_at]
    before = [b for b in here if b.end <= start and b.end > MORNING]
    after = [b for b in here if b.start >= start]
    if before:
        assert before[-1].end + way(before[-1]) <= start + 1e-6
    if after:
        assert start + duration_min * 60 + way(after[0]) <= after[0].start + 1e-6
