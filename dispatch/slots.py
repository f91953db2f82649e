"""Who could do an order, as arrays, and when each of them could first be there. Pure: numpy and routing, no Django.

Instants are seconds since the epoch, places WGS-84 degrees; NaN is a place nobody knows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import ceil, inf, isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.geo import TravelTimes

ASSUMED_WAY_S = 30 * 60.0  # where one end of the way is unknown
OVERRUN_S = 15 * 60.0  # who is still at work after the planned end is given this long to finish
WHOLE_S = 60  # appointments begin on the full minute
BLOCK = 16
COLLECTING_S = 10 * 60.0  # at a depot, from door to door


class Shift(NamedTuple):
    day: int  # 0 is today where the person is, 1 tomorrow
    opens_at: float
    closes_at: float


class Booked(NamedTuple):
    start: float
    end: float
    lat: float | None  # None for leave and training
    lon: float | None


@dataclass(frozen=True)
class Job:
    lat: float
    lon: float
    duration_s: float
    levels: tuple[int, ...]  # of each skill it needs
    quantities: tuple[int, ...]  # of each part it needs
    response_due: float | None
    resolution_due: float | None


@dataclass(frozen=True)
class Candidates:
    """One entry per person in every field; `barred` says for each reason who may not be chosen because of it."""

    person: NDArray[np.int64]
    username: tuple[str, ...]
    name: tuple[str, ...]
    lat: NDArray[np.float64]  # last known place
    lon: NDArray[np.float64]
    place: tuple[str, ...]  # how it is known: position, job, start, region, unknown
    position_age_s: NDArray[np.float64]  # NaN when the phone never told
    start_lat: NDArray[np.float64]  # where the day begins
    start_lon: NDArray[np.float64]
    levels: NDArray[np.int64]  # a column for each skill the job needs; 0 without it
    expires_on: tuple[tuple[str | None, ...], ...]  # of each of these skills
    carried: NDArray[np.int64]  # a column for each part the job needs: in the bag and not promised to another order
    organisation: tuple[tuple[str, str | None] | None, ...]  # name and end of the contract of who sends the person
    orders: NDArray[np.int64]  # in hand
    visits: NDArray[np.int64]  # to this merchant, finished
    is_working: NDArray[np.bool_]  # on site or at work now
    shifts: tuple[tuple[Shift, ...], ...]
    bookings: tuple[tuple[Booked, ...], ...]  # in order of their start
    barred: Mapping[str, NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.person)

    def take(self, indexes: Sequence[int]) -> "Candidates":
        picked: dict = {}
        for field in fields(self):
            values = getattr(self, field.name)
            if isinstance(values, np.ndarray):
                picked[field.name] = values[list(indexes)]
            elif isinstance(values, Mapping):
                picked[field.name] = {key: flags[list(indexes)] for key, flags in values.items()}
            else:
                picked[field.name] = tuple(values[index] for index in indexes)
        return Candidates(**picked)


@dataclass(frozen=True)
class Depot:
    lat: float
    lon: float
    open: tuple[tuple[float, float], ...]  # from, until, in order

    def opens(self, at: float) -> float:
        """The first instant from `at` on at which there is time to collect something."""
        return next((max(at, start) for start, end in self.open if max(at, start) + COLLECTING_S <= end), inf)


@dataclass(frozen=True)
class Errands:
    """Where people collect what is missing in their bags."""

    depots: tuple[Depot, ...]
    choices: tuple[tuple[int, ...] | None, ...]  # per candidate: indexes of depots; None where nothing is missing

    def take(self, indexes: Sequence[int]) -> "Errands":
        return replace(self, choices=tuple(self.choices[index] for index in indexes))


@dataclass(frozen=True)
class Slots:
    """The earliest free time of each candidate; start is NaN where there is none until tomorrow's end of work."""

    start: NDArray[np.float64]
    way_s: NDArray[np.float64]  # from where the person is before
    extra_s: NDArray[np.float64]  # by how much the day's driving grows
    origin: tuple[str, ...]  # where the way begins: a kind of place as in Candidates, or `booking`, the job before
    detour_s: NDArray[np.float64]  # by how much longer it is by way of the depot
    depot: NDArray[np.int64]  # index of the one on the way, -1 without


