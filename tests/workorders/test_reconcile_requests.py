import uuid

import pytest
from django.core.management import CommandError, call_command

from journal.models import Entry
from workorders.actions import open_work_order
from workorders.models import Request, WorkOrder

pytestmark = pytest.mark.django_db


def reconciled(capsys) -> str:
    call_command("reconcile_requests")
    return capsys.readouterr().out


def test_every_request_has_ended_as_one_of_three(ask, foreign_merchant, repair, dispatcher, at, minutes, capsys):
    ask()
    ask(at=minutes(1))
    foreign_merchant.status = "closed"
    foreign_merchant.save()
    ask(merchant=foreign_merchant)
    open_work_order(type=repair, merchant=ask()[0].merchant, summary="Alert", by=dispatcher, at=at)
    said = reconciled(capsys)
    assert "4 requests\n  2 merged\n  1 order\n  1 rejected\n1 orders opened without a request\n" in said
    assert said.endswith("0 orphans\n")


def test_what_came_in_past_the_journal_is_an_orphan(ask, merchant, capsys):
    order = ask()[0].order
    Request.objects.create(
        id=uuid.uuid4(), number="RQ-X", channel="api", type=order.type, merchant=merchant, region=order.region,
        summary="?", received_at=order.opened_at, outcome="merged", order=order,
    )  # fmt: skip
    with pytest.raises(CommandError, match="1 orphans"):
        reconciled(capsys)
    assert "1 requests the journal does not know: RQ-X" in capsys.readouterr().out


def test_what_the_journal_knows_and_nobody_has_is_an_orphan(ask, pooled, foreign_merchant, capsys):
    lost = ask()[0]
    number = lost.number
    lost.delete()
    WorkOrder.objects.filter(pk=pooled.pk).update(merchant=foreign_merchant)
    with pytest.raises(CommandError, match="2 orphans"):
        reconciled(capsys)
    said = capsys.readouterr().out
    assert f"1 journal entries without their request: {number}" in said
    assert f"1 requests for another merchant than their order: {pooled.requests.get()}" in said
    assert Entry.objects.filter(verb="workorders.receive_request").count() == 2
