"""Where parts are, for whoever sends people."""

from collections.abc import Mapping
from dataclasses import dataclass

from spareparts.models import Place, Stock
from workforce.models import User


@dataclass(frozen=True)
class DepotStock:
    place: Place
    quantity: Mapping[int, int]  # by key of the part


def depots_with(parts: set[int]) -> list[DepotStock]:
    """The depots with a known place that have some of these parts."""
    found: dict[int, DepotStock] = {}
    rows = Stock.objects.there().filter(part__in=parts, place__in=Place.objects.depots().exclude(lat=None))
    for row in rows.select_related("place__calendar", "place__region").order_by("place_id"):
        depot = found.setdefault(row.place_id, DepotStock(row.place, {}))
        depot.quantity[row.part_id] = row.quantity  # type: ignore[index]
    return list(found.values())


def carried_by(person: User, parts: set[int]) -> dict[int, int]:
    """What is in a person's bag, by key of the part."""
    return dict(Stock.objects.in_bag_of(person).filter(part__in=parts).values_list("part_id", "quantity"))
