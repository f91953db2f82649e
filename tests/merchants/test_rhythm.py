"""Figures worked out by hand."""

from datetime import date, timedelta

import pytest

from merchants import rhythm

SUNDAY = date(2026, 11, 15)


def days(until: date, count: int, cents: int = 100, closed: tuple[int, ...] = ()) -> list[tuple[date, int]]:
    found = [until - timedelta(days=n) for n in range(count)]
    return [(day, cents) for day in found if day.weekday() not in closed]


def test_half_of_what_it_was_is_a_quarter_less_than_a_market_that_lost_a_third():
    earlier = SUNDAY - timedelta(days=28)
    own = days(SUNDAY, 28, 50) + days(earlier, 28, 100)
    market = days(SUNDAY, 28, 2000) + days(earlier, 28, 3000)
    found = rhythm.change(own, market, SUNDAY)
    assert (found.before_cents, found.after_cents) == (2800, 1400)
    assert (found.own, found.market, found.adjusted) == pytest.approx((-0.5, -1 / 3, -0.25))
    assert rhythm.change(days(SUNDAY, 28), [], SUNDAY) == rhythm.Change(0, 2800, None, None, None)
    assert rhythm.change(own, [], SUNDAY).adjusted is None


def test_a_sunday_says_little_of_who_closes_on_sundays_and_much_of_who_never_does():
    saturday = SUNDAY - timedelta(days=1)
    closer, everyday = days(saturday, 56, closed=(6,)), days(saturday, 56)
    assert rhythm.silence(closer, SUNDAY) == rhythm.Silence(1, pytest.approx(0.5 / 9), pytest.approx(8.5 / 9))
    assert rhythm.silence(everyday, SUNDAY) == rhythm.Silence(1, pytest.approx(8.5 / 9), pytest.approx(0.5 / 9))
    assert rhythm.silence(closer, SUNDAY + timedelta(days=2)).chance == pytest.approx(8.5 / 9 * (0.5 / 9) ** 2)
    assert rhythm.silence(everyday, saturday) == rhythm.Silence(0, 0, 1)
    assert rhythm.silence([(saturday, 0)], SUNDAY) is None


def test_who_has_just_begun_is_judged_by_the_weeks_since():
    assert rhythm.silence(days(SUNDAY, 7), SUNDAY + timedelta(days=1)).chance == pytest.approx(1 - 1.5 / 2)


def test_in_a_holiday_in_which_the_market_is_closed_silence_says_nothing():
    monday = SUNDAY + timedelta(days=1)
    usual = {SUNDAY - timedelta(days=n): 40 for n in range(56)}
    own = days(SUNDAY, 56)
    assert rhythm.silence(own, monday, usual | {monday: 10}).usually_open == pytest.approx(8.5 / 9 / 4)
    assert rhythm.silence(own, monday, usual).chance == 1  # nobody was open
    assert rhythm.silence(own, monday, usual | {monday: 80}).chance == pytest.approx(0.5 / 9)


def test_weeks_are_whole_and_the_index_takes_the_market_out():
    own = days(SUNDAY, 7, 300) + days(SUNDAY - timedelta(days=7), 7, 100) + [(SUNDAY - timedelta(days=14), 999)]
    weeks = rhythm.by_week(own, SUNDAY - timedelta(days=14), SUNDAY + timedelta(days=3))
    assert weeks == {date(2026, 11, 2): 700, date(2026, 11, 9): 2100}
    assert rhythm.index(weeks, {date(2026, 11, 2): 10, date(2026, 11, 9): 30}) == pytest.approx(
        {date(2026, 11, 2): 100, date(2026, 11, 9): 100}
    )
    begun = rhythm.index({date(2026, 11, 2): 0, date(2026, 11, 9): 5}, {date(2026, 11, 2): 10, date(2026, 11, 9): 30})
    assert begun == {date(2026, 11, 2): None, date(2026, 11, 9): 100}
