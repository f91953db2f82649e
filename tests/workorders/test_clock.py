"""What the page says about the promises: Wednesday 10:00, four service hours to respond, eight to resolve."""

from datetime import timedelta

import pytest

from tests.workorders.reading import last_entry
from workorders import actions
from workorders.clock import clocks, next_due
from workorders.models import SlaPolicy
from workorders.queries import durations, stages

pytestmark = pytest.mark.django_db


def states(order, at) -> list[str]:
    return [clock.state for clock in clocks(order, at)]


def test_a_clock_runs_gets_close_and_is_late(pooled, minutes):
    response, resolution = clocks(pooled, minutes(90))  # 11:30
    assert (response.state, response.used, response.left) == ("running", timedelta(minutes=90), timedelta(minutes=150))
    assert (response.percent, resolution.percent) == (37, 18)
    assert states(pooled, minutes(179)) == ["running", "running"]  # 12:59: lunch does not count
    assert states(pooled, minutes(240)) == ["close", "running"]  # 14:00: three of four hours used
    assert states(pooled, minutes(301)) == ["late", "running"]
    assert clocks(pooled, minutes(301))[0].over == timedelta(minutes=1)
    assert states(pooled, minutes(24 * 60 + 1)) == ["late", "late"]
    assert last_entry(pooled).verb == "workorders.receive_request"


def test_what_was_reached_in_time_stays_met(completed, minutes):
    assert states(completed, minutes(99_999)) == ["met", "met"]
    assert next_due(completed) is None
    assert last_entry(completed).verb == "workorders.complete_work_order"


def test_who_arrives_too_late_has_missed_it(en_route, engineer, minutes):
    order = actions.arrive(en_route, by=engineer, at=minutes(320), lat=30.2741, lon=120.1551)
    response = clocks(order, minutes(9999))[0]
    assert (response.state, response.over) == ("missed", timedelta(minutes=20))
    assert last_entry(order).verb == "workorders.arrive"


def test_a_pause_stops_the_resolution_clock(paused, engineer, minutes):
    assert states(paused, minutes(9999)) == ["met", "paused"]
    assert clocks(paused, minutes(9999))[1].used == timedelta(minutes=40)
    assert (next_due(paused).label, next_due(paused).at) == ("Resolution", None)
    order = actions.resume_work(paused, by=engineer, at=minutes(100))
    assert states(order, minutes(101)) == ["met", "running"]
    assert clocks(order, minutes(110))[1].used == timedelta(minutes=50)
    assert last_entry(order).verb == "workorders.resume_work"


def test_the_clocks_of_a_cancelled_order_stand(pooled, dispatcher, minutes):
    order = actions.cancel_work_order(pooled, by=dispatcher, reason="Twice", at=minutes(60))
    assert states(order, minutes(9999)) == ["stopped", "stopped"]
    assert clocks(order, minutes(9999))[0].used == timedelta(minutes=60)
    assert last_entry(order).verb == "workorders.cancel_work_order"


def test_without_a_promise_there_is_no_clock(repair, ask):
    SlaPolicy.objects.all().delete()
    order = ask()[0].order
    assert (clocks(order, order.opened_at), next_due(order)) == ([], None)
    assert last_entry(order).verb == "workorders.receive_request"


# -- stations and durations


def test_the_way_shows_where_the_order_is(accepted, minutes):
    way = stages(accepted)
    assert [stage.label for stage in way] == [
        "Opened", "Assigned", "Accepted", "On the way", "On site", "In progress", "Completed", "Closed",
    ]  # fmt: skip
    assert [stage.is_current for stage in way].index(True) == 2
    assert [stage.at for stage in way][:4] == [minutes(0), minutes(1), minutes(2), None]
    assert last_entry(accepted).verb == "workorders.accept_work_order"


def test_the_way_of_a_cancelled_order_ends_where_it_ended(accepted, dispatcher, minutes):
    order = actions.cancel_work_order(accepted, by=dispatcher, reason="Twice", at=minutes(5))
    way = [(stage.label, stage.is_current) for stage in stages(order)]
    assert way == [("Opened", False), ("Assigned", False), ("Accepted", False), ("Cancelled", True)]
    assert last_entry(order).verb == "workorders.cancel_work_order"


def test_the_durations_come_from_the_steps(paused, engineer, minutes):
    """Reported 10:00, set off 10:10, arrived 10:30, began 10:32, paused 10:40 to 11:40, done 11:50."""
    assert durations(paused).work is None
    order = actions.resume_work(paused, by=engineer, at=minutes(100))
    order.completed_at = minutes(110)
    took = durations(order)
    assert (took.until_arrival, took.way) == (timedelta(minutes=30), timedelta(minutes=20))
    assert (took.work, took.paused) == (timedelta(minutes=18), timedelta(minutes=60))
    assert last_entry(order).verb == "workorders.resume_work"
