"""The engineer's own steps, in the order of the day."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from procedures import actions as procedures
from procedures.models import Answer
from toolkit.errors import Refused
from workforce.models import User
from workforce.positions import record_positions
from workorders import clock, notices
from workorders.actions._steps import locked_own, moment_of, pass_over, release_booking, required, write
from workorders.actions.fence import presence
from workorders.actions.signing import bind_signature
from workorders.lifecycle import WAYS_ON, Status
from workorders.models import Pause, WorkOrder
from workorders.preparation import known_codes
from workorders.serials import serials_for


def accept_work_order(order: WorkOrder, *, by: User, at: datetime, device_at: datetime | None = None) -> WorkOrder:
    with transaction.atomic():
        order = locked_own(order, by)
        changes = order.move_to(Status.ACCEPTED, moment_of(order, at=at, device_at=device_at))
        entry = write("workorders.accept_work_order", order, by=by, at=at, device_at=device_at, changes=changes)
        notices.tell_planned(order, entry)
        return order


def reject_work_order(
    order: WorkOrder, *, by: User, reason: str, at: datetime, device_at: datetime | None = None
) -> WorkOrder:
    """Back into the pool; automatic dispatch passes over this engineer for a while."""
    with transaction.atomic():
        order = locked_own(order, by)
        reason = required(reason, _("Say why you cannot do it."), "reason")
        changes = order.move_to(Status.OPEN, at)
        release_booking(order)
        order.engineer, order.pick_up_at, order.is_locked = (None, None, False)
        changes |= {"engineer": [by.name, None]}
        entry = write(
            "workorders.reject_work_order", order, by=by, at=at, device_at=device_at, changes=changes, note=reason
        )
        pass_over(order, by, reason=reason, at=at)
        notices.tell_dispatchers(order, by, entry)
        return order


def depart(
    order: WorkOrder,
    *,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    seen: str = "",
) -> WorkOrder:
    """`seen`: codes of the warnings that were on the screen (preparation.warnings_before); the journal keeps them."""
    with transaction.atomic():
        order = locked_own(order, by)
        changes: dict[str, Any] = order.move_to(Status.EN_ROUTE, moment_of(order, at=at, device_at=device_at))
        if codes := known_codes(seen):
            changes["warnings"] = [None, ", ".join(codes)]
        entry = write("workorders.depart", order, by=by, at=at, device_at=device_at, changes=changes)
        if lat is not None and lon is not None:
            record_positions(by, [(min(device_at or at, at), lat, lon, accuracy_m)], at=at)
        notices.tell_on_the_way(order, entry)
        return order


def arrive(
    order: WorkOrder,
    *,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    reason: str = "",
    photo: Capture | None = None,
) -> WorkOrder:
    """Checks in. Outside the fence, or without a position where the merchant's is known, with a reason and a photo."""
    with transaction.atomic():
        order = locked_own(order, by)
        changes = order.move_to(Status.ON_SITE, moment_of(order, at=at, device_at=device_at))
        here = presence(order, lat=lat, lon=lon, accuracy_m=accuracy_m, reason=reason, photo=photo)
        order.arrival_distance_m, order.arrival_reason, order.arrival_photo = here.distance_m, here.reason, here.photo
        if photo:
            order.captures.add(photo)
        changes |= here.changes("arrival")
        clock.set_due_times(order)
        write("workorders.arrive", order, by=by, at=at, device_at=device_at, changes=changes, note=order.arrival_reason)
        if lat is not None and lon is not None:
            record_positions(by, [(min(device_at or at, at), lat, lon, accuracy_m)], at=at)
        return order


def start_work(order: WorkOrder, *, by: User, at: datetime, device_at: datetime | None = None) -> WorkOrder:
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status == Status.PAUSED:
            raise Refused(_("%(order)s is paused: resume it instead.") % {"order": order})
        changes = order.move_to(Status.IN_PROGRESS, moment_of(order, at=at, device_at=device_at))
        write("workorders.start_work", order, by=by, at=at, device_at=device_at, changes=changes)
        return order


