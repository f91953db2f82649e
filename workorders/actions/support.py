"""Stuck on site: the engineer asks, the clock stands still, somebody in the office answers and lets the work go on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.actions import missing_steps
from procedures.steps import in_language
from toolkit.errors import Refused
from workforce.models import User
from workorders import clock, notices
from workorders.actions._steps import locked, locked_own, moment_of, required, write
from workorders.lifecycle import Status
from workorders.models import Pause, WorkOrder


def ask_support(
    order: WorkOrder, *, by: User, at: datetime, note: str = "", device_at: datetime | None = None
) -> WorkOrder:
    """Pauses the order for support and tells who can help. Work that has not begun on site begins with it."""
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status == Status.PAUSED:
            raise Refused(
                _("%(order)s is paused already. Go on working first, then ask for support.") % {"order": order}
            )
        moment = moment_of(order, at=at, device_at=device_at)
        if order.status == Status.ON_SITE:
            begun = order.move_to(Status.IN_PROGRESS, moment)
            write("workorders.start_work", order, by=by, at=at, device_at=device_at, changes=begun)
        changes = order.move_to(Status.PAUSED, moment)
        order.pauses.create(reason=Pause.Reason.SUPPORT, note=note.strip()[:200], started_at=moment)
        missing = missing_steps(order.run) if order.run else []
        call = order.support_calls.create(
            note=note.strip()[:500],
            step=in_language(missing[0], "title") if missing else "",
            asked_by=by,
            asked_at=moment,
        )
        clock.set_due_times(order)
        changes |= {"reason": [None, Pause.Reason.SUPPORT]}
        entry = write(
            "workorders.ask_support", order, by=by, at=at, device_at=device_at, changes=changes, note=call.note
        )
        notices.tell_support(order, call, entry)
        return order


def answer_support(order: WorkOrder, *, answer: str, by: User, at: datetime) -> WorkOrder:
    """The engineer is told, and the clock goes on."""
    with transaction.atomic():
        order = locked(order)
        call = order.support_calls.waiting().first()
        if call is None:
            raise Refused(_("%(order)s does not wait for support any more.") % {"order": order})
        answer = required(answer, _("Write what helps."), "answer")[:500]
        changes = order.move_to(Status.IN_PROGRESS, at)
        order.pauses.filter(ended_at=None).update(ended_at=at)
        call.answer, call.closed_by, call.closed_at = (answer, by, at)
        call.save(update_fields=["answer", "closed_by", "closed_at"])
        clock.set_due_times(order)
        entry = write("workorders.answer_support", order, by=by, at=at, changes=changes, note=answer)
        notices.tell_supported(order, entry)
        return order
