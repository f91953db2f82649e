from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from journal.actions import record
from mobile import notices
from mobile.commands import FIELDS_OF_ANSWER, answer_given
from mobile.models import Device, Parked
from toolkit.errors import Refused
from workforce.models import User
from workorders import actions as workorders
from workorders.models import WorkOrder


def see_device(id: UUID, *, by: User, at: datetime) -> Device:
    """The installation says it is there, in the hands of `by`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mobile_device (id, user_id, first_seen_at, seen_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, seen_at = excluded.seen_at"
            " WHERE mobile_device.revoked_at IS NULL",
            [id, by.pk, at, at],
        )
    return Device.objects.select_related("user").get(pk=id)


def revoke_device(device: Device, *, by: User, at: datetime) -> Device:
    """Lost or stolen: with its next ping the app wipes what it holds."""
    with transaction.atomic():
        device = Device.objects.select_for_update(of=("self",)).select_related("user").get(pk=device.pk)
        if device.revoked_at is not None:
            raise Refused(_("This phone has been revoked already."))
        device.revoked_at = at
        device.save(update_fields=["revoked_at"])
        record("mobile.revoke_device", device.user, by=by, at=at, note=str(device))
        return device


def park_work(
    order: WorkOrder,
    *,
    id: UUID,
    kind: str,
    payload: dict[str, Any],
    captures: Iterable[Capture] | None,
    reason: str,
    by: User,
    at: datetime,
    device_at: datetime,
) -> Parked:
    """Keeps work that comes too late for the order, and tells the dispatchers."""
    with transaction.atomic():
        parked = Parked.objects.create(
            id=id, order=order, by=by, kind=kind, payload=payload, reason=reason, device_at=device_at, received_at=at
        )
        parked.captures.set(captures or ())
        entry = record(
            "mobile.park_work", order, by=by, at=at, device_at=device_at, merchant_id=order.merchant_id,
            note=parked.get_reason_display(),
        )  # fmt: skip
        notices.tell_parked(parked, entry)
        return parked


def take_over(parked: Parked, *, by: User, at: datetime) -> Parked:
    """Photos, answer or signature join the order under the name of whoever sent them."""
    with transaction.atomic():
        order = WorkOrder.objects.locked(parked.order)
        parked = _unsettled(parked)
        payload = {name: values[0] for name, values in parked.payload.items() if values}
        step = payload.get("step", "")
        given = {name: payload.get(name) for name in FIELDS_OF_ANSWER}
        workorders.attach_late_work(
            order,
            author=parked.by,
            captures=parked.captures.all(),
            step=step,
            value=answer_given(order, step, given) if step else None,
            signer_name=payload.get("signer_name", ""),
            shown_sha256=payload.get("shown_sha256", ""),
            shown_text=payload.get("shown_text", ""),
            by=by,
            at=at,
            device_at=parked.device_at,
        )
        return _settle(parked, Parked.How.TAKEN_OVER, verb="mobile.take_over", by=by, at=at)


def dismiss(parked: Parked, *, reason: str, by: User, at: datetime) -> Parked:
    """It stays as it is, kept with the reason."""
    reason = reason.strip()[:200]
    if not reason:
        raise Refused(_("Say why it is not taken over."), field="reason")
    with transaction.atomic():
        WorkOrder.objects.locked(parked.order)
        return _settle(_unsettled(parked), Parked.How.DISMISSED, verb="mobile.dismiss", by=by, at=at, note=reason)


def _unsettled(parked: Parked) -> Parked:
    parked = Parked.objects.select_for_update().get(pk=parked.pk)
    if parked.settled_at is not None:
        raise Refused(
            _("%(name)s has settled this already: %(how)s.")
            % {"name": parked.settled_by.name, "how": parked.get_how_display()}
        )
    return parked


def _settle(parked: Parked, how: str, *, verb: str, by: User, at: datetime, note: str = "") -> Parked:
    parked.settled_at, parked.settled_by, parked.how, parked.note = at, by, how, note
    parked.save(update_fields=["settled_at", "settled_by", "how", "note"])
    record(
        verb, parked.order, by=by, at=at, device_at=parked.device_at, merchant_id=parked.order.merchant_id,
        changes={"late_from": [None, parked.by.name]}, note=note,
    )  # fmt: skip
    return parked
