"""Public instances through the day-plan engine: how far it ends from the best known solution.

    .venv/bin/python bench/routing_instances.py [--seconds 5 30] [--seeds 3] [--only R1 PR12] [--peers PYTHON]

Solomon's instances with time windows (optimal distances; DIMACS convention: one decimal, truncated) and site-dependent
ones after Cordeau and Laporte, where not every vehicle may go to every stop. Seconds are CPU seconds of the one thread
that searches, so that a busy machine changes little. The files are expected in ../shared/data/routing. PYTHON is one
that has pyvrp and pyvroom (the extra `bench`): Solomon's instances then go to them too, each in a process that is
killed when it does not end. VROOM ends by itself.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from routing.planning import Budget, Order, Person, Problem, Weights, check, plan, planner

FILES = Path(__file__).resolve().parents[2] / "shared/data/routing"
PEERS = """
import json, sys, time
name, asked = sys.argv[1], json.load(sys.stdin)
size = len(asked["ways"])
time.perf_counter = time.process_time  # PyVRP's clock: CPU seconds, as ours
if name == "PyVRP":
    import pyvrp, pyvrp.stop
    model = pyvrp.Model()
    spots = [model.add_location(0, 0) for _ in range(size)]
    depot = model.add_depot(spots[0], *asked["windows"][0])
    for x in range(1, size):
        opens, closes = asked["windows"][x]
        model.add_client(spots[x], asked["loads"][x], 0, asked["work"][x], opens, closes)
    model.add_vehicle_type(asked["vans"], asked["bag"], depot, depot, tw_early=asked["windows"][0][0],
                           tw_late=asked["windows"][0][1])
    for i in range(size):
        for j in range(size):
            model.add_edge(spots[i], spots[j], asked["ways"][i][j], asked["ways"][i][j])
    found = model.solve(pyvrp.stop.MaxRuntime(asked["seconds"]), seed=0, display=False)
    print(found.best.distance() if found.is_feasible() else "inf")
else:
    import numpy, vroom
    task = vroom.Input()
    task.set_durations_matrix("car", numpy.array(asked["ways"], numpy.uint32))
    day = vroom.TimeWindow(*asked["windows"][0])
    task.add_vehicle([vroom.Vehicle(v, start=0, end=0, capacity=[asked["bag"]], time_window=day)
                      for v in range(asked["vans"])])
    task.add_job([vroom.Job(x, location=x, default_service=asked["work"][x], delivery=[asked["loads"][x]],
                            time_windows=[vroom.TimeWindow(*asked["windows"][x])]) for x in range(1, size)])
    found = task.solve(exploration_level=5, nb_threads=1)
    print(found.summary.duration if not found.summary.unassigned else "inf")
