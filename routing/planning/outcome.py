"""From the rows of the search to a plan that people read."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf
from statistics import median, pstdev

import numpy as np
from numpy.typing import NDArray

from routing.planning.model import Table
from routing.planning.problem import PRIORITIES, Key, Order, Plan, Problem, Reason, Route, Totals, Unserved, Visit
from routing.planning.timetable import END, LUNCH, timetable


@dataclass
class Day:
    """One person's row, by index in the table."""

    orders: list[int] = field(default_factory=list)
    visits: list[int] = field(default_factory=list)  # orders, and perhaps a depot
    picked: NDArray | None = None  # by depot and part


def day_of(table: Table, p: int, visits: list[int]) -> Day:
    n = len(table.orders)
    day = Day([x for x in visits if x < n], visits)
    for depot in (x - n for x in visits if x >= n):
        used = -table.carried[p].astype(np.int64)
        for x in day.orders:
            for part, quantity in table.needs[x]:
                used[part] += quantity
        day.picked = np.zeros_like(table.stock)
        day.picked[depot] = np.maximum(used, 0)
    return day


def as_plan(
    table: Table,
    days: Sequence[Day],
    iterations: int,
    seconds: float,
    hit_time_limit: bool,
    is_cancelled: Callable[[], bool],
) -> Plan:
    from routing.planning.reasons import reasons_of

    routes = [_route(table, p, day) for p, day in enumerate(days)]
    served = {x for day in days for x in day.orders}
    left = [x for x in range(len(table.orders)) if x not in served]
    reasons = reasons_of(table, days, left, is_cancelled)
    unserved = [Unserved(table.orders[x].key, reasons[x] if reasons else [Reason("cancelled", {})]) for x in left]
    totals = totals_of(table.problem, routes)
    return Plan(routes, unserved, totals, iterations, seconds, hit_time_limit, is_cancelled())


def _route(table: Table, p: int, day: Day) -> Route:
    person, running = table.problem.people[p], table.running.get(p)
    visits: list[Visit] = []
    stops, leaves = timetable(table, p, day.visits)
    leaves += table.zero
    if running is not None:
        leaves = ceil(person.opens_s) if running.pinned_start_s is None else ceil(running.pinned_start_s)
        late = _late(running, leaves)
        visits.append(Visit("order", running.key, leaves, leaves, leaves + ceil(running.duration_s), late_s=late))
    if not day.orders and running is None:
        return Route(person.key, (), ceil(person.opens_s), ceil(person.opens_s), 0, 0)
    n = len(table.orders)
    for node, *instants, travel in stops:
        arrival, start, end = (instant + table.zero for instant in instants)
        times = (arrival, start, end, travel, start - arrival)
        if node == LUNCH:
            visits.append(Visit("lunch", None, *times))
        elif node >= n:
            picked = day.picked[node - n].tolist() if day.picked is not None else []
            names = {part: picked[index] for part, index in table.parts.items() if picked[index]}
            visits.append(Visit("depot", table.problem.depots[node - n].key, *times, parts=names))
        elif node != END:
            order = table.orders[node]
            visits.append(Visit("order", order.key, *times, _late(order, start)))
    ends = stops[-1].arrival + table.zero
    travel = sum(stop.travel for stop in stops)
    return Route(person.key, tuple(visits), leaves, ends, travel, max(0, ends - floor(person.closes_s)))


def _late(order: Order, start: int) -> int:
    return 0 if order.due_s is None or order.due_s == inf else max(0, start - floor(order.due_s))


def totals_of(problem: Problem, routes: Sequence[Route]) -> Totals:
    weights, cost = problem.weights, 0.0
    shares = []
    served: dict[Key, tuple[Key, Visit]] = {}
    for person, route in zip(problem.people, routes, strict=True):
        length = max(1, floor(person.closes_s) - ceil(person.opens_s))
        busy = route.travel_s + sum(visit.end_s - visit.start_s for visit in route.visits if visit.kind != "lunch")
        shares.append(busy / length)
        cost += weights.travel * route.travel_s + weights.overtime * route.overtime_s
        cost += weights.imbalance * busy**2 / length
        served.update({visit.key: (route.person, visit) for visit in route.visits if visit.kind == "order"})
    done, left, shifts, moved = Counter[int](), Counter[int](), [], 0
    for order in problem.orders:
        person_key, visit = served.get(order.key, (None, None))
        if order.now_with is not None and order.now_with != person_key:
            moved += 1
            cost += weights.moved
        if visit is None:
            left[order.priority] += 1
            cost += weights.unserved[order.priority - 1]
            continue
        done[order.priority] += 1
        cost += weights.late[order.priority - 1] * visit.late_s
        if order.now_start_s is not None:
            shifts.append(abs(visit.start_s - order.now_start_s))
            if not order.is_running:
                tolerated = ceil(order.now_start_s) + ceil(weights.tolerance_s)
                cost += weights.later * max(0, visit.start_s - tolerated)
    late = [visit.late_s for _, visit in served.values() if visit.late_s]
    return Totals(
        served=len(served),
        served_by_priority={priority: done[priority] for priority in PRIORITIES},
        unserved_by_priority={priority: left[priority] for priority in PRIORITIES},
        late_orders=len(late),
        lateness_s=sum(late),
        overtime_s=sum(route.overtime_s for route in routes),
        travel_s=sum(route.travel_s for route in routes),
        imbalance=pstdev(shares) if shares else 0.0,
        moved=moved,
        median_shift_s=median(shifts) if shifts else 0.0,
        cost=cost,
    )
