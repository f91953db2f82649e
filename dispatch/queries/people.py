"""Who could do an order: one SQL query with the hard limits takes the nearest; without limits it tells why not."""

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import connection

from dispatch.models import RuleSet, line_of
from dispatch.slots import Booked, Candidates, Shift
from workforce.models import User
from workforce.roles import Role
from workorders.lifecycle import DONE, WITH_ENGINEER, Status
from workorders.models import WorkOrder

NEAREST = 200
PAGE = 200
FRESH_FOR = timedelta(minutes=30)
CLOCK_SKEW = timedelta(minutes=5)
ENGINEERS = (Role.ENGINEER, Role.INSPECTOR)
NO_LIMIT = 2**31
HORIZON = timedelta(days=2)  # tomorrow's last shift ends before, whatever the time zone


def _in(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


# Why somebody may not be chosen, in the order in which people are counted: the first that holds is their reason.
SKILL_LIMITS = {
    "no_skill": "held.level IS NULL",
    "low_skill": "held.level < %(level)s",
    "expired_skill": "coalesce(held.expires_on < here.today, false)",
}
LIMITS = {
    "off_shift": "(person.id, here.zone) NOT IN (SELECT person_id, zone FROM duty)",
    "leave": "person.id IN (SELECT person_id FROM away WHERE kind = 'leave')",
    "training": "person.id IN (SELECT person_id FROM away WHERE kind = 'training')",
    "rejected": "person.id IN (SELECT person_id FROM refusal)",
}
LATE = ("leave", "training", "rejected")  # keep out few: looked at last, and only until enough people are found
FULL = "full"  # as many orders in hand as the rules allow: the same
OTHER_REGION = "other_region"
EVERY_LIMIT = (*SKILL_LIMITS, *LIMITS, FULL)

# Each step is fenced off (OFFSET 0, MATERIALIZED) so that the planner has little to ponder and keeps to this order.
FIT = f"""
WITH here AS MATERIALIZED (
    SELECT id, time_zone, dense_rank() OVER (ORDER BY time_zone) AS zone, lat, lon, local, local::date AS today,
        extract(isodow FROM local)::int - 1 AS weekday, local::date::timestamp AT TIME ZONE time_zone AS midnight
    FROM (
        SELECT *, %(at)s AT TIME ZONE time_zone AS local FROM workforce_region
        WHERE starts_with(path, %(region)s) OR path = ANY(%(line)s)
    ) region
), duty AS MATERIALIZED (
    SELECT shift.person_id, clock.zone, clock.local - clock.today - shift.starts_at AS lasts
    FROM (SELECT DISTINCT zone, local, today, weekday FROM here) clock
    JOIN workforce_shift shift ON shift.weekday = clock.weekday
        AND shift.starts_at <= clock.local::time AND shift.ends_at > clock.local::time
), away AS MATERIALIZED (
    SELECT person_id, kind FROM workforce_booking WHERE kind <> 'work' AND during @> %(at)s
), refusal AS MATERIALIZED (
    SELECT person_id FROM workorders_rejection WHERE order_id = %(order)s AND until > %(at)s
), fit AS (
    SELECT person.id, person.region_id, person.start_lat, person.start_lon, held.level {{reasons}}
    FROM here
    JOIN workforce_user person ON person.region_id = here.id AND person.is_active
        AND person.role IN ({_in(ENGINEERS)})
    LEFT JOIN workforce_personskill held ON held.person_id = person.id AND held.skill_id = %(skill)s
    WHERE {{condition}}
    OFFSET 0
)
"""

IN_HAND = f"""
LATERAL (
    SELECT count(*) AS orders,
        count(*) FILTER (WHERE status IN ('{Status.ON_SITE}', '{Status.IN_PROGRESS}')) > 0 AS is_working
    FROM workorders_workorder
    WHERE engineer_id = person.id AND status IN ({_in(WITH_ENGINEER)}) AND id <> %(order)s
) hands
"""

NEAREST_PEOPLE = f"""
{FIT}, placed AS (
    SELECT fit.*, told.at AS told_at,
        coalesce(seen.lat, job.lat, start_lat, here.lat) AS lat,
        coalesce(seen.lon, job.lon, start_lon, here.lon) AS lon,
        CASE WHEN seen.lat IS NOT NULL THEN 'position' WHEN job.lat IS NOT NULL THEN 'job'
            WHEN start_lat IS NOT NULL THEN 'start' WHEN here.lat IS NOT NULL THEN 'region'
            ELSE 'unknown' END AS place
    FROM fit
    JOIN here ON here.id = fit.region_id
    LEFT JOIN workforce_position told ON told.person_id = fit.id
    LEFT JOIN LATERAL (
        SELECT told.lat, told.lon WHERE told.at BETWEEN %(fresh)s AND %(latest)s AND (
            (fit.id, here.zone) IN (SELECT person_id, duty.zone FROM duty WHERE lasts >= %(fresh_for)s)
            OR EXISTS (
                SELECT FROM workforce_shift shift
                WHERE shift.person_id = fit.id AND shift.weekday = here.weekday
                    AND here.today + shift.starts_at <= told.at AT TIME ZONE here.time_zone
                    AND here.today + shift.ends_at > here.local
            )
        )
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT done.lat, done.lon FROM workorders_workorder done
        WHERE seen.lat IS NULL AND done.engineer_id = fit.id AND done.lat IS NOT NULL
            AND done.departed_at >= here.midnight AND done.departed_at <= %(latest)s
        ORDER BY done.departed_at DESC LIMIT 1
    ) job ON true
), near AS MATERIALIZED (
    SELECT person.*, hands.orders, hands.is_working, row_number() OVER (ORDER BY distance, id) AS n
    FROM (
        SELECT *, coalesce((lat - %(lat)s::float8) ^ 2 + ((lon - %(lon)s::float8) * %(shrink)s) ^ 2, 1e9) AS distance FROM placed
        ORDER BY distance, id OFFSET 0
    ) person
    CROSS JOIN {IN_HAND}
    WHERE hands.orders < %(most)s AND {{late_condition}}
    ORDER BY distance, id
    LIMIT %(limit)s OFFSET %(offset)s
)
SELECT * FROM (
    SELECT array_agg(near.id ORDER BY n), array_agg(person.username ORDER BY n), array_agg(person.name ORDER BY n),
        array_agg(near.lat ORDER BY n), array_agg(near.lon ORDER BY n), array_agg(near.place ORDER BY n),
        array_agg(extract(epoch FROM %(at)s - near.told_at)::float8 ORDER BY n),
        array_agg(near.start_lat ORDER BY n), array_agg(near.start_lon ORDER BY n),
        array_agg(coalesce(near.level, 0) ORDER BY n), array_agg(near.orders ORDER BY n),
        array_agg(coalesce(known.visits, 0) ORDER BY n),
        array_agg(near.is_working ORDER BY n)
        {{reason_arrays}}
    FROM near
    CROSS JOIN LATERAL (SELECT username, name FROM workforce_user WHERE id = near.id OFFSET 0) person
    LEFT JOIN (
        SELECT engineer_id AS id, count(*) AS visits FROM workorders_workorder
        WHERE merchant_id = %(merchant)s AND status IN ({_in(DONE)})
        GROUP BY engineer_id
    ) known ON known.id = near.id
) people, (
    SELECT array_agg(near.id), array_agg(shift.day), array_agg(extract(epoch FROM shift.opens_at)::float8),
        array_agg(extract(epoch FROM shift.closes_at)::float8)
    FROM near JOIN here ON here.id = near.region_id CROSS JOIN LATERAL (
        SELECT day, (today + day + starts_at) AT TIME ZONE time_zone AS opens_at,
            (today + day + ends_at) AT TIME ZONE time_zone AS closes_at
        FROM (
            SELECT starts_at, ends_at, (weekday - here.weekday + 7) %% 7 AS day
            FROM workforce_shift WHERE person_id = near.id OFFSET 0
        ) worked
        WHERE day < 2
    ) shift
) shifts, (
    SELECT array_agg(near.id), array_agg(extract(epoch FROM lower(during))::float8),
        array_agg(extract(epoch FROM upper(during))::float8), array_agg(work.lat), array_agg(work.lon)
    FROM near
    CROSS JOIN LATERAL (
        SELECT id, during FROM workforce_booking
        WHERE person_id = near.id AND forced_by_id IS NULL AND during && %(days)s::tstzrange
        UNION ALL
        SELECT id, during FROM workforce_booking
        WHERE person_id = near.id AND forced_by_id IS NOT NULL AND during && %(days)s::tstzrange
    ) booking
    LEFT JOIN (
        SELECT work.* FROM near CROSS JOIN LATERAL (
            SELECT booking_id, lat, lon FROM workorders_workorder
            WHERE engineer_id = near.id AND status IN ({_in(WITH_ENGINEER)}) OFFSET 0
        ) work
    ) work ON work.booking_id = booking.id
    WHERE booking.id IS DISTINCT FROM %(booking)s
) booked
"""

COUNT_OF_PASSED_OVER = f"""
{FIT}
SELECT coalesce(reason, CASE WHEN hands.orders >= %(max_orders)s THEN '{FULL}' END), count(*)
FROM fit person CROSS JOIN {IN_HAND}
GROUP BY 1
"""


def candidates(
    order: WorkOrder, rule_set: RuleSet, at: datetime, *, only: User | None = None, offset: int = 0
) -> Candidates:
    """The people who pass the hard limits, the nearest NEAREST by last known place, counted from `offset`."""
    passes = {reason: f"NOT ({limit})" for reason, limit in _limits(order).items()}
    late = " AND ".join(passes.pop(reason) for reason in LATE)
    if only:
        passes["only"] = "person.id = %(only)s"
    return _fetch(
        order, rule_set, at, " AND ".join(passes.values()), late_condition=late, most=rule_set.max_orders,
        limit=NEAREST, offset=offset, only=only and only.pk,
    )  # fmt: skip


def everybody(order: WorkOrder, rule_set: RuleSet, at: datetime, *, name: str = "", offset: int = 0) -> Candidates:
    """Everybody in the region whatever the limits say, nearest first, PAGE at a time; `barred` tells what they say."""
    condition = "strpos(lower(person.name || ' ' || person.username), lower(%(name)s)) > 0" if name else "true"
    return _fetch(order, rule_set, at, condition, limit=PAGE, offset=offset, name=name, with_reasons=True)


def one(order: WorkOrder, person: User, rule_set: RuleSet, at: datetime) -> Candidates:
    """This person alone, in whatever region; empty for who is no active engineer."""
    return _fetch(
        order, rule_set, at, "person.id = %(only)s", limit=1, offset=0, only=person.pk, with_reasons=True,
        region=person.region.path, line=[],
    )  # fmt: skip


def count_passed_over(order: WorkOrder, rule_set: RuleSet, at: datetime) -> dict[str, int]:
    """How many people of the region the hard limits leave out, each under their first reason."""
    cases = " ".join(f"WHEN {limit} THEN '{reason}'" for reason, limit in _limits(order).items())
    sql = COUNT_OF_PASSED_OVER.format(reasons=f", CASE {cases} END AS reason", condition="true")
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(order, rule_set, at))
        counts = dict(cursor.fetchall())
    return {reason: counts[reason] for reason in EVERY_LIMIT if reason in counts}


