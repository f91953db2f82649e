from django.db.models import Q

from assets.lifecycle import TerminalStatus
from assets.models import Binding, Terminal
from procedures.steps import Equal
from workorders.models import WorkOrder


def models_of(order: WorkOrder) -> set[int]:
    """Keys of the models of its terminal, else of those live at its merchant."""
    if order.terminal:
        return {order.terminal.model_id}
    return set(Binding.objects.live().filter(merchant=order.merchant_id).values_list("terminal__model", flat=True))


def serials_for(order: WorkOrder, wanted: str) -> list[str]:
    """What a scan of the checklist may give, by procedures.steps.Equal: the order's terminal, or one to put in.

    An order that names no terminal is about those live at its merchant. One to put in is in the engineer's bag, or
    has just been bound at the merchant.
    """
    live = Terminal.objects.filter(pk__in=Binding.objects.live().filter(merchant=order.merchant_id).values("terminal"))
    if wanted == Equal.TERMINAL:
        return [order.terminal.serial] if order.terminal else list(live.values_list("serial", flat=True))
    fresh = Terminal.objects.filter(
        Q(holder=order.engineer_id, status=TerminalStatus.ISSUED) | Q(pk__in=live.values("pk"))
    )
    return list(fresh.exclude(pk=order.terminal_id).values_list("serial", flat=True))
