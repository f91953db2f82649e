"""Field staff as the builder sees them: when each works, what each can do, and the next free time of each."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import cos, hypot, radians
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from demo.places import KM_PER_DEGREE
from workforce.models import Booking, User

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = time.max  # of the same day, as the end of a shift
SHIFTS: dict[str, list[tuple[time, time]]] = {
    "early": [(time(7), time(16))],
    "day": [(time(9), time(18))],
    "late": [(time(13), time(22))],
    "night": [(time(0), time(7)), (time(22), MIDNIGHT)],
    "standby": [(time(0), time(12)), (time(12), MIDNIGHT)],
}
LONGEST_SEARCH = 14  # days


def local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE)


@dataclass(eq=False)
class Worker:
    user: User
    covers: set[str]  # codes of districts
    shift: str
    weekdays: set[int]
    levels: dict[str, int]
    lat: float
    lon: float
    pace: float = 1.0  # of what everything takes; 2 is slow
    reject_rate: float = 0.015
    away: list[tuple[date, date]] = field(default_factory=list)  # from, until and with
    planned_until: datetime | None = None
    busy_until: datetime | None = None

    def can(self, skill: str, level: int) -> bool:
        return self.levels.get(skill, 0) >= level

    def is_on_shift(self, at: datetime) -> bool:
        here = at.astimezone(ZONE)
        return self._works_on(here.date()) and any(start <= here.time() < end for start, end in SHIFTS[self.shift])

    def first_slot(self, since: datetime, minutes: int) -> datetime | None:
        """The first start from `since` on at which so many minutes fit into a shift and nothing is planned."""
        if self.planned_until and self.planned_until > since:
            since = self.planned_until
        today = since.astimezone(ZONE).date()
        for day in (today + timedelta(days=number) for number in range(LONGEST_SEARCH)):
            if not self._works_on(day):
                continue
            for opens, closes in SHIFTS[self.shift]:
                start = max(since, local(day, opens))
                if start + timedelta(minutes=minutes) <= local(day, closes):
                    return start
        return None

    def travel_min(self, lat: float, lon: float) -> float:
        north, east = (lat - self.lat) * KM_PER_DEGREE, (lon - self.lon) * KM_PER_DEGREE * cos(radians(lat))
        return 6 + hypot(north, east) * 1.35 * 60 / 25

    def is_away(self, day: date) -> bool:
        return any(start <= day <= end for start, end in self.away)

    def is_taken(self, start: datetime, end: datetime) -> bool:
        """Something stands in the calendar that the builder did not plan: a pause that moved work on, say."""
        return Booking.objects.filter(person=self.user, during__overlap=DateTimeTZRange(start, end)).exists()

    def _works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and not self.is_away(day)


def choose(
    workers: list[Worker], rng: random.Random, *, lat: float, lon: float, since: datetime, minutes: int
) -> tuple[Worker, datetime] | None:
    """Who is there first, give or take half an hour, with the start."""
    best, best_at = None, None
    for worker in workers:
        travel = timedelta(minutes=worker.travel_min(lat, lon))
        start = worker.first_slot(since + travel, minutes)
        if start is not None:
            arrival = start + travel / 2 + timedelta(minutes=rng.uniform(0, 30))
            if best_at is None or arrival < best_at:
                best, best_at, best_start = worker, arrival, start
    return (best, best_start) if best else None
