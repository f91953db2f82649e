from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dispatch import notices
from dispatch.acceptance import time_on_shift
from dispatch.models import Escalation, RuleSet
from journal.actions import record
from workorders.actions import return_to_pool
from workorders.lifecycle import Status
from workorders.models import WorkOrder

GRACE_MIN = 10  # between the warning that an order has not been accepted and its way back to the pool


def take_back_unaccepted(*, at: datetime) -> int:
    """Warns where an assignment has not been accepted in time, and GRACE_MIN later puts the order back into the pool,
    passing over that engineer for a while. Locked orders only get the warning. Returns how many it dealt with."""
    handled = 0
    for order, allowed_min in _waiting_too_long(at):
        with transaction.atomic():
            fresh = (
                WorkOrder.objects.select_for_update(skip_locked=True)
                .filter(pk=order.pk, status=Status.ASSIGNED, assigned_at=order.assigned_at, engineer=order.engineer)
                .first()
            )
            if fresh is None:
                continue
            warned, is_new = Escalation.objects.get_or_create(
                order=fresh, assigned_at=fresh.assigned_at, defaults={"at": at}
            )
            if is_new:
                goes_back_in_min = None if fresh.is_locked else GRACE_MIN
                notices.tell_not_accepted(
                    fresh, at, accept_within_min=allowed_min, goes_back_in_min=goes_back_in_min
                )  # fmt: skip
                record("dispatch.escalate", fresh, by=None, at=at, merchant_id=fresh.merchant_id)
            elif not fresh.is_locked and _waited(order, warned.at, at) >= timedelta(minutes=GRACE_MIN):
                reason = _("not accepted within %(min)d minutes") % {"min": allowed_min + GRACE_MIN}
                return_to_pool(fresh, by=None, reason=reason, at=at)
            else:
                continue
            handled += 1
    return handled


def _waiting_too_long(at: datetime) -> Iterator[tuple[WorkOrder, int]]:
    """Assigned orders whose engineer has had the allowed time to accept, with that time in minutes."""
    waiting = (
        WorkOrder.objects.filter(status=Status.ASSIGNED, assigned_at__lt=at)
        .exclude(is_locked=True, escalations__assigned_at=F("assigned_at"))
        .select_related("region", "engineer__region")
        .prefetch_related("engineer__shifts")
        .order_by("assigned_at", "pk")
    )
    allowed: dict[tuple[int, int], int] = {}
    for order in waiting.iterator(chunk_size=500):
        kind = (order.region_id, order.type_id)
        if kind not in allowed:
            allowed[kind] = RuleSet.objects.for_order(order).accept_within_min
        if _waited(order, order.assigned_at, at) >= timedelta(minutes=allowed[kind]):
            yield order, allowed[kind]


def _waited(order: WorkOrder, since: datetime, until: datetime) -> timedelta:
    """Working time of the order's engineer between two instants."""
    shifts = [(shift.weekday, shift.starts_at, shift.ends_at) for shift in order.engineer.shifts.all()]
    return time_on_shift(shifts, (order.engineer.region or order.region).zone, since, until)
