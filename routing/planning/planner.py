"""Runs the search: all people at once, or, where they are many, group after group of neighbours."""

from collections.abc import Mapping, Sequence
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from routing.planning.arrays import ACTIVE, BEST_LENGTH, LENGTH, NOW, PRIZE, TRAVEL, W_TRAVEL, Model, State
from routing.planning.model import Table, model_of, state_of, tabulate
from routing.planning.outcome import Day, as_plan, day_of
from routing.planning.problem import UNREACHABLE_S, Budget, Cancel, Invalid, Key, Plan, Problem, Progress
from routing.planning.search import LEAVING_OUT, MOVING, NOTHING, begin_search, search
from routing.planning.validation import validate, validate_budget

MANY_PEOPLE = 80
GROUP = 25
ROUNDS = 12
HOT, COLD = 10.0, 0.05  # temperatures, in mean ways from visit to visit
WARM = 1.0  # where it begins with a plan
REMOVALS = 10
MOSTLY = 0.5  # where more of the orders are with somebody already, a day is not planned, but planned anew
EARLY = 0.1  # share of the time after which it shows whether the iterations can be done in it
GLANCE_S = 0.03  # between two looks at the clock and at `cancel`


def make_plan(
    problem: Problem,
    warm_start: Plan | Mapping[Key, Sequence[Key]] | None,
    budget: Budget,
    seed: int,
    cancel: Cancel | None,
    progress: Progress | None,
) -> Plan:
    faults = validate(problem) + validate_budget(budget)
    if faults:
        raise Invalid(faults)
    table = tabulate(problem)
    run = _Run(table, budget, seed, cancel, progress)
    run.search(_sequences(table, warm_start))
    return as_plan(table, run.days, run.iterations, monotonic() - run.begun, run.hit_time_limit, run.look)


def _sequences(table: Table, warm_start: Plan | Mapping[Key, Sequence[Key]] | None) -> list[list[int]] | None:
    """Order indexes by person, as far as they are of this problem."""
    if warm_start is None:
        return None
    if isinstance(warm_start, Plan):
        warm_start = {route.person: route.orders() for route in warm_start.routes}
    index = {order.key: x for x, order in enumerate(table.orders)}
    seen: set[int] = set()
    rows = []
    for person in table.problem.people:
        row = [index[key] for key in warm_start.get(person.key, ()) if key in index]
        row = [x for x in dict.fromkeys(row) if x not in seen]
        seen.update(row)
        rows.append(row)
    return rows


