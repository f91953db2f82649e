"""How long an engineer has had to accept an order: only working hours count. Pure, no Django."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=31)  # who has not accepted in a month has had time enough


def time_on_shift(
    shifts: Iterable[tuple[int, time, time]], zone: ZoneInfo, since: datetime, until: datetime
) -> timedelta:
    """Time between two instants that lies in weekly shifts of (weekday, from, until), as clocks in `zone` show it."""
    since = max(since, until - LONGEST)
    shifts, total = list(shifts), timedelta()
    day = since.astimezone(zone).date()
    while day <= until.astimezone(zone).date():
        for weekday, starts_at, ends_at in shifts:
            if weekday == day.weekday():
                opens = max(datetime.combine(day, starts_at, zone).astimezone(since.tzinfo), since)
                closes = min(datetime.combine(day, ends_at, zone).astimezone(since.tzinfo), until)
                total += max(closes - opens, timedelta())
        day += timedelta(days=1)
    return total
