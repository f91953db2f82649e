"""However the messages of two orders come – mixed, repeated, torn apart, days late – the end is the same."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journal.models import Entry
from mobile.models import Operation
from tests.mobile.test_sync import NEAR, Handset
from workorders.lifecycle import STAMPS, Status
from workorders.models import WorkOrder
from workorders.report import sha256_of_text

SHOWN = {"shown_text": "Repair at the shop", "shown_sha256": sha256_of_text("Repair at the shop")}
DAY = [
    ("accept", {}, "workorders.accept_work_order"),
    ("depart", {}, "workorders.depart"),
    ("arrive", NEAR, "workorders.arrive"),
    ("start", {}, "workorders.start_work"),
    ("answer", {"step": "power", "value": "true"}, "workorders.answer_step"),
    ("pause", {"reason": "part", "note": "Printer"}, "workorders.pause_work"),
    ("resume", {}, "workorders.resume_work"),
    ("answer", {"step": "before", "captures": ["photo"]}, "workorders.answer_step"),
    ("answer", {"step": "network", "value": "wifi"}, "workorders.answer_step"),
    ("sign", {"captures": ["signature"], "signer_name": "Wang Fang", **SHOWN}, "workorders.sign"),
    ("complete", {"resolution": "Replaced the printer.", **NEAR}, "workorders.complete_work_order"),
]
ALL = 2 * len(DAY)
MESSAGES = st.lists(
    st.tuples(
        st.lists(
            st.integers(0, ALL - 1), min_size=1, max_size=8
        ),  # operations of one message, by their place in the day
        st.integers(0, 36),  # hours until the next message
    ),
    max_size=8,
)


def queue_of(handset: Handset, orders: list[WorkOrder], captures: list[dict[str, str]], at: datetime) -> list[dict]:
    """A whole day at two merchants, one after the other by the minute, as the phone writes it down."""
    queue = []
    for minute, (name, body, _verb) in enumerate(DAY):
        for order, taken in zip(orders, captures, strict=True):
            body = {**body, "captures": [taken[each] for each in DAY[minute][1].get("captures", [])]}
            moment = (at + timedelta(minutes=minute)).isoformat()
            queue.append(handset.operation(f"orders/{name}", order.number, body=body, client_time=moment))
    return queue


def state_of(order: WorkOrder) -> dict[str, Any]:
    order.refresh_from_db()
    return {
        "status": order.status,
        "times": [getattr(order, field) for field in STAMPS.values()],
        "due": (order.response_due_at, order.resolution_due_at),
        "answers": sorted(
            (answer.step, str(answer.value), answer.device_at, answer.captures.count())
            for answer in order.run.answers.all()
        ),
        "pauses": list(order.pauses.values_list("started_at", "ended_at", "reason")),
        "photos": order.captures.count(),
        "signer": order.signer_name,
    }


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=MESSAGES)
def test_the_end_is_the_same(messages, give, keep, engineer, clock, at) -> None:
    captures = [{"photo": str(keep().pk), "signature": str(keep("signature").pk)} for _n in range(2)]
    with transaction.atomic():
        orders = [give(), give(after=timedelta(hours=2))]
        handset = Handset(engineer, at)
        queue = queue_of(handset, orders, captures, at)
        now = at + timedelta(hours=1)
        for places, hours in messages:
            clock.move_to(now)
            handset.send(*[queue[place] for place in places])
            now += timedelta(hours=hours) / 2
        clock.move_to(min(now, at + timedelta(days=6)))
        for start in range(0, ALL, 20):  # at last the whole queue once more, in order
            results = handset.send(*queue[start : start + 20])
            assert {result["outcome"] for result in results} == {"applied"}, results
        first, second = (state_of(order) for order in orders)
        minutes = [at + timedelta(minutes=minute) for minute in (0, 1, 2, 3, 10)]
        assert first["status"] == Status.COMPLETED
        assert first["times"][1:6] == minutes
        assert first["pauses"] == [(at + timedelta(minutes=5), at + timedelta(minutes=6), "part")]
        assert (first["photos"], first["signer"], len(first["answers"])) == (1, "Wang Fang", 3)
        assert first == second
        for order in orders:
            done = Entry.objects.about(order).exclude(device_at=None).order_by("pk").values_list("verb", flat=True)
            assert list(done) == [verb for _name, _body, verb in DAY]
        assert Operation.objects.count() == ALL
        transaction.set_rollback(True)
    clock.move_to(at)
