"""A day of somebody as a line: pieces where the phone reported, gaps where it did not. Places are (lat, lon), WGS-84."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

from shapely import LineString

GAP = timedelta(minutes=10)
DRIFT_M = 15.0  # a phone that lies still wanders so far
MOST_POINTS = 400
METRES_PER_DEGREE = 111_195.0

Place = tuple[float, float]


@dataclass(frozen=True)
class Piece:
    begin: datetime
    end: datetime
    places: list[Place]


@dataclass(frozen=True)
class Line:
    pieces: list[Piece]
    length_m: float

    @property
    def km(self) -> float:
        return self.length_m / 1000

    @property
    def gaps(self) -> list[tuple[Piece, Piece]]:
        """Each as the pieces before and after it."""
        return list(zip(self.pieces, self.pieces[1:], strict=False))


def line_of(fixes: Sequence[tuple[datetime, float, float]]) -> Line:
    """`fixes` in the order of time. What a phone wanders while it lies still is neither drawn nor counted."""
    runs: list[list[tuple[datetime, float, float]]] = []
    for fix in fixes:
        if not runs or fix[0] - runs[-1][-1][0] > GAP:
            runs.append([])
        runs[-1].append(fix)
    tolerance_m = DRIFT_M
    while True:
        lines = [_simplified(run, tolerance_m) for run in runs]
        if sum(len(line.coords) for line in lines) <= max(MOST_POINTS, 2 * len(runs)):
            break
        tolerance_m *= 2
    pieces = [
        Piece(run[0][0], run[-1][0], [_on_earth(x, y, run) for x, y in line.coords])
        for run, line in zip(runs, lines, strict=True)
    ]
    return Line(pieces, sum(line.length for line in lines))


def _simplified(run: Sequence[tuple[datetime, float, float]], tolerance_m: float) -> LineString:
    """In metres east and north of the equator, true at the latitude at which the run begins."""
    shrink = cos(radians(run[0][1]))
    metres = [(lon * METRES_PER_DEGREE * shrink, lat * METRES_PER_DEGREE) for _at, lat, lon in run]
    return LineString(metres if len(metres) > 1 else metres * 2).simplify(tolerance_m)


def _on_earth(x: float, y: float, run: Sequence[tuple[datetime, float, float]]) -> Place:
    return round(y / METRES_PER_DEGREE, 6), round(x / METRES_PER_DEGREE / cos(radians(run[0][1])), 6)
