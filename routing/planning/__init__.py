"""Day plans: who does which order when. `problem` says what goes in and what comes out, docs/planning.md the rest."""

from collections.abc import Mapping, Sequence

from routing.planning.checker import check
from routing.planning.problem import (
    Budget,
    Cancel,
    Depot,
    Fault,
    Invalid,
    Key,
    Lunch,
    Order,
    Person,
    Plan,
    Problem,
    Progress,
    Reason,
    Route,
    Totals,
    Unserved,
    Visit,
    Weights,
)
from routing.planning.validation import validate

__all__ = [
    "Budget", "Cancel", "Depot", "Fault", "Invalid", "Lunch", "Order", "Person", "Plan", "Problem",
    "Reason", "Route", "Totals", "Unserved", "Visit", "Weights", "check", "plan", "validate",
]  # fmt: skip


def plan(
    problem: Problem,
    *,
    warm_start: Plan | Mapping[Key, Sequence[Key]] | None = None,  # a plan, or order keys in sequence by person
    budget: Budget | None = None,  # by default half a minute
    seed: int = 0,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The same input, seed and iterations give the same plan. Raises Invalid where `validate` finds faults.

    Holds no lock of the interpreter while it searches. The first call in a process loads compiled code, the
    first after an installation compiles it for most of a minute: call it from a worker, not from a web request.
    """
    from routing.planning.planner import make_plan

    return make_plan(problem, warm_start, budget or Budget(), seed, cancel, progress)
