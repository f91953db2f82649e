"""What an inspection finds by its checklist or by hand, what follows from it at once, and how it is settled."""

import csv
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from assets.actions import bind_terminal, report_place, resolve_mismatch
from assets.models import Terminal
from demo.catalogue import FINDING_RULES, PROCEDURES
from inspections import actions
from inspections.models import Finding, FindingRule
from journal.models import Entry
from procedures.actions import missing_steps, publish_version
from procedures.models import Procedure
from tests import factories as make
from toolkit.errors import Refused
from workorders import actions as workorders
from workorders.models import WorkOrder
from workorders.service_report import hash_of

pytestmark = pytest.mark.django_db

HERE = {"lat": 30.2741, "lon": 120.1551, "accuracy_m": 10}
FINE = {
    "serial": "SN00004711", "place": HERE, "seal": "whole", "screws": "all", "casing": "whole", "payment": True,
    "test-payment": {"amount": "0.01", "approval_code": "A1B2C3"}, "sticker": True, "handling": "good", "signal": -70,
}  # fmt: skip


@pytest.fixture
def types(db, at):
    """inspect, with the SOP of the made-up company, and what its findings lead to."""
    procedure = Procedure.objects.create(code="inspect", name="Inspection")
    publish_version(procedure, steps=PROCEDURES["inspect"][2], by=None, at=at)
    make.SlaPolicyFactory(name="Standard")
    plain = {code: make.WorkOrderTypeFactory(code=code, name=code.title()) for code in ("repair", "train")}
    for severity, kind, code, suspends in FINDING_RULES:
        FindingRule.objects.create(severity=severity, kind=kind, suspends=suspends, opens=plain[code])
    return {**plain, "inspect": make.WorkOrderTypeFactory(code="inspect", name="Inspect", procedure=procedure)}


@pytest.fixture
def begin(dispatcher):
    """begin(order, person, at): theirs, on site and at work."""

    def begin(order: WorkOrder, person, at) -> WorkOrder:
        booked = {"start": at + timedelta(hours=1), "end": at + timedelta(hours=2)}
        workorders.assign_work_order(order, engineer=person, **booked, by=dispatcher, at=at)
        for step in (workorders.accept_work_order, workorders.depart):
            step(order, by=person, at=at)
        workorders.arrive(order, by=person, at=at, **HERE)
        return workorders.start_work(order, by=person, at=at)

    return begin


@pytest.fixture
def begun(types, begin, merchant, inspector, dispatcher, at) -> WorkOrder:
    """An inspection the inspector is at."""
    order = workorders.open_work_order(type=types["inspect"], merchant=merchant, summary="Look", by=dispatcher, at=at)
    return begin(order, inspector, at)


@pytest.fixture
def complete(picture):
    """complete(order, at, seal="torn"): the whole checklist, all as it should be but for this."""

    def complete(order: WorkOrder, at, **answers) -> WorkOrder:
        by = order.engineer
        while order.run and (missing := missing_steps(order.run)):
            photos = [picture(by)] if missing[0]["kind"] == "photo" else []
            value = {**FINE, **answers}.get(missing[0]["key"])
            workorders.answer_step(order, step=missing[0]["key"], value=value, captures=photos, by=by, at=at)
        shown = {"signer_name": "Wang", "shown_sha256": hash_of(order)}
        workorders.sign(order, capture=picture(by, "signature"), **shown, by=by, at=at)
        return workorders.complete_work_order(order, by=by, at=at, resolution="Looked", **HERE)

    return complete


@pytest.fixture
def live(terminal, merchant, manager, at):
    bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    return terminal


