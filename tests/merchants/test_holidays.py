"""The golden days are typed from the notices of the General Office of the State Council on the holidays of
2024 (25 October 2023), 2025 (12 November 2024) and 2026 (4 November 2025), not from the library under test."""

from datetime import date, timedelta

import pytest
from chinese_calendar import holidays, workdays

from merchants.holidays import DayKind, chinese_calendar_exceptions

# (first day off, last day off) and the weekend days worked for them, month and day
NOTICES: dict[int, tuple[list[tuple[str, str]], list[str]]] = {
    2024: (
        [
            ("01-01", "01-01"),
            ("02-10", "02-17"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-10", "06-10"),
            ("09-15", "09-17"),
            ("10-01", "10-07"),
        ],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        [
            ("01-01", "01-01"),
            ("01-28", "02-04"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("05-31", "06-02"),
            ("10-01", "10-08"),
        ],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        [
            ("01-01", "01-03"),
            ("02-15", "02-23"),
            ("04-04", "04-06"),
            ("05-01", "05-05"),
            ("06-19", "06-21"),
            ("09-25", "09-27"),
            ("10-01", "10-07"),
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}


@pytest.mark.parametrize("year", NOTICES)
def test_the_days_are_those_of_the_official_notice(year: int) -> None:
    off, worked = NOTICES[year]
    expected = {date.fromisoformat(f"{year}-{day}"): DayKind.MAKE_UP_WORKDAY for day in worked}
    for first, last in off:
        day = date.fromisoformat(f"{year}-{first}")
        while day <= date.fromisoformat(f"{year}-{last}"):
            expected[day] = DayKind.HOLIDAY
            day += timedelta(days=1)
    assert chinese_calendar_exceptions(year) == expected
    assert list(chinese_calendar_exceptions(year)) == sorted(expected)


@pytest.mark.parametrize("year", NOTICES)
def test_only_weekends_are_made_up_for(year: int) -> None:
    days = chinese_calendar_exceptions(year)
    assert all(day.weekday() > 4 for day, kind in days.items() if kind == DayKind.MAKE_UP_WORKDAY)


def test_no_day_is_both_off_and_worked() -> None:
    assert not set(holidays) & set(workdays)


@pytest.mark.parametrize("year", [2003, max(holidays).year + 1])
def test_a_year_the_library_does_not_know_is_refused_by_name(year: int) -> None:
    with pytest.raises(ValueError, match=rf"holidays of {year} are not known.*covers 2004 to {max(holidays).year}"):
        chinese_calendar_exceptions(year)
