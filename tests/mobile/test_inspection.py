"""An inspection on the phone: a broken seal and what was added out of reach become findings and one repair order."""

import pytest

from inspections.models import Finding, FindingRule
from tests import factories as make
from tests.mobile.phones import Finger, is_all_sent, kept, packed, photo, until
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)

SEAL = {"key": "seal", "kind": "choice", "title": "Tamper seal", "required": True, "options": [
    {"value": "whole", "label": "Whole"}, {"value": "torn", "label": "Torn", "finding": "critical"}]}  # fmt: skip


def test_a_broken_seal_and_a_finding_added_out_of_reach_open_one_repair_order(give, begin, engineer, repair, see):
    procedure = make.ProcedureVersionFactory(procedure__code="inspect", steps=[SEAL]).procedure
    for severity in ("critical", "major"):
        FindingRule.objects.create(severity=severity, opens=repair)
    order = begin(give(type=make.WorkOrderTypeFactory(code="inspect", name="Inspect", procedure=procedure)))
    page, finger = see(f"/field/orders/{order.number}/", expected="ERR_INTERNET_DISCONNECTED"), Finger()
    packed(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Add a finding").tap()
    page.get_by_text("Major", exact=True).tap()
    page.get_by_role("button", name="A screw is missing.").tap()
    page.locator("#finding [type=file]").set_input_files(photo(1))
    page.locator("#finding [data-file]").wait_for()
    page.get_by_role("button", name="Add the finding").tap()
    page.locator("[data-findings] [data-words]", has_text="A screw is missing.").wait_for()
    page.locator("[data-findings] .field-tile.waits").wait_for()
    assert [each["operation"]["kind"] for each in kept(page, "operations")] == ["orders/add-finding"]
    page.context.set_offline(False)
    until(lambda: is_all_sent(page), page=page)

    page.get_by_role("button", name="Torn").tap()
    page.get_by_role("button", name="Let the merchant sign").tap()
    finger.draw(page, page.locator("#pad-order"))
    page.get_by_role("button", name="Confirm the signature").tap()
    page.get_by_role("button", name="Complete", exact=True).tap()
    page.get_by_role("button", name="Tested with a transaction.").tap()
    page.get_by_role("button", name="Complete the order").tap()
    page.get_by_role("link", name="To the next order").wait_for()
    until(lambda: Finding.objects.count() == 2, page=page)
    by_hand, by_checklist = Finding.objects.order_by("pk")
    assert (by_hand.words, by_hand.captures.count()) == ("A screw is missing.", 1)
    assert (by_checklist.kind, by_checklist.severity, by_checklist.words) == ("seal", "critical", "Tamper seal: Torn")
    assert WorkOrder.objects.exclude(pk=order.pk).get() == by_hand.opened == by_checklist.opened