class _Gap(NamedTuple):
    start: float
    before: int  # index of the place the way begins at
    after: int  # of the next booking's place, -1 when there is none that day
    origin: str


def earliest_with_errands(
    candidates: Candidates, job: Job, at: float, longest_way_s: float, travel: TravelTimes, errands: Errands
) -> Slots:
    """The same by way of the depot from which each can be at the job first; no time for who finds none."""
    best = earliest_slots(candidates, job, at, longest_way_s, travel)
    origin = list(best.origin)
    for index, choice in enumerate(errands.choices):
        if choice is not None:
            best.start[index] = best.way_s[index] = best.extra_s[index] = np.nan
    for number, depot in enumerate(errands.depots):
        who = [index for index, choice in enumerate(errands.choices) if choice and number in choice]
        if not who:
            continue
        by_way = earliest_slots(candidates.take(who), job, at, longest_way_s, travel, depot)
        for index, person in enumerate(who):
            found, known = ((each.start[i], each.way_s[i]) for each, i in ((by_way, index), (best, person)))
            if not isnan(found[0]) and (isnan(known[0]) or found < known):
                for name in ("start", "way_s", "extra_s", "detour_s"):
                    getattr(best, name)[person] = getattr(by_way, name)[index]
                best.depot[person], origin[person] = number, by_way.origin[index]
    return replace(best, origin=tuple(origin))


def earliest_slots(
    candidates: Candidates, job: Job, at: float, longest_way_s: float, travel: TravelTimes, depot: Depot | None = None
) -> Slots:
    """For each the first gap between bookings, within today's or tomorrow's shift, that holds the way there (by way of
    the depot), the work, and the way on to the next job in time; one with a way beyond the longest only where there is
    no other."""
    places, firsts = _places(candidates)
    direct, onward = _ways(places, job, travel)
    there, not_before = direct, None
    if depot:
        to_depot, _from_depot = _ways(places, replace(job, lat=depot.lat, lon=depot.lon), travel)
        rest_s = COLLECTING_S + _ways(np.array([[depot.lat, depot.lon]]), job, travel)[0][0]
        there = to_depot + rest_s

        def not_before(start: float) -> float:
            return _whole(depot.opens(start - rest_s) + rest_s)

    ways_there, ways_onward = there.tolist(), onward.tolist()  # single values are read faster from lists
    gaps: list[_Gap | None] = []
    for index, first in enumerate(firsts):
        earliest = None
        for gap in _gaps(candidates, index, first, ways_there, ways_onward, job.duration_s, at, not_before):
            if ways_there[gap.before] <= longest_way_s:
                earliest = gap
                break
            earliest = earliest or gap
        gaps.append(earliest)
    found = [index for index, gap in enumerate(gaps) if gap is not None]
    start, way, extra, detour = (np.full(len(candidates), np.nan) for _ in range(4))
    before = np.array([gap.before for gap in gaps if gap is not None], dtype=int)
    after = np.array([gap.after for gap in gaps if gap is not None], dtype=int)
    start[found] = [gap.start for gap in gaps if gap is not None]
    way[found] = there[before]
    skipped = np.where(after >= 0, onward[after] - _legs(places[before], places[after], travel), 0.0)
    extra[found] = np.maximum(there[before] + skipped, 0.0)
    detour[found] = there[before] - direct[before]
    origin = tuple(gap.origin if gap else "" for gap in gaps)
    return Slots(start, way, extra, origin, detour, np.full(len(candidates), -1))


def _whole(instant: float) -> float:
    return ceil(instant / WHOLE_S) * WHOLE_S if instant < inf else inf


