from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.acceptance import time_on_shift

HANGZHOU = ZoneInfo("Asia/Shanghai")
WEEK = [(day, time(9), time(18)) for day in range(5)]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Wall-clock time in Hangzhou; 2026-11-16 is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=HANGZHOU).astimezone(UTC)


def waited(since: datetime, until: datetime) -> int:
    return int(time_on_shift(WEEK, HANGZHOU, since, until) / timedelta(minutes=1))


def test_the_night_does_not_count() -> None:
    assert waited(at(18, 17, 50), at(19, 9, 15)) == 25


def test_the_weekend_does_not_count() -> None:
    assert waited(at(20, 17, 45), at(23, 9, 5)) == 20


def test_within_the_shift_every_minute_counts() -> None:
    assert waited(at(18, 10), at(18, 10, 20)) == 20


def test_nobody_without_shifts_is_ever_late() -> None:
    assert time_on_shift([], HANGZHOU, at(16, 9), at(20, 9)) == timedelta()


def test_days_are_those_of_the_place_not_of_greenwich() -> None:
    """07:30 on Monday in Hangzhou is Sunday in Greenwich."""
    early = [(0, time(7), time(8))]
    assert time_on_shift(early, HANGZHOU, at(16, 7, 30), at(16, 9)) == timedelta(minutes=30)


def test_a_clock_put_forward_does_not_make_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    since = datetime(2026, 3, 29, 0, 0, tzinfo=berlin).astimezone(UTC)
    until = datetime(2026, 3, 29, 12, 0, tzinfo=berlin).astimezone(UTC)
    assert time_on_shift([(6, time(1), time(4))], berlin, since, until) == timedelta(hours=2)
