"""A plan is applied while others act: one of them wins, the other is told, and nobody is in two places."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dispatch.actions import apply_plan, request_plan, restart_plan, run_waiting_plans
from dispatch.actions.plans import interrupt_orphans
from dispatch.plans.models import DayPlan, PlannedOrder
from journal.models import Entry
from tests.dispatch.day_plans import *
from tests.live import kill, running_worker, wait_until
from tests.races import at_once
from workforce.models import Booking
from workorders.actions import accept_work_order, assign_work_order, depart
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)


def assert_nobody_is_in_two_places() -> None:
    for one in Booking.objects.all():
        assert not Booking.objects.filter(person=one.person, during__overlap=one.during).exclude(pk=one.pk).exists()


@pytest.fixture
def today(new_order, shop, engineer, colleague, dispatcher, at) -> list[WorkOrder]:
    """The colleague has two orders far from each other, and the engineer none."""
    orders = []
    for hours, km in ((2, 0), (4, 25)):
        order = new_order(merchant=shop(km))
        start = at + timedelta(hours=hours)
        end = start + timedelta(minutes=order.duration_min)
        orders.append(assign_work_order(order, engineer=colleague, start=start, end=end, by=dispatcher, at=at))
    return [*orders, new_order(merchant=shop(24))]


def test_a_phone_sets_off_while_the_plan_is_applied(planned, today, colleague, dispatcher, at) -> None:
    plan = planned(on=date(2026, 11, 18))
    row = plan.orders.changed().exclude(engineer_before=None).select_related("order").first()
    accept_work_order(row.order, by=colleague, at=at)
    acts = [lambda: apply_plan(plan, by=dispatcher, at=at), lambda: depart(row.order, by=colleague, at=at)]
    applied, left = at_once(acts, lambda act: act())
    order = WorkOrder.objects.get(pk=row.order_id)
    if isinstance(applied, DayPlan):
        moved_away = row.engineer_after_id != colleague.pk
        assert isinstance(left, str) if moved_away else order.status == Status.EN_ROUTE
    else:
        assert f"{order.number}: has begun" in applied
        assert (order.status, order.engineer) == (Status.EN_ROUTE, colleague)
        assert not Entry.objects.filter(verb="dispatch.apply_plan").exists()
    assert_nobody_is_in_two_places()


def test_two_plans_over_the_same_orders_are_not_both_applied(
    planned, today, company, hangzhou, dispatcher, manager, at
) -> None:
    one, other = planned(on=date(2026, 11, 18)), planned(region=company, on=date(2026, 11, 18))
    answers = at_once([one, other, one, other], lambda plan: apply_plan(plan, by=dispatcher, at=at))
    assert sum(isinstance(answer, DayPlan) for answer in answers) == 1
    assert Entry.objects.filter(verb="dispatch.apply_plan").count() == 1
    assert_nobody_is_in_two_places()


def test_a_killed_worker_leaves_an_interrupted_plan_that_can_be_started_again(
    own_queue, hangzhou, new_order, engineer, dispatcher
) -> None:
    now = timezone.now()
    new_order(at=now)
    with running_worker() as worker:
        tomorrow = hangzhou.service_date(now) + timedelta(days=1)
        plan = request_plan(region=hangzhou, on=tomorrow, seconds=60, by=dispatcher, at=now)
        wait_until(lambda: DayPlan.objects.running().exists(), "the plan is being worked out")
        kill(worker)
    wait_until(lambda: interrupt_orphans(at=now) == 1, "its lock is gone")
    plan.refresh_from_db()
    assert plan.status == DayPlan.Status.INTERRUPTED
    assert not PlannedOrder.objects.exists()
    restart_plan(plan, by=dispatcher, at=now)
    assert run_waiting_plans() == 1
    plan.refresh_from_db()
    assert plan.status == DayPlan.Status.PROPOSED
