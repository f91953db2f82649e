from datetime import datetime, timedelta
from types import EllipsisType

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import queries
from dispatch.actions._decisions import instant, pick_up_place, write_down
from dispatch.models import Attempt, RuleSet
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions import assign_work_order
from workorders.models import WorkOrder

OLDEST_START = timedelta(minutes=5)  # a start chosen by hand may lie this far back


def assign_by_hand(
    order: WorkOrder,
    *,
    engineer: User,
    by: User,
    reason: str,
    at: datetime,
    start: datetime | None = None,
    force: bool = False,
    expect_engineer_id: int | None | EllipsisType = ...,
) -> WorkOrder:
    """A dispatcher chooses, against the rules too, and says why; automatic dispatch never moves the order afterwards.

    Without `start` the engineer's first free time is taken. With `expect_engineer_id` (whom the dispatcher saw on the
    order, None for the pool) it is refused when somebody else was quicker.
    """
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why you choose by hand."), field="reason")
    if start and start < at - OLDEST_START:
        raise Refused(_("The start lies in the past."), field="start")
    with transaction.atomic():
        order = WorkOrder.objects.locked(order)
        rule_set = RuleSet.objects.for_order(order)
        standing = queries.look_at(order, engineer, rule_set, at)
        if standing is None:
            raise Refused(
                _("%(name)s does no field work at present. Choose an active engineer.") % {"name": engineer},
                field="engineer",
            )
        if start is None:
            if standing["arrival"] is None:
                raise Refused(
                    _("%(name)s has no free time until tomorrow evening. Choose a start, or somebody else.")
                    % {"name": engineer},
                    field="start",
                )
            start = instant(standing["arrival"])
        ranking = queries.rank(order, rule_set, at)
        assigned = assign_work_order(
            order, engineer=engineer, start=start, end=start + timedelta(minutes=order.duration_min), by=by, at=at,
            reason=reason, force=force, lock=True, expect_engineer_id=expect_engineer_id,
            pick_up_at=pick_up_place(standing),
        )  # fmt: skip
        decision = write_down(order, rule_set, ranking, at, chosen=engineer, lost=0)
        decision.decided_by, decision.reason = by, reason[:200]
        if engineer.pk not in {each["person"] for each in decision.ranking}:
            decision.ranking.append(standing)
        decision.save()
        Attempt.objects.filter(order=order).delete()
        return assigned