def _places(candidates: Candidates) -> tuple[NDArray[np.float64], list[int]]:
    """All places in one array – per candidate where the person is, where the day begins, the bookings – and where
    each candidate's begin."""
    places: list[tuple[float, float]] = []
    firsts = []
    for index, bookings in enumerate(candidates.bookings):
        firsts.append(len(places))
        places.append((candidates.lat[index], candidates.lon[index]))
        places.append((candidates.start_lat[index], candidates.start_lon[index]))
        places.extend((booked.lat, booked.lon) for booked in bookings)
    return np.array(places, dtype=float).reshape(-1, 2), firsts


def _ways(places: NDArray[np.float64], job: Job, travel: TravelTimes) -> tuple[NDArray, NDArray]:
    """Seconds from each place to the job, and from the job to each place."""
    there, onward = np.full(len(places), ASSUMED_WAY_S), np.full(len(places), ASSUMED_WAY_S)
    known = ~np.isnan(places).any(axis=1)
    if known.any() and not isnan(job.lat):
        spot = [(job.lat, job.lon)]
        there[known] = travel.matrix(places[known], spot)[:, 0]
        onward[known] = travel.matrix(spot, places[known])[0]
    return there, onward


def _legs(origins: NDArray[np.float64], destinations: NDArray[np.float64], travel: TravelTimes) -> NDArray[np.float64]:
    """Seconds from each origin to the destination in the same row, in blocks, since TravelTimes gives whole tables."""
    seconds = np.full(len(origins), ASSUMED_WAY_S)
    known = np.flatnonzero(~(np.isnan(origins).any(axis=1) | np.isnan(destinations).any(axis=1)))
    for block in np.split(known, range(BLOCK, len(known), BLOCK)):
        if len(block):
            seconds[block] = np.diagonal(travel.matrix(origins[block], destinations[block]))
    return seconds


def _gaps(
    candidates: Candidates,
    index: int,
    first: int,
    there: Sequence[float],
    onward: Sequence[float],
    duration_s: float,
    at: float,
    not_before: Callable[[float], float] | None = None,
) -> Iterator[_Gap]:
    """The gaps of one person, earliest first; `first` is the index of the person's first place. `not_before` makes a
    start later: something on the way is not open yet."""
    bookings = candidates.bookings[index]
    onwards = _onwards(bookings)
    here, origin, day = first, candidates.place[index], 0
    free_from = at
    if candidates.is_working[index] and not any(booked.start <= at < booked.end for booked in bookings):
        free_from = at + OVERRUN_S
    for shift in candidates.shifts[index]:
        if shift.day != day and free_from <= shift.opens_at:
            here, origin = first + 1, "start"
        day, free_from = shift.day, max(free_from, shift.opens_at)
        for number, booked in enumerate(bookings):
            if booked.end <= free_from:
                continue
            if booked.start >= shift.closes_at:
                break
            start = float(ceil((free_from + there[here]) / WHOLE_S) * WHOLE_S)
            if not_before:
                start = not_before(start)
            done = start + duration_s
            after, latest = onwards[number]
            if after >= 0 and bookings[after].start < shift.closes_at:
                fits = done + onward[first + after + 2] <= latest
            else:
                after, fits = -1, True
            if fits and done <= min(shift.closes_at, booked.start):
                yield _Gap(start, here, first + after + 2 if after >= 0 else -1, origin)
            free_from = booked.end
            if booked.lat is not None:
                here, origin = first + number + 2, "booking"
        start = float(ceil((free_from + there[here]) / WHOLE_S) * WHOLE_S)
        if not_before:
            start = not_before(start)
        if start + duration_s <= shift.closes_at:
            yield _Gap(start, here, -1, origin)


def _onwards(bookings: Sequence[Booked]) -> list[tuple[int, float]]:
    """For each booking: the next one with a place, itself perhaps, -1 when there is none; and when to be there, less
    the leave that lies between."""
    result: list[tuple[int, float]] = []
    after, latest = -1, inf
    for number in range(len(bookings) - 1, -1, -1):
        booked = bookings[number]
        after, latest = (
            (number, booked.start) if booked.lat is not None else (after, latest - booked.end + booked.start)
        )
        result.append((after, latest))
    return result[::-1]
