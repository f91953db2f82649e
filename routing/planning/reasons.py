"""Why nobody does an order: one rule after the other is lifted, to see whether that alone would help."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.planning.arrays import (
    CLOSES,
    DAY_LAST,
    DAY_OPENS,
    DURATION,
    MEMO_VERSION,
    MOST_ORDERS,
    NEEDS_FROM,
    NEEDS_TO,
    NEVER,
    OPENS,
    RAMP,
    Model,
)  # fmt: skip
from routing.planning.insertion import recreate
from routing.planning.model import SPAN, Table, allowed, model_of, state_of
from routing.planning.outcome import Day
from routing.planning.problem import UNREACHABLE_S, Order, Reason
from routing.planning.search import begin_search

NAMED = 5  # people that one reason names at most
LONGER_S = 4 * 3600  # by so much a day is lengthened to see whether time is what lacks

CODES = (
    "cancelled",  # the search was, before it could be asked why
    "no_people",  # nobody works that day
    "pinned_absent",  # person: not among the people
    "skill",  # skill, level: nobody has it
    "skills",  # skills (level by skill): nobody has all of them
    "level",  # skill, level, best, people: nobody has it at that level; those who come nearest
    "group",  # groups: nobody belongs to one
    "refused",  # people: all who could refused it
    "part",  # part, quantity, carried, in_stock: nobody has enough, nor has a depot
    "travel",  # people: those who could have no way there
    "window",  # opens_s, closes_s, arrival_s, people: could be there at arrival_s at the earliest, on a free day
    "shift",  # people, missing_s: even a free day would have to be so much longer
    "day",  # people, duration_s: finds no room even on a free day, for lunch, absences or the way to a depot
    # Those who may have no room left; with one rule less somebody would have:
    "without_window",  # opens_s, closes_s, people: could do it at another time
    "without_skills",  # skills, people: have the time, not all of the skills at these levels
    "without_group",  # groups, people
    "without_refusal",  # people
    "without_part",  # part, quantity, people
    "without_pin",  # person, people: have the time, another was chosen
    "max_orders",  # most, people: may not do more orders
    "overtime",  # people, by_s: could if they worked up to so much longer
    "full",  # people, count: could do it, and have no time left
    "economy",  # people, cost, worth: fits, but takes more than it is worth
)

GROUP, PIECE = 40, 8  # people and orders looked at together
Change = Callable[[Model, NDArray], None]


def reasons_of(
    table: Table, days: Sequence[Day], left: Sequence[int], is_cancelled: Callable[[], bool]
) -> dict[int, list[Reason]]:
    """By order; none at all once cancelled."""
    if not left or is_cancelled():
        return {}
    if not table.problem.people:
        return {x: [Reason("no_people", {})] for x in left}
    rows = np.array(left)
    rules = _Rules(table, rows)
    found: dict[int, list[Reason]] = {}
    free = _costs(table, [Day() for _ in days], rows, rules.may, _as_it_is, is_cancelled)
    now = _costs(table, days, rows, rules.may, _as_it_is, is_cancelled)
    orders = [table.orders[x] for x in left]
    lifted = {}
    for code, may, change, concerns in (
        (
            "without_window",
            rules.may,
            _any_time,
            [order.pinned_start_s is not None or order.closes_s < inf or order.opens_s > -inf for order in orders],
        ),
        ("without_skills", rules.without("skills"), _as_it_is, [bool(order.skills) for order in orders]),
        ("without_group", rules.without("groups"), _as_it_is, [bool(order.groups) for order in orders]),
        ("without_refusal", rules.without("refused_by"), _as_it_is, [bool(order.refused_by) for order in orders]),
        ("without_part", rules.may, _without_parts, [bool(order.parts) for order in orders]),
        ("without_pin", rules.without("pinned_to"), _as_it_is, [order.pinned_to is not None for order in orders]),
        ("max_orders", rules.may, _any_number, [(table.person[:, MOST_ORDERS] < NEVER).any()] * len(left)),
        ("overtime", rules.may, _longer, [True] * len(left)),
    ):
        some = np.nonzero(np.array(concerns, bool))[0]
        lifted[code] = np.full(rules.may.shape, inf)
        if len(some):
            lifted[code][some] = _costs(table, days, rows[some], may[some], change, is_cancelled)
    for at, x in enumerate(left):
        if is_cancelled():
            return {}
        reasons = list(rules.never(at)) or list(_on_a_free_day(table, x, rules.may[at], free[at]))
        if np.isfinite(now[at]).any():
            worth = float(table.price[x, 2])
            values = {"people": _names(table, now[at]), "cost": float(now[at].min()), "worth": worth}
            reasons.append(Reason("economy", values))
        for code, costs in lifted.items():
            if np.isfinite(costs[at]).any() and not np.isfinite(now[at]).any():
                reasons.append(Reason(code, _values(table.orders[x], code) | {"people": _names(table, costs[at])}))
        if not reasons:
            able = np.where(rules.may[at], 0.0, inf)
            reasons.append(Reason("full", {"people": _names(table, able), "count": int(rules.may[at].sum())}))
        found[x] = reasons
    return found


def _values(order: Order, code: str) -> dict[str, Any]:
    if code == "without_window":
        if order.pinned_start_s is not None:
            return {"opens_s": order.pinned_start_s, "closes_s": order.pinned_start_s}
        return {"opens_s": order.opens_s, "closes_s": order.closes_s}
    values: dict[str, dict[str, Any]] = {
        "without_skills": {"skills": dict(order.skills)},
        "without_group": {"groups": sorted(order.groups, key=repr)},
        "without_part": {"parts": dict(order.parts)},
        "without_pin": {"person": order.pinned_to},
        "overtime": {"by_s": LONGER_S},
    }
    return values.get(code, {})


def _names(table: Table, costs: NDArray) -> list:
    """Keys of some people, the cheapest first."""
    cheapest = np.argsort(costs, kind="stable")[:NAMED]
    return [table.problem.people[p].key for p in cheapest if np.isfinite(costs[p])]


class _Rules:
    """Who may do the orders that are left, rule by rule: bool [orders left, people]."""

    def __init__(self, table: Table, left: NDArray) -> None:
        self.table, self.orders = table, [table.orders[x] for x in left]
        no_rules: dict[str, Any] = {"skills": {}, "groups": frozenset(), "refused_by": frozenset(), "pinned_to": None}
        self.rules = {
            name: allowed(table.problem, [replace(o, **(no_rules | {name: getattr(o, name)})) for o in self.orders])
            for name in no_rules
        }
        self.may = table.may[left]

    def without(self, lifted: str) -> NDArray:
        """A person named by a dispatcher may whatever the other rules say, so lifting them changes nothing there."""
        others = [rule for name, rule in self.rules.items() if name != lifted]
        free = np.array([order.pinned_to is None for order in self.orders])[:, None]
        return np.where(free | (lifted == "pinned_to"), np.logical_and.reduce(others), self.may)

    def never(self, at: int) -> Iterator[Reason]:
        """Rules that nobody satisfies."""
        order, people = self.orders[at], self.table.problem.people
        if order.pinned_to is not None:
            if not self.may[at].any():
                yield Reason("pinned_absent", {"person": order.pinned_to})
            return
        for skill, level in order.skills.items():
            levels = [person.skills[skill] for person in people if skill in person.skills]
            if not levels:
                yield Reason("skill", {"skill": skill, "level": level})
            elif max(levels) < level:
                best = [person.key for person in people if person.skills.get(skill) == max(levels)][:NAMED]
                yield Reason("level", {"skill": skill, "level": level, "best": max(levels), "people": best})
            elif not self.rules["skills"][at].any() and skill == next(iter(order.skills)):
                yield Reason("skills", {"skills": dict(order.skills)})
        if not self.rules["groups"][at].any():
            yield Reason("group", {"groups": sorted(order.groups, key=repr)})
        elif not (self.may[at]).any() and (self.rules["groups"][at] & self.rules["skills"][at]).any():
            yield Reason("refused", {"people": [p.key for p in people if p.key in order.refused_by][:NAMED]})
        for part, quantity in order.parts.items():
            most = max((p.parts.get(part, 0) for p, may in zip(people, self.may[at], strict=True) if may), default=0)
            stock = max((depot.parts.get(part, 0) for depot in self.table.problem.depots), default=0)
            if self.may[at].any() and most + stock < quantity:
                yield Reason("part", {"part": part, "quantity": quantity, "carried": most, "in_stock": stock})


def _on_a_free_day(table: Table, x: int, may: NDArray, costs: NDArray) -> Iterator[Reason]:
    """What is impossible for each of those who may, even without any other order."""
    if not may.any() or np.isfinite(costs).any():
        return
    able, seconds = np.nonzero(may)[0], table.problem.seconds()
    person, node = table.person[able].astype(np.int64), table.node[x].astype(np.int64)
    names = [table.problem.people[p].key for p in able[:NAMED]]
    ways = np.minimum(seconds[table.first_place[able], table.place[x]], UNREACHABLE_S)
    arrival = np.maximum(person[:, DAY_OPENS] + np.ceil(ways).astype(np.int64), node[OPENS])
    home = np.where(
        table.last_place[able] < 0, 0, np.minimum(seconds[table.place[x], table.last_place[able]], UNREACHABLE_S)
    )
    missing = arrival + node[DURATION] + np.ceil(home).astype(np.int64) - person[:, DAY_LAST]
    order = table.orders[x]
    if (ways >= UNREACHABLE_S).all() or (home >= UNREACHABLE_S).all():
        yield Reason("travel", {"people": names})
    elif (arrival > node[CLOSES]).all():
        values = _values(order, "without_window") | {"arrival_s": int(arrival.min()) + table.zero}
        yield Reason(
            "window",
            values | {"people": [names[0] if len(names) == 1 else table.problem.people[able[arrival.argmin()]].key]},
        )
    elif (missing[arrival <= node[CLOSES]] > 0).all():
        yield Reason("shift", {"people": names, "missing_s": int(missing[arrival <= node[CLOSES]].min())})
    else:
        yield Reason("day", {"people": names, "duration_s": int(node[DURATION])})


def _costs(
    table: Table, days: Sequence[Day], left: NDArray, may: NDArray, change: Change, is_cancelled: Callable[[], bool]
) -> NDArray:
    """What each order left would cost in the day of each person as it is, were the rules changed; inf: impossible."""
    costs = np.full(may.shape, inf)
    for first in range(0, len(days), GROUP):
        if is_cancelled():
            break
        people = np.arange(first, min(first + GROUP, len(days)))
        group = days[first : first + GROUP]
        planned = np.array([x for day in group for x in day.orders], np.int64)
        warm = [at for at, day in enumerate(group) for _ in day.orders]
        stock = table.stock - sum(
            (day.picked for p, day in enumerate(days) if day.picked is not None and p not in people), 0 * table.stock
        )
        allowed = np.vstack([table.may[np.ix_(planned, people)], may[:, people]])
        model = model_of(table, people, np.concatenate([planned, left]), stock, allowed)
        rows = np.arange(len(planned), len(planned) + len(left))
        change(model, rows)
        state = state_of(model, 0)
        begin_search(model, state, range(len(planned)), warm, is_cancelled)
        state.amount[RAMP] = -1e15  # so that nothing is worth it, and only looked at
        state.todo[1 : len(left) + 1] = rows
        m, s = model, state
        for piece in range(0, len(left), PIECE):
            if is_cancelled():
                break
            last = min(piece + PIECE, len(left))
            recreate(*m[:11], *s[:12], s.todo, s.amount, piece + 1, last, False, -1, 0)
        seen = s.memo[rows, :, MEMO_VERSION] == s.own[:, 2]
        costs[:, people] = np.where(seen, s.memo_cost[rows], inf)
    return costs


def _as_it_is(model: Model, rows: NDArray) -> None:
    pass


def _any_time(model: Model, rows: NDArray) -> None:
    model.node[rows, OPENS], model.node[rows, CLOSES] = -SPAN, SPAN


def _without_parts(model: Model, rows: NDArray) -> None:
    model.node[rows, NEEDS_TO] = model.node[rows, NEEDS_FROM]


def _any_number(model: Model, rows: NDArray) -> None:
    model.person[:, MOST_ORDERS] = NEVER


def _longer(model: Model, rows: NDArray) -> None:
    model.person[:, DAY_LAST] += LONGER_S
