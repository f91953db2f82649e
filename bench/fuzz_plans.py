"""Random inputs through the day-plan engine: nothing may crash, hang or come out untrue.

    .venv/bin/python bench/fuzz_plans.py [--seconds 600] [--seed 0]

Every problem is drawn from its own seed, which is printed with what went wrong (`--seed` begins there). Some have a
broken row, and are either refused or planned. Small ones are planned in groups now and then, as only large ones are
otherwise. How many went well is said at every thousandth, so that it may be stopped.
"""

import argparse
import sys
import time
from dataclasses import replace
from math import inf, nan
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from routing.planning import Budget, Depot, Invalid, Lunch, Order, Person, Problem, Weights, check, plan, planner
from routing.planning.problem import Key

LATE_S = 0.2  # how much later than its limit a plan may come
STRANGE: tuple[Any, ...] = (nan, -1, inf, -inf, 1e15, None, "x", 0.5)


def drawn(dice: Random) -> Problem:
    size, day_s = dice.randint(1, 8), dice.choice([60, 600, 30_000])

    def seconds(least: float = -0.1, most: float = 1.0) -> float:
        at = dice.uniform(least * day_s, most * day_s)
        return at if dice.random() < 0.2 else round(at)

    def window(least: float = -0.1, most: float = 1.0) -> tuple[float, float]:
        begins, ends = sorted((seconds(least, most), seconds(least, most)))
        return begins, ends

    def hard_window() -> tuple[float, float]:
        begins, ends = window()
        return dice.choice([(begins, ends), (-inf, ends), (begins, inf), (-inf, inf)])

    def some(most: int) -> dict[Key, int]:
        return {key: dice.randint(0, most) for key in dice.sample("abc", dice.randint(0, 2))}

    def groups(chance: float) -> frozenset:
        return frozenset(key for key in "abc" if dice.random() < chance)

    def place() -> int:
        return dice.randrange(size)

    people = []
    for p in range(dice.choice([0, 1, 1, 2, 3, 4, 6])):
        has_breaks = dice.random() < 0.6
        opens, closes = window() if dice.random() < 0.5 else (0, day_s)
        people.append(
            Person(
                f"p{p}", place(), dice.choice([None, place()]), opens, closes, dice.choice([0, seconds(0, 0.5)]),
                Lunch(*window(), dice.choice([0, seconds(0, 0.2)])) if has_breaks and dice.random() < 0.7 else None,
                [window() for _ in range(dice.randint(0, 2))] if has_breaks else [],
                some(3), some(3), groups(0.6), dice.choice([None, None, 0, 1, 2, 5]),
                None if has_breaks else dice.choice([None, None, seconds(0), inf]),
            )
        )  # fmt: skip
    free = [person.key for person in people]
    dice.shuffle(free)
    orders = []
    for x in range(dice.choice([0, 1, 3, 7, 12, 25])):
        is_running = bool(free) and dice.random() < 0.1
        pinned_to = free.pop() if is_running else dice.choice([None] * 6 + ["p0", "p1", "gone"])
        orders.append(
            Order(
                f"o{x}", place(), dice.choice([0, seconds(0, 0.2), seconds(0, 0.1)]), dice.randint(1, 4),
                *hard_window(), dice.choice([None, seconds(), inf]), some(2) if dice.random() < 0.3 else {},
                some(2) if dice.random() < 0.4 else {}, groups(0.1),
                frozenset(key for key in ("p0", "p1") if dice.random() < 0.1), pinned_to,
                dice.choice([None] * 5 + [seconds()]), is_running, dice.choice([None, "p0", "p2", "gone"]),
                dice.choice([None, seconds()]),
            )
        )  # fmt: skip
    depots = [
        Depot(f"d{d}", place(), *hard_window(), dice.choice([0, seconds(0, 0.1)]), some(4))
        for d in range(dice.randint(0, 2))
    ]
    if dice.random() < 0.5:
        spots = np.array([[dice.uniform(0, day_s / 4) for _ in range(2)] for _ in range(size)])
        travel = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    else:
        travel = np.array([[dice.choice([0, seconds(0, 0.4), seconds(0, 0.1), inf]) for _ in range(size)]] * size)
        travel = np.array([dice.sample(list(row), size) for row in travel])
    weights = [Weights(), Weights((0, 0, 0, 0)), Weights((300, 200, 100, 50), imbalance=1, moved=30), Weights(travel=0)]
    return Problem(travel, people, orders, depots, dice.choice(weights))


def broken(dice: Random, problem: Problem) -> Problem:
    """One field of one row made strange."""
    rows: list[tuple[str, int]] = [
        (name, at) for name in ("people", "orders", "depots") for at in range(len(getattr(problem, name)))
    ]
    if not rows:
        return replace(problem, weights=replace(problem.weights, travel=nan))
    name, at = dice.choice(rows)
    changed = list(getattr(problem, name))
    numbers = [
        key for key, value in vars(changed[at]).items() if isinstance(value, (int, float)) and key != "is_running"
    ]
    changed[at] = replace(changed[at], **{dice.choice(numbers): dice.choice(STRANGE)})
    return replace(problem, **{name: changed})  # type: ignore[arg-type]


def look(seed: int) -> str:
    """What came out: "true" or "refused"; anything else is a fault."""
    dice = Random(seed)
    problem, is_broken = drawn(dice), dice.random() < 0.1
    if is_broken:
        problem = broken(dice, problem)
    planner.MANY_PEOPLE, planner.GROUP = (2, 2) if dice.random() < 0.1 else (80, 25)
    warm: dict[Key, list[Key]] = {
        f"p{p}": dice.choices([f"o{x}" for x in range(9)], k=dice.randint(0, 5)) for p in range(dice.randint(0, 3))
    }
    budget = Budget(iterations=dice.choice([0, 1, 100, 500]), seconds=2)
    if dice.random() < 0.02:
        budget = Budget(seconds=dice.choice([0, 0.01, 0.05]))
    begun = time.thread_time()
    try:
        found = plan(problem, warm_start=dice.choice([None, warm]), budget=budget, seed=seed)
    except Invalid:
        return "refused" if is_broken else "a true problem was refused"
    took = time.thread_time() - begun
    if wrong := check(problem, found):
        return "; ".join(wrong)
    if took > budget.seconds + LATE_S:
        return f"took {took:.2f} s, not {budget.seconds}"
    return "true"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, default=600, help="of CPU")
    arguments.add_argument("--seed", type=int, default=0)
    asked = arguments.parse_args()
    plan(drawn(Random(1)), budget=Budget(iterations=1))  # loads the compiled code
    planner.monotonic = time.thread_time  # the clock of this measurement, so that a busy machine changes nothing
    begun, seed, counts, wrong = time.process_time(), asked.seed, {"true": 0, "refused": 0}, 0
    is_over = False
    while not is_over:
        try:
            said = look(seed)
        except Exception as error:  # noqa: BLE001 (that is what is looked for)
            said = repr(error)
        if said in counts:
            counts[said] += 1
        else:
            wrong += 1
            print(f"seed {seed}: {said}", flush=True)
        seed += 1
        if (is_over := time.process_time() >= begun + asked.seconds) or (seed - asked.seed) % 1000 == 0:
            plans = f"{counts['true']} true plans, {counts['refused']} refused, {wrong} wrong"
            print(f"{seed - asked.seed} problems: {plans}", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
