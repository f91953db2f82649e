"""Findings in the office: the list, the page of one, what is done about it, and the burn-down whose points lead to rows."""

from datetime import date, timedelta

import pytest

from inspections.models import Finding
from tests import factories as make
from workorders.actions import open_work_order

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 18)


@pytest.fixture
def found(repair, merchant, inspector, dispatcher, manager, at):
    """found(days_ago, severity, settled=days_ago): a finding of the past."""
    order = open_work_order(type=repair, merchant=merchant, summary="Look", by=dispatcher, at=at)

    def found(ago: int, severity: str = "minor", settled: int | None = None) -> Finding:
        past = {"settled_by": manager, "status": "resolved", "settled_on": TODAY - timedelta(days=settled or 0)}
        return Finding.objects.create(
            number=f"FD-{Finding.objects.count()}", order=order, merchant=merchant, region=merchant.region,
            kind="seal", severity=severity, words="=Torn", found_by=inspector, found_at=at - timedelta(days=ago),
            found_on=TODAY - timedelta(days=ago), **(past if settled is not None else {}),
        )  # fmt: skip

    return found


def test_the_burn_down_adds_up_and_each_point_leads_to_the_rows_it_counts(client, manager, found, time_machine, at):
    time_machine.move_to(at)
    found(100, settled=70), found(80, settled=3), found(10, "major", settled=3), found(3, "major"), found(0, "critical")
    client.force_login(manager)
    for asked in ("", "?severity=major"):
        page = client.get(f"/office/findings/burn-down/{asked}")
        bars = {trace["name"]: trace for trace in page.context["chart"]["data"]}
        for trace in bars.values():
            count, address = trace["y"][-4], trace["customdata"][-4]  # three days ago
            assert client.get(address).context["table"].paginator.count == abs(count), address
        still = Finding.objects.pending().filter(**({"severity": "major"} if asked else {})).count()
        assert bars["Open in the evening"]["y"][-1] == still


def test_a_finding_is_looked_at_given_an_order_and_accepted(client, manager, found, repair, time_machine, at):
    time_machine.move_to(at)
    make.WorkOrderTypeFactory(code="train", name="Training")
    finding = found(9, "critical")
    client.force_login(manager)
    page = b"".join(client.get("/office/findings/?age=8&severity=critical&export=csv").streaming_content).decode()
    assert finding.number in page and "'=Torn" in page
    assert client.get("/office/findings/?age=9").context["table"].paginator.count == 0
    answer = client.post(f"{finding.get_absolute_url()}open-order/", {"type": repair.pk}, follow=True).content.decode()
    finding.refresh_from_db()
    assert finding.status == "in_hand" and finding.opened.number in answer
    assert finding.number in client.get(f"/office/work-orders/{finding.opened.number}/findings/").content.decode()
    assert client.post(f"{finding.get_absolute_url()}accept/", {"reason": " "}).status_code == 422
    answer = client.post(f"{finding.get_absolute_url()}accept/", {"reason": "Old seal"}, follow=True).content.decode()
    assert "Old seal" in answer and "Accepted as it is" in answer
