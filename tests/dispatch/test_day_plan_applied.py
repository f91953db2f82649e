"""A day plan is worked out once, stopped when nobody wants it, and applied whole or not at all."""

from collections import Counter
from datetime import date, time, timedelta

import pytest

from dispatch.actions import apply_plan, cancel_plan, plan_again, request_plan, restart_plan, run_waiting_plans
from dispatch.actions.plans import Outdated, Watch
from dispatch.models import Decision
from dispatch.plans.models import DayPlan, PlannedOrder
from dispatch.plans.words import why
from journal.models import Entry
from notifications.models import Notice
from tests.dispatch.day_plans import *
from tests.dispatch.day_plans import TOMORROW, local, rows
from toolkit.errors import Refused
from workforce.actions import book_time, set_shifts
from workforce.models import Booking
from workorders.actions import accept_work_order, assign_work_order, cancel_work_order, change_work_order, depart
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
Change = PlannedOrder.Change


@pytest.fixture
def crossed(new_order, shop, given, engineer, colleague) -> list[WorkOrder]:
    """Two people who drive past each other all day, and two orders nobody has: there is something to gain."""
    engineer.start_lat = colleague.start_lat = shop(0).lat
    engineer.save()
    colleague.save()
    orders = [
        given(new_order(merchant=shop(km)), person, hour)
        for hour, km, person in [(8, 0, engineer), (10, 20, engineer), (12, 1, engineer), (14, 21, engineer)]
    ]
    return [*orders, new_order(merchant=shop(20.5)), new_order(merchant=shop(0.5))]


def test_a_plan_says_what_it_gains_and_moves_nothing(planned, crossed, engineer, colleague) -> None:
    before = list(WorkOrder.objects.order_by("pk").values_list("status", "engineer", "booking"))
    plan = planned()
    was, becomes = plan.totals["before"], plan.totals["after"]
    assert (was["served"], becomes["served"], was["orders"]) == (4, 6, 6)
    assert becomes["travel_s"] < was["travel_s"]
    assert becomes["by_priority"] == {"3": [6, 6]}
    assert plan.totals["changes"]["new"] == 2
    assert sum(plan.totals["changes"].values()) == plan.orders.count() == 6
    assert {day.person.username: day.orders_before for day in plan.days.all()} == {"engineer": 4, "colleague": 0}
    assert sum(day.orders_after for day in plan.days.all()) == 6
    assert {row.start_after.second for row in plan.orders.all()} == {0}
    moved = plan.orders.filter(change=Change.MOVED).first()
    assert moved is None or why(moved, plan)
    assert list(WorkOrder.objects.order_by("pk").values_list("status", "engineer", "booking")) == before
    entry = Entry.objects.get(verb="dispatch.propose_plan")
    assert entry.changes == {"status": ["running", "proposed"]}


def test_the_same_inputs_give_the_same_plan(planned, ask, crossed, dispatcher, at) -> None:
    one, other = planned(), planned()
    assert not one.hit_time_limit
    assert (one.digest, one.engine, one.iterations) == (other.digest, other.engine, other.iterations)
    kept = ("order_id", "engineer_after_id", "start_after", "change")
    assert list(one.orders.values_list(*kept)) == list(other.orders.values_list(*kept))


def test_applying_moves_everything_and_tells_each_person_once(
    planned, crossed, engineer, colleague, dispatcher, at
) -> None:
    accept_work_order(crossed[0], by=engineer, at=at)
    plan = planned()
    Notice.objects.all().delete()
    apply_plan(plan, by=dispatcher, at=at)
    for number, row in rows(plan).items():
        order = WorkOrder.objects.select_related("booking").get(number=number)
        assert (order.engineer_id, order.booking.during.lower) == (row.engineer_after_id, row.start_after)
        assert order.booking.during.upper == row.end_after
    moved = plan.orders.changed().count()
    assert Entry.objects.filter(verb="workorders.assign_work_order", note=f"Day plan {plan}").count() == moved > 0
    applied = Entry.objects.get(verb="dispatch.apply_plan")
    assert applied.changes == {"status": ["proposed", "applied"], "orders": [None, moved]}
    told = Counter(Notice.objects.filter(channel="in_app").values_list("recipient__username", flat=True))
    assert set(told.values()) == {1} and set(told) <= {"engineer", "colleague"}
    assert Decision.objects.filter(reason=f"Day plan {plan}", decided_by=dispatcher).count() == moved
    with pytest.raises(Refused, match="is “Applied”"):
        apply_plan(plan, by=dispatcher, at=at)


