from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from toolkit.errors import Refused
from workforce.models import User
from workorders.actions._steps import locked
from workorders.actions.closing import rate_work_order
from workorders.actions.follow_ups import move_on
from workorders.models import FollowUp, FollowUpRules

AGAIN_AFTER = timedelta(days=1)
S = FollowUp.Status


def record_call(
    follow_up: FollowUp, *, is_reached: bool, by: User, at: datetime, score: int | None = None, note: str = ""
) -> FollowUp:
    """What came of a call. The score given on the phone is the order's rating; who is not reached is called again."""
    if score and not is_reached:
        raise Refused(_("Only who was reached can give a score."), field="score")
    with transaction.atomic():
        order = locked(follow_up.order)
        follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
        if follow_up.status != S.TO_CALL:
            status = follow_up.get_status_display()
            raise Refused(_("Nobody has to call here any more: %(status)s.") % {"status": status})
        follow_up.order = order
        follow_up.calls, follow_up.called_by, follow_up.note = follow_up.calls + 1, by, note.strip()[:300]
        if is_reached:
            status, due_at = S.ANSWERED if score else S.REACHED, at
        elif follow_up.calls >= FollowUpRules.in_force().most_calls:
            status, due_at = S.NOT_REACHED, at
        else:
            status, due_at = S.TO_CALL, at + AGAIN_AFTER
        move_on(follow_up, status, due_at=due_at, by=by, at=at, note=follow_up.note)
        if score:
            rate_work_order(order, score=score, comment=follow_up.note, by=by, at=at)
        return follow_up
