from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests import factories as make
from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workforce.models import Booking
from workorders import actions
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def give(dispatcher, minutes):
    """give(order, somebody, 30, 75) plans minutes 30 to 75 of the story."""

    def assign(order, engineer, start, end, **more):
        more = {"by": dispatcher, "at": minutes(5), **more}
        return actions.assign_work_order(order, engineer=engineer, start=minutes(start), end=minutes(end), **more)

    return assign


def booked(person) -> list[str]:
    return sorted(person.bookings.values_list("label", flat=True))


def test_the_engineer_gets_the_order_the_time_and_a_notice(pooled, give, engineer, dispatcher, minutes):
    order = give(pooled, engineer, 30, 75, reason="Knows the shop")
    assert (order.status, order.engineer, order.assigned_at) == ("assigned", engineer, minutes(5))
    assert (order.booking.during.lower, order.booking.during.upper) == (minutes(30), minutes(75))
    assert told(engineer) == [f"New order {order}: {order.merchant}"]
    entry = last_entry(order)
    assert (entry.verb, entry.actor, entry.note) == ("workorders.assign_work_order", dispatcher, "Knows the shop")
    assert entry.changes == {
        "status": ["open", "assigned"],
        "engineer": [None, "Emil Engineer"],
        "booking": ["", "2026-11-18 10:30–11:15"],
    }


def test_another_engineer_takes_over_and_the_first_is_told(accepted, give, engineer, colleague):
    order = give(accepted, colleague, 60, 105)
    assert (order.status, order.engineer, order.accepted_at) == ("assigned", colleague, None)
    assert (booked(engineer), booked(colleague)) == ([], [order.number])
    assert told(engineer)[-1] == f"{order} is no longer yours"
    assert told(colleague) == [f"New order {order}: {order.merchant}"]
    assert last_entry(order).changes["engineer"] == ["Emil Engineer", "Cora Colleague"]


def test_for_the_same_engineer_only_the_time_moves(accepted, give, engineer):
    order = give(accepted, engineer, 60, 105)
    assert (order.status, booked(engineer)) == ("accepted", [order.number])
    assert told(engineer)[-1] == f"New time for {order}: {order.merchant}"
    assert last_entry(order).changes == {"booking": ["2026-11-18 10:30–11:15", "2026-11-18 11:00–11:45"]}


def test_somebody_on_the_way_can_still_be_replaced(en_route, give, engineer, colleague):
    order = give(en_route, colleague, 60, 105)
    assert (order.status, order.engineer, order.departed_at) == ("assigned", colleague, None)
    assert last_entry(order).changes["status"] == ["en_route", "assigned"]


def test_the_time_of_somebody_on_the_way_stays(en_route, give, engineer):
    with pytest.raises(Refused, match="its time can no longer be moved"):
        give(en_route, engineer, 60, 105)
    assert verbs(en_route)[-1] == "depart"


def test_nobody_displaces_who_has_arrived(on_site, give, colleague):
    with pytest.raises(Refused, match="“On site”.*begin the work"):
        give(on_site, colleague, 60, 105)
    assert booked(colleague) == []
    assert verbs(on_site)[-1] == "arrive"


def test_taken_time_is_refused_and_the_old_booking_stays(assigned, give, ask, engineer, colleague, minutes):
    other = ask(at=minutes(20))[0].order
    give(other, colleague, 30, 75)
    with pytest.raises(Refused, match="Cora Colleague is already booked"):
        give(assigned, colleague, 60, 105)
    assert (booked(engineer), booked(colleague)) == ([assigned.number], [other.number])
    assert verbs(assigned)[-1] == "assign_work_order"


def test_a_dispatcher_may_book_double_under_their_name(assigned, give, ask, engineer, dispatcher, minutes):
    other = ask(at=minutes(20))[0].order
    order = give(other, engineer, 60, 105, force=True)
    assert order.booking.forced_by == dispatcher
    assert verbs(order)[-1] == "assign_work_order"


