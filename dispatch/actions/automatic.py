import logging
from bisect import insort
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch import notices, queries
from dispatch.actions._decisions import already_gone, instant, pick_up_place, write_down
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
OFFERED = 3  # who could do it by way of a depot
ROUNDS = 2  # of ranking anew, when everybody on the list was taken meanwhile
MOST_LOST = 50  # races an order runs before it waits for the next attempt

log = logging.getLogger(__name__)


def decide(order: WorkOrder, *, at: datetime) -> Decision:
    """Gives an order of the pool to the best person, or to the next best when somebody was quicker.

    When nobody fits the decision has nobody chosen, the next attempt is set, and the dispatchers are told, once.
    """
    with transaction.atomic():
        order = WorkOrder.objects.locked(order)
        if order.status != Status.OPEN:
            raise already_gone(order)
        if order.is_locked:
            raise Refused(_("%(order)s is locked: only a dispatcher may move it.") % {"order": order})
        return _choose(order, RuleSet.objects.for_order(order), at)


def _choose(order: WorkOrder, rule_set: RuleSet, at: datetime) -> Decision:
    lost, collecting, offers = 0, False, []
    for _round in range(ROUNDS):
        ranking = queries.rank(order, rule_set, at)
        if not ranking.best and order.needs.parts:
            by_way = queries.rank(order, rule_set, at, collecting=True)
            offers, collecting = by_way.best[:OFFERED], rule_set.collects_parts
            ranking = by_way if collecting else ranking
        waiting = list(ranking.best)
        while waiting:
            standing = waiting.pop(0)
            taken, fresh = _try_to_give(order, rule_set, standing, waiting[:1], at, collecting=collecting)
            if taken:
                final = replace(ranking, best=[fresh, *waiting])
                return _give(order, rule_set, final, taken, at, lost=lost)
            lost += 1
            if fresh and lost < MOST_LOST:
                insort(waiting, fresh, key=queries.best_first)
        if not lost:
            break
    return _find_nobody(order, rule_set, ranking, at, lost=lost, offers=offers)


def _give(order: WorkOrder, rule_set: RuleSet, ranking: Ranking, to: User, at: datetime, *, lost: int) -> Decision:
    decision = write_down(order, rule_set, ranking, at, chosen=to, lost=lost)
    decision.save()
    changes = {"engineer": [None, to.username], "score": [None, ranking.best[0]["score"]]}
    record("dispatch.decide", order, by=None, at=at, merchant_id=order.merchant_id, changes=changes)
    Attempt.objects.filter(order=order).delete()
    return decision


def _try_to_give(
    order: WorkOrder,
    rule_set: RuleSet,
    standing: dict[str, Any],
    runner_up: list[dict[str, Any]],
    at: datetime,
    *,
    collecting: bool,
) -> tuple[User | None, dict[str, Any] | None]:
    """Looks at the person again under their lock, since another order may have come first. Gives them the order when
    they are still at least as good as the runner-up. Returns the person, and how they stand now."""
    fresh = None
    try:
        with transaction.atomic():  # the lock on a person who is not chosen goes with this savepoint
            engineer = User.objects.select_for_update(no_key=True, of=("self",)).get(pk=standing["person"])
            fresh = next(iter(queries.rank(order, rule_set, at, only=engineer, collecting=collecting).best), None)
            if fresh is None or min([*runner_up, fresh], key=queries.best_first) is not fresh:
                raise Refused(_("%(name)s was given something else meanwhile.") % {"name": engineer})
            assign_work_order(
                order, engineer=engineer, start=instant(fresh["arrival"]), end=instant(fresh["end"]), by=None, at=at,
                expect_open=True, pick_up_at=pick_up_place(fresh),
            )  # fmt: skip
            return engineer, fresh
    except Refused as lost:
        log.info("%s: %s", order.number, lost)
        return None, fresh


def _find_nobody(
    order: WorkOrder,
    rule_set: RuleSet,
    ranking: Ranking,
    at: datetime,
    *,
    lost: int,
    offers: list[dict[str, Any]],
) -> Decision:
    """Writes a decision without anybody, unless the last one says just the same; with who could do it all the same by
    way of a depot."""
    last = order.decisions.first()
    decision = write_down(order, rule_set, ranking, at, chosen=None, lost=lost)
    decision.passed_over = queries.count_passed_over(order, rule_set, at) | decision.passed_over
    decision.inputs["offers"] = offers
    if last and last.chosen_id is None and _gist(last) == _gist(decision):
        decision = last
    else:
        decision.save()
    if _postpone(order, at) == 1:
        record("dispatch.find_nobody", order, by=None, at=at, merchant_id=order.merchant_id)
        notices.tell_nobody_found(order, at)
    return decision


def _gist(decision: Decision) -> tuple:
    """What makes a difference to the dispatchers."""
    offered = [offer["person"] for offer in decision.inputs.get("offers", ())]
    return decision.rule_set_id, decision.passed_over, offered


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
                due.select_for_update(of=("self",), skip_locked=True).order_by("priority", "opened_at", "pk").first()
            )
            if order is None:
                return False
            if Attempt.objects.filter(order=order, next_at__gt=at).exists():
                return True  # another worker looked at it between our search and our lock
            rule_set = RuleSet.objects.for_order(order)
            if rule_set.is_automatic:
                _choose(order, rule_set, at)
            else:
                _postpone(order, at, by=LEFT_TO_DISPATCHERS)
    except Exception:
        if order is None:
            raise
        log.exception("Dispatch of %s failed; the others go on", order.number)  # one bad order must not stop the pool
        with transaction.atomic():
            _postpone(order, at)
    return True
