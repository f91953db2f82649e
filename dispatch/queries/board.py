"""One region and one day as the board shows them: people as rows, their booked time as bars, the pool at the side.

All of it plain values that become JSON; minutes count from midnight in the region.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import blake2s
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import BigIntegerField, F, Func, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Lower, Upper

from routing.geo import GreatCircleTravel, distance_m, travel_time_s
from workforce.models import Booking, PersonSkill, Region, Shift, User
from workorders.models import Rejection, SkillNeed, WorkOrder

MOST_PEOPLE = 300
POOL_SHOWN = 40
POOL_COUNTED = 1000
POOL = "pool"  # its key among the stamps of people
TRAVEL = GreatCircleTravel()


@dataclass(frozen=True)
class Day:
    region: Region
    on: date

    @cached_property
    def start(self) -> datetime:
        return self._midnight(self.on)

    @cached_property
    def end(self) -> datetime:
        return self._midnight(self.on + timedelta(days=1))

    def _midnight(self, on: date) -> datetime:
        return datetime.combine(on, time.min, self.region.zone).astimezone(UTC)

    def instant_of(self, clock: time) -> datetime:
        return datetime.combine(self.on, clock, self.region.zone)

    def minute(self, instant: datetime) -> int:
        return round((instant - self.start).total_seconds() / 60)

    def instant(self, minute: int) -> datetime:
        return self.start + timedelta(minutes=minute)


def version_of(order: WorkOrder) -> str:
    """Where an order stands on the board: another one whenever somebody has moved, locked or begun it."""
    during = order.booking.during if order.booking else None
    return _version(order.status, order.engineer_id, during, order.is_locked)


def _version(status: str, engineer_id: int | None, during: Any, is_locked: bool) -> str:
    start, end = (int(during.lower.timestamp()), int(during.upper.timestamp())) if during else (0, 0)
    return f"{status}.{engineer_id or 0}.{start}.{end}.{int(is_locked)}"


# -- rows ---------------------------------------------------------------------------------------------

ORDER = (
    "pk", "number", "status", "priority", "is_locked", "engineer_id", "booking_id", "type_id", "merchant__name",
    "summary", "lat", "lon", "duration_min", "response_due_at", "resolution_due_at", "arrived_at",
    "needed_skills",
)  # fmt: skip


def engineers_of(region: Region) -> QuerySet[User]:
    return User.objects.engineers().filter(region__path__startswith=region.path)


def people_of(region: Region) -> list[int]:
    """Whose rows are shown, by name."""
    return list(engineers_of(region).order_by("name", "pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def rows(day: Day, at: datetime, *, only: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """The people of the region, by name, MOST_PEOPLE at most, with their shifts and bookings of the day."""
    shifts = Shift.objects.filter(weekday=day.on.weekday()).order_by("starts_at")
    skills = PersonSkill.objects.select_related("skill").order_by("skill__name")
    asked = engineers_of(day.region).select_related("region").order_by("name", "pk")
    if only is not None:
        asked = asked.filter(pk__in=list(only))
    people = list(asked.prefetch_related(Prefetch("shifts", shifts), Prefetch("skills", skills))[:MOST_PEOPLE])
    booked: dict[int, list] = defaultdict(list)
    for booking in _bookings(day, [person.pk for person in people]):
        booked[booking["person_id"]].append(booking)
    work = [booking for bookings in booked.values() for booking in bookings if booking["work_order__pk"]]
    rejected = _rejected([booking["work_order__pk"] for booking in work], at)
    ways = _ways(people, booked)
    return [_row(day, person, booked[person.pk], ways, rejected) for person in people]


class Span(NamedTuple):
    lower: datetime
    upper: datetime


def _bookings(day: Day, people: list[int]) -> list[dict[str, Any]]:
    """Of these people on that day, by their begin; the two halves have an index each."""
    fields = ("pk", "person_id", "kind", "label", "forced_by_id", *(f"work_order__{name}" for name in ORDER))
    bookings = Booking.objects.filter(person__in=people, during__overlap=(day.start, day.end))
    halves = (bookings.filter(forced_by=None), bookings.filter(forced_by__isnull=False))
    found: list[dict[str, Any]] = []
    for half in halves:
        for booking in half.values(
            *fields, start=Lower("during"), end=Upper("during")
        ):  # two instants cost less than a range
            found.append({**booking, "during": Span(booking["start"], booking["end"])})
    return sorted(found, key=lambda booking: (booking["start"], booking["pk"]))


def _rejected(orders: list[int], at: datetime) -> dict[int, list[int]]:
    """Who would not do each order, as long as that counts."""
    people: dict[int, list[int]] = defaultdict(list)
    asked = Func(
        Value(f"{{{','.join(map(str, orders))}}}"),
        template="(SELECT unnest(%(expressions)s::bigint[]))",
        output_field=BigIntegerField(),
    )
    for order, person in Rejection.objects.filter(order__in=asked, until__gt=at).values_list("order_id", "person_id"):
        people[order].append(person)
    return people


def _ways(people: list[User], booked: dict[int, list]) -> dict[int, int]:
    """Minutes from the work before, at first from where the day begins, by booking; none where a place is unknown."""
    legs = []
    for person in people:
        here = (person.start_lat, person.start_lon)
        for booking in booked[person.pk]:
            there = (booking["work_order__lat"], booking["work_order__lon"])
            if None in there:
                continue
            if None not in here:
                legs.append((booking["pk"], *here, *there))
            here = there
    if not legs:
        return {}
    bookings, *degrees = zip(*legs, strict=True)
    seconds = travel_time_s(TRAVEL.road_factor * distance_m(*degrees), TRAVEL.speed_kmh)
    return dict(zip(bookings, np.round(seconds / 60).astype(int).tolist(), strict=True))


def _row(
    day: Day, person: User, bookings: list[dict[str, Any]], ways: dict[int, int], rejected: dict[int, list[int]]
) -> dict[str, Any]:
    here = Day(person.region, day.on)
    shifts = [
        [day.minute(here.instant_of(clock)) for clock in (shift.starts_at, shift.ends_at)]
        for shift in person.shifts.all()
    ]
    row: dict[str, Any] = {
        "id": person.pk,
        "key": person.username,
        "name": person.name,
        "region": person.region.name,
        "place": [person.start_lat, person.start_lon],
        "skills": [
            [held.skill.code, held.skill.name, held.level, held.expires_on is not None and held.expires_on < day.on]
            for held in person.skills.all()
        ],
        "shifts": shifts,
        "away": [],
        "bars": [],
    }
    for booking in bookings:
        when = [day.minute(booking["during"].lower), day.minute(booking["during"].upper)]
        if booking["work_order__pk"] is None:
            row["away"].append([*when, booking["kind"], booking["label"]])
            continue
        order = {name: booking[f"work_order__{name}"] for name in ORDER} | {"during": booking["during"]}
        row["bars"].append(
            _order(day, order, rejected)
            | {
                "start": when[0],
                "end": when[1],
                "way": ways.get(booking["pk"]),
                "forced": bool(booking["forced_by_id"]),
            }
        )
    return row


def _order(day: Day, order: dict[str, Any], rejected: dict[int, list[int]]) -> dict[str, Any]:
    """`begin_by` and `done_by` are what was promised to the merchant; `needs` is null where its type says it."""
    response = None if order["arrived_at"] else order["response_due_at"]
    resolution = order["resolution_due_at"]
    return {
        "number": order["number"],
        "version": _version(order["status"], order["engineer_id"], order.get("during"), order["is_locked"]),
        "status": order["status"],
        "priority": order["priority"],
        "type": order["type_id"],
        "merchant": order["merchant__name"],
        "summary": order["summary"],
        "place": [order["lat"], order["lon"]],
        "duration": order["duration_min"],
        "locked": order["is_locked"],
        "needs": order["needed_skills"],
        "begin_by": response and day.minute(response),
        "done_by": resolution and day.minute(resolution),
        "rejected": rejected.get(order["pk"], []),
    }


# -- the pool -----------------------------------------------------------------------------------------


def pool(day: Day, at: datetime, *, type_id: int | None, priority: int | None, late: bool) -> dict[str, Any]:
    """The most urgent POOL_SHOWN, and how many there are, counted up to POOL_COUNTED."""
    waiting = WorkOrder.objects.in_pool().filter(region__path__startswith=day.region.path)
    if type_id:
        waiting = waiting.filter(type=type_id)
    if priority:
        waiting = waiting.filter(priority=priority)
    if late:
        waiting = waiting.filter(Q(response_due_at__lt=at) | Q(resolution_due_at__lt=at))
    urgent = waiting.order_by("priority", F("response_due_at").asc(nulls_last=True), "pk")
    shown = list(urgent.values(*ORDER)[:POOL_SHOWN])
    rejected = _rejected([order["pk"] for order in shown], at)
    return {
        "orders": [_order(day, order, rejected) for order in shown],
        "count": waiting[:POOL_COUNTED].count() if len(shown) == POOL_SHOWN else len(shown),
    }


def needs() -> dict[int, dict[str, int]]:
    """The skills each type of order asks for, with their levels."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for kind, code, level in SkillNeed.objects.values_list("type_id", "skill__code", "level"):
        found[kind][code] = level
    return found


