"""What a plan changes: rows of orders and of people's days, and the totals before and after, side by side."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from statistics import pstdev
from typing import Any

from dispatch.plans.models import TOLERANCE, DayPlan, PlannedDay, PlannedOrder
from dispatch.plans.problem import FIXED, Posed, Row, Stop, absences, late_s, road_m, standing, to_plan
from routing.planning import Plan, Visit
from spareparts.models import Part
from workforce.models import Skill

Change = PlannedOrder.Change


def store_outcome(plan: DayPlan, posed: Posed, found: Plan) -> None:
    """Writes the rows of a plan and sets its totals; the caller saves the plan, in the same transaction."""
    inputs = plan.inputs
    before = standing(inputs, posed)
    stops = {stop.order: (person, stop) for person, day in before.items() for stop in day}
    orders = _order_rows(plan, to_plan(inputs), stops, found)
    PlannedOrder.objects.bulk_create(orders, batch_size=1000)
    PlannedDay.objects.bulk_create(_day_rows(plan, before, found, orders), batch_size=1000)
    plan.totals = {
        "before": _totals(inputs, {key: stop.start for key, (_person, stop) in stops.items()})
        | _driving_before(inputs, before),
        "after": _totals(inputs, {key: visit.start_s for key, (_person, visit) in found.whereabouts().items()})
        | {
            "travel_s": found.totals.travel_s,
            "metres": round(sum(_metres_after(inputs, found))),
            "overtime_s": found.totals.overtime_s,
            "imbalance": found.totals.imbalance,
        },
        "changes": {change: sum(row.change == change for row in orders) for change in Change.values},
    }


def _instant(plan: DayPlan, seconds: float | None) -> datetime | None:
    return None if seconds is None else plan.midnight + timedelta(seconds=seconds)


def _order_rows(
    plan: DayPlan, rows: Sequence[Row], before: Mapping[int, tuple[int, Stop]], found: Plan
) -> list[PlannedOrder]:
    after: dict[Any, tuple[Any, Visit]] = found.whereabouts()
    reasons = {each.order: each.reasons for each in found.unserved}
    collected, names = _collected(rows, found), _Names(plan.inputs)
    planned = []
    for row in rows:
        key = row["id"]
        person, visit = after.get(key, (None, None))
        stood = before[key][1] if key in before else None
        planned.append(
            PlannedOrder(
                plan=plan,
                order_id=key,
                change=_change(row, person, visit),
                engineer_before_id=row["with"],
                start_before=_instant(plan, row["start"]),
                late_before_s=late_s(row, stood.start if stood else None),
                travel_before_s=round(stood.travel_s) if stood else 0,
                engineer_after_id=person,
                start_after=_instant(plan, visit and visit.start_s),
                end_after=_instant(plan, visit and visit.end_s),
                late_after_s=late_s(row, visit.start_s if visit else None),
                travel_after_s=visit.travel_s if visit else 0,
                pick_up_at_id=collected.get(key),
                reasons=[[reason.code, names.told(reason.values)] for reason in reasons.get(key, ())],
            )
        )
    return planned


class _Names:
    """Puts names in place of keys, so that a reason can be told without looking anything up."""

    def __init__(self, inputs: Row) -> None:
        self.people = {row["id"]: row["name"] for row in inputs["people"]}
        self.skills = dict(Skill.objects.values_list("code", "name"))
        parts = Part.objects.filter(code__in={part for row in inputs["orders"] for part in row["parts"]})
        self.parts = {part.code: str(part) for part in parts}

    def told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in values.items() if not isinstance(value, float) or isfinite(value)}
        named: dict[str, Callable[[Any], Any]] = {
            "people": lambda keys: [self.people[key] for key in keys],
            "person": lambda key: self.people.get(key, ""),
            "skill": lambda code: self.skills.get(code, code),
            "part": lambda code: self.parts.get(code, code),
            "skills": lambda levels: {self.skills.get(code, code): level for code, level in levels.items()},
            "parts": lambda counts: {self.parts.get(code, code): count for code, count in counts.items()},
        }
        return told | {name: named[name](value) for name, value in told.items() if name in named}


def _collected(rows: Sequence[Row], found: Plan) -> dict[int, int]:
    """The depot at which parts of an order are collected on the way to it, by order."""
    needed = {row["id"]: row["parts"].keys() for row in rows}
    collected: dict[Any, Any] = {}
    for route in found.routes:
        depot: Visit | None = None
        for visit in route.visits:
            if visit.kind == "depot":
                depot = visit
            elif visit.kind == "order" and depot and needed[visit.key] & depot.parts.keys():
                collected[visit.key] = depot.key
    return collected


def _change(row: Row, person: Any, visit: Visit | None) -> str:
    if row["state"] in FIXED:
        return Change.FIXED
    if visit is None:
        return Change.UNSERVED if row["with"] is None else Change.DROPPED
    if row["with"] is None:
        return Change.NEW
    if person != row["with"]:
        return Change.MOVED
    is_kept = row["start"] is not None and abs(visit.start_s - row["start"]) < TOLERANCE.total_seconds()
    return Change.KEPT if is_kept else Change.SHIFTED


def _day_rows(
    plan: DayPlan, before: Mapping[int, list[Stop]], found: Plan, orders: list[PlannedOrder]
) -> list[PlannedDay]:
    touched: dict[int, int] = {}
    for row in orders:
        if row.change in PlannedOrder.CHANGES:
            for person in {row.engineer_before_id, row.engineer_after_id} - {None}:
                touched[person] = touched.get(person, 0) + 1
    days = []
    for person, route in zip(plan.inputs["people"], found.routes, strict=True):
        stops = before.get(person["id"], [])
        breaks = [[kind, begin, end] for begin, end, kind in absences(plan.inputs, person)]
        breaks += [[each.kind, each.start_s, each.end_s] for each in route.visits if each.kind != "order"]
        days.append(
            PlannedDay(
                plan=plan,
                person_id=person["id"],
                opens_at=_instant(plan, person["opens"]),
                closes_at=_instant(plan, person["closes"]),
                orders_before=len(stops),
                orders_after=len(route.orders()),
                changes=touched.get(person["id"], 0),
                before=_load_before(person, stops),
                after={
                    "work_s": sum(each.end_s - each.start_s for each in route.visits if each.kind != "lunch"),
                    "travel_s": route.travel_s,
                    "overtime_s": route.overtime_s,
                },
                breaks=sorted(breaks, key=lambda each: each[1]),
            )
        )
    return days


def _load_before(person: Row, stops: Sequence[Stop]) -> dict[str, int]:
    return {
        "work_s": sum(stop.end - stop.start for stop in stops),
        "travel_s": round(sum(stop.travel_s for stop in stops)),
        "overtime_s": max(0, max((stop.end for stop in stops), default=0) - person["closes"]),
    }


def _totals(inputs: Row, starts: Mapping[Any, int]) -> dict[str, Any]:
    """`starts` of what is served, by order."""
    orders = to_plan(inputs)
    late = [seconds for row in orders if (seconds := late_s(row, starts.get(row["id"])))]
    priorities: dict[str, list[int]] = {}
    for row in orders:
        counts = priorities.setdefault(str(row["priority"]), [0, 0])
        counts[0] += row["id"] in starts
        counts[1] += 1
    return {
        "orders": len(orders),
        "served": len(starts),
        "late_orders": len(late),
        "lateness_s": sum(late),
        "by_priority": dict(sorted(priorities.items())),
    }


def _driving_before(inputs: Row, before: Mapping[int, list[Stop]]) -> dict[str, Any]:
    loads = [(person, _load_before(person, before.get(person["id"], []))) for person in inputs["people"]]
    shares = [
        (load["work_s"] + load["travel_s"]) / max(1, person["closes"] - person["opens"]) for person, load in loads
    ]
    return {
        "travel_s": sum(load["travel_s"] for _person, load in loads),
        "metres": round(sum(stop.metres for day in before.values() for stop in day)),
        "overtime_s": sum(load["overtime_s"] for _person, load in loads),
        "imbalance": pstdev(shares) if shares else 0.0,
    }


def _metres_after(inputs: Row, found: Plan):
    places = {row["id"]: row["place"] for row in inputs["orders"]}
    depots = {row["id"]: row["place"] for row in inputs["depots"]}
    for person, route in zip(inputs["people"], found.routes, strict=True):
        here = person["start"]
        for visit in route.visits:
            if visit.kind != "lunch":
                there = (places if visit.kind == "order" else depots)[visit.key]
                yield road_m(here, there)
                here = there
