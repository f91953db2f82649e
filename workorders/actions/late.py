"""What a phone sent in when its order was over or somebody else's already, and a dispatcher takes over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from procedures import actions as procedures
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions._steps import locked, write
from workorders.actions.signing import bind_signature
from workorders.models import WorkOrder


def attach_late_work(
    order: WorkOrder,
    *,
    author: User,
    captures: Iterable[Capture] = (),
    step: str = "",
    value: Any = None,
    signer_name: str = "",
    shown_sha256: str = "",
    shown_text: str = "",
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> WorkOrder:
    """Photos, an answer or a signature of `author`, whatever the order's status; what came in time stays in force."""
    captures = list(captures)
    with transaction.atomic():
        order = locked(order)
        changes: dict[str, Any] = {"late_from": [None, author.name]}
        if photos := [capture for capture in captures if capture.kind != Capture.Kind.SIGNATURE]:
            order.captures.add(*photos)
            changes["photos"] = [None, len(photos)]
        if step:
            changes |= _answer(order, step, value, captures, author=author, at=at, device_at=device_at)
        elif signatures := [capture for capture in captures if capture.kind == Capture.Kind.SIGNATURE]:
            if order.signature_id:
                raise Refused(_("%(order)s has been signed already. Dismiss this signature.") % {"order": order})
            bind_signature(
                order, capture=signatures[0], signer_name=signer_name[:80], shown_sha256=shown_sha256,
                shown_text=shown_text, is_late=True, by=author, at=at, device_at=device_at,
            )  # fmt: skip
            changes["signer_name"] = [None, order.signer_name]
        write("workorders.attach_late_work", order, by=by, at=at, device_at=device_at, changes=changes)
        return order


def _answer(
    order: WorkOrder, step: str, value: Any, captures: list[Capture], *, author: User, at: datetime, device_at: Any
) -> dict[str, Any]:
    if order.run is None:
        raise Refused(_("%(order)s has no checklist.") % {"order": order})
    given = order.run.answers.current().filter(step=step).select_related("by").first()
    if given is None:
        answer = procedures.answer_step(
            order.run, step=step, value=value, captures=captures, by=author, at=at, device_at=device_at
        )
        return {step: [None, answer.value]}
    if not captures:
        raise Refused(
            _("%(name)s has answered this step meanwhile, and that answer stays. Dismiss this one.")
            % {"name": given.by.name}
        )
    return {}