def test_a_plan_that_no_longer_fits_is_refused_with_every_row_named(
    planned, crossed, given, new_order, engineer, colleague, dispatcher, at
) -> None:
    plan = planned()
    changed = [row.order for row in plan.orders.changed().select_related("order")]
    change_work_order(changed[0], by=dispatcher, at=at, duration_min=90)
    cancel_work_order(changed[1], by=dispatcher, reason="Solved itself", at=at)
    book_time(colleague, kind="leave", start=local(18), end=local(20), by=dispatcher, at=at)
    given(meanwhile := new_order(), colleague, 16)
    state = list(WorkOrder.objects.order_by("pk").values_list("status", "engineer", "booking"))
    with pytest.raises(Outdated) as refusal:
        apply_plan(plan, by=dispatcher, at=at)
    assert {(row.label, row.what) for row in refusal.value.rows} == {
        (changed[0].number, "has changed: planned minutes"),
        (changed[1].number, "is “Cancelled” now"),
        (meanwhile.number, "has been given to somebody meanwhile"),
        ("Cora Colleague", "has changed: leave or bookings"),
    }
    assert list(WorkOrder.objects.order_by("pk").values_list("status", "engineer", "booking")) == state
    plan.refresh_from_db()
    assert plan.status == DayPlan.Status.PROPOSED
    again = plan_again(plan, by=dispatcher, at=at)
    assert run_waiting_plans() == 1
    again.refresh_from_db()
    assert again.warm_start == plan
    apply_plan(again, by=dispatcher, at=at)


def test_locked_orders_and_work_in_progress_stay(
    planned, ask, new_order, shop, given, engineer, colleague, dispatcher, at
) -> None:
    locked = given(new_order(merchant=shop(5)), engineer, 9, lock=True)
    out_of_reach = given(new_order(merchant=shop(60)), engineer, 10, lock=True)
    begun = new_order(merchant=shop(1))
    assign_work_order(begun, engineer=colleague, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    depart(accept_work_order(begun, by=colleague, at=at), by=colleague, at=at)
    new_order(merchant=shop(0))
    plan = planned()
    row = rows(plan)[locked.number]
    assert (row.change, row.engineer_after, row.start_after) == (Change.FIXED, engineer, local(9))
    assert [(each["label"], each["code"]) for each in plan.left_out] == [(out_of_reach.number, "locked")]
    row = rows(planned(on=date(2026, 11, 18)))[begun.number]
    assert (row.change, row.engineer_after) == (Change.FIXED, colleague)


def test_what_nobody_can_do_goes_back_into_the_pool_and_says_why(
    planned, crossed, engineer, colleague, dispatcher, at
) -> None:
    """The engineer is ill, and the colleague there for an hour only."""
    set_shifts(colleague, shifts=[(3, time(16), time(17))], by=dispatcher, at=at)
    plan = planned(absent=engineer, absent_from=local(0))
    apply_plan(plan, by=dispatcher, at=at)
    dropped = plan.orders.filter(change=Change.DROPPED).select_related("order")
    assert dropped
    for row in dropped:
        assert why(row, plan)
        assert (row.order.status, row.order.engineer, row.order.booking) == (Status.OPEN, None, None)


def test_an_absence_is_planned_around_with_least_disturbance_and_booked_with_the_plan(
    planned, new_order, shop, given, engineer, colleague, dispatcher, at
) -> None:
    theirs = [given(new_order(merchant=shop(km)), colleague, hour) for hour, km in ((9, 0), (11, 1))]
    mine = given(new_order(merchant=shop(2)), engineer, 9)
    plan = planned(is_calm=True, absent=colleague)
    planned_rows = rows(plan)
    assert [planned_rows[order.number].engineer_after for order in theirs] == [engineer, engineer]
    assert planned_rows[mine.number].engineer_after == engineer
    assert "Cora Colleague is away." in why(planned_rows[theirs[0].number], plan)
    apply_plan(plan, by=dispatcher, at=at)
    leave = Booking.objects.get(person=colleague)
    assert (leave.kind, leave.during.lower, leave.during.upper) == ("leave", local(0), local(0) + timedelta(days=1))


def test_a_day_is_planned_once_at_a_time(ask, hangzhou, xihu, dispatcher, at) -> None:
    plan = ask()
    with pytest.raises(Refused, match="Hangzhou is being planned for this day already"):
        ask()
    ask(region=xihu)
    ask(on=TOMORROW + timedelta(days=1))
    cancel_plan(plan, by=dispatcher, at=at)
    ask()
    with pytest.raises(Refused, match="This day is over"):
        request_plan(region=hangzhou, on=date(2026, 11, 17), by=dispatcher, at=at)


def test_a_cancelled_plan_stops_at_once_and_leaves_nothing(ask, crossed, dispatcher, at) -> None:
    plan = ask()
    DayPlan.objects.filter(pk=plan.pk).update(status=DayPlan.Status.RUNNING)
    watch = Watch(plan)
    assert not watch.is_set()
    cancel_plan(plan, by=dispatcher, at=at)
    watch.look_at = 0
    assert watch.is_set()
    assert run_waiting_plans() == 0
    assert not PlannedOrder.objects.exists()
    restart_plan(plan, by=dispatcher, at=at)
    assert run_waiting_plans() == 1
    plan.refresh_from_db()
    assert plan.status == DayPlan.Status.PROPOSED


def test_a_day_without_people_or_orders_is_no_error(planned, hangzhou, order, dispatcher, at) -> None:
    plan = planned()
    assert (plan.totals["after"]["served"], plan.totals["changes"]["unserved"]) == (0, 1)
    cancel_work_order(order, by=dispatcher, reason="Solved itself", at=at)
    assert planned().totals["after"]["orders"] == 0
