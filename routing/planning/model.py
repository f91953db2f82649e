"""From a problem to arrays: once for all of it, then for a group of people and orders at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import numpy as np
from numpy.typing import NDArray

from routing.planning.arrays import (
    ABSENCES,
    CLOSES,
    DAY_LAST,
    DAY_OPENS,
    DUE,
    DUE_AGAIN,
    HAS_LONGEST,
    HEAD,
    IS_PLAIN,
    IS_SOFT,
    MAY_BE_LATE,
    MEMO_VERSION,
    MOST_ORDERS,
    NEVER,
    TAIL_TO,
    Model,
    State,
)  # fmt: skip
from routing.planning.problem import UNREACHABLE_S, Key, Order, Person, Problem

NEIGHBOURS = 200
KEPT = 1e7  # what it costs besides to leave out an order that is pinned
SPAN = NEVER // 4


@dataclass(frozen=True)
class Table:
    """A problem in whole seconds since `zero`, row by row. Orders at work are not among the orders: they have become
    the beginning of a person's day."""

    problem: Problem
    zero: int
    orders: Sequence[Order]
    running: dict[int, Order]  # by index of the person
    parts: dict[Key, int]
    place: NDArray
    node: NDArray  # int32: the first columns of Model.node, orders then depots
    price: NDArray
    needs: Sequence[Sequence[tuple[int, int]]]
    may: NDArray  # bool [orders, people]
    person: NDArray
    carried: NDArray
    stock: NDArray
    first_place: NDArray  # by person
    last_place: NDArray  # -1: none


def tabulate(problem: Problem) -> Table:
    people, weights = problem.people, problem.weights
    running_of = {order.pinned_to: order for order in problem.orders if order.is_running}
    running = {p: running_of[person.key] for p, person in enumerate(people) if person.key in running_of}
    orders = [order for order in problem.orders if not order.is_running]
    zero = min((floor(person.opens_s) for person in people), default=0)
    parts = {part: index for index, part in enumerate(sorted({p for o in orders for p in o.parts}, key=repr))}
    index_of = {person.key: p for p, person in enumerate(people)}

    def whole(at: float | None, rounded: Callable[[float], int] = int, missing: float = inf) -> int:
        at = missing if at is None else at
        if at in (inf, -inf):
            return SPAN if at > 0 else -SPAN
        return rounded(at) - zero

    node = np.zeros((len(orders) + len(problem.depots), 6), np.int32)
    price = np.zeros((len(orders) + len(problem.depots), 3))
    for x, order in enumerate(orders):
        opens, closes = whole(order.opens_s, ceil), whole(order.closes_s, floor)
        if order.pinned_start_s is not None:
            opens = closes = whole(order.pinned_start_s, ceil)
        again = inf if order.now_start_s is None else ceil(order.now_start_s) + ceil(weights.tolerance_s)
        now = index_of.get(order.now_with, -1)
        node[x] = opens, closes, ceil(order.duration_s), whole(order.due_s, floor), whole(again), now
        prize = weights.unserved[order.priority - 1] + (KEPT if _is_pinned(order) else 0)
        price[x] = weights.late[order.priority - 1], weights.later, prize
    for d, depot in enumerate(problem.depots, len(orders)):
        node[d] = whole(depot.opens_s, ceil), whole(depot.closes_s, floor), ceil(depot.duration_s), SPAN, SPAN, -1

    absences = [merged(person, zero) for person in people]
    person_rows = np.zeros((len(people), ABSENCES + 1 + 2 * max(map(len, absences), default=0)), np.int32)
    first_place = np.zeros(len(people), np.int64)
    carried = np.zeros((len(people), len(parts)), np.int32)
    for p, person in enumerate(people):
        person_rows[p, :ABSENCES] = _day(person, running.get(p), zero)
        person_rows[p, ABSENCES] = len(absences[p])
        person_rows[p, ABSENCES + 1 : ABSENCES + 1 + 2 * len(absences[p])] = np.ravel(absences[p])
        person_rows[p, IS_PLAIN] = not (person.lunch or absences[p] or person.longest_s is not None)
        first_place[p] = running[p].place if p in running else person.start
        for part, quantity in person.parts.items():
            if part in parts:
                carried[p, parts[part]] = quantity
        if p in running:
            for part, quantity in running[p].parts.items():
                if part in parts:
                    carried[p, parts[part]] = max(0, carried[p, parts[part]] - quantity)
    stock = np.array([[depot.parts.get(part, 0) for part in parts] for depot in problem.depots], np.int32)
    return Table(
        problem, zero, orders, running, parts,
        np.array([order.place for order in orders] + [depot.place for depot in problem.depots], np.int64),
        node, price,
        [[(parts[part], int(quantity)) for part, quantity in order.parts.items() if quantity > 0] for order in orders],
        allowed(problem, orders), person_rows, carried,
        stock.reshape(len(problem.depots), len(parts)), first_place,
        np.array([-1 if person.end is None else person.end for person in people], np.int64),
    )  # fmt: skip