def pause_work(
    order: WorkOrder, *, by: User, reason: str, at: datetime, note: str = "", device_at: datetime | None = None
) -> WorkOrder:
    """The resolution clock stands still until the work is resumed."""
    if reason not in Pause.Reason.values:
        raise Refused(_("Choose what you are waiting for."), field="reason")
    with transaction.atomic():
        order = locked_own(order, by)
        moment = moment_of(order, at=at, device_at=device_at)
        changes = order.move_to(Status.PAUSED, moment)
        order.pauses.create(reason=reason, note=note.strip()[:200], started_at=moment)
        clock.set_due_times(order)
        changes |= {"reason": [None, reason]}
        write("workorders.pause_work", order, by=by, at=at, device_at=device_at, changes=changes, note=note.strip())
        return order


def resume_work(order: WorkOrder, *, by: User, at: datetime, device_at: datetime | None = None) -> WorkOrder:
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status == Status.ON_SITE:
            raise Refused(_("The work on %(order)s has not begun: start it instead.") % {"order": order})
        moment = moment_of(order, at=at, device_at=device_at)
        changes = order.move_to(Status.IN_PROGRESS, moment)
        order.pauses.filter(ended_at=None).update(ended_at=moment)
        order.support_calls.waiting().update(closed_at=moment, closed_by=by)
        clock.set_due_times(order)
        write("workorders.resume_work", order, by=by, at=at, device_at=device_at, changes=changes)
        return order


def answer_step(
    order: WorkOrder,
    *,
    step: str,
    value: Any = None,
    captures: Iterable[Capture] = (),
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> Answer:
    """Answers a step of the order's checklist while the work goes on."""
    captures = list(captures)
    with transaction.atomic():
        order = locked_own(order, by)
        _refuse_unless_working(order)
        if order.run is None:
            raise Refused(_("%(order)s has no checklist.") % {"order": order})
        before = order.run.answers.current().filter(step=step).first()
        answer = procedures.answer_step(
            order.run, step=step, value=value, captures=captures, by=by, at=at, device_at=device_at,
            serials=partial(serials_for, order),
        )  # fmt: skip
        order.captures.add(*[capture for capture in captures if capture.kind == Capture.Kind.PHOTO])
        changes = {step: [before and before.value, answer.value], "photos": [None, len(captures)]}
        if not captures:
            del changes["photos"]
        write("workorders.answer_step", order, by=by, at=at, device_at=device_at, changes=changes)
        return answer


def add_photo(
    order: WorkOrder, *, capture: Capture, by: User, at: datetime, device_at: datetime | None = None
) -> WorkOrder:
    """Adds a photo beside the checklist, from arrival until the order is closed."""
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status not in (Status.ON_SITE, Status.IN_PROGRESS, Status.PAUSED, Status.COMPLETED):
            raise Refused(_("Photos are taken on site: check in first."))
        if not order.captures.filter(pk=capture.pk).exists():
            order.captures.add(capture)
            write("workorders.add_photo", order, by=by, at=at, device_at=device_at)
        return order


def sign(
    order: WorkOrder,
    *,
    capture: Capture,
    signer_name: str,
    shown_sha256: str,
    shown_text: str = "",
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> WorkOrder:
    """Keeps the merchant's signature, in place of an earlier one, under the report that was shown.

    `shown_sha256` is the hash of the report as it stands (service_report.hash_of). A phone out of reach, which cannot
    know that one, sends the text it showed along, and the hash of that.
    """
    if capture.kind != Capture.Kind.SIGNATURE:
        raise Refused(_("This is not a signature."))
    with transaction.atomic():
        order = locked_own(order, by)
        _refuse_unless_working(order)
        signer_name = required(signer_name, _("Write down who signs."), "signer_name")[:80]
        before, before_by = order.signature_id, order.signer_name
        moment = moment_of(order, at=at, device_at=device_at)
        signature = bind_signature(
            order, capture=capture, signer_name=signer_name, shown_sha256=shown_sha256, shown_text=shown_text,
            by=by, at=moment, device_at=device_at,
        )  # fmt: skip
        changes: dict[str, Any] = {
            "signer_name": [before_by, signer_name],
            "signature": [before, capture.pk],
            "report": [None, signature.report_sha256],
        }
        write("workorders.sign", order, by=by, at=at, device_at=device_at, changes=changes)
        return order


def _refuse_unless_working(order: WorkOrder) -> None:
    if order.status != Status.IN_PROGRESS:
        raise Refused(
            _("%(order)s is “%(status)s”: this belongs to work in progress. %(way_on)s")
            % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
        )
