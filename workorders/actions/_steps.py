"""What all verbs begin and end with."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from journal.actions import record
from journal.models import Entry
from toolkit.errors import Refused
from workforce.actions import release_time
from workforce.models import User
from workorders.models import WorkOrder

PASSED_OVER_FOR = timedelta(hours=4)


def locked(order: WorkOrder) -> WorkOrder:
    """A fresh copy under its row lock; call it inside a transaction, before looking at anything.

    Two queries: in one, rows joined to an order that changed while we waited would come from before the change.
    """
    WorkOrder.objects.select_for_update().values("pk").get(pk=order.pk)
    return WorkOrder.objects.select_related("engineer", "merchant", "type", "region", "booking", "run").get(pk=order.pk)


def locked_own(order: WorkOrder, by: User) -> WorkOrder:
    """The same for a step that only the order's engineer may take."""
    order = locked(order)
    if order.engineer is None:
        raise Refused(_("%(order)s has gone back into the pool. Ask your dispatcher about it.") % {"order": order})
    if order.engineer != by:
        raise Refused(
            _("%(order)s belongs to %(engineer)s, who alone can do this.")
            % {"order": order, "engineer": order.engineer}
        )
    return order


def write(
    verb: str,
    order: WorkOrder,
    *,
    by: User | None,
    at: datetime,
    changes: dict[str, Any] | None = None,
    note: str = "",
    device_at: datetime | None = None,
) -> Entry:
    """Saves the order and writes the journal."""
    order.save()
    return record(
        verb,
        order,
        by=by,
        at=at,
        device_at=device_at,
        merchant_id=order.merchant_id,
        changes=changes,
        note=note,
    )


def release_booking(order: WorkOrder) -> None:
    booking, order.booking = (order.booking, None)
    if booking:
        release_time(booking)


def required(text: str, message: Any, field: str) -> str:
    """The text without blanks around it, refused when nothing is left."""
    text = text.strip()
    if not text:
        raise Refused(str(message), field=field)
    return text


def pass_over(order: WorkOrder, person: User, *, reason: str, at: datetime) -> None:
    """Automatic dispatch leaves this person out for a while."""
    order.rejections.create(person=person, reason=reason[:200], at=at, until=at + PASSED_OVER_FOR)
