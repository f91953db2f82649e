"""The stage of the tests of day plans: Wednesday 10:00 in Hangzhou, planning Thursday."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from dispatch.actions import request_plan, run_waiting_plans
from dispatch.plans.models import DayPlan, PlannedOrder
from tests import factories as make
from tests.dispatch.conftest import place
from workorders.actions import assign_work_order
from workorders.models import WorkOrder

TOMORROW = date(2026, 11, 19)
HOUR = 3600


def local(hour: int, minute: int = 0, on: date = TOMORROW) -> datetime:
    """So late in Hangzhou, which is eight hours ahead."""
    return datetime.combine(on, time(hour, minute), tzinfo=UTC) - timedelta(hours=8)


def rows(plan: DayPlan) -> dict[str, PlannedOrder]:
    return {row.order.number: row for row in plan.orders.select_related("order")}


@pytest.fixture(autouse=True)
def now(at):
    """Plans are worked out by the real clock."""
    with time_machine.travel(at, tick=True):
        yield


@pytest.fixture(autouse=True)
def brisk(monkeypatch) -> None:
    """So few rounds of search that even a busy machine never stops at the time limit."""
    monkeypatch.setattr("dispatch.actions.plans.ITERATIONS_A_SECOND", 200)


@pytest.fixture
def shop(hangzhou):
    def so_far_north(km: float, **values):
        lat, lon = place(km)
        return make.MerchantFactory(region=hangzhou, lat=lat, lon=lon, **values)

    return so_far_north


@pytest.fixture
def ask(hangzhou, dispatcher, at):
    def request(**values) -> DayPlan:
        return request_plan(**{"region": hangzhou, "on": TOMORROW, "seconds": 5, "by": dispatcher, "at": at} | values)

    return request


@pytest.fixture
def planned(ask):
    """A plan of tomorrow, worked out."""

    def work_out(**values) -> DayPlan:
        plan = ask(**values)
        assert run_waiting_plans() == 1
        plan.refresh_from_db()
        assert plan.status == DayPlan.Status.PROPOSED, plan.failure
        return plan

    return work_out


@pytest.fixture
def given(dispatcher, at):
    """Books an order for somebody, from an hour of tomorrow."""

    def give(order: WorkOrder, person, hour: int, **values) -> WorkOrder:
        start = local(hour)
        return assign_work_order(
            order, engineer=person, start=start, end=start + timedelta(minutes=order.duration_min), by=dispatcher, at=at,
            **values,
        )  # fmt: skip

    return give
