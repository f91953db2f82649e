from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from toolkit.errors import Refused
from workforce.models import User
from workorders.actions._steps import locked_own, write
from workorders.lifecycle import WAYS_ON, Status
from workorders.models import FaultCode, WorkOrder

CHOSEN_WHILE = (Status.ON_SITE, Status.IN_PROGRESS, Status.PAUSED)


def choose_fault_codes(
    order: WorkOrder,
    *,
    symptom: FaultCode | None = None,
    cause: FaultCode | None = None,
    remedy: FaultCode | None = None,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> WorkOrder:
    """Says what was seen, why it was and what helped: one at a time or together. A later choice takes its place."""
    chosen = {kind: code for kind, code in zip(FaultCode.Kind, (symptom, cause, remedy), strict=True) if code}
    if not chosen:
        raise Refused(_("Choose a code."))
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status not in CHOSEN_WHILE:
            raise Refused(
                _("%(order)s is “%(status)s”: fault codes are chosen on site. %(way_on)s")
                % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
            )
        changes: dict[str, Any] = {}
        for kind, code in chosen.items():
            _refuse_unfit(order, kind, code)
            before = getattr(order, kind)
            if before != code:
                setattr(order, kind, code)
                changes[kind.value] = [before and before.code, code.code]
        if changes:
            write("workorders.choose_fault_codes", order, by=by, at=at, device_at=device_at, changes=changes)
        return order


def _refuse_unfit(order: WorkOrder, kind: FaultCode.Kind, code: FaultCode) -> None:
    names = {"code": code, "kind": kind.label}
    if code.kind != kind:
        raise Refused(_("“%(code)s” is not a code of this kind: %(kind)s.") % names, field=kind)
    if not code.is_active:
        raise Refused(_("“%(code)s” is no longer in use. Choose another code.") % names, field=kind)
    if code.model_kind and order.terminal and code.model_kind != order.terminal.model.kind:
        raise Refused(
            _("“%(code)s” does not belong to this kind of terminal. Choose another code.") % names, field=kind
        )


def missing_fault_codes(order: WorkOrder) -> list[FaultCode.Kind]:
    """The kinds still to be chosen; none where the type of the order asks for none."""
    if not order.needs_fault_codes:
        return []
    return [kind for kind in FaultCode.Kind if getattr(order, f"{kind}_id") is None]
