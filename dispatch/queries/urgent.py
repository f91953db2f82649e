"""Who could take an urgent order at once, and what that does to the rest of their day."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil, inf, isnan

import numpy as np

from dispatch.board import Insertion, Rest, Visit, insert_urgent
from dispatch.models import RuleSet
from dispatch.queries import people
from dispatch.queries.board import Day, version_of
from dispatch.slots import WHOLE_S, Candidates
from routing.geo import GreatCircleTravel, Place
from workforce.models import Booking, User
from workorders.lifecycle import UNDER_WAY
from workorders.models import WorkOrder

COMPARED = 20  # of the nearest who may do it
SHOWN = 4


@dataclass(frozen=True)
class Displaced:
    order: WorkOrder
    start: datetime | None  # None: it goes back into the pool, since the shift is over before
    becomes_late: bool


@dataclass(frozen=True)
class Proposal:
    engineer: User
    start: datetime
    way_min: int
    insertion: Insertion
    displaced: list[Displaced]
    day: list[str]  # the versions of all orders the engineer has


def proposals(order: WorkOrder, rule_set: RuleSet, at: datetime) -> list[Proposal]:
    """The best few, least harm first. Time and number of orders in hand are no limits here, all others are."""
    found = people.everybody(order, rule_set, at)
    barred = np.zeros(len(found), dtype=bool)
    for reason, flags in found.barred.items():
        if reason != people.FULL:
            barred |= flags
    nearest = found.take(np.flatnonzero(~barred)[:COMPARED].tolist())
    engineers = User.objects.select_related("region").prefetch_related("shifts").in_bulk(nearest.person.tolist())
    orders, away = _planned([*engineers], at)
    made = []
    for index, pk in enumerate(nearest.person.tolist()):
        rest = _rest(order, engineers[pk], orders[pk], away[pk], nearest, index, at)
        insertion = rest and insert_urgent(rest, _visit(order, at), GreatCircleTravel())
        if insertion:
            made.append(_proposal(engineers[pk], insertion, orders[pk]))
    return sorted(made, key=lambda each: each.insertion.harm)[:SHOWN]


def _proposal(engineer: User, insertion: Insertion, orders: list[WorkOrder]) -> Proposal:
    by_number = {each.number: each for each in orders}
    displaced = [
        Displaced(
            by_number[each.visit.key], None if each.start is None else _on_the_minute(each.start), each.becomes_late
        )
        for each in insertion.displaced
    ]
    start, way_min = _on_the_minute(insertion.start), round(insertion.way_s / 60)
    return Proposal(engineer, start, way_min, insertion, displaced, [version_of(each) for each in orders])


def _on_the_minute(seconds: float) -> datetime:
    """Appointments begin on the full minute."""
    return datetime.fromtimestamp(ceil(seconds / WHOLE_S) * WHOLE_S, UTC)


def _planned(engineers: list[int], at: datetime) -> tuple[dict[int, list[WorkOrder]], dict[int, list[Booking]]]:
    """The orders each has, and the leave and training ahead."""
    orders: dict[int, list[WorkOrder]] = {pk: [] for pk in engineers}
    away: dict[int, list[Booking]] = {pk: [] for pk in engineers}
    in_hand = WorkOrder.objects.with_engineer().filter(engineer__in=engineers).select_related("booking", "region")
    for order in in_hand.order_by("booking__during", "pk"):
        orders[order.engineer_id].append(order)
    ahead = Booking.objects.filter(person__in=engineers, during__overlap=(at, at + people.HORIZON), work_order=None)
    for booking in ahead:
        away[booking.person_id].append(booking)
    return orders, away


def _rest(
    urgent: WorkOrder,
    engineer: User,
    orders: list[WorkOrder],
    away: list[Booking],
    found: Candidates,
    index: int,
    at: datetime,
) -> Rest | None:
    """From now, or when the work in progress is done, to the end of today's shift; None for who is off today.

    What was to be done before today is left out: nobody waits for it at a certain time.
    """
    day = Day(engineer.region, engineer.region.service_date(at))
    shifts = sorted(
        (day.instant_of(shift.starts_at).timestamp(), day.instant_of(shift.ends_at).timestamp())
        for shift in engineer.shifts.all()
        if shift.weekday == day.on.weekday()
    )
    if not shifts:
        return None
    known = not isnan(found.lat[index])
    here: Place = (float(found.lat[index]), float(found.lon[index])) if known else _place(urgent, (0.0, 0.0))
    ready_at, visits = max(at.timestamp(), shifts[0][0]), []
    for order in orders:
        if order.booking is None or not day.start <= order.booking.during.lower < day.end:
            continue
        start, end = order.booking.during.lower.timestamp(), order.booking.during.upper.timestamp()
        if order.status in UNDER_WAY:
            ready_at, here = max(ready_at, end), _place(order, here)
        else:
            visits.append(_visit(order, at, start, end - start, here))
    blocks = [(booking.during.lower.timestamp(), booking.during.upper.timestamp()) for booking in away]
    blocks += [(closes, opens) for (_opens, closes), (opens, _closes) in pairwise(shifts)]  # lunch
    visits += [Visit("", here, start, end - start, is_fixed=True) for start, end in blocks if end > ready_at]
    return Rest(here, ready_at, sorted(visits, key=lambda visit: visit.start), shifts[-1][1])


def _visit(
    order: WorkOrder,
    at: datetime,
    start: float | None = None,
    duration_s: float | None = None,
    here: Place | None = None,
) -> Visit:
    response = None if order.arrived_at else order.response_due_at
    return Visit(
        order.number,
        _place(order, here or (0.0, 0.0)),
        at.timestamp() if start is None else start,
        order.duration_min * 60.0 if duration_s is None else duration_s,
        is_fixed=start is not None and order.is_locked,
        begin_by=response.timestamp() if response else inf,
        done_by=order.resolution_due_at.timestamp() if order.resolution_due_at else inf,
    )


def _place(order: WorkOrder, otherwise: Place) -> Place:
    """Where the work is; where nobody knows, no way is counted."""
    lat, lon = people.place_of(order)
    return (lat, lon) if lat is not None and lon is not None else otherwise
