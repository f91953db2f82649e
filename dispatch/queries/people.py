"""Who could do an order, in one query; and who could not, with the reasons."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q
from numpy.typing import NDArray

from dispatch.models import RuleSet
from dispatch.queries.statements import (
    COUNT_OF_PASSED_OVER,
    EVERYBODY,
    FREE,
    FULL,
    HELD,
    LIMITS,
    NEAREST_PEOPLE,
    OF_A_PERSON,
    ONE,
    OTHER_REGION,
    PLACES,
    PROMISED,
    numbers,
)
from dispatch.queries.statements import (
    nearby as nearby_people,
)
from dispatch.scoring import ENOUGH_VISITS, HIGHEST_LEVEL
from dispatch.slots import Candidates, by_person
from routing.geo import GreatCircleTravel
from toolkit.prepared import execute_prepared
from workforce.models import Organisation, Region, User
from workorders.models import WorkOrder

__all__ = ["FULL", "OTHER_REGION", "candidates", "count_passed_over", "everybody", "one", "place_of"]

FEW = 1000  # so many of a region are all looked at
AROUND = 300  # of those nearby, the nearest who pass the limits
ENOUGH = 30  # with fewer of them everybody is looked at
PROMISING = 130  # whose days are looked at, at a time
PAGE = 200
FRESH_FOR = timedelta(minutes=30)
CLOCK_SKEW = timedelta(minutes=5)
NO_LIMIT = "OFFSET 0"
DEGREE_MIN = float(GreatCircleTravel().matrix([(0, 0)], [(1, 0)])[0, 0]) / 60  # from one to the next
HORIZON = timedelta(days=2)  # tomorrow's last shift ends before, whatever the time zone


def are_many(region: Region) -> bool:
    """More engineers than one would look at for an order of the region."""
    here = Region.objects.filter(Q(path__startswith=region.path) | Q(path__in=region.line))
    return User.objects.engineers().filter(region__in=here)[FEW : FEW + 1].exists()


def candidates(
    order: WorkOrder,
    rule_set: RuleSet,
    at: datetime,
    *,
    only: User | None = None,
    nearby: bool = False,
    offset: int = 0,
    with_parts: bool = True,
) -> Candidates:
    """The people who pass the hard limits, those first for whom most speaks before their day is looked at: PROMISING of
    them, counted from `offset`; either of everybody or of the people `nearby`. Without `with_parts` whatever is in
    their bags."""
    condition = " AND ".join(f"NOT ({limit})" for limit in _limits(order).values())
    late = [f"{FREE.format(n=n)} >= %(quantity_{n})s" for n in range(len(order.needs.parts)) if with_parts]
    who = nearby_people(2 if len(order.needs.skills) + len(late) > 1 else 1) if nearby else ONE if only else EVERYBODY
    return _fetch(
        order, rule_set, at, who, condition, late_condition=" AND ".join(late) or "true", rank="price",
        most=f"ORDER BY near_by.distance LIMIT {AROUND}" if nearby else NO_LIMIT, max_orders=rule_set.max_orders,
        limit=PROMISING, offset=offset, only=only and only.pk,
    )  # fmt: skip


def everybody(order: WorkOrder, rule_set: RuleSet, at: datetime, *, name: str = "", offset: int = 0) -> Candidates:
    """Everybody in the region whatever the limits say, nearest first, PAGE at a time; `barred` tells what they say."""
    condition = "strpos(lower(person.name || ' ' || person.username), lower(%(name)s)) > 0" if name else "true"
    return _fetch(
        order, rule_set, at, EVERYBODY, condition, limit=PAGE, offset=offset, name=name, with_reasons=True
    )  # fmt: skip


def one(order: WorkOrder, person: User, rule_set: RuleSet, at: datetime) -> Candidates:
    """This person alone, in whatever region; empty for who is no active engineer."""
    return _fetch(
        order, rule_set, at, ONE, "true", limit=1, offset=0, only=person.pk, with_reasons=True,
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
        people=EVERYBODY, reasons=f", CASE {cases(limits)} END AS reason", condition="true", most=NO_LIMIT,
        late_cases=cases(late), **_pieces(order),
    )  # fmt: skip
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


def prices(rule_set: RuleSet, skills: int) -> dict[str, float]:
    """What speaks against somebody before their free time is known, in points of the score: the way from the nearest of
    their places, less what they have for them otherwise."""
    weights = rule_set.weights
    total = sum(weights.values()) or 1
    return {
        "per_degree": weights["travel"] / total * 100 * DEGREE_MIN / max(rule_set.max_travel_min, 1),
        "per_order": weights["load"] / total * 100 / max(rule_set.max_orders, 1),
        "per_visit": weights["continuity"] / total * 100 / ENOUGH_VISITS,
        "per_level": weights["overskill"] / total * 100 / (HIGHEST_LEVEL - 1) / max(skills, 1),
        "enough_visits": ENOUGH_VISITS,
    }


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
        "latest": at + CLOCK_SKEW,
        "until": at + HORIZON,
        "lat": lat,
        "lon": lon,
        **prices(rule_set, len(order.needs.skills)),
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
    who: str,
    condition: str,
    *,
    late_condition: str = "true",
    rank: str = "distance",
    most: str = NO_LIMIT,
    max_orders: int = 2**31,
    with_reasons: bool = False,
    **values: Any,
) -> Candidates:
    needs, limits = order.needs, _limits(order) if with_reasons else {}
    skills, parts = range(len(needs.skills)), range(len(needs.parts))
    columns = [
        *OF_A_PERSON,
        *(f"near.level_{n}" for n in skills),
        *(f"near.expires_{n} - date '0001-01-01' + 1" for n in skills),
        *(f"near.free_{n}" for n in parts),
        *(f"near.reason_{n}::int" for n in range(len(limits))),
    ]
    sql = NEAREST_PEOPLE.format(
        people=who,
        condition=condition,
        late_condition=late_condition,
        most=most,
        rank=rank,
        price="".join(f" + level_{n} * %(per_level)s" for n in skills),
        reasons="".join(f", {limit} AS reason_{n}" for n, limit in enumerate(limits.values())),
        numbers=numbers(columns),
        **_pieces(order),
    )
    with connection.cursor() as cursor:
        execute_prepared(cursor, sql, _parameters(order, rule_set, at) | values | {"most_orders": max_orders})
        found = dict(zip((head.name for head in cursor.description), cursor.fetchone(), strict=True))
    table = _rows(found["people"], len(columns))
    count = len(table)
    person, lat, lon, place, age_s, start_lat, start_lon, orders, visits, is_working, organisation = table.T[
        : len(OF_A_PERSON)
    ]
    levels, expires, carried, flags = np.split(
        table[:, len(OF_A_PERSON) :], np.cumsum([len(skills), len(skills), len(parts)]), axis=1
    )
    barred = dict(zip(limits, flags.T == 1, strict=True))
    if with_reasons:
        barred[FULL] = orders >= rule_set.max_orders
        barred |= {f"no_part:{need.code}": carried[:, n] < need.quantity for n, need in enumerate(needs.parts)}
    return Candidates(
        person=person.astype(np.int64),
        username=tuple(found["username"] or ()),
        name=tuple(found["name"] or ()),
        lat=lat,
        lon=lon,
        place=tuple(PLACES[int(number)] for number in place),
        position_age_s=age_s,
        start_lat=start_lat,
        start_lon=start_lon,
        levels=np.nan_to_num(levels).astype(np.int64),
        expires_on=expires,
        carried=carried.astype(np.int64),
        organisation=_organisations(organisation) if with_reasons else (None,) * count,
        orders=orders.astype(np.int64),
        visits=visits.astype(np.int64),
        is_working=is_working == 1,
        shifts=by_person(_rows(found["shifts"], 4), count),
        bookings=by_person(_rows(found["bookings"], 5), count),
        barred=barred,
    )


def _rows(arrays: bytes | None, width: int) -> NDArray[np.float64]:
    """What array_send has made of arrays that are all of this width: five words, then each number behind its length."""
    row = np.dtype([("words", ">i4", 5), ("cells", [("length", ">i4"), ("number", ">f8")], width)])
    return np.frombuffer(arrays or b"", row)["cells"]["number"].astype(float)


def _organisations(keys: NDArray[np.float64]) -> tuple[tuple[str, str | None] | None, ...]:
    """Name and end of the contract of who sends each person; None for our own staff."""
    sent = keys[~np.isnan(keys)].astype(int)
    found = {
        key: (name, ends_on.isoformat() if ends_on else None)
        for key, name, ends_on in Organisation.objects.filter(pk__in=set(sent.tolist())).values_list("pk", "name", "ends_on")
    } if len(sent) else {}  # fmt: skip
    return tuple(found.get(key) for key in keys.tolist())
