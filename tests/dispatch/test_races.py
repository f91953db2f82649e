"""Many at once: one winner, everybody else is told who it is; every order once; nobody in two places."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.actions import assign_by_hand, assign_open_orders, decide
from dispatch.models import Decision
from tests.dispatch.conftest import seen
from tests.races import at_once
from workforce.models import Booking
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)


def assert_nobody_is_in_two_places() -> None:
    clashes = [
        (one, other)
        for one in Booking.objects.all()
        for other in Booking.objects.filter(person=one.person, during__overlap=one.during).exclude(pk=one.pk)
    ]
    assert clashes == []


def test_fifty_claims_of_one_order_have_one_winner(engineer, colleague, order, at) -> None:
    answers = at_once(50, lambda _: decide(order, at=at))
    winners = [answer for answer in answers if isinstance(answer, Decision)]
    assert len(winners) == 1
    told = f"{order.number} has already gone to {winners[0].chosen}. Choose another order."
    assert Counter(answer for answer in answers if isinstance(answer, str)) == {told: 49}
    assert (Decision.objects.count(), Booking.objects.count()) == (1, 1)


def test_fifty_dispatchers_by_hand_have_one_winner(engineer, colleague, dispatcher, order, at) -> None:
    def claim(number: int) -> WorkOrder:
        return assign_by_hand(
            order, engineer=(engineer, colleague)[number % 2], by=dispatcher, reason=f"I am {number}", at=at,
            expect_engineer_id=None,
        )  # fmt: skip

    answers = at_once(50, claim)
    winners = [answer for answer in answers if isinstance(answer, WorkOrder)]
    assert len(winners) == 1
    told = f"{order.number} has already gone to {winners[0].engineer}. Choose another order."
    assert Counter(answer for answer in answers if isinstance(answer, str)) == {told: 49}
    assert (Decision.objects.count(), Booking.objects.count()) == (1, 1)


def test_two_workers_assign_each_order_once(engineer, colleague, new_order, at) -> None:
    seen(engineer, 1, at)
    seen(colleague, 3, at)
    for _ in range(16):
        new_order()
    looked_at = at_once(2, lambda _: assign_open_orders(at=at))
    assert sum(looked_at) >= 16
    assert set(WorkOrder.objects.values_list("status", flat=True)) == {Status.ASSIGNED}
    chosen = Decision.objects.exclude(chosen=None)
    assert Counter(chosen.values_list("order_id", flat=True)).most_common(1)[0][1] == 1
    assert (chosen.count(), Booking.objects.count()) == (16, 16)
    assert_nobody_is_in_two_places()


def test_workers_that_all_want_the_same_person_wait_and_find_the_next_gap(engineer, new_order, at) -> None:
    """One engineer, eight orders, eight workers: all of them fit into the day, one after the other."""
    orders = [new_order() for _ in range(8)]
    at_once(8, lambda number: decide(orders[number], at=at))
    assert Booking.objects.filter(person=engineer).count() == 8
    assert_nobody_is_in_two_places()
    starts = sorted(booking.during.lower for booking in Booking.objects.all())
    assert starts[-1] - starts[0] < timedelta(hours=10)


def test_the_database_itself_refuses_a_double_booking(engineer, at) -> None:
    def book(number: int) -> Booking | str:
        during = DateTimeTZRange(at, at + timedelta(minutes=30 + number))
        try:
            with transaction.atomic():
                return Booking.objects.create(person=engineer, kind="work", during=during)
        except IntegrityError as clash:
            return "no_double_booking" if "no_double_booking" in str(clash) else str(clash)

    answers = at_once(20, book)
    assert Counter(answer for answer in answers if isinstance(answer, str)) == {"no_double_booking": 19}
