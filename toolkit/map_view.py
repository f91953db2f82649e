"""The part of the world a map shows, and the squares its places are gathered in."""

from dataclasses import dataclass
from math import isfinite

TILE_PX = 256
DEEPEST = 22


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

    def square(self, most: int, least_px: int) -> float:
        """The side in degrees: no smaller than so many pixels, and such that no more than `most` touch the view.

        The same wherever the map is moved to, so that what is gathered stays together.
        """
        width = self.east - self.west + (360 if self.west > self.east else 0)
        side = least_px * 360 / (TILE_PX * 2**self.zoom)
        while (width / side + 2) * ((self.north - self.south) / side + 2) > most:
            side *= 1.25
        return side
