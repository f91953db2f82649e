import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch import notices, queries
from dispatch.actions._decisions import already_gone, instant, locked, write_down
from dispatch.models import Attempt, Decision, RuleSet
from dispatch.queries import Ranking
from journal.actions import record
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions import assign_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

BACK_OFF = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600)]
LEFT_TO_DISPATCHERS = timedelta(minutes=10)
ROUNDS = 3  # of ranking anew, when everybody on the list was taken meanwhile

log = logging.getLogger(__name__)


def decide(order: WorkOrder, *, at: datetime) -> Decision:
    """Gives an order of the pool to the best person, or to the next best when somebody was quicker.

    When nobody fits the decision has nobody chosen, the next attempt is set, and the dispatchers are told, once.
    """
    with transaction.atomic():
        order = locked(order)
        if order.status != Status.OPEN:
            raise already_gone(order)
        if order.is_locked:
            raise Refused(_("%(order)s is locked: only a dispatcher may move it.") % {"order": order})
        rule_set = RuleSet.objects.for_order(order)
        lost = 0
        for _round in range(ROUNDS):
            ranking = queries.rank(order, rule_set, at)
            for standing in ranking.best:
                if engineer := _gave_to(order, rule_set, standing, at):
                    decision = write_down(order, rule_set, ranking, at, chosen=engineer, lost=lost)
                    changes = {"engineer": [None, engineer.username], "score": [None, standing["score"]]}
                    record("dispatch.decide", order, by=None, at=at, merchant_id=order.merchant_id, changes=changes)
                    Attempt.objects.filter(order=order).delete()
                    return decision
                lost += 1
            if not ranking.best:
                break
        return _find_nobody(order, rule_set, ranking, at, lost=lost)


def _gave_to(order: WorkOrder, rule_set: RuleSet, standing: dict[str, Any], at: datetime) -> User | None:
    """None when the person's day has changed since the ranking; the lock on the person goes with the savepoint."""
    try:
        with transaction.atomic():
            engineer = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=standing["person"])
            fresh = queries.rank(order, rule_set, at, only=engineer).best
            if not fresh or fresh[0]["arrival"] != standing["arrival"]:
                raise Refused(_("%(name)s is already booked at that time.") % {"name": engineer})
            assign_work_order(
                order, engineer=engineer, start=instant(standing["arrival"]), end=instant(standing["end"]),
                by=None, at=at, expect_open=True,
            )  # fmt: skip
            return engineer
    except Refused as lost:
        log.info("%s: %s", order.number, lost)
        return None


def _find_nobody(order: WorkOrder, rule_set: RuleSet, ranking: Ranking, at: datetime, *, lost: int) -> Decision:
    """Writes a decision without anybody, unless the last one says just the same."""
    last = order.decisions.first()
    decision = write_down(order, rule_set, ranking, at, chosen=None, lost=lost, save=False)
    if (
        last
        and last.chosen_id is None
        and (last.rule_set_id, last.passed_over)
        == (
            decision.rule_set_id,
            decision.passed_over,
        )
    ):
        decision = last
    else:
        decision.save()
    if _postpone(order, at) == 1:
        record("dispatch.find_nobody", order, by=None, at=at, merchant_id=order.merchant_id)
        notices.tell_nobody_found(order, at)
    return decision


def _postpone(order: WorkOrder, at: datetime, *, by: timedelta | None = None) -> int:
    """Sets the next attempt, each time a little later unless told by how much. Returns how many there have been."""
    attempt = Attempt.objects.filter(order=order).first() or Attempt(order=order)
    wait = by or BACK_OFF[min(attempt.tries, len(BACK_OFF) - 1)]
    attempt.tries = min(attempt.tries + (by is None), 30_000)
    attempt.next_at = at + wait
    attempt.save()
    return attempt.tries


def assign_open_orders(*, at: datetime, limit: int = 50) -> int:
    """Decides for the orders of the pool that are due, most urgent first. Returns how many it looked at.

    Each order is one transaction under its own lock, and workers pass over what another has locked: several may run,
    and one that is killed loses and doubles nothing.
    """
    for handled in range(limit):
        if not _decide_next(at):
            return handled
    return limit


def _decide_next(at: datetime) -> bool:
    due = WorkOrder.objects.in_pool().filter(
        Q(attempt=None) | Q(attempt__next_at__lte=at), is_locked=False
    )  # fmt: skip
    order = None
    try:
        with transaction.atomic():
            order = (
                due.select_for_update(of=("self",), skip_locked=True)
                .select_related("region")
                .order_by("priority", "opened_at", "pk")
                .first()
            )
            if order is None:
                return False
            if Attempt.objects.filter(order=order, next_at__gt=at).exists():
                return True  # another worker looked at it between our search and our lock
            if RuleSet.objects.for_order(order).is_automatic:
                decide(order, at=at)
            else:
                _postpone(order, at, by=LEFT_TO_DISPATCHERS)
    except Exception:
        if order is None:
            raise
        log.exception("Dispatch of %s failed; the others go on", order.number)  # one bad order must not stop the pool
        with transaction.atomic():
            _postpone(order, at)
    return True
