"""The fault codes offered for an order, what is used most for its terminal model first."""

from dataclasses import dataclass

from django.db.models import Count, F, Q

from assets.models import TerminalModel
from workorders.models import FaultCode, WorkOrder

LOOKED_AT = 2000  # the latest orders with codes, so that what is common today counts
AT_HAND = 4


@dataclass(frozen=True)
class FaultChoice:
    """One kind of code: `codes` are at hand, `more` behind a tap."""

    kind: FaultCode.Kind
    chosen: FaultCode | None
    codes: list[FaultCode]
    more: list[FaultCode]


def fault_choices(order: WorkOrder) -> list[FaultChoice]:
    """Symptom, cause and remedy; nothing where the order asks for none."""
    if not order.needs_fault_codes:
        return []
    model = order.terminal.model if order.terminal else None
    fitting = list(FaultCode.objects.in_use().fitting(model))
    choices = []
    for kind in FaultCode.Kind:
        used = _uses(kind, model)
        of_kind = [code for code in fitting if code.kind == kind]
        codes = sorted(of_kind, key=lambda code: (code.is_other, [-count for count in used.get(code.pk, (0, 0))]))
        choices.append(FaultChoice(kind, getattr(order, kind), codes[:AT_HAND], codes[AT_HAND:]))
    return choices


def _uses(kind: FaultCode.Kind, model: TerminalModel | None) -> dict[int, tuple[int, int]]:
    """By code: how often for this model, and how often at all, among the latest orders."""
    latest = WorkOrder.objects.filter(symptom__isnull=False).order_by("-id").values("pk")[:LOOKED_AT]
    counted = (
        WorkOrder.objects.filter(pk__in=latest, **{f"{kind}__isnull": False})
        .order_by()
        .values(code=F(f"{kind}_id"))
        .annotate(here=Count("pk", filter=Q(terminal__model=model)), everywhere=Count("pk"))
    )
    return {row["code"]: (row["here"], row["everywhere"]) for row in counted}