def test_force_books_in_order_where_the_time_is_free(pooled, give, engineer):
    order = give(pooled, engineer, 30, 75, force=True)
    assert order.booking.forced_by is None
    assert verbs(order)[-1] == "assign_work_order"


def test_nobody_can_be_forced_by_nobody(assigned, give, ask, engineer, minutes):
    other = ask(at=minutes(20))[0].order
    with pytest.raises(Refused, match="already booked"):
        give(other, engineer, 60, 105, force=True, by=None)
    assert verbs(other)[-1] == "receive_request"


def test_automatic_dispatch_leaves_a_locked_order_alone(pooled, give, engineer, colleague, dispatcher):
    order = give(pooled, engineer, 30, 75, lock=True)
    with pytest.raises(Refused, match="is locked: only a dispatcher"):
        give(order, colleague, 30, 75, by=None)
    assert give(order, colleague, 30, 75, by=dispatcher, lock=False).is_locked is False
    assert last_entry(order).changes["engineer"] == ["Emil Engineer", "Cora Colleague"]


def test_only_active_field_staff_can_be_given_orders(pooled, give, dispatcher, engineer, prospector):
    engineer.is_active = False
    for unfit in (dispatcher, prospector, engineer):
        with pytest.raises(Refused, match="does no field work at present"):
            give(pooled, unfit, 30, 75)
    assert verbs(pooled)[-1] == "receive_request"


def test_the_end_lies_after_the_start(pooled, give, engineer):
    with pytest.raises(Refused, match="end must lie after the start"):
        give(pooled, engineer, 75, 30)
    assert verbs(pooled)[-1] == "receive_request"


def test_who_expected_somebody_else_is_told_who_has_it(assigned, give, engineer, colleague):
    with pytest.raises(Refused, match="has already gone to Emil Engineer"):
        give(assigned, colleague, 60, 105, expect_engineer_id=colleague.pk)
    with pytest.raises(Refused, match="has already gone to Emil Engineer"):
        give(assigned, colleague, 60, 105, expect_engineer_id=None)
    assert give(assigned, colleague, 60, 105, expect_engineer_id=engineer.pk).engineer == colleague
    assert verbs(assigned)[-1] == "assign_work_order"


def test_who_comes_too_late_for_a_cancelled_order_hears_that(pooled, give, engineer, dispatcher, minutes):
    actions.cancel_work_order(pooled, by=dispatcher, reason="Shop closed", at=minutes(3))
    with pytest.raises(Refused, match="it is “Cancelled” now"):
        give(pooled, engineer, 30, 75, expect_open=True)
    assert verbs(pooled)[-1] == "cancel_work_order"


@pytest.mark.django_db(transaction=True)
def test_fifty_claim_one_order_and_one_gets_it(pooled, give, hangzhou):
    people = [make.UserFactory(username=f"engineer{n}", role="engineer", region=hangzhou) for n in range(50)]
    barrier = Barrier(50)

    def claim(person):
        try:
            connection.ensure_connection()
            barrier.wait()
            give(pooled, person, 30, 75, expect_open=True)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(claim, people))
    order = WorkOrder.objects.get()
    winner = people[answers.index("won")]
    answers.remove("won")
    assert order.engineer == winner
    assert answers == [f"{order} has already gone to {winner}. Choose another order."] * 49
    assert Booking.objects.count() == 1
    assert verbs(order) == ["open_work_order", "receive_request", "assign_work_order"]


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_swapping_two_people_do_not_block_each_other(assigned, give, ask, engineer, colleague, minutes):
    other = ask(at=minutes(20))[0].order
    give(other, colleague, 30, 75)
    barrier = Barrier(2)

    def swap(move):
        order, person = move
        try:
            barrier.wait()
            give(order, person, 30, 75)
        except Refused as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(swap, [(assigned, colleague), (other, engineer)]))
    assert set(answers) <= {
        "Emil Engineer is already booked at that time.",
        "Cora Colleague is already booked at that time.",
    }
    assert (booked(engineer), booked(colleague)) == ([assigned.number], [other.number])
    assert verbs(assigned)[-1] == verbs(other)[-1] == "assign_work_order"
