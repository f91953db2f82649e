"""What people are told when a plan is applied: one notice each, not one per order."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dispatch.plans.models import DayPlan, PlannedOrder
from notifications.actions import notify
from workforce.models import User


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