def _is_pinned(order: Order) -> bool:
    return order.pinned_to is not None or order.pinned_start_s is not None


def _day(person: Person, running: Order | None, zero: int) -> list[int]:
    opens, closes = ceil(person.opens_s) - zero, floor(person.closes_s) - zero
    length, ready, work = max(1, closes - opens), opens, 0
    most = NEVER if person.max_orders is None else int(person.max_orders)
    if running is not None:
        begun = opens if running.pinned_start_s is None else ceil(running.pinned_start_s) - zero
        work = ceil(running.duration_s)
        ready, most = max(opens, begun + work), max(0, most - 1)
    lunch, has_lunch = (0, 0, 0), False
    if person.lunch is not None:
        latest = floor(person.lunch.latest_s) - zero
        has_lunch = opens <= latest and person.lunch.duration_s > 0
        lunch = (
            ceil(person.lunch.earliest_s) - zero,
            max(latest, ready) if running is not None else latest,
            ceil(person.lunch.duration_s),
        )
    last = closes + floor(person.overtime_s)
    longest = NEVER if person.longest_s is None else floor(min(person.longest_s, NEVER))
    if running is not None:  # whose beginning is known
        last, longest = min(last, begun + longest), NEVER
    return [
        0, 0, ready, closes, last, *lunch, length, work, most, longest, 0, has_lunch, longest < NEVER,
        running is not None,
    ]  # fmt: skip


def merged(person: Person, zero: int) -> list[tuple[int, int]]:
    """Absences in order and without overlaps."""
    spans: list[tuple[int, int]] = []
    for begins, ends in sorted((floor(begins) - zero, ceil(ends) - zero) for begins, ends in person.absences):
        if spans and begins < spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], ends)
        elif ends > begins:
            spans.append((begins, ends))
    return spans


def allowed(problem: Problem, orders: Sequence[Order]) -> NDArray:
    """Who may do what, but for time and parts. A person named by a dispatcher may."""
    may = np.ones((len(orders), len(problem.people)), bool)
    index_of = {person.key: p for p, person in enumerate(problem.people)}
    levels: dict[Key, NDArray] = {}
    members: dict[Key, NDArray] = {}
    for x, order in enumerate(orders):
        if order.pinned_to is not None:
            may[x] = False
            if order.pinned_to in index_of:
                may[x, index_of[order.pinned_to]] = True
            continue
        for skill, level in order.skills.items():
            if skill not in levels:
                levels[skill] = np.array([person.skills.get(skill, -inf) for person in problem.people])
            may[x] &= levels[skill] >= level
        if order.groups:
            for group in order.groups - members.keys():
                members[group] = np.array([group in person.groups for person in problem.people])
            may[x] &= np.any([members[group] for group in order.groups], axis=0)
        for key in order.refused_by & index_of.keys():
            may[x, index_of[key]] = False
    return may


