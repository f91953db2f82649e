"""What is done on the board. Each says which version of the order was seen, and leaves behind how to undo it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.actions.by_hand import OLDEST_START, assign_by_hand
from dispatch.queries.board import version_of
from journal.models import Entry
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions import assign_work_order, lock_work_order, return_to_pool
from workorders.lifecycle import UNDER_WAY, WAYS_ON, Status
from workorders.models import WorkOrder, WorkOrderQuerySet
from workorders.queries import planned_time


@dataclass(frozen=True)
class Move:
    """Where an order stood before – without an engineer in the pool – and the version the move left behind."""

    order_id: int
    version: str
    engineer_id: int | None
    start: datetime | None
    end: datetime | None
    is_locked: bool

    def packed(self) -> list:
        """As JSON has it."""
        start, end = (instant and instant.isoformat() for instant in (self.start, self.end))
        return [self.order_id, self.version, self.engineer_id, start, end, self.is_locked]

    @classmethod
    def unpacked(cls, values: list) -> "Move":
        pk, version, engineer_id, start, end, is_locked = values
        start, end = (instant and datetime.fromisoformat(instant) for instant in (start, end))
        return cls(pk, version, engineer_id, start, end, is_locked)


@dataclass(frozen=True)
class Shifted:
    """What an insertion does to another order: a later start, or None: back into the pool."""

    order_id: int
    version: str
    start: datetime | None


def move_order(
    order: WorkOrder,
    *,
    engineer: User,
    start: datetime,
    by: User,
    at: datetime,
    version: str,
    reason: str = "",
    force: bool = False,
) -> Move:
    """To somebody, or for who has it already to another time: only the first needs a reason. Locks the order."""
    with transaction.atomic():
        order = _seen(order, version)
        _refuse_under_way(order)
        before = _move(order)
        if order.engineer != engineer:
            moved = assign_by_hand(
                order, engineer=engineer, by=by, reason=reason, at=at, start=start, force=force
            )  # fmt: skip
        elif start < at - OLDEST_START:
            raise Refused(_("The start lies in the past."), field="start")
        else:
            end = start + (before.end - before.start)
            moved = assign_work_order(
                order, engineer=engineer, start=start, end=end, by=by, at=at, reason=reason.strip(), force=force,
                lock=True,
            )  # fmt: skip
        return replace(before, version=version_of(moved))


def take_off_board(order: WorkOrder, *, by: User, reason: str, at: datetime, version: str) -> Move:
    with transaction.atomic():
        order = _seen(order, version)
        _refuse_under_way(order)
        before = _move(order)
        return replace(before, version=version_of(return_to_pool(order, by=by, reason=reason, at=at)))


def lock_on_board(order: WorkOrder, *, is_locked: bool, by: User, at: datetime, version: str) -> Move:
    with transaction.atomic():
        order = _seen(order, version)
        before = _move(order)
        return replace(before, version=version_of(lock_work_order(order, is_locked=is_locked, by=by, at=at)))


def insert_order(
    order: WorkOrder,
    *,
    engineer: User,
    start: datetime,
    shifted: Sequence[Shifted],
    day: Sequence[str],
    by: User,
    reason: str,
    at: datetime,
    version: str,
) -> list[Move]:
    """An urgent order into a full day: what stands in its way comes later or goes back into the pool, all or nothing.

    `day` are the versions of all the engineer's planned orders as they were when it was worked out.
    """
    with transaction.atomic():
        orders = _lock_all([order.pk, *(each.order_id for each in shifted)])
        order = _seen(order, version)
        _refuse_changed_day(engineer, day)
        moves = []
        # from the last to the first, so that none runs into the one before it
        for each in sorted(
            shifted, key=lambda each: each.start.timestamp() if each.start else float("inf"), reverse=True
        ):
            other = _seen(orders[each.order_id], each.version)
            before = _move(other)
            because = _("Makes room for %(order)s: %(reason)s") % {"order": order, "reason": reason}
            if each.start is None:
                moved = return_to_pool(other, by=by, reason=because[:200], at=at)
            else:
                end = each.start + (before.end - before.start)
                moved = assign_work_order(
                    other, engineer=engineer, start=each.start, end=end, by=by, at=at, reason=because
                )
            moves.append(replace(before, version=version_of(moved)))
        moves.append(move_order(order, engineer=engineer, start=start, by=by, at=at, version=version, reason=reason))
        return moves


def undo_moves(moves: Sequence[Move], *, among: WorkOrderQuerySet, by: User, at: datetime) -> list[WorkOrder]:
    """Puts orders back where they stood, all or none: refused when anything has changed since."""
    with transaction.atomic():
        orders = _lock_all([move.order_id for move in moves])
        if among.filter(pk__in=orders).count() < len(orders):
            raise Refused(_("This is no longer valid. Look at the board again."))
        for move in moves:
            _seen(orders[move.order_id], move.version)
        # to the pool first, then from the first to the last: each finds its time free again
        in_order = sorted(moves, key=lambda move: move.start.timestamp() if move.start else 0.0)
        return [_put_back(orders[move.order_id], move, by=by, at=at) for move in in_order]


def _put_back(order: WorkOrder, move: Move, *, by: User, at: datetime) -> WorkOrder:
    reason = _("Undone on the board")
    if move.engineer_id is None:
        return return_to_pool(order, by=by, reason=reason, at=at)
    during = order.booking and (order.booking.during.lower, order.booking.during.upper)
    if (order.engineer_id, during) == (move.engineer_id, (move.start, move.end)):
        return lock_work_order(order, is_locked=move.is_locked, by=by, at=at)
    return assign_work_order(
        order, engineer=User.objects.get(pk=move.engineer_id), start=move.start, end=move.end, by=by, at=at,
        reason=reason, lock=move.is_locked,
    )  # fmt: skip


def _lock_all(pks: Iterable[int]) -> dict[int, WorkOrder]:
    """In the order of their keys, so that two who move the same orders wait for each other."""
    ordered = sorted(set(pks))
    list(WorkOrder.objects.select_for_update().filter(pk__in=ordered).order_by("pk").values("pk"))
    return WorkOrder.objects.in_bulk(ordered)


def _move(order: WorkOrder) -> Move:
    during = order.booking.during if order.booking else None
    return Move(
        order.pk, "", order.engineer_id, during and during.lower, during and during.upper, order.is_locked
    )  # fmt: skip


def _seen(order: WorkOrder, version: str) -> WorkOrder:
    """A fresh copy under its lock; refused when it is no longer the one that was seen, with who changed it."""
    order = WorkOrder.objects.locked(order)
    if version_of(order) == version:
        return order
    names: dict[str, Any] = {"order": order, "status": order.get_status_display(), "engineer": order.engineer}
    last = Entry.objects.about(order).select_related("actor").first()
    names["who"] = last.actor if last and last.actor else _("Automatic dispatch")
    if order.engineer is None:
        raise Refused(_("%(who)s has changed %(order)s meanwhile: it is “%(status)s” now.") % names)
    names["during"] = planned_time(order) or "–"
    raise Refused(
        _("%(who)s has changed %(order)s meanwhile: %(engineer)s has it now, %(during)s, “%(status)s”.") % names
    )


def _refuse_under_way(order: WorkOrder) -> None:
    if order.status in UNDER_WAY:
        raise Refused(
            _("%(order)s is “%(status)s”: work that has begun is not moved. %(way_on)s")
            % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
        )


def _refuse_changed_day(engineer: User, day: Sequence[str]) -> None:
    """Under the lock on the person, which whoever books their time takes too."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=engineer.pk)
    now = {
        version_of(order)
        for order in WorkOrder.objects.with_engineer().filter(engineer=engineer).select_related("booking")
    }
    if now != set(day):
        raise Refused(_("The day of %(name)s has changed meanwhile. Look at the proposals again.") % {"name": engineer})
