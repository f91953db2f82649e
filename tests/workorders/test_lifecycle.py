"""Whatever is tried in whatever order: no illegal move, nothing half done, and the journal tells it all."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from journal.models import Entry
from tests import factories as make
from toolkit.errors import Refused
from workforce.models import Booking
from workorders import actions
from workorders.lifecycle import NEXT, ONGOING, STAMPS, WAYS_ON, Status
from workorders.models import WorkOrder
from workorders.queries import deviations
from workorders.service_report import hash_of

pytestmark = pytest.mark.django_db

FORWARD = {
    "open": "assign", "assigned": "accept", "accepted": "depart", "en_route": "arrive", "on_site": "start",
    "in_progress": "complete", "paused": "resume", "completed": "rate", "closed": "photo", "cancelled": "change",
}  # fmt: skip


@pytest.fixture
def verbs(engineer, colleague, dispatcher, picture, minutes):
    """Every verb as a function of (order, minute, either engineer), in words of a test."""
    signature, photo = picture(engineer, "signature"), picture(engineer)

    def of(verb, **more):
        return lambda order, minute, person: verb(order, by=person, at=minutes(minute), **more)

    def assign(order, minute, person):
        start = minutes(minute + 10_000 * order.pk)  # of all examples, nobody is booked at the same time
        actions.assign_work_order(
            order,
            engineer=person,
            start=start,
            end=start + (minutes(30) - minutes(0)),
            by=dispatcher,
            at=minutes(minute),
        )

    def sign(order, minute, person):
        more = {"capture": signature, "signer_name": "Wang", "shown_sha256": hash_of(order)}
        actions.sign(order, by=person, at=minutes(minute), **more)

    def office(verb, **more):
        return lambda order, minute, person: verb(order, by=dispatcher, at=minutes(minute), **more)

    return {
        "assign": assign,
        "accept": of(actions.accept_work_order),
        "reject": of(actions.reject_work_order, reason="Too far"),
        "return": office(actions.return_to_pool, reason="Closed today"),
        "depart": of(actions.depart),
        "arrive": of(actions.arrive, reason="No signal", photo=photo),
        "start": of(actions.start_work),
        "pause": of(actions.pause_work, reason="part"),
        "resume": of(actions.resume_work),
        "sign": sign,
        "photo": of(actions.add_photo, capture=photo),
        "complete": of(actions.complete_work_order, resolution="Done", reason="No signal", photo=photo),
        "close": office(actions.close_work_order),
        "cancel": office(actions.cancel_work_order, reason="Shop closed"),
        "change": office(actions.change_work_order, priority=1),
        "rate": lambda order, minute, _: actions.rate_work_order(order, score=4, comment="", at=minutes(minute)),
        "timeout": lambda order, minute, _: actions.return_to_pool(order, by=None, reason="Late", at=minutes(minute)),
    }


STEP = st.tuples(st.sampled_from(["forward"] * 14 + ["sign", "sign", *sorted(set(FORWARD.values())), "reject", "return",
                                                     "pause", "cancel", "close", "timeout"]),
                 st.booleans())  # fmt: skip


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=5, max_size=30))
def test_random_steps_never_make_an_illegal_move_and_the_journal_replays(
    steps, verbs, repair, merchant, engineer, colleague, dispatcher, minutes
):
    advice = make.WorkOrderTypeFactory(code="advice", name="Advice")  # without a checklist
    order = actions.open_work_order(type=advice, merchant=merchant, summary="Help", by=dispatcher, at=minutes(0))
    visited = ["open"]
    for minute, (name, is_other) in enumerate(steps, start=1):
        before = WorkOrder.objects.get(pk=order.pk)
        entries = Entry.objects.about(order).count()
        person = colleague if is_other and name != "forward" else before.engineer or engineer
        try:
            verbs[FORWARD[before.status] if name == "forward" else name](order, minute, person)
        except Refused:
            after = WorkOrder.objects.get(pk=order.pk)
            assert after.status == before.status
            assert Entry.objects.about(order).count() == entries
            continue
        after = WorkOrder.objects.get(pk=order.pk)
        moves = [changes["status"] for changes in Entry.objects.about(order).order_by("pk").values_list(
            "changes", flat=True)[entries:] if "status" in changes]  # fmt: skip
        assert all(new in NEXT[old] for old, new in moves)
        assert after.status == (moves[-1][1] if moves else before.status)
        visited.append(after.status)
    order = WorkOrder.objects.get(pk=order.pk)
    event(f"ends {order.status}")
    times = [getattr(order, STAMPS[status]) for status in STAMPS if status != "cancelled"]
    assert [time for time in times if time] == sorted(time for time in times if time)
    assert list(deviations(WorkOrder.objects.filter(pk=order.pk))) == []
    assert (order.engineer is None) <= (order.status in ("open", "cancelled"))
    assert Booking.objects.filter(label=order.number).count() == (order.booking is not None)
    assert order.pauses.filter(ended_at=None).exists() == (order.status == "paused")


def test_every_status_says_how_to_go_on_in_both_tables():
    assert set(NEXT) == set(WAYS_ON) == set(Status)
    assert {status for status, ways in NEXT.items() if ways} == {*ONGOING, Status.COMPLETED}
    with translation.override("en"):
        assert all(str(sentence).endswith(".") for sentence in WAYS_ON.values())


def test_replaying_the_journal_gives_the_state_of_every_order(completed, ask, dispatcher, minutes, capsys):
    actions.cancel_work_order(ask(at=minutes(60))[0].order, by=dispatcher, reason="Twice", at=minutes(61))
    call_command("replay_journal")
    assert "2 orders agree with their journal" in capsys.readouterr().out
    call_command("replay_journal", order=completed.number)
    assert "1 orders agree" in capsys.readouterr().out


def test_a_status_changed_behind_the_journal_is_found(completed, ask, minutes, capsys):
    ask(at=minutes(60))
    WorkOrder.objects.filter(pk=completed.pk).update(status="closed")
    with pytest.raises(CommandError, match="1 orders differ"):
        call_command("replay_journal")
    assert f"{completed}: is closed, the journal says completed" in capsys.readouterr().out


def test_a_journal_with_a_gap_is_found(assigned, capsys):
    Entry.objects.create(
        verb="workorders.depart", subject_type="workorders.workorder", subject_id=assigned.pk, at=assigned.opened_at,
        changes={"status": ["accepted", "en_route"]},
    )  # fmt: skip
    WorkOrder.objects.filter(pk=assigned.pk).update(status="en_route")
    with pytest.raises(CommandError):
        call_command("replay_journal", order=assigned.number)
    assert "the journal says assigned a move begins at accepted" in capsys.readouterr().out


def test_the_replay_of_an_unknown_order_says_so(db):
    with pytest.raises(CommandError, match="no order WO-0"):
        call_command("replay_journal", order="WO-0")
