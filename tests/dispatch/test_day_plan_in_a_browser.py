"""A day is planned and applied in a real browser, and nothing on the way is a barrier."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from dispatch.actions import run_waiting_plans
from dispatch.plans.models import DayPlan
from tests import factories as make
from tests.browser import violations
from tests.dispatch.conftest import place
from workorders.actions import assign_work_order
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_orders(new_order, hangzhou, engineer, dispatcher) -> list[WorkOrder]:
    """One booked with somebody who drives far for it, one in the pool beside it."""
    now = timezone.now()
    begin = timezone.localtime(now, hangzhou.zone).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(
        days=1
    )
    orders = []
    for km in (0, 10):
        lat, lon = place(km)
        orders.append(new_order(merchant=make.MerchantFactory(region=hangzhou, lat=lat, lon=lon), at=now))
    booked = assign_work_order(
        orders[0], engineer=engineer, start=begin, end=begin + timedelta(minutes=45), by=dispatcher, at=now
    )
    return [booked, orders[1]]


def test_a_day_is_planned_watched_compared_and_applied(visit, two_orders, engineer, colleague, dispatcher) -> None:
    page = visit("/office/day-plans/new/", user=dispatcher, viewport={"width": 1280, "height": 900}, locale="en")
    page.get_by_text("5 seconds").click()
    page.get_by_role("button", name="Work out a plan").click()
    page.get_by_text("A worker begins with it within seconds.").wait_for()
    barriers = violations(page)
    worker = Thread(target=lambda: (run_waiting_plans(), connection.close()))
    worker.start()
    worker.join()
    page.get_by_text("A proposal: nothing has been moved yet.").wait_for()
    page.locator(".plan-bar").first.wait_for()
    barriers += violations(page)
    page.get_by_role("tab", name="Changes").click()
    page.get_by_text("From the pool").first.wait_for()
    page.get_by_role("tab", name="Map").click()
    page.locator("[data-plan] canvas").first.wait_for()
    box = page.locator("[data-route]").first
    box.uncheck()
    page.locator(".leaflet-control-zoom-in").click()
    barriers += violations(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="Apply the plan").click()
    barriers += violations(page)
    page.get_by_role("button", name="Apply the whole plan").click()
    page.get_by_text("Applied by Dina Dispatcher").wait_for()
    assert barriers == []
    assert DayPlan.objects.get().status == DayPlan.Status.APPLIED
    order = WorkOrder.objects.select_related("booking").get(pk=two_orders[1].pk)
    assert order.booking is not None