def _limits(order: WorkOrder) -> dict[str, str]:
    return SKILL_LIMITS | LIMITS if order.type.skill_id else LIMITS


def place_of(order: WorkOrder) -> tuple[float | None, float | None]:
    """Where the work is; the middle of the region when the merchant's place is not known."""
    if order.lat is None or order.lon is None:
        return order.region.lat, order.region.lon
    return order.lat, order.lon


def _parameters(order: WorkOrder, rule_set: RuleSet, at: datetime) -> dict[str, Any]:
    lat, lon = place_of(order)
    return {
        "at": at,
        "region": order.region.path,
        "line": line_of(order.region),
        "order": order.pk,
        "booking": order.booking_id,
        "merchant": order.merchant_id,
        "skill": order.type.skill_id,
        "level": order.type.skill_level,
        "max_orders": rule_set.max_orders,
        "fresh": at - FRESH_FOR,
        "fresh_for": FRESH_FOR,
        "latest": at + CLOCK_SKEW,
        "days": f"[{at.isoformat()},{(at + HORIZON).isoformat()})",
        "lat": lat,
        "lon": lon,
        "shrink": float(np.cos(np.radians(lat or 0.0))),
    }


def _fetch(
    order: WorkOrder,
    rule_set: RuleSet,
    at: datetime,
    condition: str,
    *,
    late_condition: str = "true",
    most: int = NO_LIMIT,
    with_reasons: bool = False,
    **values: Any,
) -> Candidates:
    limits = _limits(order) if with_reasons else {}
    sql = NEAREST_PEOPLE.format(
        condition=condition,
        late_condition=late_condition,
        reasons="".join(f", {limit} AS {reason}" for reason, limit in limits.items()),
        reason_arrays="".join(f", array_agg(near.{reason} ORDER BY n)" for reason in limits),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(order, rule_set, at) | values | {"most": most})
        columns = [column or [] for column in cursor.fetchone()]
    person, orders = columns[0], np.array(columns[10], dtype=np.int64)
    barred = {reason: np.array(columns[13 + n], dtype=bool) for n, reason in enumerate(limits)}
    return Candidates(
        person=np.array(person, dtype=np.int64),
        username=tuple(columns[1]),
        name=tuple(columns[2]),
        lat=np.array(columns[3], dtype=float),
        lon=np.array(columns[4], dtype=float),
        place=tuple(columns[5]),
        position_age_s=np.array(columns[6], dtype=float),
        start_lat=np.array(columns[7], dtype=float),
        start_lon=np.array(columns[8], dtype=float),
        level=np.array(columns[9], dtype=np.int64),
        orders=orders,
        visits=np.array(columns[11], dtype=np.int64),
        is_working=np.array(columns[12], dtype=bool),
        shifts=_by_person(Shift, person, *columns[-9:-5]),
        bookings=_by_person(Booked, person, *columns[-5:]),
        barred=barred | {FULL: orders >= rule_set.max_orders} if with_reasons else {},
    )


def _by_person(kind: Any, people: list[int], owners: list[int], *columns: list) -> tuple:
    """Rows of parallel columns handed to their owners, earliest first."""
    rows: dict[int, list] = {person: [] for person in people}
    for owner, *values in zip(owners, *columns, strict=True):
        rows[owner].append(kind(*values))
    return tuple(tuple(sorted(each, key=itemgetter(0, 1))) for each in rows.values())
