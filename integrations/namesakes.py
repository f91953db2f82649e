"""Rows of one file that are much the same shop at much the same place. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from math import ceil, cos, radians
from sys import intern

from routing.geo import distance_m

ALIKE = 0.6  # share of two-character pieces that two names of one shop have in common
NEAR_M = 300
CELL_DEG, CELL_M = 0.005, 556  # north to south
MOST_CELLS = 4  # looked at in each direction: about two kilometres, however rough a place is
COMPARED = 100  # rows with a piece of the name in common in one cell


class Namesakes:
    """Names are compared where a place is near and one of the telling pieces is shared.

    Two sorted sets that have a share of ALIKE in common have one of their first pieces in common: of n pieces the
    first n - ALIKE n + 1 tell (prefix filter; Chaudhuri, Ganti, Kaushik 2006).
    """

    def __init__(self) -> None:
        self._seen: defaultdict[tuple, list] = defaultdict(list)

    def earlier(self, line: int, pieces: Sequence[str], lat: float, lon: float, accuracy_m: float) -> int | None:
        """The line of an earlier row like this one; remembers this row. `pieces` of its name are sorted."""
        name = set(pieces)
        telling = pieces[: len(pieces) - ceil(ALIKE * len(pieces)) + 1]
        here = (int(lat / CELL_DEG), int(lon / CELL_DEG))
        reach = min(ceil((NEAR_M + accuracy_m) / (CELL_M * max(cos(radians(lat)), 0.2))), MOST_CELLS)
        found = next(
            (
                seen_line
                for down in range(-reach, reach + 1)
                for right in range(-reach, reach + 1)
                for piece in telling
                for seen_line, other, other_lat, other_lon in self._seen.get(
                    (here[0] + down, here[1] + right, piece), ()
                )
                if _are_alike(name, other) and distance_m(lat, lon, other_lat, other_lon) <= NEAR_M + accuracy_m
            ),
            None,
        )
        row = (line, tuple(map(intern, pieces)), lat, lon)
        for piece in telling:
            if len(rows := self._seen[*here, intern(piece)]) < COMPARED:
                rows.append(row)
        return found


def _are_alike(name: set[str], other: tuple[str, ...]) -> bool:
    common = len(name.intersection(other))
    return common >= ALIKE * (len(name) + len(other) - common)
