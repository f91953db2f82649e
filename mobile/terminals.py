"""Terminals that orders need and the bag has not."""

from collections import defaultdict
from collections.abc import Collection

from assets.lifecycle import TerminalStatus
from assets.models import Terminal, TerminalModel
from prospecting.models import ExpectedTerminal
from workforce.models import User
from workorders.models import WorkOrder
from workorders.preparation import brings_a_terminal


def lacking_terminals(user: User, orders: Collection[WorkOrder]) -> dict[TerminalModel | None, list[WorkOrder]]:
    """An order for each terminal that is lacking, by model; None: any will do.

    A swap needs the model it replaces, an install those that were promised in sales, or any.
    """
    bringing = [order for order in orders if brings_a_terminal(order)]
    if not bringing:
        return {}
    promised: dict[int, list[TerminalModel]] = defaultdict(list)
    expected = ExpectedTerminal.objects.filter(opportunity__order__in=bringing).select_related("model", "opportunity")
    for each in expected.order_by("pk"):
        promised[each.opportunity.order_id] += [each.model] * each.count
    needs: list[tuple[TerminalModel | None, WorkOrder]] = []
    for order in bringing:
        named = [order.terminal.model] if order.terminal else promised.get(order.pk, [None])
        needs += [(model, order) for model in named]
    bag = list(Terminal.objects.filter(holder=user, status=TerminalStatus.ISSUED).values_list("model", flat=True))
    lacking: dict[TerminalModel | None, list[WorkOrder]] = {}
    for model, order in sorted(needs, key=lambda need: need[0] is None):  # those that take any take what is left
        fitting = next((held for held in bag if model is None or held == model.pk), None)
        if fitting is None:
            lacking.setdefault(model, []).append(order)
        else:
            bag.remove(fitting)
    return lacking
