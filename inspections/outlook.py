"""What a plan would bring, before it is saved or started: whom, when, and how much a week.

Up to 100,000 merchants are counted, 5,000 where each has to be looked at. Beyond, keys drawn by chance stand for the
rest, so that a million cost no more.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Max, Min, QuerySet

from inspections.calendar import DAY, Workdays, expected, expected_load, phase_of
from inspections.criteria import SLOW, Criteria, merchants_of, without_slow
from inspections.models import InspectionPlan
from merchants.models import Merchant
from workforce.models import Region

COUNTED = 100_000
LOOKED_AT = 5_000  # one by one, where no index finds them
SAMPLE = 10
DRAWN = 10_000
DATES = 12
LEAST_DAYS = 91
WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Reach:
    """How many merchants a plan is for, and some of them."""

    count: int
    is_counted: bool  # else estimated
    sample: list[Merchant]


def reach_of(region: Region, criteria: Criteria, at: datetime) -> Reach:
    merchants = merchants_of(region, criteria, at).order_by()
    known = merchants_of(region, without_slow(criteria), at).order_by()
    is_slow = bool(SLOW & criteria.keys())
    most = LOOKED_AT if is_slow else COUNTED
    count = known[: most + 1].count()
    if count > most:
        return _estimated(merchants)
    count = merchants.count() if is_slow else count
    return Reach(count, True, list(merchants.select_related("region", "trade")[:SAMPLE]))


def _estimated(merchants: QuerySet[Merchant]) -> Reach:
    """Within a few per cent, and the same when asked again."""
    ends = Merchant.objects.aggregate(first=Min("pk"), last=Max("pk"))
    keys = range(ends["first"], ends["last"] + 1)
    drawn = random.Random(DRAWN).sample(keys, min(DRAWN, len(keys)))  # nosec B311
    found = merchants.filter(pk__in=drawn)
    count = found.count() * len(keys) // len(drawn)
    return Reach(count, False, list(found.select_related("region", "trade")[:SAMPLE]))


@dataclass(frozen=True)
class Outlook:
    """Of a plan as if it began today with nothing made yet."""

    dates: list[tuple[date, date]]  # of the first of the sample: due, and the working day it comes to
    weeks: list[tuple[date, int, int | None]]  # Monday, visits, room
    without_room: int  # visits due by the last day that come later
    until: date


def outlook_of(plan: InspectionPlan, reach: Reach, at: datetime) -> Outlook:
    today = plan.region.service_date(at)
    until = today + timedelta(days=max(plan.horizon_days, LEAST_DAYS))
    until += timedelta(days=6 - until.weekday())  # whole weeks
    load = expected_load(plan.rule, reach.count, since=today, until=until)
    workdays = plan.workdays()
    placed, without_room = workdays.spread(load, until)
    weeks = []
    monday = today - timedelta(days=today.weekday())
    while monday <= until:
        days = [day for day in (monday + number * DAY for number in range(7)) if today <= day <= until]
        weeks.append((monday, sum(placed[day] for day in days), _room(workdays, days)))
        monday += WEEK
    return Outlook(_dates(plan, reach, workdays, today), weeks, without_room, until)


def _room(workdays: Workdays, days: list[date]) -> int | None:
    return None if workdays.room is None else workdays.room * sum(map(workdays.is_open, days))


def _dates(plan: InspectionPlan, reach: Reach, workdays: Workdays, today: date) -> list[tuple[date, date]]:
    if not reach.sample:
        return []
    until = today + timedelta(days=plan.every * 31 * (DATES + 2))
    found = expected(plan.rule, phase_of(reach.sample[0].pk), since=today, until=until)
    free = Workdays(workdays.weekdays, workdays.exceptions)
    return [(due, free.take(due)) for due in islice(found, DATES)]
