"""A plan from its form to the visits it brings, as the office sees it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from assets.actions import bind_terminal
from assets.models import Mismatch
from inspections import actions
from inspections.criteria import merchants_of
from inspections.lifecycle import State
from inspections.models import Inspection, InspectionPlan
from inspections.outlook import outlook_of, reach_of
from merchants.actions import Takings, take_transactions
from merchants.models import Merchant, Trade
from tests import factories as make
from workorders.actions import open_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

DAY = timedelta(days=1)


@pytest.fixture
def asked(hangzhou, manager, client, at):
    """What the form is filled in with; the manager is logged in, it is Wednesday 2026-11-18."""
    kind = make.WorkOrderTypeFactory(code="inspect", name="Inspect")
    calendar = make.ServiceCalendarFactory()
    client.force_login(manager)
    with time_machine.travel(at, tick=False):
        yield {
            "name": "Key accounts", "type": kind.pk, "region": hangzhou.pk, "tiers": ["key"], "every": 1, "unit": "month",
            "starts_on": "2026-11-18", "tolerance_days": 3, "catch_up": "once", "calendar": calendar.pk, "per_day": 1,
            "horizon_days": 60,
        }  # fmt: skip


def url(name: str, number: str) -> str:
    return reverse(f"office:{name}", args=[number])


def test_a_plan_is_filled_in_looked_at_started_changed_and_stopped(asked, client, xihu, merchant, manager, at) -> None:
    shops = [make.MerchantFactory(region=xihu, tier="key", name=f"Shop {number}") for number in range(3)]
    preview = client.post(reverse("office:inspection-plan-preview"), asked)
    assert preview.context["reach"].count == 3 and {*preview.context["reach"].sample} == {*shops}
    assert sum(visits for _week, visits, _room in preview.context["outlook"].weeks) >= 9
    assert len(preview.context["outlook"].dates) == 12 and b"Shop 0" in preview.content
    half = client.post(
        reverse("office:inspection-plan-preview"), {"region": asked["region"], "tiers": ["key", "standard"]}
    )
    assert half.context["reach"].count == 4 and not half.context["is_complete"]

    assert client.post(reverse("office:inspection-plan-create"), asked).status_code == 302
    plan = InspectionPlan.objects.get()
    assert plan.criteria == {"tiers": ["key"]} and not plan.is_active
    assert client.get(url("inspection-plan-start", plan.number)).context["reach"].count == 3
    client.post(url("inspection-plan-start", plan.number))
    while actions.ensure_inspections(at=at):
        pass
    made = Inspection.objects.count()
    assert made == 6

    page = client.get(url("inspection-plan-detail", plan.number))
    assert sum(count for _day, count in page.context["next_days"]) == made
    figures = client.get(url("inspection-plan-figures", plan.number)).context
    assert sum(sum(bar["y"]) for bar in figures["rounds"]["data"]) == made
    rows = client.get(reverse("office:inspection-list"), {"plan": plan.number, "region": xihu.pk})
    assert len(rows.context["table"].rows) == made and b"Shop 2" in rows.content
    assert b"Next visit on" in client.get(url("merchant-inspections", shops[0].number)).content
    assert b"No inspection plan has a visit" in client.get(url("merchant-inspections", merchant.number)).content

    same = client.post(reverse("office:inspection-plan-preview"), asked | {"plan": plan.number, "name": "Best ones"})
    assert b"stay as they are" in same.content
    other = asked | {"plan": plan.number, "every": 2}
    ahead = Inspection.objects.filter(due_on__gt=at.date()).count()
    assert (
        f"{ahead} planned visits are taken back and made anew"
        in client.post(reverse("office:inspection-plan-preview"), other).content.decode()
    )
    assert client.post(url("inspection-plan-edit", plan.number), other | {"tolerance_days": 40}).status_code == 422
    assert client.post(url("inspection-plan-edit", plan.number), other).status_code == 302
    plan.refresh_from_db()
    assert plan.every == 2 and Inspection.objects.count() == made - ahead
    while actions.ensure_inspections(at=at):
        pass
    stopping = client.get(url("inspection-plan-stop", plan.number))
    assert stopping.context["taken_back"] == plan.ahead(at).count() > 0
    client.post(url("inspection-plan-stop", plan.number))
    assert not Inspection.objects.filter(state=State.PLANNED, due_on__gt=at.date()).exists()


def test_each_criterion_asks_what_it_says(hangzhou, xihu, yuhang, merchant, terminal, repair, manager, at) -> None:
    near, far, closed = (make.MerchantFactory(region=region) for region in (xihu, yuhang, xihu))
    closed.status = "closed"
    closed.save()
    binding = bind_terminal(terminal, merchant=merchant, by=manager, at=at, settlement_account="")
    Mismatch.objects.create(terminal=terminal, binding=binding, lat=30, lon=120, distance_m=900, reported_at=at)
    for _repair in range(3):
        order = open_work_order(type=repair, merchant=far, summary="No paper", by=None, at=at)
    WorkOrder.objects.filter(pk=order.pk).update(status=Status.CLOSED, completed_at=at, closed_at=at)

    def found(**criteria) -> set:
        return set(merchants_of(hangzhou, criteria, at + 30 * DAY))

    assert found() == {merchant, near, far}
    assert found(regions=["xihu", "gone"]) == {merchant, near} and found(regions=["gone"]) == set()
    assert found(models=[terminal.model.code]) == found(with_terminal=True) == found(risks=["away"]) == {merchant}
    assert found(risks=["away", "repairs"]) == {merchant, far}
    assert found(unvisited_days=60) == {merchant, near} and far in found(unvisited_days=20)
    trade = Trade.objects.create(code="bakery", name="Bakery")
    Merchant.objects.filter(pk=near.pk).update(trade=trade)
    takings = [Takings(merchant.pk, at.date(), 9, 900_00), Takings(merchant.pk, at.date() - 40 * DAY, 9, 900_00)]
    take_transactions([*takings, Takings(near.pk, at.date(), 9, 900_00, 10_00)], by=None, at=at, source="acquirer")
    now = at + 2 * DAY
    assert {*merchants_of(hangzhou, {"volume_from": 900}, now)} == {merchant}
    assert {*reach_of(hangzhou, {"volume_from": 890, "tiers": ["standard", "key", "small"]}, now).sample} == {
        merchant,
        near,
    }
    assert found(trades=["bakery", "gone"]) == {near}


def test_a_preview_says_that_there_is_no_room(asked, hangzhou, xihu, at) -> None:
    for _shop in range(12):
        make.MerchantFactory(region=xihu)
    plan = InspectionPlan(
        region=hangzhou, every=1, unit="week", starts_on=date(2026, 11, 18), per_day=1, horizon_days=60,
        calendar_id=asked["calendar"],
    )  # fmt: skip
    reach = reach_of(hangzhou, {}, at)
    outlook = outlook_of(plan, reach, at)
    assert reach.is_counted and outlook.without_room > 50
    assert all(visits <= room for _week, visits, room in outlook.weeks)