"""
EVERYTHING = Weights(unserved=(1e8,) * 4, imbalance=0, moved=0)


def ways(spots: np.ndarray) -> np.ndarray:
    return np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))


def solomon(path: Path, best: float) -> tuple[Problem, float]:
    lines = path.read_text().splitlines()
    vans, capacity = map(int, lines[4].split())
    rows = np.array([text.split() for text in lines[9:] if text.strip()], int)
    people = [Person(van, 0, 0, 0, int(rows[0, 5]) * 10, parts={"load": capacity}) for van in range(vans)]
    orders = [
        Order(key, key, work * 10, opens_s=opens * 10, closes_s=closes * 10, parts={"load": load})
        for key, _, _, load, opens, closes, work in rows[1:].tolist()
    ]
    return Problem(np.floor(10 * ways(rows[:, 1:3].astype(float))), people, orders, weights=EVERYTHING), best * 10


def site_dependent(path: Path) -> tuple[Problem, float]:
    sections: dict[str, list[list[float]]] = defaultdict(list)
    section, longest = "", 0.0
    for text in path.read_text().splitlines():
        if text.startswith("VEHICLES_MAX_DURATION"):
            longest = float(text.split(":")[1])
        elif text.endswith("_SECTION"):
            section = text
        elif section and text != "EOF":
            sections[section].append([float(word) for word in text.split()])
    depot, *windows = [row[1:] for row in sections["TIME_WINDOW_SECTION"]]
    allowed = [{int(stop) for stop in row[1:]} for row in sections["VEHICLES_ALLOWED_CLIENTS_SECTION"]]
    people = [
        Person(van, 0, 0, depot[0] * 1000, depot[1] * 1000, parts={"load": int(load)}, groups=frozenset({van}),
               longest_s=longest * 1000)
        for van, (_, load) in enumerate(sections["CAPACITY_SECTION"])
    ]  # fmt: skip
    orders = [
        Order(
            stop, stop, sections["SERVICE_TIME_SECTION"][stop][1] * 1000, opens_s=opens * 1000, closes_s=closes * 1000,
            parts={"load": int(sections["DEMAND_SECTION"][stop][1])},
            groups=frozenset(van for van, stops in enumerate(allowed) if stop + 1 in stops),
        )
        for stop, (opens, closes) in enumerate(windows, 1)
    ]  # fmt: skip
    spots = np.array([row[1:3] for row in sections["NODE_COORD_SECTION"]])
    best = float(path.with_suffix(".sol").read_text().split("Cost:")[1])
    return Problem(np.round(1000 * ways(spots)), people, orders, weights=EVERYTHING), best


def instances() -> Iterator[tuple[str, str, Problem, float]]:
    lengths = (FILES / "solomon/solomon_optima_dimacs_convention.sol").read_text()
    known = {name: float(value) for name, value in re.findall(r"^(R?C?\d+) = ([\d.]+)$", lengths, re.MULTILINE)}
    for path in sorted((FILES / "solomon").glob("*.txt")):
        yield "Solomon", path.stem, *solomon(path, known[path.stem])
    for path in sorted((FILES / "sdvrptw").glob("*.vrp")):
        yield "SDVRPTW", path.stem, *site_dependent(path)


def peer(name: str, python: str, problem: Problem, seconds: float) -> float:
    """The length of another engine's rows."""
    van, stops = problem.people[0], problem.orders
    asked = json.dumps({
        "seconds": seconds, "vans": len(problem.people), "bag": van.parts["load"],
        "ways": problem.seconds().astype(int).tolist(), "work": [0, *(int(stop.duration_s) for stop in stops)],
        "loads": [0, *(stop.parts["load"] for stop in stops)],
        "windows": [(van.opens_s, van.closes_s), *((int(stop.opens_s), int(stop.closes_s)) for stop in stops)],
    })  # fmt: skip
    try:
        done = subprocess.run(
            [python, "-c", PEERS, name],
            input=asked,
            capture_output=True,
            text=True,
            timeout=60 + 10 * seconds,
            check=True,
        )
    except subprocess.SubprocessError as error:
        print(f"{name}: {error}")
        return float("inf")
    return float(done.stdout.split()[-1])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seconds", type=float, nargs="+", default=[5, 30])
    arguments.add_argument("--seeds", type=int, default=1)
    arguments.add_argument("--only", nargs="*", help="beginnings of names")
    arguments.add_argument("--peers", metavar="PYTHON")
    asked = arguments.parse_args()
    if not FILES.exists():
        sys.exit(f"The public instances are not at {FILES}; the README of shared/data says what they are.")
    planner.monotonic = time.thread_time  # the clock of this measurement
    gaps: dict[tuple[str, float], list[float]] = defaultdict(list)
    for family, name, problem, best in instances():
        if asked.only and not name.startswith(tuple(asked.only)):
            continue
        for seconds in asked.seconds:
            of_seeds = []
            for seed in range(asked.seeds):
                found = plan(problem, budget=Budget(seconds=seconds), seed=seed)
                if wrong := check(problem, found):
                    sys.exit(f"{name}: {wrong}")
                of_seeds.append(100 * (found.totals.travel_s / best - 1) if not found.unserved else float("inf"))
            gaps[family, seconds] += of_seeds
            speed = found.iterations / found.seconds / 1000
            print(f"{name:8}{seconds:5.0f} s{mean(of_seeds):8.3f} %{speed:8.1f} k iterations/s", flush=True)
            for other in ("PyVRP", "VROOM") if asked.peers and family == "Solomon" else ():
                gap = 100 * (peer(other, asked.peers, problem, seconds) / best - 1)
                gaps[f"{family} by {other}", seconds].append(gap)
                print(f"{'':14}{gap:9.3f} % by {other}", flush=True)
    for (family, seconds), values in gaps.items():
        print(
            f"{family}, {len(values)} runs, {seconds:.0f} CPU s: mean gap {mean(values):.3f} %, worst {max(values):.2f} %"
        )


if __name__ == "__main__":
    main()
