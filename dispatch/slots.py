"""Who could do an order, as arrays, and when each of them could first be there. Pure: numpy and routing, no Django.

Instants are seconds since the epoch, places WGS-84 degrees; NaN is a place nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from routing.geo import TravelTimes

ASSUMED_WAY_S = 30 * 60.0  # where one end of the way is unknown
OVERRUN_S = 15 * 60.0  # who is still at work after the planned end is given this long to finish
WHOLE_S = 60  # appointments begin on the full minute
BLOCK = 16
COLLECTING_S = 10 * 60.0  # at a depot, from door to door
START, FIRST = (
    1,
    2,
)  # among the places of a person: 0 is the last known one, then where the day begins, then the bookings


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
    """One entry per person in every field; `barred` says for each reason who may not be chosen because of it. The tables
    of `shifts` and `bookings` are in order of their start, and filled up with NaN."""

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
    expires_on: NDArray[np.float64]  # the same; days as date.toordinal counts them, NaN without an end
    carried: NDArray[np.int64]  # a column for each part the job needs: in the bag and not promised to another order
    organisation: tuple[tuple[str, str | None] | None, ...]  # name and end of the contract of who sends the person
    orders: NDArray[np.int64]  # in hand
    visits: NDArray[np.int64]  # to this merchant, finished
    is_working: NDArray[np.bool_]  # on site or at work now
    shifts: NDArray[np.float64]  # a table for each: day (0 is today where the person is, 1 tomorrow), opens, closes
    bookings: NDArray[np.float64]  # a table for each: start, end, lat, lon, which leave and training do not have
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

    def opens(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """The first instants from `at` on at which there is time to collect something."""
        found = np.full(len(at), inf)
        for start, end in reversed(self.open):
            found = np.where(np.maximum(at, start) + COLLECTING_S <= end, np.maximum(at, start), found)
        return found


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
    everybody, bookings = np.arange(len(candidates)), candidates.bookings
    places = _places(candidates)
    direct, onward = _ways(places, job, travel)
    there, rest_s = direct, 0.0
    if depot:
        rest_s = COLLECTING_S + float(_ways(np.array([depot.lat, depot.lon]), job, travel)[0])
        there = _ways(places, replace(job, lat=depot.lat, lon=depot.lon), travel)[0] + rest_s
    starts, ends, has_place = bookings[:, :, 0], bookings[:, :, 1], ~np.isnan(bookings[:, :, 2])
    nexts, deadlines = _onwards(starts, ends, has_place)

    start = np.full(len(candidates), np.nan)
    before, after = np.zeros(len(candidates), dtype=int), np.full(len(candidates), -1)
    is_settled = np.zeros(len(candidates), dtype=bool)

    def arrival() -> NDArray[np.float64]:
        instants = _whole(free_from + there[everybody, here])
        return _whole(depot.opens(instants - rest_s) + rest_s) if depot else instants

    def settle(who: NDArray[np.bool_], instants: NDArray[np.float64], following: NDArray[np.int64]) -> None:
        """The first gap is kept until one with a shorter way than the longest comes."""
        is_near = there[everybody, here] <= longest_way_s
        who = who & ~is_settled & (is_near | np.isnan(start))
        start[who], before[who], after[who] = instants[who], here[who], following[who]
        is_settled[who & is_near] = True

    here, day = np.zeros(len(candidates), dtype=int), np.zeros(len(candidates))
    is_overdue = candidates.is_working & ~((starts <= at) & (at < ends)).any(axis=1)
    free_from = np.where(is_overdue, at + OVERRUN_S, at)
    for shift in range(candidates.shifts.shape[1]):
        of_day, opens, closes = candidates.shifts[:, shift].T
        works = ~np.isnan(opens)
        here = np.where(works & (of_day != day) & (free_from <= opens), START, here)
        day, free_from = np.where(works, of_day, day), np.where(works, np.maximum(free_from, opens), free_from)
        for number in range(bookings.shape[1]):
            begin, end, following = starts[:, number], ends[:, number], nexts[:, number]
            is_ahead = works & (end > free_from) & (begin < closes)
            instants = arrival()
            done = instants + job.duration_s
            goes_on = (following >= 0) & (starts[everybody, following] < closes)
            in_time = ~goes_on | (done + onward[everybody, following + FIRST] <= deadlines[:, number])
            settle(
                is_ahead & in_time & (done <= np.minimum(closes, begin)),
                instants,
                np.where(goes_on, following + FIRST, -1),
            )
            free_from = np.where(is_ahead, end, free_from)
            here = np.where(is_ahead & has_place[:, number], number + FIRST, here)
        instants = arrival()
        settle(works & (instants + job.duration_s <= closes), instants, np.full(len(candidates), -1))
        if is_settled.all():
            break
    found = np.flatnonzero(~np.isnan(start))
    way, extra, detour = (np.full(len(candidates), np.nan) for _ in range(3))
    a, b = before[found], after[found]
    way[found] = there[found, a]
    skipped = np.where(b >= 0, onward[found, b] - _legs(places[found, a], places[found, b], travel), 0.0)
    extra[found] = np.maximum(way[found] + skipped, 0.0)
    detour[found] = way[found] - direct[found, a]
    kinds = [
        (place, "start")[number] if number < FIRST else "booking"
        for place, number in zip(candidates.place, before, strict=True)
    ]
    origin = tuple("" if isnan(each) else kind for each, kind in zip(start, kinds, strict=True))
    return Slots(start, way, extra, origin, detour, np.full(len(candidates), -1))


def by_person(rows: NDArray[np.float64], people: int) -> NDArray[np.float64]:
    """A table for each of so many people, filled up with NaN. The first column of each row tells whose it is, counted
    from 1; they come in this order."""
    owner = rows[:, 0].astype(int) - 1
    number = np.arange(len(rows)) - np.searchsorted(owner, owner)
    tables = np.full((people, number.max(initial=-1) + 1, rows.shape[1] - 1), np.nan)
    tables[owner, number] = rows[:, 1:]
    return tables


def _whole(instants: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.ceil(instants / WHOLE_S) * WHOLE_S


def _places(candidates: Candidates) -> NDArray[np.float64]:
    """For each where the person is, where the day begins, and the bookings."""
    spots = [candidates.lat, candidates.lon, candidates.start_lat, candidates.start_lon]
    return np.concatenate([np.stack(spots, axis=1).reshape(-1, FIRST, 2), candidates.bookings[:, :, 2:]], axis=1)


def _ways(places: NDArray[np.float64], job: Job, travel: TravelTimes) -> tuple[NDArray, NDArray]:
    """Seconds from each place to the job, and from the job to each place."""
    there, onward = (np.full(places.shape[:-1], ASSUMED_WAY_S) for _ in range(2))
    known = ~np.isnan(places).any(axis=-1)
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


def _onwards(
    starts: NDArray[np.float64], ends: NDArray[np.float64], has_place: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each booking: the next one with a place, itself perhaps, -1 when there is none; and when to be there, less
    the leave that lies between."""
    after, latest = np.full(starts.shape, -1), np.full(starts.shape, inf)
    following, deadline = np.full(len(starts), -1), np.full(len(starts), inf)
    for number in range(starts.shape[1] - 1, -1, -1):
        begin, has = starts[:, number], has_place[:, number]
        away_s = np.nan_to_num(ends[:, number] - begin)
        following, deadline = np.where(has, number, following), np.where(has, begin, deadline - away_s)
        after[:, number], latest[:, number] = following, deadline
    return after, latest
