"""Working days, for terms that are counted in them."""

from datetime import date, timedelta
from functools import cache

from merchants.holidays import DayKind, chinese_calendar_exceptions

SATURDAY = 5


def after_working_days(day: date, count: int) -> date:
    """The working day `count` working days after this one; what happens on a holiday counts from the next working day."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    kind = _exceptions(day.year).get(day)
    return day.weekday() < SATURDAY if kind is None else kind == DayKind.MAKE_UP_WORKDAY


@cache
def _exceptions(year: int) -> dict[date, DayKind]:
    """None where the year's notice is not known yet: then weeks are plain ones."""
    try:
        return chinese_calendar_exceptions(year)
    except ValueError:
        return {}
