"""Which cell a place lies in."""

from collections.abc import Sequence

from prospecting.models import Cell
from prospecting.partition import Plane, cell_of

NEAR = 0.00002  # degrees: more than the metre within which a place still belongs to a cell


def cells_at(places: Sequence[tuple[float, float]]) -> list[int | None]:
    """The key of the standing cell of each (latitude, longitude), None outside of every grid."""
    if not places:
        return []
    lats, lons = zip(*places, strict=True)
    near = Cell.objects.standing().touching(min(lons) - NEAR, min(lats) - NEAR, max(lons) + NEAR, max(lats) + NEAR)
    plane = Plane((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    shapes = {key: plane.read(outline) for key, outline in near.values_list("pk", "outline")}
    return cell_of(plane.points([(lon, lat) for lat, lon in places]), shapes)


def cell_at(lat: float | None, lon: float | None) -> int | None:
    return None if lat is None or lon is None else cells_at([(lat, lon)])[0]
