"""Where parts are, for whoever sends people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from routing.geo import distance_m
from spareparts.holding import held
from spareparts.models import Part, Place, Stock
from workforce.models import Region, User

MOST_SOURCES = 500


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


@dataclass(frozen=True)
class Source:
    """Where somebody may ask for a part. `distance_m` from where it is wanted, None when one of the two is unknown."""

    place: Place
    free: int
    distance_m: float | None


def sources(
    parts: Iterable[Part], *, person: User, near: tuple[float | None, float | None], at: datetime
) -> dict[int, list[Source]]:
    """By key of the part: depots of the person's region and those above and below it, and colleagues' bags there, the
    nearest first. What is held for others is not offered."""
    if person.region is None:
        return {}
    keys = [part.pk for part in parts]
    here = Region.objects.within(_city(person.region)).values("pk")
    depots = Q(place__kind__in=Place.SHELVES, place__is_active=True, place__region__in=here)
    bags = Q(place__kind=Place.Kind.BAG, place__person__is_active=True, place__person__region__in=here)
    rows = Stock.objects.there().filter(depots | bags, part__in=keys).exclude(place__person=person)
    rows = rows.select_related("place__person__position", "place__calendar", "place__region").order_by("place_id")
    levels = list(rows[:MOST_SOURCES])
    taken = held([(row.part_id, row.place_id) for row in levels], at=at)
    found: dict[int, list[Source]] = defaultdict(list)
    for row in levels:
        if (free := row.quantity - taken.get((row.part_id, row.place_id), 0)) > 0:
            found[row.part_id].append(Source(row.place, free, _distance(row.place, near)))
    for each in found.values():
        each.sort(key=lambda source: (source.distance_m is None, source.distance_m or 0, source.place.pk))
    return found


def _city(region: Region) -> Region:
    """A district's people fetch parts in the whole city."""
    return region.parent if region.parent and region.parent.parent else region


def _distance(place: Place, near: tuple[float | None, float | None]) -> float | None:
    there = getattr(place.person, "position", None) if place.person else place
    if there is None or there.lat is None or near[0] is None or near[1] is None:
        return None
    return float(distance_m(near[0], near[1], there.lat, there.lon))