def test_what_a_checklist_finds_opens_orders_and_suspends_until_they_are_done(
    begun, types, live, begin, complete, inspector, engineer, dispatcher, manager, at
):
    order = complete(begun, at, seal="torn", screws="missing", handling="poor")
    found = {each.kind: each for each in Finding.objects.select_related("consequence__opened__type")}
    assert {kind: (each.severity, each.opened.type.code, each.suspends) for kind, each in found.items()} == {
        "seal": ("critical", "repair", True), "screws": ("major", "repair", False), "handling": ("minor", "train", False),
    }  # fmt: skip
    mended, trained = found["seal"].opened, found["handling"].opened
    assert found["screws"].opened == mended and WorkOrder.objects.count() == 3
    assert (mended.terminal, mended.priority, mended.opened_by) == (live, 2, inspector)
    assert (found["seal"].words, found["seal"].order) == ("Tamper seal: Torn", order)
    assert Terminal.objects.get().is_blocked
    assert Entry.objects.filter(verb="inspections.find", merchant_id=order.merchant_id).count() == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.follow_order(order, by=inspector, at=at)

    workorders.cancel_work_order(trained, by=dispatcher, reason="Closed today", at=at)
    found["handling"].refresh_from_db()
    assert (found["handling"].status, found["handling"].consequence) == ("open", None)
    again = actions.open_order_for(found["handling"], type=types["train"], by=manager, at=at)
    assert again.status == "in_hand" and again.opened != trained

    complete(begin(mended, engineer, at + timedelta(hours=3)), at + timedelta(hours=5))
    assert dict(Finding.objects.values_list("kind", "status")) == {
        "seal": "resolved", "screws": "resolved", "handling": "in_hand",
    }  # fmt: skip
    assert not Terminal.objects.get().is_blocked
    settled = Entry.objects.get(verb="inspections.settle_finding", subject_label=str(found["seal"]))
    assert (settled.actor, settled.changes) == (engineer, {"status": ["in_hand", "resolved"]})


def test_another_serial_and_another_place_are_findings_and_as_it_should_be_is_none(begun, complete, live, at):
    order = complete(begun, at, serial="OTHER1", place={**HERE, "lat": 30.3}, payment=False)
    assert {each.kind: each.severity for each in order.findings.all()} == {
        "serial": "critical", "place": "major", "payment": "major",
    }  # fmt: skip
    assert order.findings.get(kind="place").terminal == live


def test_nothing_is_found_where_all_is_as_it_should_be(begun, complete, live, at):
    complete(begun, at, serial=" sn00004711 ")
    assert not Finding.objects.exists() and WorkOrder.objects.count() == 1


def test_a_finding_is_added_by_hand_and_accepted_with_a_reason(
    begun, live, terminal, inspector, engineer, manager, picture, at
):
    photo = picture(inspector)
    seen = {"severity": "critical", "kind": "casing", "words": " A box is glued to it ", "captures": [photo]}
    with pytest.raises(Refused, match="is not yours any more"):
        actions.add_finding(begun, **seen, by=engineer, at=at)
    finding = actions.add_finding(begun, **seen, by=inspector, at=at)
    assert (finding.words, finding.terminal, finding.status) == ("A box is glued to it", live, "in_hand")
    assert list(finding.captures.all()) == [photo] == list(finding.opened.captures.all())

    mismatch = report_place(live, lat=30.4, lon=120.2, by=manager, at=at)
    resolve_mismatch(mismatch, outcome="in_place", finding="It is there", by=manager, at=at)
    assert Terminal.objects.get().is_blocked  # by the finding
    with pytest.raises(Refused, match="Say why"):
        actions.accept_finding(finding, reason=" ", by=manager, at=at)
    actions.accept_finding(finding, reason="It is the shop's scanner", by=manager, at=at)
    assert not Terminal.objects.get().is_blocked
    with pytest.raises(Refused, match="Mo Manager has settled this already"):
        actions.accept_finding(finding, reason="Again", by=manager, at=at)
    entry = Entry.objects.get(verb="inspections.settle_finding")
    assert (entry.note, entry.changes["status"]) == ("It is the shop's scanner", ["in_hand", "accepted"])


def test_an_auditor_takes_every_item_along_with_the_hash_of_its_evidence_and_that_is_written_down(
    begun, complete, live, client, manager, at, time_machine
):
    time_machine.move_to(at)
    order = complete(begun, at, seal="torn")
    client.force_login(manager)
    address = f"/office/inspections/audit/?completed_after={at:%Y-%m-%d}&export="
    lines = b"".join(client.get(f"{address}csv").streaming_content).decode("utf-8-sig").splitlines()
    rows = [dict(zip(next(csv.reader(lines[:1])), row, strict=True)) for row in csv.reader(lines[1:])]
    by_item = {row["Item"]: row for row in rows}
    assert len(rows) == len(by_item) == order.run.answers.count()
    seal = by_item["Tamper seal"]
    assert (seal["Result"], seal["Severity"], seal["Inspector"]) == ("Torn", "Critical", "Ines Inspector")
    photo = order.run.answers.get(step="seal-photo").captures.get()
    assert photo.sha256 in by_item["Photo of the seal"]["Evidence: SHA-256, when, where"]
    assert by_item["Signal strength"]["Result"] == "'-70 dBm"
    assert client.get(f"{address}xlsx").status_code == 200
    entry = Entry.objects.filter(verb="inspections.export_evidence").first()
    assert (entry.actor, entry.changes) == (manager, {"visits": [None, 1]})
