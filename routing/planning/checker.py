"""Is a plan true? Looked at visit by visit in plain Python, and nothing shared with the engine that made it."""

from collections import Counter
from collections.abc import Iterator
from math import ceil, floor, inf, isclose
from statistics import median, pstdev
from typing import Any

from routing.planning.problem import UNREACHABLE_S, Depot, Key, Order, Person, Plan, Problem, Route, Visit


def check(problem: Problem, plan: Plan) -> list[str]:
    """What is wrong with the plan, for developers; empty when it may be stored. The problem is a valid one."""
    return _Check(problem, plan).findings()


def _drive(person: Person, leaves: float, seconds: float) -> float:
    """Arrival of somebody who does not drive in absences."""
    at, left = leaves, seconds
    for begins, ends in sorted((floor(begins), ceil(ends)) for begins, ends in person.absences):
        if ends > at and at + left > begins:
            left -= max(0, begins - at)
            at = ends
    return at + left


class _Check:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem, self.plan = problem, plan
        self.travel = problem.seconds()
        self.orders: dict[Key, Order] = {order.key: order for order in problem.orders}
        self.depots: dict[Key, Depot] = {depot.key: depot for depot in problem.depots}
        self.running = {order.pinned_to: order for order in problem.orders if order.is_running}
        self.taken: Counter[tuple[Key, Key]] = Counter()

    def findings(self) -> list[str]:
        found = list(self._completeness())
        if found:
            return found  # the rest would only stumble over it
        for person, route in zip(self.problem.people, self.plan.routes, strict=True):
            found += [f"{person.key}: {text}" for text in self._route(person, route)]
        for (depot, part), quantity in self.taken.items():
            if quantity > self.depots[depot].parts.get(part, 0):
                found.append(f"{depot}: {quantity} of {part} picked up, more than there is")
        return found + list(self._totals())

    def _completeness(self) -> Iterator[str]:
        if [route.person for route in self.plan.routes] != [person.key for person in self.problem.people]:
            yield "the routes are not those of the people"
        times = Counter(key for route in self.plan.routes for key in route.orders())
        times.update(unserved.order for unserved in self.plan.unserved)
        for key in self.orders.keys() | times.keys():
            if key not in self.orders or times[key] != 1:
                yield f"{key}: planned or left out {times[key]} times"
        for unserved in self.plan.unserved:
            if not unserved.reasons:
                yield f"{unserved.order}: left out without a reason"
        for route in self.plan.routes:
            for visit in route.visits:
                if visit.kind == "depot" and visit.key not in self.depots:
                    yield f"{visit.key}: no such depot"

    def _seconds(self, origin: int, destination: int | None) -> float:
        return 0 if destination is None else ceil(min(self.travel[origin, destination], UNREACHABLE_S))

    def _place(self, visit: Visit) -> int:
        return self.orders[visit.key].place if visit.kind == "order" else self.depots[visit.key].place

    def _route(self, person: Person, route: Route) -> Iterator[str]:
        running = self.running.get(person.key)
        opens, closes = ceil(person.opens_s), floor(person.closes_s)
        visits = list(route.visits)
        bag = Counter(person.parts)
        place, ready, travelled = person.start, route.leaves_s, 0
        if running is not None:
            first = visits.pop(0) if visits else None
            begun = opens if running.pinned_start_s is None else ceil(running.pinned_start_s)
            if first is None or first.key != running.key or first.start_s != begun:
                yield f"the running order {running.key} does not come first, or not at {begun}"
                return
            place, ready = running.place, max(first.end_s, opens)
            for part, quantity in running.parts.items():
                bag[part] = max(0, bag[part] - quantity)
            if first.end_s != begun + ceil(running.duration_s):
                yield f"{running.key} takes another time than its own"
        elif visits and route.leaves_s < opens:
            yield "leaves before the day opens"
        first_ready, is_at_door = ready, False
        lunches = depots = 0
        for index, visit in enumerate(visits):
            name = f"{visit.kind} {visit.key}"
            if visit.kind == "lunch":
                lunches += 1
                coming = next((later for later in visits[index + 1 :]), None)
                target = self._place(coming) if coming is not None and coming.kind != "lunch" else person.end
                if visit.travel_s:
                    if visit.travel_s != self._seconds(place, target):
                        yield f"{name}: the way there is wrong"
                    place, is_at_door = person.start if target is None else target, True
                yield from self._lunch(person, visit, first_ready)
            else:
                if visit.travel_s != (0 if is_at_door else self._seconds(place, self._place(visit))):
                    yield f"{name}: the way there is wrong"
                place, is_at_door = self._place(visit), False
            if visit.arrival_s != _drive(person, ready, visit.travel_s):
                yield f"{name}: arrives at {visit.arrival_s}"
            if visit.start_s < visit.arrival_s or visit.wait_s != visit.start_s - visit.arrival_s:
                yield f"{name}: starts before arrival, or waits wrongly"
            if visit.end_s > visit.start_s and any(
                floor(begins) < visit.end_s and visit.start_s < ceil(ends) and floor(begins) < ceil(ends)
                for begins, ends in person.absences
            ):
                yield f"{name}: in an absence"
            if visit.kind == "order":
                yield from self._order(person, self.orders[visit.key], visit, bag)
            elif visit.kind == "depot":
                depots += 1
                yield from self._depot(self.depots[visit.key], visit, bag)
            travelled, ready = travelled + visit.travel_s, visit.end_s
        if depots > 1 or lunches > 1:
            yield f"{depots} pick-ups, {lunches} lunches"
        yield from self._close(person, route, visits, place, ready, travelled, lunches, opens, closes, first_ready)

    def _close(
        self, person: Person, route: Route, visits: list[Visit], place: int, ready: float, travelled: float,
        lunches: int, opens: int, closes: int, first_ready: float,
    ) -> Iterator[str]:  # fmt: skip
        home = self._seconds(place, person.end) if route.visits else 0
        ends = _drive(person, ready, home)
        if (route.visits or route.travel_s) and (route.ends_s != ends or route.travel_s != travelled + home):
            yield f"ends at {route.ends_s}, not at {ends}; drives {route.travel_s}, not {travelled + home}"
        if route.overtime_s != (max(0, route.ends_s - closes) if route.visits else 0):
            yield "the overtime is wrong"
        if not any(visit.kind == "order" for visit in visits):
            return  # free, or with the running order alone, which comes whatever the rules say
        if ends > closes + floor(person.overtime_s):
            yield f"ends at {ends}, after the latest end"
        if (
            person.lunch
            and person.lunch.duration_s
            and not lunches
            and opens <= floor(person.lunch.latest_s) < ends
            and ends > first_ready
        ):
            yield "goes without lunch"
        if person.max_orders is not None and len(route.orders()) > person.max_orders:
            yield f"{len(route.orders())} orders, more than {person.max_orders}"
        if person.longest_s is not None and ends - route.leaves_s > person.longest_s:
            yield "is out longer than allowed"

    def _lunch(self, person: Person, visit: Visit, first_ready: float) -> Iterator[str]:
        if person.lunch is None:
            yield "has a lunch nobody asked for"
            return
        latest = floor(person.lunch.latest_s)
        if person.key in self.running:
            latest = max(latest, int(first_ready))
        if not ceil(person.lunch.earliest_s) <= visit.start_s <= latest:
            yield f"has lunch at {visit.start_s}"
        if visit.end_s - visit.start_s != ceil(person.lunch.duration_s):
            yield "has a lunch of another length"

    def _order(self, person: Person, order: Order, visit: Visit, bag: Counter) -> Iterator[str]:
        if visit.end_s - visit.start_s != ceil(order.duration_s):
            yield f"{order.key} takes another time than its own"
        if order.pinned_start_s is not None:
            if visit.start_s != ceil(order.pinned_start_s):
                yield f"{order.key} is pinned to another time"
        elif not order.opens_s <= visit.start_s <= order.closes_s:
            yield f"{order.key} starts outside its window"
        due = inf if order.due_s is None or order.due_s == inf else floor(order.due_s)
        if visit.late_s != max(0, visit.start_s - due):
            yield f"{order.key}: lateness is wrong"
        if order.is_running:
            yield f"{order.key} is running, and comes later"
        if order.pinned_to is not None:
            if order.pinned_to != person.key:
                yield f"{order.key} is pinned to {order.pinned_to}"
        else:
            for skill, level in order.skills.items():
                if person.skills.get(skill, -inf) < level:
                    yield f"{order.key} needs {skill} at {level}"
            if order.groups and not order.groups & person.groups:
                yield f"{order.key} belongs to other groups"
            if person.key in order.refused_by:
                yield f"{order.key} was refused by this person"
        for part, quantity in order.parts.items():
            bag[part] -= quantity
            if bag[part] < 0:
                yield f"{order.key} lacks {-bag[part]} of {part}"

    def _depot(self, depot: Depot, visit: Visit, bag: Counter) -> Iterator[str]:
        if not depot.opens_s <= visit.start_s <= depot.closes_s:
            yield f"{depot.key} is closed"
        if visit.end_s - visit.start_s != ceil(depot.duration_s):
            yield f"the pick-up at {depot.key} takes another time than its own"
        if not visit.parts:
            yield f"nothing is picked up at {depot.key}"
        for part, quantity in visit.parts.items():
            bag[part] += quantity
            self.taken[depot.key, part] += quantity

    def _totals(self) -> Iterator[str]:
        weights, totals = self.problem.weights, self.plan.totals
        cost, shares, shifts = 0.0, [], []
        served: dict[Key, tuple[Key, Visit]] = {}
        for person, route in zip(self.problem.people, self.plan.routes, strict=True):
            day = max(1, floor(person.closes_s) - ceil(person.opens_s))
            work = sum(visit.end_s - visit.start_s for visit in route.visits if visit.kind != "lunch")
            shares.append((work + route.travel_s) / day)
            cost += weights.imbalance * (work + route.travel_s) ** 2 / day
            cost += weights.travel * route.travel_s + weights.overtime * route.overtime_s
            served |= {visit.key: (person.key, visit) for visit in route.visits if visit.kind == "order"}
        moved = 0
        for key, order in self.orders.items():
            person_key, visit = served.get(key, (None, None))
            if order.now_with is not None and order.now_with != person_key:
                moved += 1
                cost += weights.moved
            if visit is None:
                cost += weights.unserved[order.priority - 1]
                continue
            cost += weights.late[order.priority - 1] * visit.late_s
            if order.now_start_s is not None:
                shifts.append(abs(visit.start_s - order.now_start_s))
                if not order.is_running:
                    later = visit.start_s - ceil(order.now_start_s) - ceil(weights.tolerance_s)
                    cost += weights.later * max(0, later)
        late = [visit.late_s for _, visit in served.values() if visit.late_s]
        expected: dict[str, Any] = {
            "served": len(served),
            "late_orders": len(late),
            "lateness_s": sum(late),
            "overtime_s": sum(route.overtime_s for route in self.plan.routes),
            "travel_s": sum(route.travel_s for route in self.plan.routes),
            "imbalance": pstdev(shares) if shares else 0,
            "moved": moved,
            "median_shift_s": median(shifts) if shifts else 0,
            "cost": cost,
        }
        for name, value in expected.items():
            if not isclose(getattr(totals, name), value, rel_tol=1e-6, abs_tol=1e-6):
                yield f"{name} is {value}, not {getattr(totals, name)}"
        for mapping, keys in (
            (totals.served_by_priority, served.keys()),
            (totals.unserved_by_priority, self.orders.keys() - served.keys()),
        ):
            counts = Counter(self.orders[key].priority for key in keys)
            if any(mapping.get(priority, 0) != counts[priority] for priority in (1, 2, 3, 4)):
                yield f"by priority it is {dict(counts)}, not {dict(mapping)}"
