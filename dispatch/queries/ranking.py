"""How people compare for an order: the ranking the rules choose from, and why not for everybody else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings

from dispatch.models import RuleSet
from dispatch.queries import people
from dispatch.queries.people import OTHER_REGION, candidates, everybody, one, place_of
from dispatch.scoring import Rules, Scored, score
from dispatch.slots import Candidates, Job
from routing.geo import GreatCircleTravel, OsrmTravel, TravelTimes
from workforce.models import User
from workorders.models import WorkOrder

TOP = 10


def job_of(order: WorkOrder) -> Job:
    lat, lon = place_of(order)
    return Job(
        lat=np.nan if lat is None else lat,
        lon=np.nan if lon is None else lon,
        duration_s=order.duration_min * 60.0,
        level=order.type.skill_level if order.type.skill_id else 0,
        response_due=None if order.arrived_at or not order.response_due_at else order.response_due_at.timestamp(),
        resolution_due=order.resolution_due_at.timestamp() if order.resolution_due_at else None,
    )


def rules_of(rule_set: RuleSet) -> Rules:
    return Rules(rule_set.max_travel_min, rule_set.max_orders, rule_set.weights)


def inputs_of(order: WorkOrder, rule_set: RuleSet) -> dict[str, Any]:
    """What is weighed and by which rules, with the values they have now: stored with each decision."""
    job, skill = job_of(order), order.type.skill
    return {
        "job": {
            "lat": order.lat,
            "lon": order.lon,
            "duration_min": order.duration_min,
            "priority": order.priority,
            "skill": skill.code if skill else None,
            "skill_name": skill.name if skill else None,
            "level": job.level,
            "response_due": job.response_due,
            "resolution_due": job.resolution_due,
        },
        "rules": {
            "max_travel_min": rule_set.max_travel_min,
            "max_orders": rule_set.max_orders,
            "weights": rule_set.weights,
        },
    }


@dataclass(frozen=True)
class Ranking:
    """The people who may be chosen, best first, as plain values that can be stored; and how many were compared."""

    best: list[dict[str, Any]]
    compared: int
    passed_over: dict[str, int]


def rank(order: WorkOrder, rule_set: RuleSet, at: datetime, *, limit: int = TOP, only: User | None = None) -> Ranking:
    """Fetches, scores and sorts. Looks further away when none of the nearest has time."""
    job, rules = job_of(order), rules_of(rule_set)
    compared, passed_over = 0, dict[str, int]()

    def count_reasons(scored: Scored) -> None:
        for reasons in filter(None, scored.reasons):
            passed_over[reasons[0]] = passed_over.get(reasons[0], 0) + 1

    while True:
        found = candidates(order, rule_set, at, offset=compared, only=only)
        scored = score(found, job, rules, at.timestamp(), GreatCircleTravel())
        compared += len(found)
        count_reasons(scored)
        if scored.best_first or len(found) < people.NEAREST:
            break
    best = scored.best_first[:limit]
    if settings.OSRM_URL and best:
        found = found.take(best)
        scored = score(found, job, rules, at.timestamp(), road_times())
        best = scored.best_first
        count_reasons(scored)
    return Ranking([entry(found, scored, index, job) for index in best], compared, passed_over)


def best_first(standing: dict[str, Any]) -> tuple:
    """The order of a ranking, as scoring has it."""
    return -standing["score"], standing["arrival"], standing["orders"], standing["person"]


def road_times() -> TravelTimes:
    return OsrmTravel(settings.OSRM_URL) if settings.OSRM_URL else GreatCircleTravel()


def why_not(
    order: WorkOrder, at: datetime, *, name: str = "", page: int = 0, rule_set: RuleSet | None = None
) -> list[dict[str, Any]]:
    """Everybody in the order's region, nearest first, people.PAGE at a time, with the reasons why not; without any, the
    person fits and somebody else only fits better."""
    rule_set = rule_set or RuleSet.objects.for_order(order)
    found = everybody(order, rule_set, at, name=name, offset=page * people.PAGE)
    job = job_of(order)
    scored = score(found, job, rules_of(rule_set), at.timestamp(), GreatCircleTravel())
    return [entry(found, scored, index, job) for index in range(len(found))]


def look_at(order: WorkOrder, person: User, rule_set: RuleSet, at: datetime) -> dict[str, Any] | None:
    """How one engineer stands to an order, whatever the limits and the regions say; None for who is no engineer."""
    if person.region is None:
        return None
    found = one(order, person, rule_set, at)
    if not len(found):
        return None
    job = job_of(order)
    scored = score(found, job, rules_of(rule_set), at.timestamp(), GreatCircleTravel())
    seen = entry(found, scored, 0, job)
    mine, theirs = order.region.path, person.region.path
    if not (mine.startswith(theirs) or theirs.startswith(mine)):
        seen["reasons"].insert(0, OTHER_REGION)
    return seen


def entry(found: Candidates, scored: Scored, index: int, job: Job) -> dict[str, Any]:
    """One person's standing, as stored in a decision. Instants are seconds since the epoch, None is not possible."""
    slots, age_s = scored.slots, found.position_age_s[index]
    has_time = not np.isnan(slots.start[index])
    start = float(slots.start[index]) if has_time else None
    return {
        "person": int(found.person[index]),
        "username": found.username[index],
        "name": found.name[index],
        "score": float(scored.score[index]),
        "factors": {key: float(values[index]) for key, values in scored.factors.items()},
        "arrival": start,
        "end": start + job.duration_s if start is not None else None,
        "way_min": round(float(slots.way_s[index]) / 60) if has_time else None,
        "extra_min": round(float(slots.extra_s[index]) / 60) if has_time else None,
        "origin": slots.origin[index],
        "place": found.place[index],
        "position_age_min": None if np.isnan(age_s) else round(float(age_s) / 60),
        "orders": int(found.orders[index]),
        "visits": int(found.visits[index]),
        "level": int(found.level[index]),
        "reasons": list(scored.reasons[index]),
    }
