"""Who could do an order, in one query; and who could not, with the reasons."""

from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import connection

from dispatch.models import RuleSet
from dispatch.queries.statements import (
    COUNT_OF_PASSED_OVER,
    FREE,
    FULL,
    HELD,
    LATE,
    LIMITS,
    NEAREST_PEOPLE,
    OTHER_REGION,
    PROMISED,
)
from dispatch.slots import Booked, Candidates, Shift
from workforce.models import Organisation, User
from workorders.models import WorkOrder

__all__ = ["FULL", "OTHER_REGION", "candidates", "count_passed_over", "everybody", "one", "place_of"]

NEAREST = 200
PAGE = 200
FRESH_FOR = timedelta(minutes=30)
CLOCK_SKEW = timedelta(minutes=5)
NO_LIMIT = 2**31
HORIZON = timedelta(days=2)  # tomorrow's last shift ends before, whatever the time zone


def candidates(
    order: WorkOrder,
    rule_set: RuleSet,
    at: datetime,
    *,
    only: User | None = None,
    offset: int = 0,
    with_parts: bool = True,
) -> Candidates:
    """The people who pass the hard limits, the nearest NEAREST by last known place, counted from `offset`. Without
    `with_parts` whatever is in their bags."""
    passes = {reason: f"NOT ({limit})" for reason, limit in _limits(order).items()}
    late = [passes.pop(reason) for reason in LATE]
    if with_parts:
        for n in range(len(order.needs.parts)):
            late.append(f"{FREE.format(n=n)} >= %(quantity_{n})s")
    if only:
        passes["only"] = "person.id = %(only)s"
    return _fetch(
        order, rule_set, at, " AND ".join(passes.values()), late_condition=" AND ".join(late),
        most=rule_set.max_orders, limit=NEAREST, offset=offset, only=only and only.pk,
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
    limits = _limits(order)
    late = {FULL: "hands.orders >= %(max_orders)s"}
    late |= {
        f"no_part:{need.code}": f"{FREE.format(n=n)} < %(quantity_{n})s" for n, need in enumerate(order.needs.parts)
    }
    every = [*limits, *late]

    def cases(group: dict[str, str]) -> str:
        return " ".join(f"WHEN {limit} THEN {every.index(reason)}" for reason, limit in group.items())

    sql = COUNT_OF_PASSED_OVER.format(
        reasons=f", CASE {cases(limits)} END AS reason", condition="true", late_cases=cases(late), **_pieces(order)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(order, rule_set, at))
        counts = dict(cursor.fetchall())
    return {reason: counts[n] for n, reason in enumerate(every) if n in counts}


def _limits(order: WorkOrder) -> dict[str, str]:
    limits: dict[str, str] = {}
    for n, need in enumerate(order.needs.skills):
        limits |= {
            f"no_skill:{need.code}": f"held_{n}.level IS NULL",
            f"low_skill:{need.code}": f"held_{n}.level < %(level_{n})s",
            f"expired_skill:{need.code}": f"coalesce(held_{n}.expires_on < %(today)s, false)",
        }
    return limits | LIMITS


def _pieces(order: WorkOrder) -> dict[str, str]:
    """The parts of the query that are there once for each skill and each part."""
    skills, parts = range(len(order.needs.skills)), range(len(order.needs.parts))
    columns = [f", held_{n}.level AS level_{n}, held_{n}.expires_on AS expires_{n}" for n in skills]
    return {
        "needs": "".join(columns),
        "joins": " ".join(HELD.format(n=n) for n in skills),
        "promised": "".join(PROMISED.format(n=n) for n in parts),
        "free": "".join(f", {FREE.format(n=n)} AS free_{n}" for n in parts),
    }


def place_of(order: WorkOrder) -> tuple[float | None, float | None]:
    """Where the work is; the merchant's place when it became known later, else the middle of the region."""
    if order.lat is not None and order.lon is not None:
        return order.lat, order.lon
    if order.merchant.lat is not None and order.merchant.lon is not None:
        return order.merchant.lat, order.merchant.lon
    return order.region.lat, order.region.lon


def _parameters(order: WorkOrder, rule_set: RuleSet, at: datetime) -> dict[str, Any]:
    lat, lon = place_of(order)
    values: dict[str, Any] = {
        "at": at,
        "today": order.region.service_date(at),
        "region": order.region.path,
        "line": order.region.line,
        "order_line": order.region.line,
        "order": order.pk,
        "type": order.type_id,
        "booking": order.booking_id,
        "merchant": order.merchant_id,
        "max_orders": rule_set.max_orders,
        "fresh": at - FRESH_FOR,
        "fresh_for": FRESH_FOR,
        "latest": at + CLOCK_SKEW,
        "days": f"[{at.isoformat()},{(at + HORIZON).isoformat()})",
        "lat": lat,
        "lon": lon,
        "shrink": float(np.cos(np.radians(lat or 0.0))),
    }
    for n, skill in enumerate(order.needs.skills):
        values |= {f"skill_{n}": skill.id, f"level_{n}": skill.level}
    for n, part in enumerate(order.needs.parts):
        values |= {f"part_{n}": part.id, f"part_code_{n}": part.code, f"quantity_{n}": part.quantity}
    return values


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
    needs, limits = order.needs, _limits(order) if with_reasons else {}
    skills, parts = range(len(needs.skills)), range(len(needs.parts))
    reasons = {f"reason_{n}": reason for n, reason in enumerate(limits)}
    arrays = [
        *(f"level_{n}" for n in skills),
        *(f"expires_{n}" for n in skills),
        *(f"free_{n}" for n in parts),
        *reasons,
    ]
    sql = NEAREST_PEOPLE.format(
        condition=condition,
        late_condition=late_condition,
        reasons="".join(f", {limits[reason]} AS {column}" for column, reason in reasons.items()),
        arrays="".join(f", array_agg(near.{column} ORDER BY n) AS {column}" for column in arrays),
        **_pieces(order),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, _parameters(order, rule_set, at) | values | {"most": most})
        found = {head.name: cell or [] for head, cell in zip(cursor.description, cursor.fetchone(), strict=True)}
    person, orders = found["person"], np.array(found["orders"], dtype=np.int64)
    carried = _table([found[f"free_{n}"] for n in parts], len(person))
    barred = {reason: np.array(found[column], dtype=bool) for column, reason in reasons.items()}
    if with_reasons:
        barred[FULL] = orders >= rule_set.max_orders
        barred |= {f"no_part:{need.code}": carried[:, n] < need.quantity for n, need in enumerate(needs.parts)}
    return Candidates(
        person=np.array(person, dtype=np.int64),
        username=tuple(found["username"]),
        name=tuple(found["name"]),
        lat=np.array(found["lat"], dtype=float),
        lon=np.array(found["lon"], dtype=float),
        place=tuple(found["place"]),
        position_age_s=np.array(found["position_age_s"], dtype=float),
        start_lat=np.array(found["start_lat"], dtype=float),
        start_lon=np.array(found["start_lon"], dtype=float),
        levels=_table([found[f"level_{n}"] for n in skills], len(person)),
        expires_on=tuple(zip(*(_dates(found[f"expires_{n}"]) for n in skills), strict=True)) or ((),) * len(person),
        carried=carried,
        organisation=_organisations(found["organisation"]) if with_reasons else (None,) * len(person),
        orders=orders,
        visits=np.array(found["visits"], dtype=np.int64),
        is_working=np.array(found["is_working"], dtype=bool),
        shifts=_by_person(Shift, person, *(found[f"shift_{name}"] for name in ("of", "day", "opens", "closes"))),
        bookings=_by_person(
            Booked, person, *(found[f"booking_{name}"] for name in ("of", "start", "end", "lat", "lon"))
        ),
        barred=barred,
    )


def _table(columns: list[list[int | None]], rows: int) -> np.ndarray:
    """Whole numbers, a row per person; None is 0."""
    return (
        np.array([[cell or 0 for cell in column] for column in columns], dtype=np.int64).reshape(len(columns), rows).T
    )


def _dates(column: list[date | None]) -> list[str | None]:
    return [day.isoformat() if day else None for day in column]


def _organisations(keys: list[int | None]) -> tuple[tuple[str, str | None] | None, ...]:
    """Name and end of the contract of who sends each person; None for our own staff."""
    found = {
        key: (name, ends_on.isoformat() if ends_on else None)
        for key, name, ends_on in Organisation.objects.filter(pk__in=set(keys) - {None}).values_list("pk", "name", "ends_on")
    } if any(keys) else {}  # fmt: skip
    return tuple(found.get(key) for key in keys)


def _by_person(kind: Any, people: list[int], owners: list[int], *columns: list) -> tuple:
    """Rows of parallel columns handed to their owners, earliest first."""
    rows: dict[int, list] = {person: [] for person in people}
    for owner, *values in zip(owners, *columns, strict=True):
        rows[owner].append(kind(*values))
    return tuple(tuple(sorted(each, key=itemgetter(0, 1))) for each in rows.values())
