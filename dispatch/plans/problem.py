"""From the stored inputs of a plan to the problem its engine solves, and how the day stood before."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.queries.ranking import road_times
from dispatch.slots import WHOLE_S
from routing import planning
from routing.geo import GreatCircleTravel, TravelTimes, distance_m
from routing.planning import Depot, Lunch, Order, Person, Problem, Weights

ROWS = 256  # of the travel matrix computed at a time, so that it does not take several times its own memory
FIXED = ("running", "begun", "locked")  # with this person, whatever the plan
PICK_UP_S = 10 * 60
HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Posed:
    """A problem with the places behind its matrix; `digest` tells whether two are the same."""

    problem: Problem
    places: Sequence[tuple[float, float]]
    digest: str


def to_plan(inputs: Row) -> list[Row]:
    """The orders but for those set aside: fixed to a time at which their person cannot be there."""
    return [row for row in inputs["orders"] if row["id"] not in inputs["set_aside"]]


def absences(inputs: Row, person: Row) -> list[tuple[int, int, str]]:
    """When somebody is not there for the plan: what is set aside keeps its time."""
    kept = [
        (row["start"], row["start"] + row["duration_s"], "work")
        for row in inputs["orders"]
        if row["id"] in inputs["set_aside"] and row["with"] == person["id"]
    ]
    return sorted([(begin, end, kind) for begin, end, kind in person["absences"]] + kept)


def pose(inputs: Row) -> Posed:
    places: dict[tuple[float, float], int] = {}

    def index(place: Sequence[float]) -> int:
        return places.setdefault((place[0], place[1]), len(places))

    people = [
        Person(
            key=row["id"],
            start=index(row["start"]),
            end=None,
            opens_s=row["opens"],
            closes_s=row["closes"],
            overtime_s=inputs["overtime_s"],
            lunch=Lunch(*row["lunch"]) if row["lunch"] else None,
            absences=[(begin, end) for begin, end, _kind in absences(inputs, row)],
            skills=row["skills"],
            parts=row["parts"],
            groups=frozenset({row["kind"]}),
            max_orders=row["max_orders"],
        )
        for row in inputs["people"]
    ]
    working: set[Any] = {person.key for person in people}
    earliest = min((person.opens_s for person in people), default=0)
    orders = [_order(row, index(row["place"]), working, earliest) for row in to_plan(inputs)]
    depots = [
        Depot(row["id"], index(row["place"]), row["hours"][0], row["hours"][1], PICK_UP_S, row["parts"])
        for row in inputs["depots"]
    ]
    known = list(places)
    travel = matrix(known, road_times())
    prices: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in inputs["weights"].items()}
    return Posed(Problem(travel, people, orders, depots, Weights(**prices)), known, _digest(inputs, travel))


def _order(row: Row, place: int, working: set[Any], earliest: float) -> Order:
    """What is overdue before anybody can be there counts as late from then on: the time before cannot be helped."""
    with_whom = row["with"] if row["with"] in working else None
    return Order(
        key=row["id"],
        place=place,
        duration_s=row["duration_s"],
        priority=row["priority"],
        opens_s=-inf if row["opens"] is None else row["opens"],
        closes_s=inf if row["closes"] is None else row["closes"],
        due_s=None if row["due"] is None else max(row["due"], earliest, row["opens"] or 0),
        skills=row["skills"],
        parts=row["parts"],
        groups=frozenset(row["groups"]),
        refused_by=frozenset(row["refused_by"]),
        pinned_to=with_whom if row["state"] in FIXED else None,
        pinned_start_s=row["start"] if row["state"] in ("running", "locked") else None,
        is_running=row["state"] == "running",
        now_with=with_whom,
        now_start_s=row["start"] if with_whom is not None else None,
    )


def matrix(places: Sequence[tuple[float, float]], travel: TravelTimes) -> NDArray[np.float64]:
    """In whole minutes, rounded up, so that all appointments begin on the full minute."""
    seconds = np.empty((len(places), len(places)))
    for first in range(0, len(places), ROWS):
        block = travel.matrix(places[first : first + ROWS], places)
        seconds[first : first + ROWS] = np.ceil(block / WHOLE_S) * WHOLE_S
    return seconds


@cache
def engine_version() -> str:
    """Changes with any line of the engine."""
    code = b"".join(path.read_bytes() for path in sorted(Path(planning.__file__).parent.glob("*.py")))
    return hashlib.sha256(code).hexdigest()[:12]


@cache
def warm_up() -> None:
    """Loads the compiled engine, once a process, so that this does not count as time to think."""
    person, order = planning.Person("", 0, None, 0, HOUR_S), planning.Order("", 0, 0)
    planning.plan(Problem(np.zeros((1, 1)), [person], [order]), budget=planning.Budget(iterations=1))


def _digest(inputs: Row, travel: NDArray[np.float64]) -> str:
    told = json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(told + np.round(travel).astype(np.int32).tobytes()).hexdigest()


@dataclass(frozen=True)
class Stop:
    """One order of a person's day as it stands: `travel_s` is the way there from the stop before."""

    order: int
    start: int
    end: int
    travel_s: float
    metres: float
    late_s: int


def standing(inputs: Row, posed: Posed) -> dict[int, list[Stop]]:
    """The day as it is booked, by person, in order of time."""
    by_person: dict[int, list[Row]] = defaultdict(list)
    working = {row["id"]: row for row in inputs["people"]}
    for row in to_plan(inputs):
        if row["start"] is not None and row["with"] in working:
            by_person[row["with"]].append(row)
    at = {place: number for number, place in enumerate(posed.places)}
    travel = posed.problem.seconds()
    days: dict[int, list[Stop]] = {}
    for person, rows in by_person.items():
        here = tuple(working[person]["start"])
        days[person] = stops = []
        for row in sorted(rows, key=lambda row: (row["state"] != "running", row["start"], row["id"])):
            there = tuple(row["place"])
            stops.append(
                Stop(
                    row["id"], row["start"], row["start"] + row["duration_s"], travel[at[here], at[there]],
                    road_m(here, there),
                    late_s(row, row["start"]),
                )
            )  # fmt: skip
            here = there
    return days


def late_s(row: Row, start: int | None) -> int:
    """Against the promise; what is not done that day is late until its end."""
    return max(0, (DAY_S if start is None else start) - row["due"]) if row["due"] is not None else 0


def road_m(here: Sequence[float], there: Sequence[float]) -> float:
    """By road, as far as the great circle tells."""
    return GreatCircleTravel().road_factor * float(distance_m(*here, *there))
