"""What an urgent order displaces in the rest of one person's day. Pure, no Django; instants are seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from routing.geo import Place, TravelTimes
from routing.insertion import Insertion as Found
from routing.insertion import Route, Stop, best_insertion

AT_ONCE_S = 2 * 3600.0  # an urgent order begins within this time, whatever was promised
SAME_S = 1.0  # who begins less than this later is not displaced


@dataclass(frozen=True)
class Visit:
    """One order, or leave or lunch, which have no key. What is fixed keeps its time whatever comes."""

    key: str
    place: Place
    start: float
    duration_s: float
    is_fixed: bool = False
    begin_by: float = inf
    done_by: float = inf

    @property
    def latest_start(self) -> float:
        return min(self.begin_by, self.done_by - self.duration_s)

    def is_late(self, start: float) -> bool:
        return start > self.latest_start


@dataclass(frozen=True)
class Rest:
    """What is left of a day: free at `place` from `ready_at`, the visits ahead in order, and the end of the shift."""

    place: Place
    ready_at: float
    visits: Sequence[Visit]
    closes_at: float


@dataclass(frozen=True)
class Displaced:
    visit: Visit
    start: float | None  # None: it no longer fits into the shift

    @property
    def becomes_late(self) -> bool:
        return self.start is not None and self.visit.is_late(self.start) and not self.visit.is_late(self.visit.start)


@dataclass(frozen=True)
class Insertion:
    start: float
    way_s: float
    is_late: bool
    displaced: list[Displaced]

    @property
    def harm(self) -> tuple:
        """Compares who had better do it: fewest orders lost or late, then the earliest start, then the least delay."""
        lost = sum(each.start is None for each in self.displaced)
        late = sum(each.becomes_late for each in self.displaced)
        delay = sum(each.start - each.visit.start for each in self.displaced if each.start is not None)
        return lost, late + self.is_late, self.start, delay


def insert_urgent(rest: Rest, urgent: Visit, travel: TravelTimes) -> Insertion | None:
    """Where nobody is displaced, at the least added travel; else where nobody becomes late; else as the very next.

    What stands after it keeps its order and comes later by as much as it must. None when it does not fit into the shift.
    """
    undisturbed = [visit.start for visit in rest.visits]
    in_time = [visit.start if visit.is_fixed else _latest(visit, rest) for visit in rest.visits]
    spots = (_spot(rest, urgent, latest, travel) for latest in (undisturbed, in_time))
    position = next((spot.position for spot in spots if spot), 0)
    before, _ways = _drive(rest, rest.visits, travel)
    after, ways = _drive(rest, [*rest.visits[:position], urgent, *rest.visits[position:]], travel)
    start = after[urgent.key]
    if start is None:
        return None
    displaced = [
        Displaced(visit, after[visit.key])
        for visit in rest.visits
        if visit.key and before[visit.key] is not None and _is_worse(before[visit.key], after[visit.key])
    ]
    return Insertion(start, ways[urgent.key], urgent.is_late(start), displaced)


def _spot(rest: Rest, urgent: Visit, latest: Sequence[float], travel: TravelTimes) -> Found | None:
    """Where it fits when each visit begins at `latest` at the latest."""
    stops = [
        Stop(visit.place, visit.duration_s, visit.start, last) for visit, last in zip(rest.visits, latest, strict=True)
    ]
    last = min(urgent.latest_start, rest.ready_at + AT_ONCE_S, rest.closes_at - urgent.duration_s)
    new = Stop(urgent.place, urgent.duration_s, rest.ready_at, last)
    return best_insertion(Route(rest.place, rest.ready_at, stops), new, travel)


def _latest(visit: Visit, rest: Rest) -> float:
    return max(min(visit.latest_start, rest.closes_at - visit.duration_s), visit.start)


def _is_worse(before: float | None, after: float | None) -> bool:
    return after is None or (before is not None and after >= before + SAME_S)


def _drive(
    rest: Rest, visits: Sequence[Visit], travel: TravelTimes
) -> tuple[dict[str, float | None], dict[str, float]]:
    """When each visit begins, in this order and not before its planned time, and the way there in seconds; None for
    what does not fit into the shift. Before a fixed one comes only what is done in time for it."""
    places = [rest.place, *(visit.place for visit in visits)]
    seconds = travel.matrix(places, places).tolist()
    fixed = [(spot, visit) for spot, visit in enumerate(visits, start=1) if visit.is_fixed]
    starts: dict[str, float | None] = {visit.key: visit.start for _spot, visit in fixed}
    ways: dict[str, float] = {}
    here, free_at = 0, rest.ready_at
    for spot, visit in enumerate(visits, start=1):
        if visit.is_fixed:
            continue
        start = max(free_at + seconds[here][spot], visit.start)
        while fixed and start + visit.duration_s + seconds[spot][fixed[0][0]] > fixed[0][1].start:
            here, passed = fixed.pop(0)
            free_at = max(free_at, passed.start + passed.duration_s)
            start = max(free_at + seconds[here][spot], visit.start)
        if start + visit.duration_s > rest.closes_at:
            starts[visit.key] = None
            continue
        starts[visit.key], ways[visit.key] = start, seconds[here][spot]
        here, free_at = spot, start + visit.duration_s
    return starts, ways
