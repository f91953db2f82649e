"""The part of the world a map shows, and the cells its places are gathered in: web Mercator, the world one wide."""

from dataclasses import dataclass
from math import asinh, isfinite, pi, radians, tan

EDGE_LAT = 85.05  # where the square of web Mercator ends
TILE_PX = 256
DEEPEST = 22

# the same of a row, in SQL
X = "(lon + 180) / 360"
Y = f"0.5 - asinh(tan(radians(least(greatest(lat, -{EDGE_LAT}), {EDGE_LAT})))) / {2 * pi}"


class NoSuchView(ValueError):
    """Not a part of the world."""


@dataclass(frozen=True)
class View:
    """`west` lies east of `east` where the view goes over the date line."""

    west: float
    south: float
    east: float
    north: float
    zoom: int

    @classmethod
    def read(cls, bbox: str, zoom: str) -> "View":
        """Of 'west,south,east,north' in degrees and the zoom level."""
        try:
            west, south, east, north = map(float, bbox.split(","))
            level = int(zoom)
        except ValueError as nonsense:
            raise NoSuchView(bbox) from nonsense
        is_on_earth = all(map(isfinite, (west, south, east, north))) and max(abs(west), abs(east)) <= 180
        if not (is_on_earth and -90 <= south < north <= 90 and west != east and 0 <= level <= DEEPEST):
            raise NoSuchView(bbox)
        return cls(west, south, east, north, level)

    def cell(self, most: int, least_px: int) -> float:
        """The side of a cell: no smaller than so many pixels, and such that no more than `most` touch the view."""
        width = (self.east - self.west + (360 if self.west > self.east else 0)) / 360
        height = _mercator(self.south) - _mercator(self.north)
        side = least_px / (TILE_PX * 2**self.zoom)
        while (width / side + 2) * (height / side + 2) > most:
            side *= 1.25
        return side


def _mercator(lat: float) -> float:
    return 0.5 - asinh(tan(radians(max(-EDGE_LAT, min(EDGE_LAT, lat))))) / (2 * pi)
