from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from merchants.models import Merchant
from toolkit.errors import Refused
from workforce.models import User
from workorders import clock
from workorders.actions._steps import locked, locked_own, required, write
from workorders.lifecycle import UNDER_WAY, WAYS_ON, Status
from workorders.models import Promise, WorkOrder


def answer_promise(
    order: WorkOrder,
    *,
    promise: int,
    is_kept: bool,
    by: User,
    at: datetime,
    reason: str = "",
    device_at: datetime | None = None,
) -> Promise:
    """Whether what was promised to win the merchant was kept. `promise` is its key; a later answer takes its place."""
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status not in UNDER_WAY:
            raise Refused(
                _("%(order)s is “%(status)s”: promises are answered on site. %(way_on)s")
                % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
            )
        asked = order.promises.filter(pk=promise).first()
        if asked is None:
            raise Refused(_("This promise does not belong to %(order)s.") % {"order": order})
        before = asked.is_kept
        asked.is_kept, asked.answered_by, asked.answered_at = is_kept, by, device_at or at
        asked.reason = "" if is_kept else required(reason, _("Say why it was not kept."), "reason")[:200]
        asked.save()
        order.open_promises = order.promises.filter(is_kept=None).count()
        changes = {"promise": [None, asked.text], "is_kept": [before, is_kept]}
        write("workorders.answer_promise", order, by=by, at=at, device_at=device_at, changes=changes, note=asked.reason)
        return asked


def release_held_orders(*, at: datetime, limit: int = 100) -> int:
    """Orders whose merchant's review has passed come into the pool, and their clock runs. Returns how many."""
    passed = WorkOrder.objects.filter(status=Status.HELD, merchant__status=Merchant.Status.ACTIVE)
    released = 0
    for waiting in passed.order_by("pk")[:limit]:
        with transaction.atomic():
            order = locked(waiting)
            if order.status != Status.HELD:
                continue
            changes = order.move_to(Status.OPEN, at)
            order.pauses.filter(ended_at=None).update(ended_at=at)
            clock.set_due_times(order)
            write("workorders.release_work_order", order, by=None, at=at, changes=changes)
            released += 1
    return released