def model_of(table: Table, people: NDArray, orders: NDArray, stock: NDArray, may: NDArray | None = None) -> Model:
    """Of some people and orders, by index. With `may`, who else may do them, it is to look at rows, not to search."""
    n, depots = len(orders), len(table.problem.depots)
    rows = np.concatenate([orders, np.arange(depots) + len(table.orders)]).astype(np.int64)
    ends = table.last_place[people]
    others, inverse = np.unique(np.concatenate([table.first_place[people], ends[ends >= 0]]), return_inverse=True)
    places = np.concatenate([table.place[rows], others])
    size = len(places) + 1  # the last node is nowhere: it ends open days and is no way from anything
    travel = np.zeros((size, size), np.int32)
    ways = np.ceil(table.problem.seconds()[np.ix_(places, places)])
    np.minimum(ways, UNREACHABLE_S, out=travel[:-1, :-1], casting="unsafe")
    back = np.ascontiguousarray(travel.T)

    node = np.zeros((len(rows), 11), np.int32)
    node[:, :6] = table.node[rows]
    local = np.full(len(table.problem.people), -1, np.int32)
    local[people] = np.arange(len(people))
    node[:, 5] = np.where(node[:, 5] >= 0, local[node[:, 5]], -1)
    needs: list[tuple[int, int]] = []
    for x, order in enumerate(orders):
        node[x, 6] = len(needs)
        needs += table.needs[order]
        node[x, 7] = len(needs)
    allowed_here = table.may[np.ix_(orders, people)] if may is None else may
    node[:, MAY_BE_LATE] = node[:, [DUE, DUE_AGAIN]].min(axis=1) < node[:, CLOSES]
    counts = allowed_here.sum(axis=1)
    node[:n, 9] = np.cumsum(counts)
    node[:n, 8] = node[:n, 9] - counts

    person = table.person[people].copy()
    person[:, 0] = len(rows) + inverse[: len(people)]
    person[:, 1] = size - 1
    person[ends >= 0, 1] = len(rows) + inverse[len(people) :]
    price = np.zeros((len(rows), 5))
    price[:, :3] = table.price[rows]
    if len(people):
        price[:n, 3] = travel[person[:, 0], :n].min(axis=0)
    duration = node[:n, 2].astype(float)
    loads = np.array([sum(quantity for _, quantity in table.needs[order]) for order in orders], float)
    price[:n, 4] = duration if n and np.ptp(duration) else loads
    near = np.arange(n).reshape(n, 1)
    if may is None:
        both_ways = travel[:n, :n] + back[:n, :n]
        np.fill_diagonal(both_ways, -1)
        near = np.sort(np.argpartition(both_ways, min(n, NEIGHBOURS) - 1, axis=1)[:, :NEIGHBOURS] if n else near)
        near = np.take_along_axis(near, np.argsort(np.take_along_axis(both_ways, near, 1), kind="stable"), 1)
    weights = table.problem.weights
    return Model(
        travel, back, node, price, person,
        np.array([weights.travel, weights.overtime, weights.imbalance, weights.moved], float),
        np.array(needs, np.int32).reshape(-1, 2), np.ascontiguousarray(table.carried[people]),
        np.ascontiguousarray(stock), np.nonzero(allowed_here)[1].astype(np.int32), np.ascontiguousarray(allowed_here),
        np.ascontiguousarray(near, np.int32),
    )  # fmt: skip


def state_of(model: Model, seed: int) -> State:
    n, people, parts = len(model.near), len(model.person), model.carried.shape[1]
    length = _longest_row(model)
    lines = TAIL_TO + 1 if model.person[:, HAS_LONGEST].any() else HEAD
    i, memo = np.int32, np.zeros((n, people, 2), np.int64)
    memo[:, :, MEMO_VERSION] = -1
    own = np.full((people, 5), -1, np.int64)
    return State(
        np.zeros((2 * people, lines, length + 2), i), np.zeros((2 * people, IS_SOFT + 1), np.int64), np.zeros((2 * people, 3)),
        np.zeros((2 * people, parts), i), own, np.zeros((n, 2), i), memo, np.zeros((n, people)),
        np.zeros(length + 6, i), np.zeros(length + 6, i),
        np.random.default_rng(seed).integers(1, 2**63, 1, dtype=np.uint64),
        np.zeros(people + 1, i), np.zeros(n + 1, i), np.zeros(n + 1, i), np.zeros(n + 1),
        np.zeros((people, length + 2), i), np.array([0, 0, 0, 1, 0, 1, 1], float),
    )  # fmt: skip


def _longest_row(model: Model) -> int:
    """No row has more visits: so many of the shortest orders fill the longest day; and a pick-up."""
    n = len(model.near)
    if n == 0 or len(model.person) == 0:
        return 2
    days = model.person[:, DAY_LAST] - model.person[:, DAY_OPENS]
    fitting = int(np.searchsorted(np.cumsum(np.sort(model.node[:n, 2].astype(np.int64))), days.max(), side="right"))
    return min(n, fitting + 1, int(model.person[:, MOST_ORDERS].max())) + 2
