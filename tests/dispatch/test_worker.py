"""A real worker on a real queue: it is killed, the queue is emptied, and no order is lost or given twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from dispatch.models import Decision
from tests import factories as make
from tests.live import kill, running_worker, wait_until
from workforce.models import Booking, User
from workorders.actions import reject_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = 24


@pytest.fixture(autouse=True)
def around_the_clock(engineer, colleague) -> None:
    """The worker looks at the real clock, and the tests may run at night."""
    for person in (engineer, colleague):
        person.shifts.all().delete()
        make.shifts_of(person, start=time(0), end=time.max)


@pytest.fixture
def open_now(new_order):
    return lambda: new_order(at=timezone.now())


def assigned() -> int:
    return WorkOrder.objects.filter(status=Status.ASSIGNED).count()


def some_more_than(before: int) -> bool:
    return assigned() > before or before == ORDERS


def in_another_connection(run):
    """Outside the transaction that this thread holds open."""
    with ThreadPoolExecutor(1) as pool:

        def call():
            try:
                return run()
            finally:
                connection.close()

        return pool.submit(call).result()


def is_locked(order: WorkOrder) -> bool:
    """Whether some transaction is at work on the order."""
    try:
        with transaction.atomic():
            WorkOrder.objects.select_for_update(nowait=True).get(pk=order.pk)
    except OperationalError:
        return True
    return False


def somebody_waits() -> bool:
    """For a lock; to try the order's own lock would keep the worker from it for that instant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.rowcount > 0


def assert_each_order_once(count: int) -> None:
    decided = Counter(Decision.objects.exclude(chosen=None).values_list("order_id", flat=True))
    booked = Counter(Booking.objects.values_list("label", flat=True))
    assert (len(decided), set(decided.values())) == (count, {1})
    assert (len(booked), set(booked.values())) == (count, {1})
    for order in WorkOrder.objects.select_related("booking"):
        assert order.booking.person_id == order.engineer_id == order.decisions.get(chosen__isnull=False).chosen_id


def test_an_order_is_assigned_at_once_and_a_worker_killed_in_mid_decision_leaves_nothing_half_done(
    own_queue, open_now, engineer, colleague
) -> None:
    with running_worker() as worker:  # without the clock
        first_order = open_now()
        wait_until(lambda: assigned() == 1, "the order is assigned")
        first_order.refresh_from_db()
        first = first_order.engineer
        reject_work_order(first_order, by=first, reason="My van broke down", at=timezone.now())
        wait_until(lambda: assigned() == 1, "the order is assigned again")
        first_order.refresh_from_db()
        assert first_order.engineer not in (None, first)

        before = Decision.objects.count()
        with transaction.atomic():
            list(User.objects.select_for_update().filter(pk__in=[engineer.pk, colleague.pk]))
            order = in_another_connection(open_now)
            wait_until(lambda: in_another_connection(somebody_waits), "the worker is in the middle of its decision")
            kill(worker)
        wait_until(lambda: not is_locked(order), "the server has noticed")
    order.refresh_from_db()
    assert (order.status, order.decisions.count(), Decision.objects.count()) == (Status.OPEN, 0, before)
    assert not Booking.objects.filter(label=order.number).exists()
    own_queue.flushall()
    with running_worker(beat=True):
        wait_until(lambda: assigned() == 2, "the next worker has taken it up by the clock")
    assert order.decisions.exclude(chosen=None).count() == Booking.objects.filter(label=order.number).count() == 1


def test_killed_workers_and_an_emptied_queue_lose_and_double_nothing(own_queue, open_now) -> None:
    for _ in range(ORDERS):
        open_now()
    own_queue.flushall()
    survived = []
    for _ in range(2):
        with running_worker(beat=True, concurrency=2) as worker:
            before = assigned()
            wait_until(partial(some_more_than, before), "some are assigned")
            kill(worker)
        own_queue.flushall()
        survived.append(assigned())
    assert survived[0] < ORDERS, "the first worker was killed too late for this test to show anything"
    with running_worker(beat=True, concurrency=2):
        wait_until(lambda: assigned() == ORDERS, "all are assigned")
    assert_each_order_once(ORDERS)
