"""A dispatcher chooses, against the rules too; the order is then locked for automatic dispatch."""

from datetime import timedelta

import pytest

from dispatch.actions import assign_by_hand, assign_open_orders, decide
from dispatch.models import Attempt, Decision
from journal.models import Entry
from tests.dispatch.conftest import seen
from toolkit.errors import Refused
from workforce.actions import book_time
from workorders.actions import accept_work_order, assign_work_order, depart
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_hand(order, engineer, dispatcher, at):
    def assign(**values) -> WorkOrder:
        given = {"engineer": engineer, "by": dispatcher, "reason": "Speaks their dialect", "at": at}
        return assign_by_hand(values.pop("order", order), **given | values)

    return assign


def test_it_takes_the_first_free_time_and_locks_the_order(by_hand, engineer, dispatcher, at) -> None:
    seen(engineer, 5, at)
    order = by_hand()
    assert (order.engineer, order.status, order.is_locked) == (engineer, Status.ASSIGNED, True)
    assert order.booking.during.lower == at + timedelta(minutes=17)
    entry = Entry.objects.about(order).first()
    assert (entry.verb, entry.actor, entry.note) == (
        "workorders.assign_work_order", dispatcher, "Speaks their dialect",
    )  # fmt: skip


def test_the_decision_keeps_who_why_and_what_the_rules_would_have_chosen(
    by_hand, engineer, colleague, dispatcher, order, at
) -> None:
    seen(engineer, 9, at)
    seen(colleague, 1, at)
    by_hand()
    decision = Decision.objects.get(order=order)
    assert (decision.chosen, decision.decided_by, decision.reason) == (engineer, dispatcher, "Speaks their dialect")
    assert [entry["username"] for entry in decision.ranking] == ["colleague", "engineer"]


def test_a_reason_is_required(by_hand) -> None:
    with pytest.raises(Refused, match="Say why") as refusal:
        by_hand(reason="  ")
    assert refusal.value.field == "reason"


def test_somebody_the_rules_exclude_may_be_chosen_and_why_not_is_kept(by_hand, engineer, order) -> None:
    engineer.skills.all().delete()
    engineer.shifts.all().delete()
    with pytest.raises(Refused, match="no free time until tomorrow evening"):
        by_hand()
    start = order.opened_at + timedelta(hours=1)
    assert by_hand(start=start).booking.during.lower == start
    assert Decision.objects.get().ranking[0]["reasons"] == ["no_skill:pos-repair", "off_shift", "no_time"]


def test_somebody_of_another_region_may_be_chosen(by_hand, faraway_engineer) -> None:
    by_hand(engineer=faraway_engineer)
    assert Decision.objects.get().ranking[-1]["reasons"] == ["other_region"]


@pytest.mark.parametrize("kind", ["office", "switched off"])
def test_only_active_field_staff_can_do_orders(by_hand, engineer, dispatcher, kind) -> None:
    engineer.is_active = False
    engineer.save()
    with pytest.raises(Refused, match="no field work at present") as refusal:
        by_hand(engineer=dispatcher if kind == "office" else engineer)
    assert refusal.value.field == "engineer"


def test_a_double_booking_needs_force_and_stands_under_the_dispatchers_name(by_hand, engineer, dispatcher, at) -> None:
    book_time(engineer, kind="work", start=at, end=at + timedelta(hours=2), by=dispatcher, at=at)
    with pytest.raises(Refused, match="Emil Engineer is already booked"):
        by_hand(start=at + timedelta(hours=1))
    assert by_hand(start=at + timedelta(hours=1), force=True).booking.forced_by == dispatcher


def test_force_without_a_clash_forces_nothing(by_hand, at) -> None:
    assert by_hand(start=at + timedelta(hours=1), force=True).booking.forced_by is None


def test_a_start_in_the_past_is_refused(by_hand, at) -> None:
    with pytest.raises(Refused, match="in the past"):
        by_hand(start=at - timedelta(minutes=6))


def test_automatic_dispatch_leaves_it_alone_afterwards(by_hand, order, at) -> None:
    by_hand()
    assert assign_open_orders(at=at + timedelta(days=1)) == 0
    with pytest.raises(Refused, match="already gone to Emil Engineer"):
        decide(order, at=at)


def test_it_ends_the_search_of_the_rules(by_hand, engineer, order, at) -> None:
    engineer.skills.all().delete()
    assign_open_orders(at=at)
    assert Attempt.objects.count() == 1
    by_hand()
    assert Attempt.objects.count() == 0


def test_it_moves_an_assigned_order_to_somebody_else(by_hand, engineer, colleague, order, at) -> None:
    assign_work_order(order, engineer=colleague, start=at, end=at + timedelta(hours=1), by=None, at=at)
    assert by_hand(expect_engineer_id=colleague.pk).engineer == engineer
    assert not colleague.bookings.exists()


def test_its_own_booking_does_not_stand_in_the_way_of_a_new_time(by_hand, engineer, order, at) -> None:
    seen(engineer, 0, at)
    assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=9), by=None, at=at)
    assert by_hand().booking.during.lower == at


def test_who_saw_another_state_is_told_who_was_quicker(by_hand, engineer, colleague, order, at) -> None:
    by_hand(engineer=colleague, expect_engineer_id=None)
    with pytest.raises(Refused, match="already gone to Cora Colleague"):
        by_hand(expect_engineer_id=None)
    assert WorkOrder.objects.get(pk=order.pk).engineer == colleague


def test_work_on_site_is_not_moved(by_hand, engineer, colleague, order, at) -> None:
    by_hand()
    accept_work_order(order, by=engineer, at=at)
    depart(order, by=engineer, at=at)
    WorkOrder.objects.filter(pk=order.pk).update(status=Status.ON_SITE, arrived_at=at)
    with pytest.raises(Refused, match="On site"):
        by_hand(engineer=colleague)
    assert Decision.objects.count() == 1