class _Run:
    def __init__(
        self, table: Table, budget: Budget, seed: int, cancel: Cancel | None, progress: Progress | None
    ) -> None:
        self.table, self.budget, self.cancel, self.progress = table, budget, cancel, progress
        self.begun = monotonic()
        self.dice = np.random.default_rng(seed)
        self.iterations = 0
        self.hit_time_limit = self.is_cancelled = False
        self.looks_at = self.begun  # when `cancel` is asked next
        self.by_time = budget.iterations is None
        self.days = [Day() for _ in table.problem.people]

    def look(self) -> bool:
        """Whether the search is cancelled."""
        if self.cancel is not None and not self.is_cancelled and (now := monotonic()) >= self.looks_at:
            self.is_cancelled, self.looks_at = self.cancel.is_set(), now + GLANCE_S
        return self.is_cancelled

    def search(self, rows: list[list[int]] | None) -> None:
        people = len(self.days)
        for day, row in zip(self.days, rows or [[]] * people, strict=True):
            day.orders = row
        self.hot = HOT if rows is None else WARM
        rounds = 1 if people <= MANY_PEOPLE else ROUNDS
        for turn in range(rounds):
            if turn and self._is_over():
                break  # but in the first round each group gets its first plan
            groups = self._groups()
            for number, (members, orders) in enumerate(groups):
                if self.look() or (turn and self._is_over()):
                    break
                done = (turn * len(groups) + number) / (rounds * len(groups))
                self._improve(members, orders, done, 1 / (rounds * len(groups)), turn / rounds, 1 / rounds)
        if self.is_cancelled:  # nothing but a warm start stands in the days of groups nobody came to
            self.days = [day if day.visits else Day() for day in self.days]
        if self.progress:
            self.progress(1.0)

    def _is_over(self) -> bool:
        return self.look() or (self.by_time and monotonic() >= self.begun + self.budget.seconds)

    def _improve(
        self, people: NDArray, orders: NDArray, done: float, share: float, cooled: float, cooling: float
    ) -> None:
        """One group, from the share `done` of the budget on; `cooled`: how far the temperature is down."""
        if not len(people):
            return
        stock = self.table.stock - sum(
            (day.picked for p, day in enumerate(self.days) if day.picked is not None and p not in set(people.tolist())),
            np.zeros_like(self.table.stock),
        )
        model = model_of(self.table, people, orders, stock)
        state = state_of(model, int(self.dice.integers(2**62)))
        self._begin(model, state, people, orders)
        if len(orders):
            self._cool(model, state, done, share, cooled, cooling)
        self._keep(state, people, orders)

    def _begin(self, model: Model, state: State, people: NDArray, orders: NDArray) -> None:
        local = {int(x): at for at, x in enumerate(orders)}
        with_person = [(local[x], at) for at, p in enumerate(people) for x in self.days[p].orders]
        planned = {x for x, _ in with_person}
        price = model.price[: len(orders), 2] + self.dice.random(len(orders))
        rest = [int(x) for x in np.argsort(-price, kind="stable") if int(x) not in planned]
        sequence = [x for x, _ in with_person] + rest
        warm = [p for _, p in with_person] + [-1] * len(rest)
        begin_search(model, state, sequence, warm, self.look)

    def _cool(self, model: Model, state: State, done: float, share: float, cooled: float, cooling: float) -> None:
        """Chunks of iterations, between which the clock and `cancel` are looked at. While iterations are the measure,
        where chunks begin and end changes nothing."""
        cold = COLD * _mean_way(state, model)
        hot = self.hot / COLD * cold
        ways = model.travel[model.travel < UNREACHABLE_S]
        dear = NOTHING
        if (model.node[: len(model.near), NOW] >= 0).mean() > MOSTLY:
            dear = MOVING
        elif model.price[: len(model.near), PRIZE].min() < 2 * ways.max() * model.weight[W_TRAVEL]:
            dear = LEAVING_OUT
        total = 0 if self.budget.iterations is None else round(self.budget.iterations * share)
        begun = now = monotonic()
        until = now + max(self.begun + self.budget.seconds - now, 0.0) * share / (1 - done)
        count, chunk, each_s, begun_at, progress = 0, 50, 1e-4, 0.0, 0.0
        while True:
            if not self.by_time:
                size, step, progress = min(chunk, total - count), 1 / max(total, 1), count / max(total, 1)
                begun, begun_at = now, progress
            elif now < until:
                size, progress = chunk, begun_at + (1 - begun_at) * (now - begun) / (until - begun)
                step = (1 - begun_at) * each_s / (until - begun)
            else:
                size = 0
            if self.progress:
                self.progress(min(1.0, done + share * progress))
            if self.look() or size == 0:
                break
            search(
                *model,
                *state,
                size,
                cooled + cooling * (progress - step * count),
                cooling * step,
                hot,
                cold,
                REMOVALS,
                dear,
            )
            count += size
            before, now = now, monotonic()
            each_s = max((now - before) / size, 1e-9)
            chunk = int(min(max(GLANCE_S / each_s, 1), size * 4, 100_000))
            used = (now - self.begun) / max(self.budget.seconds, 1e-9)
            if not self.by_time and used > max(EARLY, done + share * count / total):
                self.by_time = self.hit_time_limit = True
        self.iterations += count

    def _keep(self, state: State, people: NDArray, orders: NDArray) -> None:
        nodes = np.concatenate(
            [orders, np.arange(len(self.table.node) - len(self.table.orders)) + len(self.table.orders)]
        )
        for at, p in enumerate(people):
            visits = state.best[at, 1 : state.own[at, BEST_LENGTH] + 1]
            self.days[p] = day_of(self.table, int(p), nodes[visits].tolist())

    def _groups(self) -> list[tuple[NDArray, NDArray]]:
        people, orders = np.arange(len(self.days)), np.arange(len(self.table.orders))
        if len(people) <= MANY_PEOPLE:
            return [(people, orders)]
        from routing.planning.groups import neighbours

        return neighbours(self.table, [day.orders for day in self.days], GROUP, self.dice)


def _mean_way(state: State, model: Model) -> float:
    """What the way from one visit to the next costs on average, at the beginning."""
    rows = state.row[state.own[:, ACTIVE]]
    ways = rows[:, LENGTH].sum() + (rows[:, LENGTH] > 0).sum()
    return max(float(rows[:, TRAVEL].sum() / max(ways, 1) * model.weight[W_TRAVEL]), 1e-3)
