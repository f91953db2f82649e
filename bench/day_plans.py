"""Believable days through the day-plan engine: who is served against time, with other engines beside it, and a re-plan.

    .venv/bin/python bench/day_plans.py [--days 600x60 420x60 2000x200] [--seconds 5 30] [--peers PYTHON]

Skills 1 to 4 of 8 with levels, four shifts, a floating lunch, windows and due times, priorities, parts in the bag and in
two depots. Seconds are CPU seconds of the one thread that searches, so that a busy machine changes little. PYTHON is one
that has the extra `bench`: VROOM, PyVRP and OR-Tools then get the longest of the times (day_plan_peers.py says what they
are not told), each in a process that is killed after a quarter of an hour.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from math import inf, isinf
from os import getpid
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from routing.planning import Budget, Depot, Lunch, Order, Person, Plan, Problem, Weights, check, plan, planner
from routing.planning.model import allowed

HOUR = 3600
SHIFTS = ((8, 17), (9, 18), (8, 20), (12, 21))
PEERS = Path(__file__).with_name("day_plan_peers.py")
CALM = Weights(moved=28_800, later=0.8)  # the office's choice for a day that is published
MOST_BYTES = 12 << 30  # of a peer


def day(people: int, orders: int, seed: int = 1) -> Problem:
    dice = np.random.default_rng(seed)
    side = 30_000 * (people / 60) ** 0.5  # metres
    centres = dice.uniform(0.15 * side, 0.85 * side, (max(4, people // 12), 2))
    spots: list[np.ndarray] = []

    def spot() -> int:
        near = centres[dice.integers(len(centres))] + dice.normal(0, 0.07 * side, 2)
        spots.append(np.clip(near, 0, side) if dice.random() < 0.8 else dice.uniform(0, side, 2))
        return len(spots) - 1

    staff, work = [], []
    for p in range(people):
        start = spot()
        end = spot() if dice.random() < 0.3 else start
        comes, goes = SHIFTS[dice.choice(4, p=[0.35, 0.35, 0.15, 0.15])]
        staff.append(
            Person(
                p, start, end, comes * HOUR, goes * HOUR, overtime_s=1_800,
                lunch=Lunch(11.5 * HOUR, 13.5 * HOUR, 2_700) if comes < 12 else None,
                skills={int(k): int(dice.integers(1, 4)) for k in dice.choice(8, dice.integers(1, 5), replace=False)},
                parts={k: int(dice.integers(1, 4)) for k in range(4)},
                groups=frozenset({"own" if dice.random() < 0.8 else "outsourced"}),
            )
        )  # fmt: skip
    for x in range(orders):
        priority, kind = int(dice.choice([1, 2, 3, 4], p=[0.1, 0.2, 0.5, 0.2])), dice.random()
        opens, closes = -inf, inf
        if 0.35 <= kind < 0.6:
            opens, closes = (8 * HOUR, 12 * HOUR) if dice.random() < 0.5 else (13.0 * HOUR, 18.0 * HOUR)
        elif kind >= 0.6:
            opens = float(dice.integers(8, 17) * HOUR)
            closes = opens + 2 * HOUR
        work.append(
            Order(
                x, spot(), float(dice.choice([20, 30, 40, 60, 90], p=[0.2, 0.3, 0.25, 0.15, 0.1])) * 60, priority,
                opens, closes, due_s=float(dice.integers(10, 18) * HOUR) if kind < 0.35 and priority < 3 else None,
                skills={int(dice.integers(8)): int(dice.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))}
                if dice.random() < 0.85 else {},
                parts={int(dice.integers(4)): 1} if dice.random() < 0.3 else {},
                groups=frozenset({"own"}) if dice.random() < 0.05 else frozenset(),
            )
        )  # fmt: skip
    depots = [Depot(d, spot(), 8 * HOUR, 18 * HOUR, 600, dict.fromkeys(range(4), 20)) for d in range(2)]
    places = np.array(spots, np.float32)
    seconds = np.hypot(*(np.subtract.outer(column, column) for column in places.T))
    seconds *= np.float32(1.35 * 3.6 / 25)
    return Problem(seconds, staff, work, depots)


def line(what: str, found: Plan, seconds: float) -> None:
    totals = found.totals
    served = "/".join(str(totals.served_by_priority[p]) for p in (1, 2, 3, 4))
    lost = totals.unserved_by_priority[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:24}{seconds:6.1f} s  served {totals.served:5} ({served}; first priority left out {lost})"
        f"  late {totals.late_orders:3}  travel {totals.travel_s / HOUR:6.1f} h  overtime {totals.overtime_s / HOUR:4.1f} h"
        f"  {found.iterations / 1000:7.1f} k iterations  up to {memory} MB",
        flush=True,
    )


def peers(problem: Problem, python: str, seconds: float) -> None:
    """The same day through other engines, each in a process that is killed when it does not end."""
    matrix = Path("/tmp") / f"day_plans_{getpid()}.npy"
    np.save(matrix, np.ceil(problem.seconds()).astype(np.int64))
    may = allowed(problem, problem.orders)
    weights, kinds = problem.weights, range(4)
    people = [
        {"start": person.start, "end": person.end, "window": [int(person.opens_s), int(person.closes_s + person.overtime_s)],
         "bag": [person.parts[k] for k in kinds],
         "lunch": [int(person.lunch.earliest_s), int(person.lunch.latest_s), int(person.lunch.duration_s)] if person.lunch else None}
        for person in problem.people
    ]  # fmt: skip
    orders = [
        {"place": order.place, "service": int(order.duration_s), "priority": order.priority,
         "prize": int(weights.unserved[order.priority - 1]), "late": int(weights.late[order.priority - 1]),
         "window": [0 if isinf(order.opens_s) else int(order.opens_s), 10**6 if isinf(order.closes_s) else int(order.closes_s)],
         "due": None if order.due_s is None else int(order.due_s), "parts": [order.parts.get(k, 0) for k in kinds],
         "who": np.nonzero(may[x])[0].tolist()}
        for x, order in enumerate(problem.orders)
    ]  # fmt: skip
    asked = json.dumps({"travel": str(matrix), "people": people, "orders": orders, "seconds": seconds})
    for name in ("VROOM", "PyVRP", "OR-Tools"):
        try:
            done = subprocess.run(
                [python, str(PEERS), name], input=asked, capture_output=True, text=True, timeout=900, check=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES)),
            )  # fmt: skip
            found = json.loads(done.stdout.splitlines()[-1])
        except subprocess.TimeoutExpired:
            print(f"{name:24}killed after 900 s", flush=True)
            continue
        except subprocess.CalledProcessError as error:
            print(f"{name:24}failed: {error.stderr.strip().splitlines()[-1:] or error.returncode}", flush=True)
            continue
        by_priority = [sum(problem.orders[x].priority == p for x in found["served"]) for p in (1, 2, 3, 4)]
        print(
            f"{name:24}{found['seconds']:6.1f} s  served {len(found['served']):5} ({'/'.join(map(str, by_priority))})"
            f"  travel {found['travel_s'] / HOUR:6.1f} h", flush=True,
        )  # fmt: skip
    matrix.unlink()


def timed(problem: Problem, seconds: float, seed: int = 0, warm_start: Plan | None = None) -> tuple[Plan, float]:
    begun = time.thread_time()
    found = plan(problem, budget=Budget(seconds=seconds), seed=seed, warm_start=warm_start)
    took = time.thread_time() - begun
    if wrong := check(problem, found):
        sys.exit(f"Not a true plan: {wrong[:5]}")
    return found, took


def replan(problem: Problem, seconds: float) -> None:
    """Three people fall ill, 30 urgent orders come in, 60 are pinned. Orders that were with the healthy are disturbed."""
    published, _ = timed(problem, 5)
    where = published.whereabouts()
    ill = {route.person for route in published.routes[:3]}
    pinned = set([key for key, (person, _) in where.items() if person not in ill][:: len(where) // 60][:60])
    orders = [
        replace(
            order, now_with=where[order.key][0], now_start_s=where[order.key][1].start_s,
            pinned_to=where[order.key][0] if order.key in pinned else None,
        ) if order.key in where else order
        for order in problem.orders
    ]  # fmt: skip
    urgent = [
        replace(order, key=("new", order.key), priority=1)
        for order in problem.orders[:: len(problem.orders) // 30][:30]
    ]
    people = [person for person in problem.people if person.key not in ill]
    changed = replace(problem, people=people, orders=[*orders, *urgent])
    healthy = [key for key, (person, _) in where.items() if person not in ill]
    for what, weights, warm in (
        ("re-plan, calmly", CALM, published),
        ("re-plan, usual prices", Weights(), published),
        ("re-plan, from scratch", Weights(), None),
    ):
        found, took = timed(replace(changed, weights=weights), seconds, warm_start=warm)
        after = found.whereabouts()
        dropped = sum(key not in after for key in healthy)
        moved = sum(key in after and after[key][0] != where[key][0] for key in healthy)
        kept = sum(key in after and after[key][0] == where[key][0] for key in pinned)
        line(what, found, took)
        print(
            f"{'':24}pins kept {kept}/{len(pinned)}  to somebody else {100 * moved / len(healthy):.1f} %"
            f"  left out {100 * dropped / len(healthy):.1f} %  median shift {found.totals.median_shift_s / 60:.1f} min"
            f"  urgent served {sum(order.key in after for order in urgent)}/{len(urgent)}", flush=True,
        )  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--days", nargs="+", default=["600x60", "420x60", "2000x200"])
    arguments.add_argument("--seconds", type=float, nargs="+", default=[5, 30])
    arguments.add_argument("--peers", metavar="PYTHON")
    asked = arguments.parse_args()
    timed(day(3, 10), 0.1)  # loads the compiled code
    planner.monotonic = time.thread_time  # the clock of this measurement
    for size in asked.days:
        orders, people = map(int, size.split("x"))
        problem = day(people, orders)
        print(f"{orders} orders, {people} people")
        for seconds in (0.0, *asked.seconds):
            line("at once" if not seconds else "ours", *timed(problem, seconds))
        if asked.peers:
            peers(problem, asked.peers, max(asked.seconds))
        if people <= 60:
            replan(problem, 1)


if __name__ == "__main__":
    main()
