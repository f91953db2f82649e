"""Where a new stop fits best into the rest of one person's day. Pure: places and seconds in, a position out."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from routing.geo import Place, TravelTimes

ROUNDING_S = 0.001  # sums of floating-point seconds since 1970 differ in the last digits


@dataclass(frozen=True)
class Stop:
    """`opens_at` and `closes_at` bound the start of the work; instants are seconds on any clock, the same for all."""

    place: Place
    duration_s: float
    opens_at: float = -inf
    closes_at: float = inf


@dataclass(frozen=True)
class Route:
    """What is left of a day: from `start` at `start_at` through `stops` in order, and to `end` by `end_by`.

    Work in progress is not a stop: start where and when it ends. Without `end` the day ends at the last stop.
    """

    start: Place
    start_at: float
    stops: Sequence[Stop]
    end: Place | None = None
    end_by: float = inf


class Insertion(NamedTuple):
    position: int  # index in `stops` the new stop gets
    added_travel_s: float
    arrival: float  # work may have to wait for `opens_at`


def best_insertion(route: Route, new_stop: Stop, travel: TravelTimes) -> Insertion | None:
    """The feasible position with the least added travel, the earlier one of equals; None where it fits nowhere.

    A stop that is late already does not stand in the way, as long as it does not become later still.
    """
    places = [route.start, *(stop.place for stop in route.stops), new_stop.place]
    if route.end:
        places.insert(-1, route.end)
    seconds = travel.matrix(places, places).tolist()
    new = len(places) - 1
    legs = [seconds[at][at + 1] for at in range(new - 1)]

    ready = [route.start_at]  # when the person can leave the start and each stop
    for stop, leg in zip(route.stops, legs, strict=False):
        ready.append(max(ready[-1] + leg, stop.opens_at) + stop.duration_s)
    latest = _latest_arrivals(route, legs, ready)

    best: Insertion | None = None
    for position, left_at in enumerate(ready):
        arrival = left_at + seconds[position][new]
        done = max(arrival, new_stop.opens_at) + new_stop.duration_s
        added = seconds[position][new]
        back = 0.0
        if position < len(legs):
            back = seconds[new][position + 1]
            added += back - legs[position]
        fits = max(arrival, new_stop.opens_at) <= new_stop.closes_at and done + back <= latest[position] + ROUNDING_S
        if fits and (best is None or added < best.added_travel_s):
            best = Insertion(position, added, arrival)
    return best


def _latest_arrivals(route: Route, legs: Sequence[float], ready: Sequence[float]) -> list[float]:
    """For each stop, and then for the end, the latest arrival that makes nothing late which is not late already."""
    last_arrival = ready[-1] + (legs[-1] if route.end else 0)
    latest = [max(route.end_by, last_arrival)]
    for index in range(len(route.stops) - 1, -1, -1):
        stop = route.stops[index]
        onward = legs[index + 1] if index + 1 < len(legs) else 0
        begun = ready[index + 1] - stop.duration_s
        latest.insert(0, min(max(stop.closes_at, begun), latest[0] - onward - stop.duration_s))
    return latest
