"""After an order has been closed: one question each, and a complaint with an owner where the answer is bad."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from journal.actions import record
from journal.models import Entry
from toolkit.errors import Refused
from workforce.models import User
from workorders import notices
from workorders.actions.intake import open_work_order
from workorders.models import FollowUp, FollowUpRules, Priority, Rating, WorkOrder, WorkOrderType
from workorders.permissions import EDIT_ORDER

COMPLAINT = "complaint"  # code of the order type
S = FollowUp.Status


def keep_follow_ups(*, at: datetime, limit: int = 200) -> int:
    """Asks where there is an address, else puts on the call list, as what is silent too long; several may run at once."""
    rules = FollowUpRules.in_force()
    for done in range(limit):
        with transaction.atomic():
            due = FollowUp.objects.filter(status__in=[S.NEW, S.ASKED], due_at__lte=at)
            found = due.select_for_update(skip_locked=True, of=("self",)).select_related("order__merchant")
            follow_up = found.order_by("due_at").first()
            if follow_up is None:
                return done
            can_write = follow_up.order.requests.exclude(contact_email="").exists()
            if follow_up.status == S.NEW and can_write:
                entry = move_on(follow_up, S.ASKED, due_at=at + timedelta(days=rules.silent_days), by=None, at=at)
                notices.tell_follow_up(follow_up.order, entry)
            else:
                move_on(follow_up, S.TO_CALL, due_at=at, by=None, at=at)
    return limit


def move_on(
    follow_up: FollowUp, status: S, *, due_at: datetime, by: User | None, at: datetime, note: str = ""
) -> Entry:
    changes = {"follow-up": [follow_up.status, status]}
    follow_up.status, follow_up.due_at = status, due_at
    follow_up.save()
    order = follow_up.order
    return record(
        "workorders.follow_up", order, by=by, at=at, merchant_id=order.merchant_id, changes=changes, note=note
    )


def take_answer(order: WorkOrder, rating: Rating, *, at: datetime) -> None:
    """The order is closed, rated and locked. A low score opens a complaint, but no complaint about a complaint."""
    follow_up, _new = FollowUp.objects.select_for_update().get_or_create(
        order=order, defaults={"made_at": at, "due_at": at}
    )
    follow_up.status = S.ANSWERED
    if rating.score <= FollowUpRules.in_force().low_score and order.type.code != COMPLAINT:
        owner = next(iter(User.objects.nearest_with(EDIT_ORDER, order.region)), None)
        follow_up.owner = owner
        follow_up.complaint = _open_complaint(order, rating, owner, at)
        notices.tell_complaint(follow_up, rating, at=at)
    follow_up.save()


def _open_complaint(order: WorkOrder, rating: Rating, owner: User | None, at: datetime) -> WorkOrder | None:
    """None where the merchant has closed meanwhile: the owner is told all the same."""
    names = {"name": "Complaint", "name_zh": "投诉", "duration_min": 30}
    type, _new = WorkOrderType.objects.get_or_create(code=COMPLAINT, defaults=names)
    with translation.override(owner.language if owner else settings.LANGUAGE_CODE):
        summary = _("Complaint about %(order)s: %(score)d of 5") % {"order": order, "score": rating.score}
    try:
        return open_work_order(
            type=type, merchant=order.merchant, terminal=order.terminal, summary=summary, details=rating.comment,
            priority=Priority.HIGH, by=None, at=at,
        )  # fmt: skip
    except Refused:
        return None
