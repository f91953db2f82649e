"""Which cell a place lies in, and which region."""

from collections.abc import Sequence

from prospecting.models import Cell
from prospecting.partition import Plane, cell_of
from routing.geo import distance_m
from toolkit.search import plain
from workforce.models import Region

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


def region_of(cell: int | None, lat: float | None, lon: float | None, address: str) -> Region:
    """That of the cell, else the deepest one the address names, else the one whose middle is nearest, else the root."""
    if cell:
        return Region.objects.get(cells=cell)
    regions = sorted(Region.objects.all(), key=lambda region: -region.depth)
    text = plain(address)
    for region in regions:
        if any(len(name) > 1 and name in text for name in map(plain, [region.name, *region.aliases.split(",")])):
            return region
    placed = [region for region in regions if region.lat is not None and region.lon is not None]
    if lat is not None and lon is not None and placed:
        return min(placed, key=lambda region: float(distance_m(lat, lon, region.lat, region.lon)))
    return regions[-1]
