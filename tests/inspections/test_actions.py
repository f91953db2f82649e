"""Plans from their start to the visits they bring, through the doors that tasks and pages use."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from inspections import actions
from inspections.lifecycle import State
from inspections.models import Inspection
from journal.models import Entry
from merchants.models import Merchant
from tests import factories as make
from tests.races import at_once
from toolkit.errors import Refused
from workorders.actions import cancel_work_order, open_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

DAY = timedelta(days=1)


@pytest.fixture
def plan(hangzhou, manager, at):
    """Monthly, at every shop of Hangzhou, made and started on Wednesday 2026-11-18."""
    made = actions.make_plan(
        name="Monthly look", region=hangzhou, type=make.WorkOrderTypeFactory(code="inspect", name="Inspect"),
        calendar=make.ServiceCalendarFactory(), every=1, unit="month", starts_on=date(2026, 11, 18), by=manager, at=at,
    )  # fmt: skip
    return actions.start_plan(made, by=manager, at=at)


@pytest.fixture
def shops(xihu):
    return [make.MerchantFactory(region=xihu) for _shop in range(9)]


def ensure(at) -> None:
    while actions.ensure_inspections(at=at, limit=4):
        pass


def run(at) -> None:
    """What the task does."""
    actions.settle_inspections(at=at)
    ensure(at)
    while actions.open_due_inspections(at=at):
        pass


def finish(orders, at) -> None:
    orders.update(status=Status.CLOSED, completed_at=at, closed_at=at, engineer=None)


def test_a_year_with_an_outage_and_another_rule_doubles_and_loses_no_round(plan, shops, foreign_merchant, manager, at):
    for day in [*range(0, 100, 6), *range(190, 366, 10)]:  # three months of nothing in between
        now = at + day * DAY
        run(now)
        ensure(now - 2 * DAY)  # a clock that goes wrong
        assert not WorkOrder.objects.ongoing().values("merchant").filter(merchant=foreign_merchant).exists()
        assert len(orders := WorkOrder.objects.ongoing().values_list("merchant", flat=True)) == len(set(orders))
        finish(WorkOrder.objects.ongoing(), now)
        if day == 250:
            actions.change_plan(plan, every=6, unit="week", by=manager, at=now)
    for shop in shops:
        days = list(shop.inspections.order_by("due_on").values_list("due_on", flat=True))
        assert days[0] < date(2026, 12, 18) and days[-1] > date(2027, 11, 18)
        assert {(after - before).days for before, after in pairwise(days)} <= {28, 30, 31, *range(20, 64)}
    states = Counter(Inspection.objects.values_list("state", flat=True))
    assert states[State.MISSED] >= 9  # by the outage, of which one visit made up for all
    assert states[State.DONE] > 6 * 9 and states[State.DROPPED] == 0
    assert Entry.objects.filter(verb="inspections.open_inspection", changes__state=["planned", "open"]).count() == (
        WorkOrder.objects.count()
    )
    changed = Entry.objects.get(verb="inspections.change_plan")
    assert changed.changes["every"] == [1, 6] and changed.changes["inspections"][0] > 0


@pytest.mark.django_db(transaction=True)
def test_three_schedulers_at_once_make_each_day_once(plan, shops, at) -> None:
    for _round in range(3):
        at_once(3, lambda _number: ensure(at))
    ensure(at)  # where the others had left it to somebody
    assert Counter(Inspection.objects.values_list("merchant", flat=True)) == {shop.pk: 2 for shop in shops}


def test_only_so_many_on_a_working_day(plan, shops, manager, at) -> None:
    calendar = make.ServiceCalendarFactory(name="Weekdays", weekly={str(day): [["09:00", "17:00"]] for day in range(5)})
    calendar.days.create(date=date(2026, 12, 25), hours=[])
    actions.change_plan(plan, per_day=1, calendar=calendar, by=manager, at=at)
    ensure(at)
    loads = Counter(Inspection.objects.values_list("planned_on", flat=True))
    assert sum(loads.values()) == 18 and max(loads.values()) == 1 and date(2026, 12, 25) not in loads
    assert all(day.weekday() < 5 for day in loads)


@pytest.fixture
def due(plan, merchant, at):
    """The merchant's first inspection, and the morning on which it is due."""
    ensure(at)
    found = Inspection.objects.filter(merchant=merchant).earliest("due_on")
    return found, at + (found.planned_on - date(2026, 11, 18))


def test_a_repair_within_the_tolerance_counts(due, repair, plan, merchant) -> None:
    inspection, morning = due
    done = make_done(merchant, repair, morning - 2 * DAY)
    run(morning)
    inspection.refresh_from_db()
    assert (inspection.state, inspection.counted_by, inspection.order) == (State.COUNTED, done, None)
    assert Entry.objects.get(verb="inspections.open_inspection").changes == {"state": ["planned", "counted"]}


def make_done(merchant, type, at) -> WorkOrder:
    order = open_work_order(type=type, merchant=merchant, summary="No paper", by=None, at=at)
    finish(WorkOrder.objects.filter(pk=order.pk), at)
    return order


def test_a_repair_longer_ago_does_not(due, repair, merchant) -> None:
    inspection, morning = due
    make_done(merchant, repair, morning - 9 * DAY)
    run(morning)
    inspection.refresh_from_db()
    assert (inspection.state, inspection.order.type.code, inspection.order.status) == ("open", "inspect", "open")


def test_a_cancelled_visit_is_missed_and_a_closed_shop_is_left_alone(due, merchant, manager) -> None:
    inspection, morning = due
    run(morning)
    inspection.refresh_from_db()
    cancel_work_order(inspection.order, reason="Nobody there", by=manager, at=morning)
    merchant.status = Merchant.Status.CLOSED
    merchant.save()
    run(morning + 40 * DAY)
    states = merchant.inspections.order_by("due_on").values_list("state", flat=True)
    assert list(states)[:2] == [State.MISSED, State.DROPPED] and WorkOrder.objects.count() == 1


def test_a_stopped_plan_opens_nothing_and_owes_nothing_for_that_time(due, plan, merchant, manager, at) -> None:
    stopped = actions.stop_plan(plan, by=manager, at=at - DAY)
    run(at + 90 * DAY)
    assert not Inspection.objects.exists() and not WorkOrder.objects.exists()
    actions.start_plan(stopped, by=manager, at=at + 200 * DAY)
    ensure(at + 200 * DAY)
    assert merchant.inspections.earliest("due_on").due_on >= date(2026, 11, 18) + 200 * DAY


def test_it_refuses_a_tolerance_of_half_a_period(plan, manager, at) -> None:
    with pytest.raises(Refused, match="tolerance shorter than half"):
        actions.change_plan(plan, tolerance_days=14, by=manager, at=at)