# -- what has changed ---------------------------------------------------------------------------------

# xmin is the transaction that wrote a row last: whatever changed, it is another one
STAMPS = """
SELECT person.id::text, left(md5(concat_ws(' ', person.name, person.region_id, person.start_lat, person.start_lon,
    (SELECT string_agg(shift.xmin::text, ',' ORDER BY id) FROM workforce_shift shift
        WHERE person_id = person.id AND weekday = %(weekday)s),
    (SELECT string_agg(held.xmin::text, ',' ORDER BY id) FROM workforce_personskill held WHERE person_id = person.id),
    string_agg(booked.mark, ' ' ORDER BY booked.mark))), 8)
FROM workforce_user person
JOIN workforce_region region ON region.id = person.region_id AND starts_with(region.path, %(path)s)
LEFT JOIN LATERAL (
    SELECT concat_ws(',', booking.id, booking.xmin, work.id, work.xmin) AS mark
    FROM (
        SELECT id, xmin FROM workforce_booking
        WHERE person_id = person.id AND forced_by_id IS NULL AND during && %(day)s::tstzrange
        UNION ALL
        SELECT id, xmin FROM workforce_booking
        WHERE person_id = person.id AND forced_by_id IS NOT NULL AND during && %(day)s::tstzrange
    ) booking
    LEFT JOIN workorders_workorder work ON work.booking_id = booking.id
) booked ON true
WHERE person.is_active AND person.role IN ('engineer', 'inspector')
GROUP BY person.id
UNION ALL
SELECT %(pool)s, left(md5(string_agg(waiting.mark, ' ' ORDER BY waiting.mark)), 8)
FROM (
    SELECT concat_ws(',', work.id, work.xmin) AS mark
    FROM workorders_workorder work
    JOIN workforce_region region ON region.id = work.region_id AND starts_with(region.path, %(path)s)
    WHERE work.status = 'open'
    ORDER BY work.priority, work.opened_at LIMIT %(most)s
) waiting
"""


def stamps(day: Day) -> dict[str, str]:
    """A mark per person, and one for the pool, that changes with anything the board shows of their day."""
    with connection.cursor() as cursor:
        cursor.execute(
            STAMPS,
            {
                "path": day.region.path,
                "weekday": day.on.weekday(),
                "day": f"[{day.start.isoformat()},{day.end.isoformat()})",
                "pool": POOL,
                "most": POOL_COUNTED,
            },
        )
        return {key: mark or "" for key, mark in cursor.fetchall()}


def stamp_of(marks: dict[str, str]) -> str:
    """One for all of them."""
    return blake2s(repr(sorted(marks.items())).encode(), digest_size=8).hexdigest()
