"""The rules choose: the best gets the order, the next when somebody was quicker, and nobody is said aloud."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch import queries
from dispatch.actions import assign_open_orders, decide, make_rules
from dispatch.actions.automatic import BACK_OFF
from dispatch.models import Attempt, Decision, RuleSet
from dispatch.scoring import Rules
from journal.models import Entry
from notifications.models import Notice
from tests.dispatch.conftest import seen
from tests.factories import MerchantFactory
from toolkit.errors import Refused
from workforce.actions import book_time, release_time
from workorders.actions import assign_work_order, change_work_order, reject_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def fresh(order: WorkOrder) -> WorkOrder:
    return WorkOrder.objects.select_related("engineer", "booking").get(pk=order.pk)


def test_the_best_gets_the_order_and_the_time_is_booked(engineer, colleague, order, at) -> None:
    seen(engineer, 8, at)
    seen(colleague, 2, at)
    decision = decide(order, at=at)
    order = fresh(order)
    assert (order.engineer, order.status, order.is_locked) == (colleague, Status.ASSIGNED, False)
    assert order.booking.during.lower == datetime.fromtimestamp(decision.ranking[0]["arrival"], UTC)
    assert order.booking.during.upper - order.booking.during.lower == timedelta(minutes=45)
    assert (decision.chosen, decision.decided_by) == (colleague, None)
    verbs = list(Entry.objects.about(order).values_list("verb", flat=True))
    assert verbs[:2] == ["dispatch.decide", "workorders.assign_work_order"]


def test_a_decision_can_be_repeated_from_what_it_keeps(engineer, colleague, order, at) -> None:
    """Same inputs, same output: the score follows from the stored factors and weights."""
    make_rules(name="Hangzhou", by=None, at=at, travel_weight=70, load_weight=10)
    seen(engineer, 8, at)
    decision = Decision.objects.get(pk=decide(order, at=at).pk)
    assert (decision.rule_set.name, decision.rule_set.version) == ("Hangzhou", 1)
    rules = Rules(**decision.inputs["rules"])
    for entry in decision.ranking:
        points = sum(rules.weights[key] * value for key, value in entry["factors"].items())
        assert entry["score"] == round(points / sum(rules.weights.values()), 2)
    assert decision.inputs["job"] == {
        "lat": 30.2741, "lon": 120.1551, "duration_min": 45, "priority": 3, "kind": ["Repair", "维修"], "region": "Xihu",
        "skills": [{"code": "pos-repair", "name": "POS repair", "level": 1}], "parts": [],
        "response_due": order.response_due_at.timestamp(), "resolution_due": order.resolution_due_at.timestamp(),
    }  # fmt: skip
    assert decision.inputs["compared"] == 2


def test_the_same_question_gets_the_same_answer(engineer, colleague, order, at) -> None:
    assert [queries.rank(order, RuleSet(), at) for _ in range(3)] == [queries.rank(order, RuleSet(), at)] * 3


def test_who_was_passed_over_is_counted_at_once_only_where_nobody_is_found(
    engineer, colleague, inspector, order, new_order, at, dispatcher
) -> None:
    book_time(colleague, kind="leave", start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    assert decide(order, at=at).passed_over == {}
    assert queries.count_passed_over(order, RuleSet(), at) == {"no_skill:pos-repair": 1, "leave": 1}
    book_time(engineer, kind="training", start=at, end=at + timedelta(minutes=1), by=dispatcher, at=at)
    assert decide(new_order(), at=at).passed_over == {"no_skill:pos-repair": 1, "leave": 1, "training": 1}


def test_weights_change_who_is_chosen(engineer, colleague, order, new_order, at) -> None:
    """The engineer is nearer but has an order in hand."""
    start = at + timedelta(hours=5)
    assign_work_order(new_order(), engineer=engineer, start=start, end=start + timedelta(hours=1), by=None, at=at)
    seen(engineer, 0, at)
    seen(colleague, 4, at)
    near = RuleSet(travel_weight=100, load_weight=0)
    even = RuleSet(travel_weight=0, load_weight=100)
    assert queries.rank(order, near, at).best[0]["username"] == "engineer"
    assert queries.rank(order, even, at).best[0]["username"] == "colleague"


def test_an_order_that_is_gone_is_refused_naming_who_has_it(engineer, order, at) -> None:
    decide(order, at=at)
    with pytest.raises(Refused, match="already gone to Emil Engineer"):
        decide(order, at=at)
    assert Decision.objects.count() == 1


def test_rejecting_passes_it_on_to_the_next(engineer, colleague, order, at) -> None:
    seen(engineer, 1, at)
    seen(colleague, 2, at)
    assert decide(order, at=at).chosen == engineer
    reject_work_order(order, by=engineer, reason="My van broke down", at=at + timedelta(minutes=1))
    assert assign_open_orders(at=at + timedelta(minutes=2)) == 1
    assert fresh(order).engineer == colleague
    reject_work_order(order, by=colleague, reason="No time", at=at + timedelta(minutes=3))
    assert assign_open_orders(at=at + timedelta(minutes=4)) == 1
    assert fresh(order).status == Status.OPEN
    assert order.decisions.first().passed_over == {"rejected": 2}


# -- nobody -------------------------------------------------------------------------------------------


def test_nobody_found_is_said_once_and_tried_again_ever_later(order, dispatcher, stranger, at) -> None:
    waits = []
    for _ in range(7):
        decide(order, at=at)
        waits.append((Attempt.objects.get(order=order).next_at - at).total_seconds())
    assert waits == [30, 60, 120, 300, 600, 600, 600]
    assert fresh(order).status == Status.OPEN
    decision = Decision.objects.get()  # the same outcome is written down once
    assert (decision.chosen, decision.ranking, decision.passed_over) == (None, [], {})
    notices = Notice.objects.filter(kind="order-nobody", channel="in_app")
    assert [notice.recipient for notice in notices] == [dispatcher]
    assert notices[0].subject == f"Nobody found for {order.number}: 朝阳茶馆 Sunrise Tea"
    assert Entry.objects.about(order).filter(verb="dispatch.find_nobody").count() == 1


def test_another_outcome_is_another_decision(order, engineer, at) -> None:
    engineer.skills.all().delete()
    decide(order, at=at)
    engineer.shifts.all().delete()
    decide(order, at=at)
    engineer.is_active = False
    engineer.save()
    decide(order, at=at)
    assert [decision.passed_over for decision in order.decisions.all()] == [{}, {"no_skill:pos-repair": 1}]


def test_it_is_assigned_as_soon_as_somebody_is_there(order, engineer, at, dispatcher) -> None:
    leave = book_time(engineer, kind="leave", start=at, end=at + timedelta(hours=9), by=dispatcher, at=at)
    assert assign_open_orders(at=at) == 1
    release_time(leave)
    assert assign_open_orders(at=at + timedelta(seconds=29)) == 0
    assert assign_open_orders(at=at + timedelta(seconds=30)) == 1
    assert fresh(order).engineer == engineer
    assert not Attempt.objects.exists()


# -- the pool -----------------------------------------------------------------------------------------


def test_the_most_urgent_come_first(engineer, new_order, dispatcher, at) -> None:
    late, urgent = new_order(), new_order()
    change_work_order(urgent, by=dispatcher, at=at, priority=1)
    assert assign_open_orders(at=at, limit=1) == 1
    assert (fresh(urgent).status, fresh(late).status) == (Status.ASSIGNED, Status.OPEN)


def test_everything_due_is_dealt_with_and_then_nothing_is(engineer, new_order, at) -> None:
    orders = [new_order() for _ in range(4)]
    assert assign_open_orders(at=at) == 4
    assert assign_open_orders(at=at) == 0
    assert {fresh(order).status for order in orders} == {Status.ASSIGNED}
    assert engineer.bookings.count() == 4


def test_rules_that_leave_it_to_the_dispatchers_leave_it(engineer, order, dispatcher, at) -> None:
    make_rules(name="By hand", is_automatic=False, by=dispatcher, at=at)
    assert assign_open_orders(at=at) == 1
    assert assign_open_orders(at=at + timedelta(minutes=9)) == 0
    assert fresh(order).status == Status.OPEN
    assert not Decision.objects.exists()
    assert not Notice.objects.filter(kind="order-nobody").exists()


def test_a_locked_order_waits_for_a_dispatcher(engineer, order, at) -> None:
    WorkOrder.objects.filter(pk=order.pk).update(is_locked=True)
    assert assign_open_orders(at=at) == 0
    with pytest.raises(Refused, match="locked"):
        decide(order, at=at)


def test_one_bad_order_does_not_stop_the_others(engineer, new_order, yuhang, at, caplog) -> None:
    bad = new_order(merchant=MerchantFactory(region=yuhang), priority=1)
    yuhang.time_zone = "Mars/Olympus_Mons"  # as an administrator may mistype it
    yuhang.save()
    good = new_order()
    assert assign_open_orders(at=at) == 2
    assert (fresh(bad).status, fresh(good).status) == (Status.OPEN, Status.ASSIGNED)
    assert Attempt.objects.get(order=bad).next_at == at + BACK_OFF[0]
    assert f"Dispatch of {bad.number} failed" in caplog.text
