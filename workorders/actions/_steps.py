"""What all verbs begin and end with."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from journal.actions import record
from journal.models import Entry
from toolkit.errors import Refused
from workforce.actions import release_time
from workforce.models import User
from workorders.lifecycle import STAMPS, WAYS_ON, Status
from workorders.models import WorkOrder

PASSED_OVER_FOR = timedelta(hours=4)
BELIEVED_FOR = timedelta(days=7)  # a phone's time older than this is kept but not believed
SAVED = [field for field in WorkOrder._meta.concrete_fields if not field.generated]


def locked(order: WorkOrder) -> WorkOrder:
    """A fresh copy under its row lock, of which only what is changed will be saved."""
    fresh = WorkOrder.objects.locked(order)
    _remember(fresh)
    return fresh


def _remember(order: WorkOrder) -> None:
    order.as_read = {field.attname: getattr(order, field.attname) for field in SAVED}


def _save(order: WorkOrder) -> None:
    """Only what has changed: the indexes of all other columns are left alone."""
    before = order.as_read
    if before is None:
        order.save()
    elif changed := [field.name for field in SAVED if getattr(order, field.attname) != before[field.attname]]:
        order.save(update_fields=changed)
    _remember(order)


def locked_own(order: WorkOrder, by: User) -> WorkOrder:
    """The same for a step that only the order's engineer may take."""
    order = locked(order)
    if order.engineer_id == by.pk:
        order.engineer = by
    elif order.engineer is None:
        raise Refused(_("%(order)s has gone back into the pool. Ask your dispatcher about it.") % {"order": order})
    else:
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
    _save(order)
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


def moment_of(order: WorkOrder, *, at: datetime, device_at: datetime | None) -> datetime:
    """When a step was taken: by the phone's clock, yet not before the step before it and not later than `at`.

    A phone that was out of reach sends its steps hours later; arrival and durations are those of the phone.
    """
    if device_at is None or at - device_at > BELIEVED_FOR:
        return at
    pause = order.pauses.order_by("-started_at").first()
    before = [order.opened_at, *(getattr(order, field) for field in STAMPS.values())]
    before += [pause.started_at, pause.ended_at] if pause else []
    return min(max(device_at, *filter(None, before)), at)


def tell_above(order: WorkOrder, *, by: User | None, at: datetime) -> None:
    """It is done or cancelled: what follows in the rooms above, in this transaction (config/followers.py)."""
    for follow in import_string(settings.FOLLOWERS)["order ends"]:
        import_string(follow)(order, by=by, at=at)


def stays_as_it_is(order: WorkOrder) -> Refused:
    return Refused(
        _("%(order)s is “%(status)s” and stays as it is. %(way_on)s")
        % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
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
