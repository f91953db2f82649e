"""What an order will likely use up, by what orders like it used up (PartUse)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from spareparts.models import Part
from workorders.fault_choices import LOOKED_AT
from workorders.likely import Chance, Circle, chance
from workorders.models import PartUse, WorkOrder

LIKELY = 0.3  # what is less likely is not spoken of
Key = tuple[int, int | None, int | None]  # of type, model and symptom


@dataclass(frozen=True)
class Likely:
    part: Part
    chance: Chance


def likely_parts(orders: Collection[WorkOrder]) -> dict[int, list[Likely]]:
    """By key of the order, the likeliest first. Three queries, however many orders; `terminal` is read with them."""
    told = _symptoms_told({order.summary for order in orders if order.symptom_id is None and order.terminal_id})
    circles = {order.pk: _circles(order, order.symptom_id or told.get(order.summary)) for order in orders}
    counts = _counts({key for keys in circles.values() for key in keys})
    parts = Part.objects.in_use().in_bulk({part for used in counts.values() for part in used if part is not None})
    return {pk: _likely([counts[key] for key in keys if key in counts], parts) for pk, keys in circles.items()}


def read_ahead(orders: Collection[WorkOrder]) -> None:
    """So that the warnings of each (preparation.warnings_before) need not ask again."""
    likely = likely_parts(orders)
    for order in orders:
        order.likely = likely[order.pk]


def _symptoms_told(summaries: Collection[str]) -> dict[str, int]:
    """By words: what orders that were told in them turned out to be most often, among the latest."""
    if not summaries:
        return {}
    latest = WorkOrder.objects.filter(symptom__isnull=False).order_by("-id").values("pk")[:LOOKED_AT]
    rows = WorkOrder.objects.filter(pk__in=latest, summary__in=summaries).order_by()
    counted = rows.values_list("summary", "symptom").annotate(count=Count("pk")).order_by("count", "symptom")
    return {summary: symptom for summary, symptom, _count in counted}


def _circles(order: WorkOrder, symptom: int | None) -> list[Key]:
    """From the widest to the narrowest."""
    model = order.terminal.model_id if order.terminal else None
    keys = [(order.type_id, None, None), (order.type_id, model, None), (order.type_id, None, symptom),
            (order.type_id, model, symptom)]  # fmt: skip
    return list(dict.fromkeys(keys))


def _counts(keys: Collection[Key]) -> dict[Key, dict[int | None, int]]:
    """Orders by part, and under None all of them."""
    counts: dict[Key, dict[int | None, int]] = defaultdict(dict)
    if keys:
        wanted = reduce(or_, (Q(type=type, model=model, symptom=symptom) for type, model, symptom in keys))
        for *key, part, orders in PartUse.objects.filter(wanted).values_list(
            "type", "model", "symptom", "part", "orders"
        ):
            counts[tuple(key)][part] = orders  # type: ignore[index]
    return counts


def _likely(circles: list[dict[int | None, int]], parts: dict[int, Part]) -> list[Likely]:
    used = {part for circle in circles for part in circle if part in parts}
    found = [
        Likely(parts[part], chance(Circle(circle[None], circle.get(part, 0)) for circle in circles)) for part in used
    ]
    return sorted(
        (each for each in found if each.chance.share >= LIKELY), key=lambda each: (-each.chance.share, each.part.code)
    )
