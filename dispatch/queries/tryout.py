"""What changed rules would have decided for the orders of yesterday. Nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from dispatch.models import Decision, RuleSet
from dispatch.queries.ranking import rank
from workforce.models import User
from workorders.models import WorkOrder

MOST_ORDERS = 200


@dataclass(frozen=True)
class Trial:
    """Entries of a ranking, None where nobody is found. `then` was chosen on the day; `before` would be by the rules in
    force, and `after` by the changed ones, with people, bookings and bags as they are now."""

    order: WorkOrder
    then: User | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def is_changed(self) -> bool:
        return (self.before and self.before["person"]) != (self.after and self.after["person"])


def governed(rules: RuleSet, user: User, on: date) -> list[int]:
    """Keys of the orders opened on a day, as their place had it, for which these rules would count; MOST_ORDERS at most."""
    orders = WorkOrder.objects.visible_to(user).filter(service_date=on).select_related("region")
    if rules.region:
        orders = orders.filter(region__path__startswith=rules.region.path)
    if rules.order_type_id:
        orders = orders.filter(type=rules.order_type_id)
    counts: dict[tuple[int, int], bool] = {}
    found = []
    for order in orders.order_by("opened_at", "pk").iterator(chunk_size=MOST_ORDERS):
        kind = (order.region_id, order.type_id)
        if kind not in counts:
            counts[kind] = (
                rules.specificity >= RuleSet.objects.exclude(number=rules.number).for_order(order).specificity
            )
        if counts[kind]:
            found.append(order.pk)
        if len(found) == MOST_ORDERS:
            break
    return found


def trials(rules: RuleSet, orders: list[int]) -> Iterator[Trial]:
    """Each order as it was when it was opened: nobody there yet, no time planned."""
    chosen = Decision.objects.filter(order__in=orders).exclude(chosen=None).select_related("chosen")
    then = {decision.order_id: decision.chosen for decision in chosen.order_by("-id")}
    rows = WorkOrder.objects.filter(pk__in=orders).select_related("region", "type", "merchant", "engineer")
    for order in rows.order_by("opened_at", "pk"):
        order.arrived_at = None
        before, after = (
            next(iter(rank(order, each, order.opened_at, limit=1).best), None)
            for each in (RuleSet.objects.for_order(order), rules)
        )
        yield Trial(order, then.get(order.pk), before, after)
