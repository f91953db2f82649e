"""China's public holidays and make-up workdays, as the State Council publishes them each autumn for the next year.

Source: the `chinesecalendar` library, whose tables follow the notices of the General Office of the State Council.
"""

from datetime import date
from enum import StrEnum
from functools import cache

from chinese_calendar import holidays, workdays


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    MAKE_UP_WORKDAY = "make-up-workday"


def chinese_calendar_exceptions(year: int) -> dict[date, DayKind]:
    """Days named as off or as worked in the year's notice, in order; ordinary weekends next to them are not among them."""
    first, last = _known_years()
    if not first <= year <= last:
        raise ValueError(
            f"The holidays of {year} are not known: the chinesecalendar library covers {first} to {last}. "
            f"Update it once the State Council has published them."
        )
    kinds = dict.fromkeys(holidays, DayKind.HOLIDAY) | dict.fromkeys(workdays, DayKind.MAKE_UP_WORKDAY)
    return {day: kinds[day] for day in sorted(kinds) if day.year == year}


@cache
def _known_years() -> tuple[int, int]:
    return min(holidays).year, max(holidays).year
