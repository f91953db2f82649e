"""What lies at a depot for somebody who has asked for it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Sum

from spareparts.models import Place, Requisition, RequisitionLine


def held(
    pairs: Iterable[tuple[int, int]], *, at: datetime, but: Requisition | None = None
) -> dict[tuple[int, int], int]:
    """How many of a part are held at a shelf, by keys of part and place. Under the locks of the levels it stays so."""
    parts, places = zip(*pairs, strict=True) if (pairs := list(pairs)) else ((), ())
    live = Requisition.objects.live(at).filter(source__in=set(places), source__kind__in=Place.SHELVES)
    live = live.exclude(pk=but.pk) if but else live
    lines = RequisitionLine.objects.filter(requisition__in=live, part__in=set(parts))
    sums = lines.values_list("part", "requisition__source").annotate(sum=Sum("quantity"))
    return {(part, place): quantity for part, place, quantity in sums}
