"""What a live merchant pays, and where its money goes, changes with its signature, by two people, once, on its day."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from PIL import Image

from assets.actions import bind_terminal
from journal.models import Entry
from merchants import actions
from merchants.models import ChangeRequest, Terms
from tests import factories as make
from tests.races import at_once
from tests.workorders.reading import told
from toolkit.errors import Refused
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
ACCOUNT = "6222020000012345678"
VALUES = {
    "fee-rate": {"fee_rate": Decimal("0.380")},
    "account": {"settlement_account": ACCOUNT},
    "place": {"address": "湖滨路 8 号", "lat": 30.25, "lon": 120.16},
    "limits": {"single_limit": Decimal(5000), "daily_limit": Decimal(20000)},
}


@pytest.fixture
def file(merchant, dispatcher, picture, at):
    def file_one(kind, by=dispatcher, **more):
        more = {"values": VALUES[kind], "effective_on": at.date(), "signature": picture(by), "at": at, **more}
        return actions.file_change(merchant, kind=kind, by=by, **more)

    return file_one


@pytest.mark.parametrize("kind", VALUES)
def test_an_approved_change_is_in_force_on_its_day(file, merchant, finance, at, kind):
    tomorrow = at + timedelta(days=1)
    change = actions.approve_change(file(kind, effective_on=tomorrow.date()), by=finance, at=at)
    assert change.state == "approved"
    assert actions.apply_due_changes(at=at) == 0
    assert (actions.apply_due_changes(at=tomorrow), actions.apply_due_changes(at=tomorrow)) == (1, 0)
    merchant.refresh_from_db()
    subject = merchant if kind == "place" else merchant.terms
    assert {name: getattr(subject, name) for name in VALUES[kind]} == VALUES[kind]
    change.refresh_from_db()
    assert (change.state, change.applied_at) == ("applied", tomorrow)
    assert Entry.objects.filter(verb="merchants.apply_change", merchant_id=merchant.pk).count() == 1


def test_who_may_approve_it_is_told_and_who_filed_it_is_not(file, merchant, manager, finance, dispatcher):
    change = file("limits", by=manager)
    assert told(finance) == [f"{merchant}: “Transaction limits” waits for approval"]
    assert (told(manager), told(dispatcher)) == ([], [])
    assert finance.notices.first().url == change.get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_apply_it_once(file, finance, at):
    actions.approve_change(file("fee-rate", effective_on=(at + timedelta(days=1)).date()), by=finance, at=at)
    assert sum(at_once(20, lambda _n: actions.apply_due_changes(at=at + timedelta(days=2)))) == 1
    assert Entry.objects.filter(verb="merchants.apply_change").count() == 1


def test_maker_and_checker_differ_also_in_the_database(file, manager, at):
    change = file("limits", by=manager)
    with pytest.raises(Refused, match="somebody else approves"):
        actions.approve_change(change, by=manager, at=at)
    with pytest.raises(IntegrityError, match="change_checked_by_another"), transaction.atomic():
        ChangeRequest.objects.filter(pk=change.pk).update(state="approved", checked_by=manager, checked_at=at)
    assert not Terms.objects.exists()


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        ("fee-rate", {"fee_rate": Decimal(101)}, "0 to 100"),
        ("fee-rate", {"fee_rate": None}, "empty or negative"),
        ("account", {"settlement_account": "12 34"}, "at least 8 digits"),
        ("limits", {"single_limit": Decimal(5), "daily_limit": Decimal(4)}, "less than one transaction"),
        ("place", {"address": "x", "lat": None, "lon": None}, "latitude and longitude"),
    ],
)
def test_what_cannot_be_is_not_filed(file, kind, values, sentence):
    with pytest.raises(Refused, match=sentence):
        file(kind, values=values)


def test_one_change_of_a_kind_is_open_and_none_for_a_merchant_in_review(file, newcomer, dispatcher, picture, at):
    file("limits")
    with pytest.raises(Refused, match="is open already"):
        file("limits")
    with pytest.raises(Refused, match="not live yet"):
        actions.file_change(
            newcomer, kind="limits", values=VALUES["limits"], effective_on=at.date(), signature=picture(dispatcher),
            by=dispatcher, at=at,
        )  # fmt: skip
    with pytest.raises(Refused, match="still to come"):
        file("fee-rate", effective_on=(at - timedelta(days=2)).date())


def test_what_changed_meanwhile_is_not_approved(file, merchant, manager, finance, at):
    change = file("place")
    actions.change_merchant(merchant, address="Elsewhere", by=manager, at=at)
    with pytest.raises(Refused, match="has changed since this was filed"):
        actions.approve_change(change, by=finance, at=at)
    refused = actions.refuse_change(change, refusal="Old address", by=finance, at=at)
    assert (refused.state, refused.checked_by) == ("refused", finance)


def test_where_a_terminal_must_be_touched_an_order_is_opened_once(
    file, merchant, terminal, repair, manager, finance, at
):
    make.WorkOrderTypeFactory(code="relocate", name="Relocate", procedure=repair.procedure)
    bind_terminal(terminal, merchant=merchant, by=manager, at=at)
    change = actions.approve_change(file("place", needs_visit=True), by=finance, at=at)
    order = WorkOrder.objects.get(merchant=merchant)
    assert (order.type.code, order.terminal, change.number in order.summary) == ("relocate", terminal, True)
    with pytest.raises(Refused, match="is “In force”"):
        actions.approve_change(change, by=finance, at=at)
    assert WorkOrder.objects.count() == 1


def test_the_account_lies_encrypted_and_is_revealed_in_the_journal(file, finance, at):
    change = file("account")
    with connection.cursor() as cursor:
        cursor.execute("SELECT after FROM merchants_changerequest WHERE id = %s", [change.pk])
        assert ACCOUNT.encode() not in bytes(cursor.fetchone()[0])
    actions.approve_change(change, by=finance, at=at)
    assert change.differences == {"settlement_account": ["", "****5678"]}
    assert not any(ACCOUNT in str(entry.changes) for entry in Entry.objects.all())
    assert actions.reveal_account(change, by=finance, at=at) == ACCOUNT
    assert Entry.objects.first().verb == "merchants.reveal_account"


def test_a_merge_keeps_the_terms_of_the_one_that_stays(file, merchant, xihu, manager, finance, at):
    actions.approve_change(file("fee-rate"), by=finance, at=at)
    double = make.MerchantFactory(region=xihu)
    Terms.objects.create(merchant=double, fee_rate=1)
    actions.merge_merchants(merchant, double, by=manager, at=at)
    assert [(terms.merchant, terms.fee_rate) for terms in Terms.objects.all()] == [(merchant, Decimal("0.380"))]


def test_it_is_filed_and_approved_through_the_office(client, merchant, dispatcher, finance, stranger):
    scan = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(scan, "PNG")
    scan.seek(0)
    scan.name = "signed.png"
    client.force_login(dispatcher)
    address = reverse("office:change-file", args=[merchant.number, "account"])
    sent = {"settlement_account": "6222 0200 0001 2345 678", "effective_on": "2000-01-01", "signed": scan}
    assert "still to come" in client.post(address, sent).content.decode()
    scan.seek(0)
    filed = client.post(address, {**sent, "effective_on": "2099-01-01"}, follow=True).content.decode()
    change = ChangeRequest.objects.get()
    assert "****5678" in filed
    assert "somebody else approves" in filed
    client.force_login(finance)
    assert change.number in client.get(reverse("office:change-list"), {"state": "filed"}).content.decode()
    client.post(reverse("office:change-approve", args=[change.number]))
    panel = client.get(reverse("office:merchant-terms", args=[merchant.number])).content.decode()
    assert "Waiting for its day" in panel
    assert ACCOUNT in client.post(reverse("office:change-reveal", args=[change.number])).content.decode()
    client.force_login(stranger)
    assert client.get(change.get_absolute_url()).status_code == 404
