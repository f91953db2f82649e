"""What an auditor takes along: who looked at what, when and where, what each item showed, and the hashes of the evidence."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from inspections.models import Finding
from procedures.answers import shown_answer
from procedures.branching import taken_steps
from procedures.models import Answer
from procedures.steps import in_language
from toolkit.exports import harmless
from workorders.models import WorkOrder

AT_ONCE = 200  # visits


def audit_heads() -> list[str]:
    return [
        _("Order"), _("Plan"), _("Due on"), _("Merchant number"), _("Merchant"), _("Address"), _("Inspector"), _("Arrived"),
        _("Completed"), _("Metres from the merchant on arrival"), _("Reason for another place"), _("Item"), _("Result"),
        _("Answered"), _("Answered by"), _("Finding"), _("Severity"), _("Status of the finding"),
        _("Evidence: SHA-256, when, where"),
    ]  # fmt: skip


def audit_rows(visits: QuerySet[WorkOrder]) -> Iterator[list[Any]]:
    """One for each item of a checklist that was asked, and one for each finding beside it."""
    answers = Answer.objects.current().select_related("by").prefetch_related("captures")
    findings = Finding.objects.prefetch_related("captures").order_by("pk")
    whole = visits.select_related("run__version", "merchant", "engineer", "inspection__plan").prefetch_related(
        Prefetch("run__answers", answers, to_attr="standing"), Prefetch("findings", findings, to_attr="found")
    )
    for order in whole.iterator(chunk_size=AT_ONCE):
        inspection, merchant = getattr(order, "inspection", None), order.merchant
        visit = [
            order.number, inspection and inspection.plan.name, inspection and inspection.due_on, merchant.number,
            merchant.name, merchant.address, order.engineer and order.engineer.name, order.arrived_at,
            order.completed_at, order.arrival_distance_m, order.arrival_reason,
        ]  # fmt: skip
        for item in chain(_items(order), _beside(order)):
            yield [harmless(value) for value in (*visit, *item)]


def _items(order: Any) -> Iterator[list[Any]]:
    if order.run is None:
        return
    given = {answer.step: answer for answer in order.run.standing}
    found = {finding.step: finding for finding in order.found}
    for step in taken_steps(order.run.steps, {key: answer.value for key, answer in given.items()}):
        answer, finding = given.get(step["key"]), found.get(step["key"])
        said = [shown_answer(step, answer.value), answer.at, answer.by.name] if answer else ["", None, ""]
        yield [in_language(step, "title"), *said, *_about(finding), _evidence(answer.captures.all() if answer else ())]


def _beside(order: Any) -> Iterator[list[Any]]:
    for finding in order.found:
        if not finding.step:
            seen = [finding.get_kind_display(), finding.words, finding.found_at, order.engineer and order.engineer.name]
            yield [*seen, *_about(finding), _evidence(finding.captures.all())]


def _about(finding: Finding | None) -> list[str]:
    return [finding.number, finding.get_severity_display(), finding.get_status_display()] if finding else ["", "", ""]


def _evidence(captures: Any) -> str:
    return " | ".join(
        f"{each.sha256} {each.taken_at or each.received_at:%Y-%m-%dT%H:%M:%SZ}"
        + (f" {each.lat:.5f},{each.lon:.5f}" if each.lat is not None else "")
        for each in captures
    )
