"""Warnings that promised time runs out, and who is told of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import differences, record
from toolkit.errors import Refused
from workforce.models import User
from workorders import clock, notices
from workorders.models import SlaEscalation, WorkOrder


def warn_of_due_times(*, at: datetime, limit: int = 200) -> int:
    """Writes the warnings that have come due, with their notices, each order in its own transaction; several may run
    side by side. Returns how many orders it dealt with."""
    for done in range(limit):
        with transaction.atomic():
            due = WorkOrder.objects.filter(next_warning_at__lte=at).order_by("next_warning_at")
            order = due.select_for_update(skip_locked=True).first()
            if order is None:
                return done
            _warn(order, at)
    return limit


def _warn(order: WorkOrder, at: datetime) -> None:
    """Of an order that has ended meanwhile there is nothing to tell: it is only taken off the watch."""
    given = set(order.sla_warnings.values_list("target", "percent"))
    for mark in clock.marks(order):
        if mark.at <= at and (mark.target, mark.percent) not in given:
            warning = order.sla_warnings.create(target=mark.target, percent=mark.percent, reached_at=mark.at, at=at)
            changes = {"target": [None, mark.target], "percent": [None, mark.percent]}
            record(
                "workorders.warn_of_due_times", order, by=None, at=at, merchant_id=order.merchant_id, changes=changes
            )
            notices.tell_time_used_up(warning)
    clock.set_due_times(order)
    order.save(update_fields=["next_warning_at", "warned_percent"])


def make_escalation(*, by: User | None, at: datetime, people: Iterable[User] = (), **values: Any) -> SlaEscalation:
    """In force at once, also for orders under way; what they were warned of already is not told again."""
    with transaction.atomic():
        escalation = SlaEscalation(**values)
        people = list(people)
        _refuse_nobody(escalation, people)
        escalation.save(force_insert=True)
        escalation.people.set(people)
        record("workorders.make_escalation", escalation, by=by, at=at, changes=_named(people, []))
        return escalation


def change_escalation(
    escalation: SlaEscalation, *, by: User, at: datetime, people: Iterable[User] | None = None, **values: Any
) -> SlaEscalation:
    with transaction.atomic():
        escalation = SlaEscalation.objects.select_for_update(of=("self",)).get(pk=escalation.pk)
        before = list(escalation.people.all())
        people = before if people is None else list(people)
        changes = differences(escalation, values) | _named(people, before)
        _refuse_nobody(escalation, people)
        if changes:
            escalation.save()
            escalation.people.set(people)
            record("workorders.change_escalation", escalation, by=by, at=at, changes=changes)
        return escalation


def _named(people: list[User], before: list[User]) -> dict[str, list]:
    names = [sorted(person.name for person in each) for each in (before, people)]
    return {"people": [", ".join(each) for each in names]} if names[0] != names[1] else {}


def _refuse_nobody(escalation: SlaEscalation, people: list[User]) -> None:
    if not (escalation.role or people):
        raise Refused(_("Say who is to be told: a role, people, or both."), field="role")
