"""Every write to inspection plans, their inspections and what those find, one function per verb."""

from inspections.actions.findings import (
    accept_finding,
    add_finding,
    export_evidence,
    follow_order,
    open_order_for,
)
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
    "accept_finding",
    "add_finding",
    "change_plan",
    "ensure_inspections",
    "export_evidence",
    "follow_order",
    "make_plan",
    "open_due_inspections",
    "open_order_for",
    "settle_inspections",
    "start_plan",
    "stop_plan",
]
