"""Which answers of a checklist are findings."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assets.models import Terminal, normal_code
from evidence.models import Capture
from inspections.models import Finding, Kind
from procedures.queries import StepView, checklist
from procedures.steps import Equal, Severity, Step, StepKind
from routing.geo import distance_m
from workorders.models import VisitRules, WorkOrder
from workorders.serials import serials_for


@dataclass(frozen=True)
class Flaw:
    step: str  # its key; empty where somebody added it by hand
    kind: Kind
    severity: Severity
    words: str
    captures: list[Capture] = field(default_factory=list)


def looks_for_findings(order: WorkOrder) -> bool:
    return order.run is not None and any(map(_may_be_one, order.run.steps))


def _may_be_one(step: Step) -> bool:
    return bool(step.get("finding")) or any(option.get("finding") for option in step.get("options") or ())


def findings_of(order: WorkOrder) -> list[Finding]:
    """Those its pages show, in the order in which they were found."""
    if not looks_for_findings(order):
        return []
    found = Finding.objects.filter(order=order).select_related("consequence__opened").prefetch_related("captures")
    return list(found.order_by("pk"))


def serials_to_name(order: WorkOrder) -> list[str]:
    """Of the terminals among which it is not clear which one is meant."""
    serials = [] if order.terminal_id else serials_for(order, Equal.TERMINAL)
    return sorted(serials) if len(serials) > 1 else []


def flaws_of(order: WorkOrder) -> list[Flaw]:
    """Of the answers that stand, each with its pictures and those of the steps that were asked because of it."""
    if order.run is None or not looks_for_findings(order):
        return []
    steps = [view for view in checklist(order.run) if view.is_taken and view.answer]
    flaws = []
    for view in steps:
        if severity := severity_of(order, view.step, view.answer and view.answer.value):
            because = [other for other in steps if other.when_step == view.key]
            captures = {each.pk: each for other in (view, *because) for each in other.captures}
            kind = Kind(view.key) if view.key in Kind.values else Kind.OTHER
            flaws.append(Flaw(view.key, kind, severity, _in_words(view, because), list(captures.values())))
    return flaws


def severity_of(order: WorkOrder, step: Step, value: Any) -> Severity | None:
    """How bad the answer is; None where it is as it should be."""
    match step["kind"]:
        case StepKind.CHOICE:
            found = next((each.get("finding") for each in step["options"] if each["value"] == value), None)
        case StepKind.CHECK:
            found = step.get("finding") if value is False else None
        case StepKind.SCAN if step.get("finding") and step.get("equal"):
            here = {normal_code(serial) for serial in serials_for(order, step["equal"])}
            found = None if normal_code(value) in here else step["finding"]
        case StepKind.POSITION if step.get("finding"):
            found = step["finding"] if _is_elsewhere(order, value) else None
        case _:
            found = None
    return Severity(found) if found else None


def _is_elsewhere(order: WorkOrder, value: dict[str, float]) -> bool:
    if order.lat is None or order.lon is None:
        return False
    away_m = float(distance_m(order.lat, order.lon, value["lat"], value["lon"]))
    return away_m > VisitRules.in_force().allowed_m(value.get("accuracy_m"))


def _in_words(view: StepView, because: list[StepView]) -> str:
    """'The seal is unbroken: No – torn on the left side'."""
    said = [other.shown_value for other in because if other.kind == StepKind.TEXT]
    words = _("%(step)s: %(answer)s") % {"step": view.title, "answer": view.shown_value}
    return " – ".join([words, *said])


def is_suspended(terminal: Terminal) -> bool:
    """Something that was found keeps it blocked (config/followers.py)."""
    return Finding.objects.pending().filter(terminal=terminal, suspends=True).exists()
