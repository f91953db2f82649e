"""How people compare for an order: the ranking the rules choose from, and why not for everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.conf import settings

from dispatch.models import RuleSet
from dispatch.queries import people
from dispatch.queries.errands import depots_for, missing, with_errands
from dispatch.queries.people import OTHER_REGION, candidates, everybody, one, place_of
from dispatch.scoring import Rules, Scored, score
from dispatch.slots import Candidates, Job
from routing.geo import GreatCircleTravel, OsrmTravel, TravelTimes
from spareparts.queries import DepotStock
from workforce.models import User
from workorders.models import WorkOrder

TOP = 10


def job_of(order: WorkOrder) -> Job:
    lat, lon = place_of(order)
    return Job(
        lat=np.nan if lat is None else lat,
        lon=np.nan if lon is None else lon,
        duration_s=order.duration_min * 60.0,
        levels=tuple(need.level for need in order.needs.skills),
        quantities=tuple(need.quantity for need in order.needs.parts),
        response_due=None if order.arrived_at or not order.response_due_at else order.response_due_at.timestamp(),
        resolution_due=order.resolution_due_at.timestamp() if order.resolution_due_at else None,
    )


def rules_of(rule_set: RuleSet) -> Rules:
    return Rules(rule_set.max_travel_min, rule_set.max_orders, rule_set.weights)


def inputs_of(order: WorkOrder, rule_set: RuleSet) -> dict[str, Any]:
    """What is weighed and by which rules, with the values they have now: stored with each decision."""
    job = job_of(order)
    return {
        "job": {
            "lat": order.lat,
            "lon": order.lon,
            "duration_min": order.duration_min,
            "priority": order.priority,
            "kind": [order.type.name, order.type.name_zh],
            "region": order.region.name,
            "skills": [{"code": need.code, "name": need.name, "level": need.level} for need in order.needs.skills],
            "parts": [
                {"code": need.code, "name": need.name, "name_zh": need.name_zh, "quantity": need.quantity}
                for need in order.needs.parts
            ],
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


def rank(
    order: WorkOrder,
    rule_set: RuleSet,
    at: datetime,
    *,
    limit: int = TOP,
    only: User | None = None,
    collecting: bool = False,
) -> Ranking:
    """Fetches, scores and sorts. Of many it looks at those nearby; at everybody when too few of them may do it, until
    somebody has time. `collecting` lets people without the parts in by way of a depot that has them."""
    job, rules = job_of(order), rules_of(rule_set)
    depots = depots_for(order) if collecting else []
    nearby = not (only or collecting or np.isnan(job.lat)) and people.are_many(order.region)
    compared, passed_over = 0, dict[str, int]()

    def count_reasons(scored: Scored) -> None:
        for reasons in filter(None, scored.reasons):
            passed_over[reasons[0]] = passed_over.get(reasons[0], 0) + 1

    while True:
        found = candidates(
            order, rule_set, at, nearby=nearby, offset=compared, only=only, with_parts=not collecting
        )  # fmt: skip
        found, errands = with_errands(found, order, depots, at) if collecting else (found, None)
        scored = score(found, job, rules, at.timestamp(), GreatCircleTravel(), errands)
        if nearby and (len(found) < people.ENOUGH or not scored.best_first):
            nearby = False
            continue
        compared += len(found)
        count_reasons(scored)
        if scored.best_first or len(found) < people.PROMISING:
            break
    best = scored.best_first[:limit]
    if settings.OSRM_URL and best:
        found, errands = found.take(best), errands and errands.take(best)
        scored = score(found, job, rules, at.timestamp(), road_times(), errands)
        best = scored.best_first
        count_reasons(scored)
    return Ranking([entry(found, scored, index, job, order, depots) for index in best], compared, passed_over)


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
    return [entry(found, scored, index, job, order) for index in range(len(found))]


def look_at(order: WorkOrder, person: User, rule_set: RuleSet, at: datetime) -> dict[str, Any] | None:
    """How one engineer stands to an order, whatever the limits and the regions say; None for who is no engineer. What is
    missing in the bag is collected on the way, where some depot has it."""
    if person.region is None:
        return None
    found = one(order, person, rule_set, at)
    if not len(found):
        return None
    job, depots, errands = job_of(order), depots_for(order), None
    if depots:
        by_way, wanted = with_errands(found, order, depots, at)
        if wanted.choices[0]:
            found, errands = by_way, wanted
    scored = score(found, job, rules_of(rule_set), at.timestamp(), GreatCircleTravel(), errands)
    seen = entry(found, scored, 0, job, order, depots)
    mine, theirs = order.region.path, person.region.path
    if not (mine.startswith(theirs) or theirs.startswith(mine)):
        seen["reasons"].insert(0, OTHER_REGION)
    return seen


def entry(
    found: Candidates, scored: Scored, index: int, job: Job, order: WorkOrder, depots: Sequence[DepotStock] = ()
) -> dict[str, Any]:
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
        "skills": {
            need.code: [int(found.levels[index, n]), _date(found.expires_on[index, n])]
            for n, need in enumerate(order.needs.skills)
        },
        "parts": {need.code: int(found.carried[index, n]) for n, need in enumerate(order.needs.parts)},
        "organisation": found.organisation[index],
        "pick_up": _pick_up(found, scored, index, order, depots),
        "reasons": list(scored.reasons[index]),
    }


def _date(day: float) -> str | None:
    return None if np.isnan(day) else date.fromordinal(int(day)).isoformat()


def _pick_up(
    found: Candidates, scored: Scored, index: int, order: WorkOrder, depots: Sequence[DepotStock]
) -> dict[str, Any] | None:
    """Which depot lies on the way, by how much longer the way becomes, and what is collected there."""
    number = int(scored.slots.depot[index])
    if number < 0:
        return None
    place, short = depots[number].place, missing(found, order)[index]
    return {
        "place": place.pk,
        "name": place.name,
        "detour_min": round(float(scored.slots.detour_s[index]) / 60),
        "parts": {need.code: int(short[n]) for n, need in enumerate(order.needs.parts) if short[n]},
    }
