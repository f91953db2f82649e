"""When something is raised and cleared again, and when many at once are one thing: pure, no Django."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import floor, sqrt
from statistics import median

# -- one value over time -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limits:
    """Raised when beyond `raise_at` for `raise_after` without a break, cleared when back at `clear_at` for `clear_after`.

    Too much is wrong where `raise_at` is the greater of the two, too little where it is the lesser. Between the two
    levels nothing changes: what trembles about one of them is told once.
    """

    raise_at: float
    clear_at: float
    raise_after: timedelta = timedelta()
    clear_after: timedelta = timedelta()

    def is_beyond(self, value: float) -> bool:
        return value >= self.raise_at if self.raise_at > self.clear_at else value <= self.raise_at

    def is_calm(self, value: float) -> bool:
        return value <= self.clear_at if self.raise_at > self.clear_at else value >= self.clear_at


@dataclass(frozen=True)
class Standing:
    """`since` is from when on what speaks for the other state has held without a break; None: nothing does."""

    is_raised: bool = False
    since: datetime | None = None


def judge(standing: Standing, limits: Limits, value: float, at: datetime) -> Standing:
    speaks_against, wait = (
        (limits.is_calm, limits.clear_after) if standing.is_raised else (limits.is_beyond, limits.raise_after)
    )
    if not speaks_against(value):
        return Standing(standing.is_raised)
    since = standing.since or at
    return Standing(not standing.is_raised) if at - since >= wait else Standing(standing.is_raised, since)


def raised_at(limits: Limits, series: Iterable[tuple[datetime, float]]) -> Iterator[tuple[datetime, float]]:
    """When, and by which value, this series would have been raised."""
    standing = Standing()
    for at, value in series:
        before, standing = standing, judge(standing, limits, value, at)
        if standing.is_raised and not before.is_raised:
            yield at, value


# -- many in one place -------------------------------------------------------------------------------------------------

Cell = tuple[int, int]  # row and column

CELL_DEG = 0.02  # 2.2 km from south to north, between 1.4 and 2 km from west to east in China
WINDOW = timedelta(minutes=10)
LEAST = 5  # terminals
SHARE = 0.3
OVER = 0.1  # an outage has ended when no more of it is silent


def cell_of(lat: float, lon: float) -> Cell:
    return floor(lat / CELL_DEG), floor(lon / CELL_DEG)


def box_of(cell: Cell) -> tuple[float, float, float, float]:
    """South, west, north and east, in degrees."""
    row, column = cell
    return row * CELL_DEG, column * CELL_DEG, (row + 1) * CELL_DEG, (column + 1) * CELL_DEG


def burst(instants: Iterable[datetime]) -> int:
    """The most that fall into any WINDOW."""
    ordered, first, most = sorted(instants), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] > WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


def is_outage(vanished: int, live: int) -> bool:
    return vanished >= LEAST and vanished >= SHARE * live


def neighbours(cell: Cell) -> set[Cell]:
    """With the cell itself."""
    row, column = cell
    return {(row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1)}


def areas(cells: Collection[Cell]) -> list[set[Cell]]:
    """What hangs together, corners included, is one area."""
    left, found = set(cells), []
    while left:
        area, edge = set(), {left.pop()}
        while edge:
            area |= edge
            edge = {near for cell in edge for near in neighbours(cell)} & left
            left -= edge
        found.append(area)
    return found


# -- early signs -------------------------------------------------------------------------------------------------------

MONTHS = 4  # so many show three rises
WEEKS = 8  # of the past say what is normal


def rise(months: Sequence[int]) -> float:
    """How clearly counts rose three months in a row: the growth of 2√count, of which chance alone makes ±1.4.

    0 where they did not rise in each of them.
    """
    last = months[-MONTHS:]
    if len(last) < MONTHS or any(after <= before for before, after in pairwise(last)):
        return 0.0
    return 2 * (sqrt(last[-1]) - sqrt(last[0]))


def oddness(days: Sequence[int]) -> float:
    """How far the last day is off what its weekday has been for WEEKS: in robust standard deviations, up or down.

    Counts are compared as 2√count, whose chance is ±1 whatever their size; a spread below that is taken for luck.
    The sequence has no gaps; less than the weeks it takes is 0.
    """
    if len(days) <= 7 * WEEKS:
        return 0.0
    levels = [2 * sqrt(count) for count in days[-7 * WEEKS - 1 :]]
    past, today = levels[:-1], levels[-1]
    usual = [median(past[weekday::7]) for weekday in range(7)]  # past[0] is of today's weekday
    spread = 1.4826 * median(abs(level - usual[index % 7]) for index, level in enumerate(past))
    return abs(today - usual[0]) / max(spread, 1.2)


# -- versions ----------------------------------------------------------------------------------------------------------


def version_number(text: str) -> int:
    """“4.2.10” is 4002010, so that versions can be compared; 0 where there is none."""
    found = re.search(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", text)
    major, minor, patch = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return (major * 1000 + minor) * 1000 + patch
