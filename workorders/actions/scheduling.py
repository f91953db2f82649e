"""Many orders at once: what a day plan asks for, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from journal.actions import record_all
from toolkit.errors import Refused
from workforce.models import Booking, User
from workorders.lifecycle import UNDER_WAY, Status
from workorders.models import WorkOrder
from workorders.queries import planned_time

BATCH = 500
SET = ["status", "engineer", "booking", "pick_up_at", "assigned_at", "accepted_at"]  # no later step has been taken


@dataclass(frozen=True)
class Move:
    """Where an order goes; without an engineer back into the pool."""

    engineer: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    pick_up_at: int | None = None  # the depot with the parts that are missing


def reschedule_work_orders(moves: Mapping[int, Move], *, by: User | None, at: datetime, note: str) -> list[WorkOrder]:
    """Gives the orders new people and times in one go, so that two may change places, and writes the journal of each.

    Whom it concerns is told by the caller, once each. Refused when one of them is locked, has begun or is over, or
    somebody is booked otherwise meanwhile.
    """
    with transaction.atomic():
        orders = list(WorkOrder.objects.select_for_update().filter(pk__in=moves).order_by("pk"))
        people = {order.engineer_id for order in orders} | {move.engineer for move in moves.values()}
        known = {
            person.pk: person
            for person in User.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=people).order_by("pk")
        }
        prefetch_related_objects(orders, "booking", "region")  # read after the locks: before, they may be of yesterday
        changes = [_move(order, moves[order.pk], known, at) for order in orders]
        Booking.objects.filter(pk__in=[order.booking_id for order in orders if order.booking_id]).delete()
        for order, booking in zip(orders, _book(orders, moves), strict=True):
            order.booking = booking
        WorkOrder.objects.bulk_update(orders, SET, batch_size=BATCH)
        for order, changed in zip(orders, changes, strict=True):
            changed["booking"].append(planned_time(order))
        for verb, is_back in (("workorders.assign_work_order", False), ("workorders.return_to_pool", True)):
            written = [n for n, order in enumerate(orders) if (order.engineer_id is None) == is_back]
            record_all(
                verb, [orders[n] for n in written], by=by, at=at, changes=[changes[n] for n in written],
                merchant_ids=[orders[n].merchant_id for n in written], notes=[note] * len(written),
            )  # fmt: skip
        return orders


def _move(order: WorkOrder, move: Move, people: Mapping[int, User], at: datetime) -> dict[str, list[Any]]:
    """Sets all but the booking. Returns the changes, of the booking only how it was."""
    if order.is_locked:
        raise Refused(_("%(order)s is locked: only a dispatcher may move it.") % {"order": order})
    if order.status in UNDER_WAY:
        raise Refused(_("%(order)s has begun and stays as it is.") % {"order": order})
    before, changes = order.engineer_id, {"booking": [planned_time(order)]}
    if move.engineer is None:
        changes |= order.move_to(Status.OPEN, at)
    elif move.engineer != before:
        changes |= order.move_to(Status.ASSIGNED, at)
    if move.engineer != before:
        changes["engineer"] = [people[key].name if key else None for key in (before, move.engineer)]
    order.engineer_id, order.pick_up_at_id = move.engineer, move.pick_up_at
    return changes


def _book(orders: list[WorkOrder], moves: Mapping[int, Move]) -> list[Booking | None]:
    """A booking for each order, None for those that go back into the pool."""
    wanted = [
        Booking(
            person_id=move.engineer, kind=Booking.Kind.WORK, during=DateTimeTZRange(move.start, move.end),
            label=order.number,
        )
        if move.engineer
        else None
        for order in orders
        for move in [moves[order.pk]]
    ]  # fmt: skip
    try:
        with transaction.atomic():
            Booking.objects.bulk_create([booking for booking in wanted if booking], batch_size=1000)
    except IntegrityError as clash:
        if "no_double_booking" not in str(clash):
            raise
        raise Refused(_("Somebody has been booked otherwise meanwhile.")) from clash
    return wanted
