"""Two workers, killed workers, an emptied queue: every warning once, with its notices."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from journal.models import Entry
from notifications.models import Notice
from tests.live import kill, running_worker, wait_until
from tests.races import at_once, somebody_waits
from workforce.models import User
from workorders.actions import make_escalation, pause_work, warn_of_due_times
from workorders.models import SlaWarning, WorkOrder

pytestmark = pytest.mark.django_db(transaction=True)
ALL_MARKS = 6


@pytest.fixture
def told(manager, dispatcher, at):
    for percent in (50, 75, 100):
        make_escalation(percent=percent, role="dispatcher", by_mail=True, by=manager, at=at)
    return dispatcher


def assert_each_once(orders: int) -> None:
    warnings = Counter(SlaWarning.objects.values_list("order", "target", "percent"))
    keys = Counter(Notice.objects.filter(kind="sla-warning").values_list("key", "channel"))
    assert (len(warnings), len(keys)) == (orders * ALL_MARKS, orders * ALL_MARKS * 2)
    assert set(warnings.values()) | set(keys.values()) == {1}
    assert Entry.objects.filter(verb="workorders.warn_of_due_times").count() == orders * ALL_MARKS


def test_four_workers_at_once_warn_once(ask, told, merchant, at):
    for number in range(12):
        ask(summary=f"Fault {number}", at=at + timedelta(minutes=11 * number))
    done = at_once(4, lambda _number: warn_of_due_times(at=at + timedelta(days=30)))
    assert sum(done) == 12
    assert_each_once(12)


def test_a_pause_at_the_very_moment_of_a_warning(working, told, engineer, minutes):
    """Whoever is second sees what the first has done: warned and then paused, or paused and not warned."""

    def go(number: int) -> object:
        if number:
            return warn_of_due_times(at=minutes(300))
        return pause_work(working, by=engineer, reason="part", at=minutes(299))

    at_once(2, go)
    order = WorkOrder.objects.get(pk=working.pk)
    assert (order.next_warning_at, order.status) == (None, "paused")
    verbs = Entry.objects.about(order).values_list("verb", flat=True)[:2]
    assert SlaWarning.objects.count() == list(verbs).count("workorders.warn_of_due_times")


def test_a_worker_killed_in_the_middle_of_a_warning_leaves_nothing_half_done(own_queue, ask, told):
    long_ago = timezone.now() - timedelta(days=60)
    orders = [ask(summary=f"Fault {n}", at=long_ago + timedelta(hours=n))[0].order for n in range(3)]
    with running_worker(beat=True) as worker, transaction.atomic():
        list(User.objects.select_for_update().filter(pk=told.pk))  # the warning is written, and she cannot be told
        wait_until(somebody_waits, "the worker is in the middle of its warning")
        kill(worker)
    assert not SlaWarning.objects.exists()
    own_queue.flushall()
    warn_of_due_times(at=timezone.now())
    assert_each_once(len(orders))
