"""A believable day through another engine: PYTHON bench/day_plan_peers.py VROOM|PyVRP|OR-Tools < what day_plans.py asks

In a process of its own, which can be killed (VROOM and OR-Tools hold the interpreter), under a Python that has the extra
`bench`. Seconds are CPU seconds of that process; VROOM ends by itself. None knows depots or balance, only OR-Tools is told
due times, and PyVRP knows neither lunch nor skills: it gets ways that are too long for whoever may not.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Asked = dict[str, Any]
Served = tuple[list[int], int]  # orders, seconds of driving
FOREVER_S = 10**7


def vroom(asked: Asked, travel: NDArray) -> Served:
    import vroom

    people, orders = asked["people"], asked["orders"]
    task = vroom.Input()
    task.set_durations_matrix("car", travel.astype(np.uint32))
    task.add_vehicle([
        vroom.Vehicle(
            p, start=row["start"], end=row["end"], time_window=row["window"], capacity=row["bag"],
            skills={x for x, order in enumerate(orders) if p in order["who"]},  # each order is a skill
            breaks=[vroom.Break(p, [vroom.TimeWindow(*row["lunch"][:2])], row["lunch"][2])] if row["lunch"] else [],
        )
        for p, row in enumerate(people)
    ])  # fmt: skip
    task.add_job([
        vroom.Job(x, location=row["place"], default_service=row["service"], delivery=row["parts"], skills={x},
                  priority=(100, 40, 10, 1)[row["priority"] - 1], time_windows=[vroom.TimeWindow(*row["window"])])
        for x, row in enumerate(orders)
    ])  # fmt: skip
    found = task.solve(exploration_level=5, nb_threads=1)
    jobs = found.routes[found.routes.type == "job"]
    return [int(x) for x in jobs.id], int(found.summary.duration)


def pyvrp(asked: Asked, travel: NDArray) -> Served:
    import pyvrp
    from pyvrp.stop import MaxRuntime

    time.perf_counter = time.process_time  # its clock
    people, orders = asked["people"], asked["orders"]
    spots = [pyvrp.Location(0, 0) for _ in travel]
    depots = [pyvrp.Depot(row[end]) for row in people for end in ("start", "end")]
    clients = [
        pyvrp.Client(row["place"], row["parts"], service_duration=row["service"], tw_early=row["window"][0],
                     tw_late=row["window"][1], prize=row["prize"], required=False)
        for row in orders
    ]  # fmt: skip
    vans = [
        pyvrp.VehicleType(
            1, row["bag"], 2 * p, 2 * p + 1, tw_early=row["window"][0], tw_late=row["window"][1], profile=p
        )
        for p, row in enumerate(people)
    ]
    ways = []
    for p in range(len(people)):
        own = travel.copy()
        own[:, [row["place"] for row in orders if p not in row["who"]]] = FOREVER_S
        np.fill_diagonal(own, 0)
        ways.append(own)
    data = pyvrp.ProblemData(spots, clients, depots, vans, ways, ways)
    found = pyvrp.solve(data, MaxRuntime(asked["seconds"]), display=False)
    assert found.best.is_feasible()
    served = [visit.idx for route in found.best.routes() for visit in route if visit.is_client()]
    return served, found.best.distance()


def or_tools(asked: Asked, travel: NDArray) -> Served:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    people, orders = asked["people"], asked["orders"]
    # Nodes: the orders, then the places where days begin and end.
    ends = sorted({row[end] for row in people for end in ("start", "end")})
    node_of = {place: len(orders) + at for at, place in enumerate(ends)}
    places = [row["place"] for row in orders] + ends
    work = [row["service"] for row in orders] + [0] * len(ends)
    ways = travel[np.ix_(places, places)]
    manager = pywrapcp.RoutingIndexManager(
        len(places), len(people), [node_of[row["start"]] for row in people], [node_of[row["end"]] for row in people]
    )
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(ways.tolist()))
    with_work = (ways + np.array(work)[:, None]).tolist()
    routing.AddDimension(routing.RegisterTransitMatrix(with_work), 86_400, 86_400, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for part in range(len(people[0]["bag"])):
        needs = [row["parts"][part] for row in orders] + [0] * len(ends)
        bags = [row["bag"][part] for row in people]
        routing.AddDimensionWithVehicleCapacity(
            routing.RegisterUnaryTransitVector(needs), 0, bags, True, f"part {part}"
        )
    for x, row in enumerate(orders):
        index = manager.NodeToIndex(x)
        clock.CumulVar(index).SetRange(row["window"][0], min(row["window"][1], 86_400))
        if row["due"] is not None:
            clock.SetCumulVarSoftUpperBound(index, row["due"], row["late"])
        for p in set(range(len(people))) - set(row["who"]):
            routing.VehicleVar(index).RemoveValue(p)
        routing.AddDisjunction([index], row["prize"])
    solver = routing.solver()
    visits = [work[manager.IndexToNode(index)] for index in range(routing.Size())]
    for p, row in enumerate(people):
        clock.CumulVar(routing.Start(p)).SetMin(row["window"][0])
        clock.CumulVar(routing.End(p)).SetMax(row["window"][1])
        if row["lunch"]:
            lunch = solver.FixedDurationIntervalVar(*row["lunch"], False, f"lunch {p}")
            clock.SetBreakIntervalsOfVehicle([lunch], p, visits)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromSeconds(int(10 * asked["seconds"]))
    routing.AddSearchMonitor(solver.CustomLimit(lambda: time.process_time() > asked["seconds"]))
    found = routing.SolveWithParameters(how)
    assert found is not None
    served, seconds = [], 0
    for p in range(len(people)):
        index = routing.Start(p)
        while not routing.IsEnd(index):
            following = found.Value(routing.NextVar(index))
            nodes = manager.IndexToNode(index), manager.IndexToNode(following)
            seconds += int(ways[nodes]) if not (routing.IsEnd(following) and nodes[0] >= len(orders)) else 0
            served += [nodes[0]] if nodes[0] < len(orders) else []
            index = following
    return served, seconds


PEERS: dict[str, Callable[[Asked, NDArray], Served]] = {"VROOM": vroom, "PyVRP": pyvrp, "OR-Tools": or_tools}

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    served, driven_s = PEERS[sys.argv[1]](asked, np.load(asked["travel"]))
    print(json.dumps({"served": served, "travel_s": driven_s, "seconds": time.process_time()}))
