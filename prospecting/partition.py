"""A district in cells: whatever is drawn, split, merged or imported, every point of it stays in exactly one.

Shapes are shapely polygons in metres on a plane of the district (`Plane`); a grid of a centimetre keeps neighbours
together. A cell is one polygon without holes that nowhere is narrower than NARROWEST_M.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import (
    Point,
    Polygon,
    STRtree,
    affinity,
    get_parts,
    make_valid,
    polygonize,
    set_precision,
    unary_union,
)
from shapely.geometry import box, shape
from shapely.geometry.base import BaseGeometry

GRID_M = 0.01
NARROWEST_M = 1.0
DIGITS = 7  # of a degree: about a centimetre
METRES_PER_DEGREE = 111_195.0  # of a great circle


@dataclass(frozen=True)
class Plane:
    """An equirectangular plane through a place: straight lines stay straight, a city is true to a thousandth."""

    lat: float
    lon: float

    @classmethod
    def of(cls, geojson: dict[str, Any]) -> "Plane":
        west, south, east, north = shape(geojson).bounds
        return cls((south + north) / 2, (west + east) / 2)

    def to_metres(self, geometry: BaseGeometry) -> BaseGeometry:
        per_lon = METRES_PER_DEGREE * cos(radians(self.lat))
        moved = [per_lon, 0, 0, METRES_PER_DEGREE, -self.lon * per_lon, -self.lat * METRES_PER_DEGREE]
        return set_precision(affinity.affine_transform(geometry, moved), GRID_M)

    def to_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        per_lon = METRES_PER_DEGREE * cos(radians(self.lat))
        return affinity.affine_transform(geometry, [1 / per_lon, 0, 0, 1 / METRES_PER_DEGREE, self.lon, self.lat])

    def read(self, geojson: dict[str, Any]) -> BaseGeometry:
        """Mended where it crosses itself."""
        return make_valid(self.to_metres(make_valid(shape(geojson))))

    def write(self, polygon: Polygon) -> dict[str, Any]:
        ring = [[round(x, DIGITS), round(y, DIGITS)] for x, y in self.to_degrees(polygon).exterior.coords]
        return {"type": "Polygon", "coordinates": [ring]}

    def points(self, places: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
        """(longitude, latitude) of each → metres, one row each."""
        per_lon = METRES_PER_DEGREE * cos(radians(self.lat))
        found = np.asarray(places, dtype=float).reshape(-1, 2) - (self.lon, self.lat)
        return found * (per_lon, METRES_PER_DEGREE)


@dataclass(frozen=True)
class Piece:
    """A cell to be made, with the keys of those it is made from."""

    shape: Polygon
    parents: frozenset[int]


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    return [part for part in get_parts(geometry.buffer(0)) if isinstance(part, Polygon) and not part.is_empty]


def _solid(geometry: BaseGeometry) -> BaseGeometry:
    """Without the points and lines in which shapes merely touch."""
    return unary_union(polygons_of(geometry))


def core_of(polygon: Polygon) -> Polygon:
    """Drawn in by half of what is too narrow; empty where nothing is left."""
    parts = polygons_of(polygon.buffer(-NARROWEST_M / 2, join_style="mitre"))
    return max(parts, key=lambda part: part.area, default=Polygon())


def carve(cells: dict[int, Polygon], drawn: BaseGeometry) -> tuple[list[Piece], list[Piece]]:
    """What is drawn becomes a cell (or several, where it has parts or holes), out of the cells it lies over.

    Returns the new ones, and what is left of those that lose something; those have to go.
    """
    touched = {key: cell for key, cell in cells.items() if cell.intersects(drawn)}
    hit = {key: cell for key, cell in touched.items() if core_of(cell).intersects(drawn)}
    if not hit:
        return [], []
    won = unary_union([_solid(cell.intersection(drawn, grid_size=GRID_M)) for cell in hit.values()], grid_size=GRID_M)
    parents = frozenset(hit)
    new = [Piece(part, parents) for part in _without_holes(won)]
    left = [
        Piece(part, frozenset([key]))
        for key, cell in hit.items()
        for part in _without_holes(cell.difference(won, grid_size=GRID_M))
    ]
    tidied = _tidy([*new, *left])
    is_new = [bool(piece.shape.representative_point().intersects(won)) for piece in tidied]
    return (
        [piece for piece, yes in zip(tidied, is_new, strict=True) if yes],
        [piece for piece, yes in zip(tidied, is_new, strict=True) if not yes],
    )


def split_along(key: int, cell: Polygon, lines: Sequence[BaseGeometry]) -> list[Piece]:
    """By streets, say: every block that the lines and the border enclose."""
    cuts = unary_union([cell.exterior, *[line.intersection(cell) for line in lines]], grid_size=GRID_M)
    blocks = [part for part in get_parts(polygonize([cuts])) if cell.covers(part.representative_point())]
    return _tidy([Piece(part, frozenset([key])) for block in blocks for part in _without_holes(block)])


def split_evenly(key: int, cell: Polygon, count: int, work: NDArray[np.float64] | None = None) -> list[Piece]:
    """Into `count` parts with about the same number of the points of `work` (rows of x, y), or the same area."""
    parts = [(cell, count)]
    while any(wanted > 1 for _part, wanted in parts):
        after = []
        for part, wanted in parts:
            if wanted == 1:
                after.append((part, 1))
                continue
            near = wanted // 2
            one, other = _halve(part, near / wanted, work)
            after += [(one, near), (other, wanted - near)]
        parts = after
    return _tidy([Piece(whole, frozenset([key])) for part, _one in parts for whole in _without_holes(part)])


def merge(cells: dict[int, Polygon]) -> Piece | None:
    """One cell of several, or None where they do not make one without a hole."""
    whole = unary_union(list(cells.values()), grid_size=GRID_M)
    parts = polygons_of(whole)
    if len(parts) != 1 or parts[0].interiors or core_of(parts[0]).area < sum(core_of(c).area for c in cells.values()):
        return None
    return Piece(parts[0], frozenset(cells))


def cover(district: BaseGeometry, wanted: Sequence[BaseGeometry]) -> list[tuple[Polygon, int | None]]:
    """Cells for a whole district out of outlines that may overlap, stick out or leave gaps: the earlier keeps what two
    want; what nobody wants becomes cells of its own. Each with the index of its outline, or None."""
    free = district
    pieces = []
    for index, outline in enumerate(wanted):
        mine = _solid(outline.intersection(free, grid_size=GRID_M))
        pieces += [Piece(part, frozenset([index])) for part in _without_holes(mine)]
        free = _solid(free.difference(mine, grid_size=GRID_M))
    pieces += [Piece(part, frozenset()) for part in _without_holes(free)]
    return [(piece.shape, next(iter(piece.parents), None)) for piece in _tidy(pieces)]


def cell_of(points: NDArray[np.float64], cells: dict[int, Polygon]) -> list[int | None]:
    """The cell of each point: the nearest within NARROWEST_M, of several the one with the smallest key."""
    keys = np.array(sorted(cells))
    if not len(keys) or not len(points):
        return [None] * len(points)
    tree = STRtree([cells[key] for key in keys.tolist()])
    found, nearest = tree.query_nearest([Point(*point) for point in points], max_distance=NARROWEST_M)
    answer: list[int | None] = [None] * len(points)
    for index, key in zip(found.tolist(), keys[nearest].tolist(), strict=True):
        known = answer[index]
        answer[index] = key if known is None else min(known, key)
    return answer


def _without_holes(geometry: BaseGeometry) -> list[Polygon]:
    """Cut through every hole."""
    done: list[Polygon] = []
    waiting = polygons_of(geometry)
    while waiting:
        part = waiting.pop()
        if not part.interiors:
            done.append(part)
            continue
        west, south, east, north = part.bounds
        middle = round(Polygon(part.interiors[0]).centroid.x, 2)
        for half in (box(west - 1, south - 1, middle, north + 1), box(middle, south - 1, east + 1, north + 1)):
            waiting += polygons_of(part.intersection(half, grid_size=GRID_M))
    return done


def _tidy(pieces: Sequence[Piece]) -> list[Piece]:
    """What is too narrow to be a cell goes to the neighbour with whom it shares the longest border."""
    whole: list[Piece] = []
    slivers: list[Piece] = []
    for piece in pieces:
        cores = polygons_of(piece.shape.buffer(-NARROWEST_M / 2, join_style="mitre"))
        if len(cores) == 1:
            whole.append(piece)
            continue
        rest: BaseGeometry = piece.shape
        for core in cores:
            grown = core.buffer(NARROWEST_M / 2, join_style="mitre").intersection(rest, grid_size=GRID_M)
            for part in _without_holes(grown):
                (whole if not core_of(part).is_empty else slivers).append(Piece(part, piece.parents))
            rest = _solid(rest.difference(_solid(grown), grid_size=GRID_M))
        slivers += [Piece(part, piece.parents) for part in polygons_of(rest)]
    for sliver in sorted(slivers, key=lambda each: -each.shape.area):
        _give_away(sliver, whole)
    return whole


def _give_away(sliver: Piece, whole: list[Piece]) -> None:
    near = [index for index, piece in enumerate(whole) if piece.shape.distance(sliver.shape) <= 2 * GRID_M]
    borders = {index: whole[index].shape.buffer(GRID_M).intersection(sliver.shape.exterior).length for index in near}
    for index in sorted(borders, key=lambda each: -borders[each]):
        joined = unary_union([whole[index].shape, sliver.shape], grid_size=GRID_M)
        if isinstance(joined, Polygon) and not joined.interiors:
            whole[index] = Piece(joined, whole[index].parents)
            return


def _halve(part: BaseGeometry, share: float, work: NDArray[np.float64] | None) -> tuple[BaseGeometry, BaseGeometry]:
    """Cut across its longer side, so that `share` of the work (or else of the area) lies on the first side."""
    west, south, east, north = part.bounds
    is_wide = east - west >= north - south
    axis, low, high = (0, west, east) if is_wide else (1, south, north)

    def before(cut: float) -> BaseGeometry:
        return part.intersection(
            box(west - 1, south - 1, cut, north + 1) if is_wide else box(west - 1, south - 1, east + 1, cut),
            grid_size=GRID_M,
        )

    inside = _inside(work, part) if work is not None else np.empty((0, 2))
    if len(inside) >= 2:
        cut = float(np.quantile(inside[:, axis], share))
        cut = min(max(cut, low + NARROWEST_M * 2), high - NARROWEST_M * 2)
    else:
        for _step in range(40):
            cut = (low + high) / 2
            low, high = (low, cut) if before(cut).area > share * part.area else (cut, high)
    first = _solid(before(round(cut, 2)))
    return first, _solid(part.difference(first, grid_size=GRID_M))


def _inside(work: NDArray[np.float64], part: BaseGeometry) -> NDArray[np.float64]:
    tree = STRtree([Point(*point) for point in work])
    return work[tree.query(part, predicate="covers")]
