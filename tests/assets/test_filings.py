"""Binding, change and removal are reported to the acquirer within two working days."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from assets import actions
from assets.models import Filing
from assets.workdays import after_working_days
from tests import factories as make
from tests.races import at_once
from toolkit.errors import Refused


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 11, 18), date(2026, 11, 20)),  # Wednesday
        (date(2026, 11, 20), date(2026, 11, 24)),  # Friday, over the weekend
        (date(2026, 9, 30), date(2026, 10, 9)),  # over the National Day holidays
        (date(2026, 10, 9), date(2026, 10, 12)),  # Saturday the 10th is worked
        (date(2099, 1, 1), date(2099, 1, 5)),  # a year nobody has decreed yet: Thursday, over the weekend
    ],
)
def test_two_working_days(day, due):
    assert after_working_days(day, 2) == due


def test_what_happens_to_a_binding_waits_to_be_reported(terminal, merchant, manager, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at, tid="8001")
    actions.change_terminal(terminal, by=manager, at=at, tid="8002")
    actions.relocate_terminal(terminal, by=manager, at=at, reason="other floor", address="2F", lat=30.0, lon=120.0)
    actions.unbind_terminal(terminal, by=manager, at=at, reason="closed")
    filed = Filing.objects.order_by("pk")
    assert [(one.kind, one.due_on) for one in filed] == [
        (kind, date(2026, 11, 20)) for kind in ("bind", "change", "change", "remove")
    ]


def test_what_was_bound_elsewhere_is_reported_already(terminal, merchant, manager, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at, is_reported=True)
    assert not Filing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_file_at_once_share_nothing_and_it_is_reported_once(hangzhou, xihu, manager, keeper, at):
    for _n in range(5):
        shop = make.MerchantFactory(region=xihu)
        actions.bind_terminal(make.TerminalFactory(region=xihu), merchant=shop, by=manager, at=at)
    reports = at_once([manager, keeper], lambda who: actions.make_filing_report(region=hangzhou, by=who, at=at))
    (report,) = [one for one in reports if not isinstance(one, str)]
    assert (report.count, report.filings.count(), "Nothing waits" in "".join(map(str, reports))) == (5, 5, True)
    results = at_once([manager, keeper], lambda who: actions.mark_reported(report, file_name="a.csv", by=who, at=at))
    assert sum(isinstance(one, str) and "was reported already by" in one for one in results) == 1
    assert Filing.objects.unreported().count() == 0


def test_the_office_makes_the_file_hands_it_over_and_sees_what_is_late(client, keeper, terminal, merchant, manager, at):
    actions.bind_terminal(terminal, merchant=merchant, by=manager, at=at - timedelta(days=30), merchant_code="898310")
    client.force_login(keeper)
    listed = reverse("office:filing-list")
    assert terminal.serial in client.get(listed, {"state": "late"}).content.decode()
    made = client.post(reverse("office:filing-report-create"), {"region": keeper.region_id})
    page = client.get(made.url).content.decode()
    report = Filing.objects.get().report
    assert report.number in page
    csv = b"".join(client.get(listed, {"report": report.number, "export": "csv"}).streaming_content).decode()
    assert (terminal.serial in csv, "898310" in csv) == (True, True)
    mark = reverse("office:filing-reported", args=[report.number])
    assert client.post(mark, {"file_name": "acq-1.csv"}).status_code == 302
    assert "was reported already by" in client.post(mark, {"file_name": "acq-2.csv"}).content.decode()
    assert terminal.serial not in client.get(listed, {"state": "late"}).content.decode()
    with pytest.raises(Refused, match="Nothing waits"):
        actions.make_filing_report(region=keeper.region, by=keeper, at=at)
