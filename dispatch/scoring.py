"""How people are compared: hard limits, each with a reason, then weighted factors from 0 to 100. Pure, no Django.

Same input, same output: scores are rounded before they are compared, and ties are broken by the earlier start, by
fewer orders in hand, and at last by the person's id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dispatch.slots import Candidates, Errands, Job, Slots, earliest_slots, earliest_with_errands
from routing.geo import TravelTimes

FACTORS = ("travel", "load", "lateness", "continuity", "overskill")
TOO_FAR, NO_TIME = "too_far", "no_time"
HIGHEST_LEVEL = 5
SAFE_MARGIN_S = 60 * 60.0  # who comes this long before the due time runs no risk of being late
NO_PROMISE_S = 24 * 3600.0  # without an SLA, within a day counts as in time
ENOUGH_VISITS = 3  # after so many a person knows the shop


@dataclass(frozen=True)
class Rules:
    max_travel_min: int
    max_orders: int
    weights: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True)
class Scored:
    """One entry per candidate; `reasons` is empty for who may be chosen."""

    slots: Slots
    factors: Mapping[str, NDArray[np.float64]]
    score: NDArray[np.float64]
    reasons: tuple[tuple[str, ...], ...]
    best_first: tuple[int, ...]  # indexes of those who may be chosen


def score(
    candidates: Candidates, job: Job, rules: Rules, at: float, travel: TravelTimes, errands: Errands | None = None
) -> Scored:
    longest_way_s = rules.max_travel_min * 60
    if errands:
        slots = earliest_with_errands(candidates, job, at, longest_way_s, travel, errands)
    else:
        slots = earliest_slots(candidates, job, at, longest_way_s, travel)
    barred = {
        **candidates.barred,
        TOO_FAR: slots.way_s > longest_way_s,
        NO_TIME: np.isnan(slots.start),
    }
    reasons = tuple(
        tuple(reason for reason, flags in barred.items() if flags[index]) for index in range(len(candidates))
    )
    factors: dict[str, NDArray] = {
        "travel": 100 * (1 - slots.extra_s / (max(rules.max_travel_min, 1) * 60)),
        "load": 100 * (1 - candidates.orders / max(rules.max_orders, 1)),
        "lateness": _in_time(slots.start, job, at),
        "continuity": 100 * candidates.visits / ENOUGH_VISITS,
        "overskill": _spared(candidates, job),
    }
    factors = {key: np.round(np.clip(np.nan_to_num(values), 0, 100), 1) for key, values in factors.items()}
    total = sum(rules.weights[key] for key in FACTORS) or 1
    points = np.round(sum(rules.weights[key] * factors[key] for key in FACTORS) / total, 2)
    order = np.lexsort((candidates.person, candidates.orders, slots.start, -points))
    return Scored(slots, factors, points, reasons, tuple(int(i) for i in order if not reasons[i]))


def _spared(candidates: Candidates, job: Job) -> NDArray[np.float64]:
    """100 for exactly the levels that are needed, 0 for the highest where the lowest would do; the mean of all skills."""
    if not job.levels:
        return np.full(len(candidates), 100.0)
    return 100 * (1 - (candidates.levels - np.array(job.levels)).mean(axis=1) / (HIGHEST_LEVEL - 1))


def _in_time(start: NDArray[np.float64], job: Job, at: float) -> NDArray[np.float64]:
    """100 with an hour to spare before both due times, 50 just in time, and ever less the later it gets."""
    response = at + NO_PROMISE_S if job.response_due is None else job.response_due
    resolution = at + NO_PROMISE_S if job.resolution_due is None else job.resolution_due
    slack = np.minimum(response - start, resolution - start - job.duration_s)
    early = 50 + 50 * np.clip(slack, 0, SAFE_MARGIN_S) / SAFE_MARGIN_S
    late = 50 * SAFE_MARGIN_S / (SAFE_MARGIN_S + np.maximum(-slack, 0))
    return np.where(slack >= 0, early, late)
