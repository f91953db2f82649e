"""Neighbours who are planned together where the people are too many to plan at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.planning.model import Table
from routing.planning.problem import UNREACHABLE_S


def neighbours(
    table: Table, rows: Sequence[Sequence[int]], size: int, dice: np.random.Generator
) -> list[tuple[NDArray, NDArray]]:
    """Groups of at most `size` people with their orders, cut differently each time; what nobody has goes to the group
    of one near who may do it."""
    seconds = table.problem.seconds()
    centre = np.array([table.place[row[len(row) // 2]] if row else table.first_place[p] for p, row in enumerate(rows)])
    groups = _halves(np.arange(len(rows)), seconds, centre, size, dice)
    group_of = np.zeros(len(rows), np.int64)
    for number, members in enumerate(groups):
        group_of[members] = number
    planned = {x for row in rows for x in row}
    left = np.array([x for x in range(len(table.orders)) if x not in planned], np.int64)
    adopted: list[list[int]] = [[] for _ in groups]
    ways = seconds[np.ix_(centre, table.place[left])] * dice.uniform(0.7, 1.3, (len(rows), 1))
    nearest = np.where(table.may[left].T, ways, np.inf).argmin(axis=0) if len(left) else []
    for x, p in zip(left.tolist(), nearest, strict=True):
        adopted[group_of[p]].append(x)
    return [
        (members, np.array(sorted([x for p in members for x in rows[p]] + more), np.int64))
        for members, more in zip(groups, adopted, strict=True)
    ]


def _halves(people: NDArray, seconds: NDArray, centre: NDArray, size: int, dice: np.random.Generator) -> list[NDArray]:
    if len(people) <= size:
        return [np.sort(people)]
    places = centre[people]
    start = places[dice.integers(len(places))]
    one = places[seconds[start, places].argmax()]
    other = places[seconds[one, places].argmax()]
    cut = (len(people) + 1) // 2 // size * size if len(people) > 2 * size else (len(people) + 1) // 2
    from_one, from_other = np.minimum(seconds[[one, other]][:, places], UNREACHABLE_S)
    order = np.argsort(from_one - from_other, kind="stable")
    cut = max(1, cut)
    return [
        *_halves(people[order[:cut]], seconds, centre, size, dice),
        *_halves(people[order[cut:]], seconds, centre, size, dice),
    ]
