"""What people are told of plans: when one is applied, one notice each, not one per order; and what the evening brings."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.plans.models import DayPlan, PlannedOrder
from notifications.actions import notify
from workforce.models import User
from workorders.notices import dispatchers_in


def tell_planned_anew(plan: DayPlan, moved: Sequence[PlannedOrder], at: datetime) -> None:
    """To everybody who gets, loses or does orders at another time."""
    gained: dict[User, list[PlannedOrder]] = defaultdict(list)
    lost: dict[User, list[PlannedOrder]] = defaultdict(list)
    for row in moved:
        if row.engineer_after:
            gained[row.engineer_after].append(row)
        if row.engineer_before and row.engineer_before != row.engineer_after:
            lost[row.engineer_before].append(row)
    for person in sorted({*gained, *lost}, key=lambda each: each.pk):
        text = partial(_text, plan, gained[person], lost[person])
        notify(person, kind="day-planned", key=f"planned:{plan.number}", text=text, at=at, url="/field/")


def _text(plan: DayPlan, gained: list[PlannedOrder], lost: list[PlannedOrder]) -> tuple[str, str]:
    sentences = []
    if gained:
        first = min(row.start_after for row in gained)
        names = {"count": len(gained), "time": f"{timezone.localtime(first, plan.region.zone):%H:%M}"}
        sentences.append(
            ngettext(
                "%(count)d order is new or has another time; it begins at %(time)s.",
                "%(count)d orders are new or have another time; the first begins at %(time)s.",
                len(gained),
            )
            % names
        )
    if lost:
        sentences.append(
            ngettext("%(count)d order is no longer yours.", "%(count)d orders are no longer yours.", len(lost))
            % {"count": len(lost)}
        )
    return _("Your day on %(day)s has been planned anew") % {"day": date_format(plan.on)}, " ".join(sentences)


def tell_proposed(plan: DayPlan) -> None:
    """What was worked out in the evening waits for somebody who applies it."""

    def text() -> tuple[str, str]:
        before, after, changes = (plan.totals[name] for name in ("before", "after", "changes"))
        figures = {
            "done": after["served"], "before": before["served"], "orders": after["orders"], "late": after["late_orders"],
            "changes": sum(changes[name] for name in PlannedOrder.CHANGES),
        }  # fmt: skip
        told = (
            _("%(done)d of %(orders)d orders done (%(before)d as it stands), %(late)d late, %(changes)d changes.")
            % figures
        )
        return _("Proposal for %(day)s: %(region)s") % _names(plan), told + " " + _("Nothing moves until you apply it.")

    _tell_dispatchers(plan, "day-proposed", text)


def tell_not_planned(plan: DayPlan) -> None:
    def text() -> tuple[str, str]:
        return _("No proposal for %(day)s: %(region)s") % _names(plan), plan.failure

    _tell_dispatchers(plan, "day-not-planned", text)


def _names(plan: DayPlan) -> dict[str, str]:
    return {"day": date_format(plan.on), "region": plan.region.name}


def _tell_dispatchers(plan: DayPlan, kind: str, text: Callable[[], tuple[str, str]]) -> None:
    for person in dispatchers_in(plan.region):
        key, url = f"{kind}:{plan.number}", plan.get_absolute_url()
        notify(person, kind=kind, key=key, text=text, at=plan.finished_at, url=url)
