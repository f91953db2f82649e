"""What a day plan is made from, and what comes out. Pure data; the engine, the checker and the app all speak it.

Seconds count on one clock for a whole problem (say since local midnight, or the epoch); the engine works on whole
seconds: windows shrink to them, durations and travel are rounded up. Places are indexes into the travel matrix.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Key = Hashable
URGENT, HIGH, NORMAL, LOW = PRIORITIES = (1, 2, 3, 4)
UNREACHABLE_S = 40_000_000  # what longer ways count as; more than any plan spans


class Lunch(NamedTuple):
    """Taken between two visits, begun between `earliest_s` and `latest_s`, by whoever is not done for the day by
    then."""

    earliest_s: float
    latest_s: float
    duration_s: float


@dataclass(frozen=True)
class Person:
    """Leaves `start` at `opens_s` or later and is at `end` by `closes_s`, or up to `overtime_s` later, which is paid.

    Without `end` the day ends with the last visit. In an absence there is no work and no driving; a way is continued
    after it. `longest_s` bounds the time from leaving to coming back; it cannot be had with lunch or absences.
    """

    key: Key
    start: int
    end: int | None
    opens_s: float
    closes_s: float
    overtime_s: float = 0
    lunch: Lunch | None = None
    absences: Sequence[tuple[float, float]] = ()
    skills: Mapping[Key, int] = field(default_factory=dict)  # level by skill
    parts: Mapping[Key, int] = field(default_factory=dict)  # carried
    groups: frozenset[Key] = frozenset()
    max_orders: int | None = None
    longest_s: float | None = None


@dataclass(frozen=True)
class Order:
    """The work begins between `opens_s` and `closes_s`, whatever it costs, and is late after `due_s`.

    `groups`: one who has any of them may do it; empty: anybody. `pinned_to` alone leaves the time free,
    `pinned_start_s` alone the person; both keep their place in every plan. `is_running`: `pinned_to` is at it since
    `pinned_start_s` (or `opens_s` of the day), and it comes first, whatever else the rules say.
    `now_with` and `now_start_s` are the published plan, from which moving away is paid.
    """

    key: Key
    place: int
    duration_s: float
    priority: int = NORMAL
    opens_s: float = float("-inf")
    closes_s: float = float("inf")
    due_s: float | None = None
    skills: Mapping[Key, int] = field(default_factory=dict)
    parts: Mapping[Key, int] = field(default_factory=dict)
    groups: frozenset[Key] = frozenset()
    refused_by: frozenset[Key] = frozenset()
    pinned_to: Key | None = None
    pinned_start_s: float | None = None
    is_running: bool = False
    now_with: Key | None = None
    now_start_s: float | None = None


@dataclass(frozen=True)
class Depot:
    """Where missing parts are picked up, at most once a day and person; arrival between `opens_s` and `closes_s`."""

    key: Key
    place: int
    opens_s: float
    closes_s: float
    duration_s: float
    parts: Mapping[Key, int] = field(default_factory=dict)  # in stock


@dataclass(frozen=True)
class Weights:
    """What a plan costs, in seconds of driving. The sum of all terms is what the engine minimises (docs/planning.md).

    `unserved` and `late` by priority 1 to 4: for an order left out, and for a second between due and start.
    `imbalance` times Σ over people of (work + travel)² / length of the day. `moved` for an order taken from `now_with`
    (left out counts as moved), `later` for a second that one starts more than `tolerance_s` after `now_start_s`.
    """

    unserved: tuple[float, float, float, float] = (500_000, 60_000, 25_000, 12_000)
    late: tuple[float, float, float, float] = (8, 4, 2, 1)
    overtime: float = 3
    travel: float = 1
    imbalance: float = 0.02
    moved: float = 7_200
    later: float = 0.2
    tolerance_s: float = 300


@dataclass(frozen=True)
class Problem:
    travel: ArrayLike  # seconds from place (row) to place (column); inf where there is no way
    people: Sequence[Person]
    orders: Sequence[Order]
    depots: Sequence[Depot] = ()
    weights: Weights = Weights()

    def seconds(self) -> NDArray:
        return np.asarray(self.travel)


@dataclass(frozen=True)
class Budget:
    """The search ends after so many iterations. `seconds` of wall time are only the upper limit: a plan that hit it
    says so, and may come out differently next time. Without `iterations` the time is the measure from the start."""

    iterations: int | None = None
    seconds: float = 30


class Cancel(Protocol):
    """threading.Event is one. Looked at every few hundredths of a second; what was found so far is returned."""

    def is_set(self) -> bool: ...


Progress = Callable[[float], None]  # the share of the budget that is used up, 0 to 1


class Fault(NamedTuple):
    """A row that cannot be planned with. `code` is one of validation.CODES, `values` what its sentence needs."""

    row: Literal["person", "order", "depot", "travel", "weights", "budget"]
    key: Key | None
    code: str
    values: Mapping[str, Any]


class Invalid(ValueError):
    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults, the first: {faults[0]}")
        self.faults = list(faults)


class Visit(NamedTuple):
    """An order, a lunch (no key) or a pick-up at a depot. `start_s` to `end_s` is the work itself; it is waited from
    `arrival_s` until then. `travel_s` is driven before it, absences not counted."""

    kind: Literal["order", "lunch", "depot"]
    key: Key | None
    arrival_s: int
    start_s: int
    end_s: int
    travel_s: int = 0
    wait_s: int = 0
    late_s: int = 0
    parts: Mapping[Key, int] = {}  # picked up here


@dataclass(frozen=True)
class Route:
    person: Key
    visits: Sequence[Visit]
    leaves_s: int  # from `start`
    ends_s: int  # at `end`
    travel_s: int
    overtime_s: int

    def orders(self) -> list[Key]:
        return [visit.key for visit in self.visits if visit.kind == "order"]


class Reason(NamedTuple):
    """Why nobody does an order: one of reasons.CODES (see there), with the values its sentence needs."""

    code: str
    values: Mapping[str, Any]


class Unserved(NamedTuple):
    order: Key
    reasons: Sequence[Reason]  # the nearest to a way out first; never empty


@dataclass(frozen=True)
class Totals:
    served: int
    served_by_priority: Mapping[int, int]
    unserved_by_priority: Mapping[int, int]
    late_orders: int
    lateness_s: int
    overtime_s: int
    travel_s: int
    imbalance: float  # standard deviation over people of (work + travel) / length of the day
    moved: int  # orders that had a person and have another or none
    median_shift_s: float  # of |start - now_start_s| over the orders that have one and are served
    cost: float  # the weighted sum


@dataclass(frozen=True)
class Plan:
    routes: Sequence[Route]  # one per person, in the order of problem.people; no visits: stays free
    unserved: Sequence[Unserved]
    totals: Totals
    iterations: int
    seconds: float
    hit_time_limit: bool = False
    cancelled: bool = False

    def whereabouts(self) -> dict[Key, tuple[Key, Visit]]:
        """Person and visit by order."""
        return {
            visit.key: (route.person, visit) for route in self.routes for visit in route.visits if visit.kind == "order"
        }
