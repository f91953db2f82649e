"""The final times of a row, lunch and all."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, inf
from typing import NamedTuple

from routing.planning.arrays import (
    CLOSES,
    DAY_CLOSES,
    DAY_LAST,
    DAY_OPENS,
    DURATION,
    HAS_LONGEST,
    HAS_LUNCH,
    IS_OUT,
    LUNCH_FROM,
    LUNCH_LENGTH,
    LUNCH_TO,
    NEVER,
    OPENS,
)  # fmt: skip
from routing.planning.model import Table
from routing.planning.problem import UNREACHABLE_S
from routing.planning.rows import joined
from routing.planning.timing import begin, drive, drive_back, lateness, start_of

LUNCH, END = -2, -1  # as nodes


class Stop(NamedTuple):
    node: int  # of the table: an order, then a depot; or LUNCH, or END
    arrival: int
    start: int
    end: int
    travel: int


def timetable(table: Table, p: int, visits: Sequence[int]) -> tuple[list[Stop], int]:
    """The stops, the last one the end, and when the person leaves. Lunch lies in the gap that makes least late, and of
    those, that is home first."""
    gaps = range(len(visits) + 1) if table.person[p, HAS_LUNCH] else ()
    legs = _legs(table, p, visits)
    _, _, stops = min((_stops(table, p, visits, legs, gap) for gap in (-1, *gaps)), key=lambda found: found[:2])
    return stops, _leave_late(table, p, stops)


def _legs(table: Table, p: int, visits: Sequence[int]) -> list[int]:
    places = [int(table.first_place[p]), *table.place[visits].tolist(), int(table.last_place[p])]
    seconds = table.problem.seconds()
    return [
        0 if destination < 0 else ceil(min(seconds[origin, destination], UNREACHABLE_S))
        for origin, destination in pairwise(places)
    ]


def _leaving(table: Table, p: int, visits: Sequence[int], legs: Sequence[int]) -> int:
    """The first of the times to leave that make the day shortest."""
    segment = 0, table.person[p, DAY_OPENS], table.person[p, DAY_LAST]
    for x, seconds in zip(visits, legs, strict=False):
        segment = joined(*segment, seconds, table.node[x, DURATION], table.node[x, OPENS], table.node[x, CLOSES])
    return segment[1]


def _leave_late(table: Table, p: int, stops: list[Stop]) -> int:
    """Nobody waits at the first door who can wait at home."""
    person, first = table.person, stops[0]
    if person[p, HAS_LONGEST]:
        return first.arrival - first.travel
    if person[p, IS_OUT] or first.node == END:
        return int(person[p, DAY_OPENS])
    leaves = max(int(person[p, DAY_OPENS]), drive_back(person, p, first.start, first.travel))
    stops[0] = first._replace(arrival=drive(person, p, leaves, first.travel))
    return leaves


def _stops(
    table: Table, p: int, visits: Sequence[int], legs: Sequence[int], lunch: int
) -> tuple[float, int, list[Stop]]:
    """With lunch in one gap (-1: none): the cost, the end, the stops (not all of them where it is impossible)."""
    person, node, stops, cost = table.person, table.node, list[Stop](), 0.0
    ready, last = int(person[p, DAY_OPENS]), int(person[p, LUNCH_TO])
    if person[p, HAS_LONGEST]:
        ready = _leaving(table, p, visits, legs)
    for k, seconds in enumerate(legs):
        if cost == inf and stops:
            break
        if k == lunch:
            eaten, first = int(person[p, LUNCH_LENGTH]), int(person[p, LUNCH_FROM])
            arrival = drive(person, p, ready, seconds)
            at, before = (begin(person, p, max(came, first), eaten) for came in (arrival, ready))
            if k == len(visits) or at > last or drive(person, p, before + eaten, seconds) < at + eaten:
                stops.append(Stop(LUNCH, drive(person, p, ready, 0), before, before + eaten, 0))
                cost = inf if before > last else cost
            else:
                stops.append(Stop(LUNCH, arrival, at, at + eaten, seconds))
                seconds = 0
            ready = stops[-1].end
        arrival = drive(person, p, ready, seconds)
        if k < len(visits):
            x = visits[k]
            start = start_of(person, node, p, x, arrival)
            if start == NEVER:
                cost, start = inf, max(arrival, int(node[x, OPENS]))
            cost += lateness(node, table.price, x, start)
            ready = start + int(node[x, DURATION])
            stops.append(Stop(x, arrival, start, ready, seconds))
    stops.append(Stop(END, arrival, arrival, arrival, seconds))
    if arrival > person[p, DAY_LAST] or (lunch < 0 and person[p, HAS_LUNCH] and arrival > last):
        cost = inf
    return cost + table.problem.weights.overtime * max(0, arrival - int(person[p, DAY_CLOSES])), arrival, stops
