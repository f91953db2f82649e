"""Where a region is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from shapely import MultiPolygon, Point, get_num_coordinates, make_valid, set_precision, unary_union
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from journal.actions import record
from prospecting.actions.grid import import_cells
from prospecting.models import Cell
from prospecting.partition import DIGITS, Plane, polygons_of
from toolkit.errors import Refused
from workforce.models import Boundary, Region, User

MOST_CORNERS = 50_000
FARTHEST_M = 100_000  # from where the region is said to be
Outlines = Sequence[tuple[str, dict[str, Any]]]


def set_boundary(region: Region, *, outlines: Outlines, by: User, at: datetime) -> list[Cell]:
    """The outlines (name, GeoJSON) together, mended. Where the region has cells, these are cut to it, what it gains becomes
    cells of its own, and owners and leads go on in the new ones, which are returned."""
    after = mended(region, outlines)
    with transaction.atomic():
        region = Region.objects.select_for_update(of=("self",)).get(pk=region.pk)
        before = Boundary.objects.filter(region=region).first()
        Boundary.objects.update_or_create(region=region, defaults={"outline": after})
        corners = [before and _corners(before.outline), _corners(after)]
        record("prospecting.set_boundary", region, by=by, at=at, changes={"corners": corners})
        standing = Cell.objects.standing().filter(region=region).order_by("pk")
        cells = [(cell.name, cell.outline) for cell in standing]
        return import_cells(region, outlines=cells, by=by, at=at) if cells else []


def mended(region: Region, outlines: Outlines) -> dict[str, Any]:
    """One outline as GeoJSON, a Polygon or a MultiPolygon, that crosses itself nowhere."""
    if not outlines:
        raise Refused(_("This holds no outline. Draw one, or choose a file with a Polygon or a MultiPolygon."))
    try:
        shapes = [shape(outline) for _name, outline in outlines]
        if sum(get_num_coordinates(each) for each in shapes) > MOST_CORNERS:
            raise Refused(_("An outline has at most %(count)d corners.") % {"count": MOST_CORNERS})
        whole = unary_union([make_valid(each) for each in shapes])
        west, south, east, north = whole.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise Refused(_("These are no degrees of WGS-84: the longitude stands first, then the latitude."))
        parts = polygons_of(set_precision(whole, 10**-DIGITS))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as nonsense:
        raise Refused(_("This is no outline that could be drawn. Draw it again.")) from nonsense
    if not parts:
        raise Refused(_("This outline encloses nothing. Draw it again."))
    found = mapping(parts[0] if len(parts) == 1 else MultiPolygon(parts))
    if (away_m := _away_m(region, found)) > FARTHEST_M:
        raise Refused(
            _("It lies %(km)d km from %(region)s. Is it another region's, or do latitude and longitude stand swapped?")
            % {"km": away_m / 1000, "region": region}
        )
    return found


@dataclass(frozen=True)
class Described:
    """What an outline would become; rings of degrees, of the outer borders."""

    rings: list[list[list[float]]]
    area_km2: float
    is_mended: bool


def described(region: Region, outlines: Outlines) -> Described:
    found = mended(region, outlines)
    polygons = [found["coordinates"]] if found["type"] == "Polygon" else found["coordinates"]
    area_m2 = Plane.of(found).read(found).area
    is_mended = not all(shape(outline).is_valid for _name, outline in outlines)
    return Described([[list(point) for point in outer] for outer, *_holes in polygons], area_m2 / 1e6, is_mended)


def _away_m(region: Region, outline: dict[str, Any]) -> float:
    if region.lat is None or region.lon is None:
        return 0
    plane = Plane.of(outline)
    middle: BaseGeometry = Point(region.lon, region.lat)
    return plane.read(outline).distance(plane.to_metres(middle))


def _corners(outline: dict[str, Any]) -> int:
    return int(get_num_coordinates(shape(outline)))
