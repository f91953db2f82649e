"""Every write to inspection plans and their inspections, one function per verb."""

from inspections.actions.plans import (
    change_plan,
    ensure_inspections,
    make_plan,
    open_due_inspections,
    settle_inspections,
    start_plan,
    stop_plan,
)

__all__ = [
    "change_plan",
    "ensure_inspections",
    "make_plan",
    "open_due_inspections",
    "settle_inspections",
    "start_plan",
    "stop_plan",
]
