"""What an inspection found and what follows from it. Whoever makes or settles a finding has locked its order first."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.actions import refresh_block
from assets.models import Binding, Terminal, normal_code
from evidence.models import Capture
from inspections.findings import Flaw, flaws_of
from inspections.models import PENDING, Consequence, Finding, FindingRule, FindingStatus, Kind
from journal.actions import record
from merchants.models import Merchant
from procedures.steps import Severity
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import User
from workorders.actions import open_work_order
from workorders.lifecycle import DONE, ONGOING, Status
from workorders.models import Priority, WorkOrder, WorkOrderType

FOUND_WHILE = (Status.ON_SITE, Status.IN_PROGRESS, Status.PAUSED, Status.COMPLETED)
MOST_WORDS = 500


def add_finding(
    order: WorkOrder,
    *,
    severity: str,
    words: str,
    by: User,
    at: datetime,
    kind: str = Kind.OTHER,
    terminal: Terminal | None = None,
    captures: Iterable[Capture] = (),
    device_at: datetime | None = None,
) -> Finding:
    """Whoever works on the order has seen something; what follows from it follows at once."""
    with transaction.atomic():
        order = WorkOrder.objects.locked(order)
        if order.engineer_id != by.pk:
            raise Refused(_("%(order)s is not yours any more. Tell your dispatcher what you saw.") % {"order": order})
        if order.status not in FOUND_WHILE:
            raise Refused(_("Findings are written down on site: check in first."))
        if not (words := words.strip()[:MOST_WORDS]):
            raise Refused(_("Say what you see."), field="words")
        flaw = Flaw(step="", kind=Kind(kind), severity=Severity(severity), words=words, captures=list(captures))
        return _find(order, flaw, terminal or _terminal_of(order), by=by, at=at, device_at=device_at)


def follow_order(order: WorkOrder, *, by: User | None, at: datetime) -> None:
    """What the end of an order means for findings, in its transaction (config/followers.py)."""
    is_done = order.status in DONE
    if is_done and order.engineer:
        terminal = _terminal_of(order)
        for flaw in flaws_of(order):
            _find(order, flaw, terminal, by=order.engineer, at=at, device_at=order.completed_at)
    for finding in Finding.objects.filter(consequence__opened=order, status=FindingStatus.IN_HAND).order_by("pk"):
        _settle(finding, FindingStatus.RESOLVED if is_done else FindingStatus.OPEN, by=by, at=at)


def accept_finding(finding: Finding, *, reason: str, by: User, at: datetime) -> Finding:
    """It stays as it is."""
    with transaction.atomic():
        finding = _locked(finding)
        if not reason.strip():
            raise Refused(_("Say why it can stay as it is."), field="reason")
        finding.reason = reason.strip()[:300]
        _settle(finding, FindingStatus.ACCEPTED, by=by, at=at)
        return finding


def open_order_for(finding: Finding, *, type: WorkOrderType, by: User, at: datetime) -> Finding:
    """By hand, where no rule has, or where the order before was cancelled."""
    with transaction.atomic():
        finding = _locked(finding)
        if finding.status == FindingStatus.IN_HAND:
            raise Refused(_("%(order)s is under way because of it already.") % {"order": finding.opened})
        if _is_gone(finding.merchant):
            raise Refused(
                _("%(merchant)s is closed or merged: no order can be opened.") % {"merchant": finding.merchant}
            )
        _open_order(finding, type, by=by, at=at)
        finding.save()
        _write("inspections.open_order_for", finding, FindingStatus.OPEN, by=by, at=at)
        return finding


def export_evidence(*, count: int, asked: str, by: User, at: datetime) -> None:
    """Somebody takes what so many inspections found out of the house, with the hashes of its evidence."""
    record("inspections.export_evidence", by, by=by, at=at, changes={"visits": [None, count]}, note=asked[:500])


def _locked(finding: Finding) -> Finding:
    WorkOrder.objects.select_for_update().get(pk=finding.order_id)
    finding = Finding.objects.select_for_update(of=("self",)).select_related("merchant", "region").get(pk=finding.pk)
    if finding.status not in PENDING:
        raise Refused(_("%(name)s has settled this already.") % {"name": finding.settled_by or finding.opened})
    return finding


def _find(
    order: WorkOrder, flaw: Flaw, terminal: Terminal | None, *, by: User, at: datetime, device_at: datetime | None
) -> Finding:
    rule = FindingRule.objects.fitting(flaw.kind, flaw.severity)
    finding = Finding.objects.create(
        number=next_number("FD", order.region.service_date(at)),
        order=order, merchant=order.merchant, region=order.region, terminal=terminal, step=flaw.step, kind=flaw.kind,
        severity=flaw.severity, words=flaw.words[:MOST_WORDS], found_by=by,
        found_at=max(min(device_at or at, at), order.opened_at), found_on=order.region.service_date(at),
        suspends=bool(rule and rule.suspends and terminal),
    )  # fmt: skip
    finding.captures.set(flaw.captures)
    if not flaw.step:
        order.captures.add(*flaw.captures)
    if rule and rule.opens and rule.opens.is_active and not _is_gone(order.merchant):
        _open_order(finding, rule.opens, by=by, at=at)
        finding.save(update_fields=["status", "consequence"])
    changes = {"finding": [None, finding.number], "severity": [None, finding.severity]}
    if finding.consequence:
        changes["order"] = [None, finding.consequence.opened.number]
    record(
        "inspections.find", order, by=by, at=at, device_at=device_at, merchant_id=order.merchant_id, changes=changes,
        note=finding.words,
    )  # fmt: skip
    if finding.suspends:
        refresh_block(terminal, by=by, at=at, note=str(finding))
    return finding


def _open_order(finding: Finding, type: WorkOrderType, *, by: User, at: datetime) -> None:
    """The one that this inspection opened for the terminal already, else a new one."""
    known = Consequence.objects.filter(order=finding.order, type=type, terminal=finding.terminal).first()
    if known is None or known.opened.status not in ONGOING:
        opened = open_work_order(
            type=type, merchant=finding.merchant, terminal=finding.terminal, details=finding.words, by=by, at=at,
            summary=_("Found at an inspection: %(what)s") % {"what": finding.words[:150]},
            priority=Priority.HIGH if finding.severity == Severity.CRITICAL else None,
        )  # fmt: skip
        if known is None:
            known = Consequence(order=finding.order, type=type, terminal=finding.terminal)
        known.opened = opened
        known.save()
    known.opened.captures.add(*finding.captures.all())
    finding.consequence, finding.status = known, FindingStatus.IN_HAND


def _settle(finding: Finding, status: FindingStatus, *, by: User | None, at: datetime) -> None:
    before, finding.status = finding.status, status
    if status == FindingStatus.OPEN:
        finding.consequence = None
    else:
        finding.settled_on, finding.settled_by = finding.region.service_date(at), by
    finding.save()
    _write("inspections.settle_finding", finding, before, by=by, at=at)
    if finding.suspends and finding.terminal and finding.settled_on:
        refresh_block(finding.terminal, by=by, at=at, note=str(finding))


def _write(verb: str, finding: Finding, before: str, *, by: User | None, at: datetime) -> None:
    changes = {"status": [before, finding.status]}
    if finding.status == FindingStatus.IN_HAND and finding.consequence:
        changes["order"] = [None, finding.consequence.opened.number]
    record(verb, finding, by=by, at=at, merchant_id=finding.merchant_id, changes=changes, note=finding.reason)


def _is_gone(merchant: Merchant) -> bool:
    return merchant.is_merged or merchant.status == Merchant.Status.CLOSED


def _terminal_of(order: WorkOrder) -> Terminal | None:
    """The order's, else the one that was scanned, else the only one at the merchant."""
    if order.terminal:
        return order.terminal
    live = Binding.objects.live().filter(merchant=order.merchant_id).select_related("terminal").order_by("pk")
    here = {binding.terminal.serial: binding.terminal for binding in live[:50]}
    scans = [step["key"] for step in (order.run.steps if order.run else []) if step.get("equal") == "terminal"]
    answers = order.run.answers.current().filter(step__in=scans) if scans and order.run else ()
    scanned = (here.get(normal_code(answer.value)) for answer in answers)
    return next((terminal for terminal in scanned if terminal), next(iter(here.values())) if len(here) == 1 else None)
