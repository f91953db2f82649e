"""Who does not accept in time is reminded, the dispatchers are warned, then the order goes on to somebody else."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dispatch.actions import assign_by_hand, assign_open_orders, decide, make_rules, take_back_unaccepted
from dispatch.models import Escalation
from journal.models import Entry
from notifications.models import Notice
from tests import factories as make
from tests.dispatch.conftest import seen
from workorders.actions import accept_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def told(person) -> list[str]:
    return list(
        Notice.objects.in_app_of(person)
        .filter(kind__in=["order-unaccepted", "order-reminder"])
        .values_list("subject", flat=True)
    )


@pytest.fixture
def assigned(engineer, order, dispatcher, at) -> WorkOrder:
    decide(order, at=at)
    return WorkOrder.objects.get(pk=order.pk)


def test_in_time_nothing_happens(assigned, at) -> None:
    assert take_back_unaccepted(at=at + minutes(19)) == 0
    assert not Escalation.objects.exists()


def test_after_the_allowed_time_everybody_concerned_is_told_once(assigned, engineer, dispatcher, at) -> None:
    assert take_back_unaccepted(at=at + minutes(20)) == 1
    assert take_back_unaccepted(at=at + minutes(21)) == 0
    assert told(dispatcher) == [f"{assigned.number} has not been accepted: 朝阳茶馆 Sunrise Tea"]
    assert told(engineer) == [f"Please accept or reject {assigned.number}"]
    assert WorkOrder.objects.get().engineer == engineer
    assert Entry.objects.about(assigned).first().verb == "dispatch.escalate"


def test_ten_minutes_later_it_goes_to_somebody_else(assigned, engineer, colleague, at) -> None:
    take_back_unaccepted(at=at + minutes(20))
    assert take_back_unaccepted(at=at + minutes(29)) == 0
    assert take_back_unaccepted(at=at + minutes(30)) == 1
    assert WorkOrder.objects.get().status == Status.OPEN
    entry = Entry.objects.about(assigned).first()
    assert (entry.verb, entry.note) == ("workorders.return_to_pool", "not accepted within 30 minutes")
    seen(engineer, 0, at + minutes(30))
    seen(colleague, 9, at + minutes(30))
    assign_open_orders(at=at + minutes(31))
    assert WorkOrder.objects.get().engineer == colleague


def test_the_warning_comes_first_even_when_nobody_looked_for_long(assigned, engineer, at) -> None:
    assert take_back_unaccepted(at=at + minutes(90)) == 1
    assert WorkOrder.objects.get().engineer == engineer
    assert take_back_unaccepted(at=at + minutes(100)) == 1
    assert WorkOrder.objects.get().engineer is None


def test_who_accepts_in_the_last_minute_keeps_it(assigned, engineer, at) -> None:
    take_back_unaccepted(at=at + minutes(20))
    accept_work_order(assigned, by=engineer, at=at + minutes(29))
    assert take_back_unaccepted(at=at + minutes(30)) == 0
    assert WorkOrder.objects.get().engineer == engineer


def test_a_locked_order_is_only_warned_about(engineer, order, dispatcher, at) -> None:
    assign_by_hand(order, engineer=engineer, by=dispatcher, reason="Knows them", at=at)
    assert take_back_unaccepted(at=at + minutes(20)) == 1
    assert take_back_unaccepted(at=at + minutes(600)) == 0
    assert WorkOrder.objects.get().engineer == engineer
    assert "only you can move it" in Notice.objects.in_app_of(dispatcher).get(kind="order-unaccepted").body


def test_only_working_hours_count(engineer, order, at) -> None:
    """Assigned at 17:55, the shift ends at 18:00 and begins at 09:00: the time is up at 09:15."""
    zone = ZoneInfo("Asia/Shanghai")
    evening = datetime(2026, 11, 18, 17, 55, tzinfo=zone)
    engineer.shifts.all().delete()
    make.shifts_of(engineer, start=time(9), end=time(18))
    decide(order, at=evening)
    assert WorkOrder.objects.get().booking.during.lower.astimezone(zone).date().day == 19
    assert take_back_unaccepted(at=datetime(2026, 11, 19, 9, 14, tzinfo=zone)) == 0
    assert take_back_unaccepted(at=datetime(2026, 11, 19, 9, 15, tzinfo=zone)) == 1


def test_each_assignment_has_its_own_time_and_warning(assigned, engineer, colleague, order, dispatcher, at) -> None:
    take_back_unaccepted(at=at + minutes(20))
    take_back_unaccepted(at=at + minutes(30))
    decide(order, at=at + minutes(31))
    assert take_back_unaccepted(at=at + minutes(50)) == 0
    assert take_back_unaccepted(at=at + minutes(51)) == 1
    assert len(told(dispatcher)) == 2


def test_the_rules_say_how_long(engineer, order, dispatcher, at) -> None:
    make_rules(name="Quick", accept_within_min=5, by=dispatcher, at=at)
    decide(order, at=at)
    assert take_back_unaccepted(at=at + minutes(5)) == 1
