"""Faults by row, before anything is solved: what passes here cannot make the engine crash or hang."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite, isnan
from numbers import Real
from typing import Any

import numpy as np

from routing.planning.problem import PRIORITIES, Budget, Depot, Fault, Order, Person, Problem, Weights

LONGEST_S = 10_000_000  # some 115 days: between the earliest and the latest instant of one plan
MOST_PARTS = 1_000_000_000
HEAVIEST = 1e9

CODES = (
    "not_a_number",  # field, value
    "negative",  # field, value
    "too_large",  # field, value, most
    "inside_out",  # field, from_s, to_s
    "unknown_place",  # field, value, places
    "duplicate_key",
    "bad_priority",  # value
    "not_square",  # shape; or its entries are no numbers
    "travel_not_a_number",  # origin, destination; the first of them
    "travel_negative",  # origin, destination; the first of them
    "running_without_person",
    "running_with_unknown_person",  # person
    "two_running",  # person, other
    "longest_with_breaks",
)


def validate(problem: Problem) -> list[Fault]:
    """Empty when the problem can be planned. What merely cannot be served is no fault, it gets its reason."""
    seconds = problem.seconds()
    shape = seconds.shape
    if seconds.dtype.kind not in "iuf" or len(shape) != 2 or shape[0] != shape[1]:
        return [Fault("travel", None, "not_square", {"shape": shape})]
    faults = [Fault("travel", None, code, values) for code, values in _travel(problem)]
    faults += [Fault("weights", None, code, values) for code, values in _weights(problem.weights)]
    rows: tuple[tuple[Any, Sequence[Any], Any], ...] = (
        ("person", problem.people, _person),
        ("order", problem.orders, _order),
        ("depot", problem.depots, _depot),
    )
    for kind, items, look in rows:
        seen = set()
        for item in items:
            faults += [Fault(kind, item.key, code, values) for code, values in look(item, shape[0])]
            if item.key in seen:
                faults.append(Fault(kind, item.key, "duplicate_key", {}))
            seen.add(item.key)
    return faults + list(_running(problem)) + list(_span(problem))


def validate_budget(budget: Budget) -> list[Fault]:
    found = list(_amount("seconds", budget.seconds, LONGEST_S))
    if budget.iterations is not None:
        found += _amount("iterations", budget.iterations, 1e12)
    return [Fault("budget", None, code, values) for code, values in found]


Found = Iterator[tuple[str, dict[str, Any]]]


def _travel(problem: Problem) -> Found:
    seconds = problem.seconds()
    for code, wrong in (("travel_not_a_number", np.isnan(seconds)), ("travel_negative", seconds < 0)):
        if wrong.any():
            origin, destination = np.argwhere(wrong)[0].tolist()
            yield code, {"origin": origin, "destination": destination}


def _weights(weights: Weights) -> Found:
    for name in ("unserved", "late"):
        values = getattr(weights, name)
        if len(values) != len(PRIORITIES):
            yield "not_a_number", {"field": name, "value": values}
        for value in values:
            yield from _amount(name, value, HEAVIEST)
    for name in ("overtime", "travel", "imbalance", "moved", "later", "tolerance_s"):
        yield from _amount(name, getattr(weights, name), HEAVIEST)


def _person(person: Person, places: int) -> Found:
    yield from _place("start", person.start, places)
    if person.end is not None:
        yield from _place("end", person.end, places)
    yield from _window("day", person.opens_s, person.closes_s, is_finite=True)
    yield from _amount("overtime_s", person.overtime_s, LONGEST_S)
    if person.lunch is not None:
        yield from _window("lunch", person.lunch.earliest_s, person.lunch.latest_s, is_finite=True)
        yield from _amount("lunch", person.lunch.duration_s, LONGEST_S)
    for begins, ends in person.absences:
        yield from _window("absences", begins, ends, is_finite=True)
    yield from _levels(person.skills)
    yield from _parts(person.parts)
    if person.max_orders is not None:
        yield from _amount("max_orders", person.max_orders, MOST_PARTS)
    if person.longest_s is not None:
        yield from _amount("longest_s", person.longest_s, float("inf"))
        if person.lunch is not None or person.absences:
            yield "longest_with_breaks", {}


def _order(order: Order, places: int) -> Found:
    yield from _place("place", order.place, places)
    yield from _amount("duration_s", order.duration_s, LONGEST_S)
    yield from _window("window", order.opens_s, order.closes_s)
    for name in ("due_s", "pinned_start_s", "now_start_s"):
        value = getattr(order, name)
        if value is not None and not _is_number(value):
            yield "not_a_number", {"field": name, "value": value}
        elif value is not None and not isfinite(value) and (name != "due_s" or value < 0):
            yield "too_large", {"field": name, "value": value, "most": LONGEST_S}
    if order.priority not in PRIORITIES:
        yield "bad_priority", {"value": order.priority}
    yield from _levels(order.skills)
    yield from _parts(order.parts)


def _depot(depot: Depot, places: int) -> Found:
    yield from _place("place", depot.place, places)
    yield from _window("window", depot.opens_s, depot.closes_s)
    yield from _amount("duration_s", depot.duration_s, LONGEST_S)
    yield from _parts(depot.parts)


def _running(problem: Problem) -> Iterator[Fault]:
    people = {person.key for person in problem.people}
    at_work: dict[Any, Any] = {}
    for order in problem.orders:
        if not order.is_running:
            continue
        if order.pinned_to is None:
            yield Fault("order", order.key, "running_without_person", {})
        elif order.pinned_to not in people:
            yield Fault("order", order.key, "running_with_unknown_person", {"person": order.pinned_to})
        elif order.pinned_to in at_work:
            values = {"person": order.pinned_to, "other": at_work[order.pinned_to]}
            yield Fault("order", order.key, "two_running", values)
        at_work[order.pinned_to] = order.key


def _span(problem: Problem) -> Iterator[Fault]:
    """Far instants would not fit the numbers of the engine; open windows (inf) are fine."""
    zero = problem.people[0].opens_s if problem.people else 0
    for person in problem.people:
        instants = [person.opens_s, person.closes_s, *(at for absence in person.absences for at in absence)]
        instants += [person.lunch.earliest_s, person.lunch.latest_s] if person.lunch else []
        yield from (Fault("person", person.key, *fault) for fault in _far("day", instants, zero))
    for order in problem.orders:
        begun = [order.opens_s, order.closes_s, order.due_s, order.pinned_start_s, order.now_start_s]
        yield from (Fault("order", order.key, *fault) for fault in _far("window", begun, zero))
    for depot in problem.depots:
        yield from (Fault("depot", depot.key, *f) for f in _far("window", [depot.opens_s, depot.closes_s], zero))


def _far(name: str, instants: Sequence[Any], zero: Any) -> Found:
    for at in instants:
        if _is_number(at) and _is_number(zero) and isfinite(at) and isfinite(zero) and abs(at - zero) > LONGEST_S:
            yield "too_large", {"field": name, "value": at, "most": LONGEST_S}


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isnan(value)


def _amount(name: str, value: Any, most: float) -> Found:
    if not _is_number(value):
        yield "not_a_number", {"field": name, "value": value}
    elif value < 0:
        yield "negative", {"field": name, "value": value}
    elif value > most:
        yield "too_large", {"field": name, "value": value, "most": most}


def _window(name: str, begins: Any, ends: Any, *, is_finite: bool = False) -> Found:
    for value in (begins, ends):
        if not _is_number(value) or (is_finite and not isfinite(value)):
            yield "not_a_number", {"field": name, "value": value}
            return
    if begins > ends or begins == float("inf") or ends == float("-inf"):
        yield "inside_out", {"field": name, "from_s": begins, "to_s": ends}


def _place(name: str, value: Any, places: int) -> Found:
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or not 0 <= value < places:
        yield "unknown_place", {"field": name, "value": value, "places": places}


def _levels(skills: Mapping[Any, Any]) -> Found:
    for skill, level in skills.items():
        if not _is_number(level) or not isfinite(level):
            yield "not_a_number", {"field": "skills", "skill": skill, "value": level}


def _parts(parts: Mapping[Any, Any]) -> Found:
    for part, quantity in parts.items():
        if not _is_number(quantity) or quantity != int(quantity if isfinite(quantity) else 0):
            yield "not_a_number", {"field": "parts", "part": part, "value": quantity}
        else:
            yield from ((code, values | {"part": part}) for code, values in _amount("parts", quantity, MOST_PARTS))
