from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Capture
from procedures.actions import missing_steps
from procedures.steps import in_language
from spareparts.actions import drop_requisitions
from toolkit.errors import Refused
from workforce.actions import move_booking
from workforce.models import User
from workorders import clock, notices
from workorders.actions._steps import locked, locked_own, moment_of, release_booking, required, tell_above, write
from workorders.actions.faults import missing_fault_codes
from workorders.actions.fence import presence
from workorders.actions.follow_ups import take_answer
from workorders.actions.terminals import refuse_untested_swap
from workorders.actions.tracking import expire_links
from workorders.lifecycle import DONE, Status
from workorders.models import FollowUp, Rating, Visit, WorkOrder

CLOSED_AFTER = timedelta(hours=72)


def complete_work_order(
    order: WorkOrder,
    *,
    by: User,
    at: datetime,
    resolution: str,
    device_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    reason: str = "",
    photo: Capture | None = None,
) -> WorkOrder:
    """Only with a full checklist, fault codes where the type asks for them, and a signature.

    Away from the merchant only with a reason and a photo.
    What is left of the booked time becomes free.
    """
    with transaction.atomic():
        order = locked_own(order, by)
        changes = order.move_to(Status.COMPLETED, moment_of(order, at=at, device_at=device_at))
        if missing := missing_steps(order.run) if order.run else []:
            text = ngettext("One step is missing: %(steps)s.", "%(count)d steps are missing: %(steps)s.", len(missing))
            titles = ", ".join(in_language(step, "title") for step in missing)
            raise Refused(text % {"count": len(missing), "steps": titles})
        if kinds := missing_fault_codes(order):
            names = ", ".join(str(kind.label) for kind in kinds)
            raise Refused(
                _("Choose the fault codes first. Still missing: %(kinds)s.") % {"kinds": names},
                field="faults",
            )
        if order.open_promises:
            waiting = ", ".join(order.promises.filter(is_kept=None).values_list("text", flat=True))
            raise Refused(
                _("Say of each promise whether it was kept. Still open: %(promises)s.") % {"promises": waiting},
                field="promises",
            )
        refuse_untested_swap(order)
        if order.signature_id is None:
            raise Refused(_("The merchant has not signed yet. Have the work signed first."))
        order.resolution = required(resolution, _("Say what was done."), "resolution")
        here = presence(order, lat=lat, lon=lon, accuracy_m=accuracy_m, reason=reason, photo=photo)
        order.completion_distance_m, order.completion_reason = here.distance_m, here.reason
        order.completion_photo = here.photo
        if photo:
            order.captures.add(photo)
        changes |= here.changes("completion")
        clock.set_due_times(order)
        _free_rest_of_booking(order, order.completed_at)
        entry = write(
            "workorders.complete_work_order",
            order,
            by=by,
            at=at,
            device_at=device_at,
            changes=changes,
            note=order.resolution,
        )
        Visit.objects.create(order=order)
        drop_requisitions(order.number, by=by, at=at)
        notices.tell_done(order, entry)
        tell_above(order, by=by, at=at)
        return order


def _free_rest_of_booking(order: WorkOrder, at: datetime) -> None:
    if order.booking is None or order.booking.during.upper <= at:
        return
    if order.booking.during.lower < at:
        move_booking(order.booking, start=order.booking.during.lower, end=at)
    else:
        release_booking(order)


def close_work_order(order: WorkOrder, *, by: User | None, at: datetime) -> WorkOrder:
    with transaction.atomic():
        return _close(locked(order), by=by, at=at)


def close_completed_orders(*, at: datetime) -> int:
    """Closes what was completed long enough ago, each order in its own transaction; several may run side by side."""
    closed = 0
    while True:
        with transaction.atomic():
            due = WorkOrder.objects.filter(status=Status.COMPLETED, completed_at__lte=at - CLOSED_AFTER)
            order = due.select_for_update(skip_locked=True).order_by("pk").first()
            if order is None:
                return closed
            _close(order, by=None, at=at)
            closed += 1


def _close(order: WorkOrder, *, by: User | None, at: datetime) -> WorkOrder:
    changes = order.move_to(Status.CLOSED, at)
    expire_links(order, ended_at=at)
    FollowUp.objects.get_or_create(order=order, defaults={"made_at": at, "due_at": at})
    write("workorders.close_work_order", order, by=by, at=at, changes=changes)
    return order


def cancel_work_order(order: WorkOrder, *, by: User | None, reason: str, at: datetime) -> WorkOrder:
    with transaction.atomic():
        order = locked(order)
        reason = required(reason, _("Say why it is cancelled."), "reason")
        changes = order.move_to(Status.CANCELLED, at)
        order.pauses.filter(ended_at=None).update(ended_at=at)
        order.support_calls.waiting().update(closed_at=at, closed_by=by)
        order.cancel_reason = reason[:200]
        release_booking(order)
        clock.set_due_times(order)
        expire_links(order, ended_at=at)
        entry = write("workorders.cancel_work_order", order, by=by, at=at, changes=changes, note=reason)
        drop_requisitions(order.number, by=by, at=at)
        notices.tell_cancelled(order, entry)
        tell_above(order, by=by, at=at)
        return order


def rate_work_order(
    order: WorkOrder, *, score: int, comment: str, at: datetime, tags: Iterable[str] = (), by: User | None = None
) -> Rating:
    """The merchant's word, once per order, as `by` heard it on the phone; it closes a completed order."""
    if score not in range(1, 6):
        raise Refused(_("Choose 1 to 5."), field="score")
    with transaction.atomic():
        order = locked(order)
        if order.status not in DONE:
            raise Refused(
                _("%(order)s is “%(status)s”: it can be rated when the work is done.")
                % {"order": order, "status": order.get_status_display()}
            )
        try:
            with transaction.atomic():
                rating = Rating.objects.create(
                    order=order, score=score, comment=comment.strip(), tags=list(tags), at=at
                )
        except IntegrityError as clash:
            raise Refused(_("This order has already been rated. Thank you.")) from clash
        changes = {"rating": [None, score]}
        write("workorders.rate_work_order", order, by=by, at=at, changes=changes, note=rating.comment)
        if order.status == Status.COMPLETED:
            _close(order, by=by, at=at)
        take_answer(order, rating, at=at)
        return rating
