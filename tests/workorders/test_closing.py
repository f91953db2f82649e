"""Completing, closing, cancelling, rating."""

from datetime import timedelta

import pytest

from tests.races import at_once
from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.models import WorkOrder
from workorders.service_report import hash_of

pytestmark = pytest.mark.django_db

HERE = {"lat": 30.2742, "lon": 120.1551, "accuracy_m": 10}
NORTH_300_M = {"lat": 30.2741 + 300 / 111_195, "lon": 120.1551, "accuracy_m": 10}


def reloaded(order):
    return WorkOrder.objects.get(pk=order.pk)


def test_the_rest_of_the_booked_time_becomes_free(signed, engineer, minutes):
    """Booked 10:30 to 11:15, done at 10:55."""
    order = actions.complete_work_order(
        signed, by=engineer, at=minutes(55), resolution="Changed the paper roll", **HERE
    )
    assert (order.status, order.completed_at, order.resolution) == ("completed", minutes(55), "Changed the paper roll")
    during = engineer.bookings.get().during
    assert (during.lower, during.upper) == (minutes(30), minutes(55))
    entry = last_entry(order)
    assert (entry.verb, entry.note) == ("workorders.complete_work_order", "Changed the paper roll")
    assert entry.changes == {"status": ["in_progress", "completed"], "completion_distance_m": [None, 11]}


def test_away_from_the_merchant_it_is_completed_with_a_reason_and_a_photo(signed, engineer, picture, minutes):
    done = {"by": engineer, "at": minutes(55), "resolution": "Done", **NORTH_300_M}
    with pytest.raises(Refused, match="You are 300 m from the merchant; up to 210 m is on site") as refusal:
        actions.complete_work_order(signed, **done)
    assert refusal.value.field == "reason"
    with pytest.raises(Refused, match="Add a photo of where you are"):
        actions.complete_work_order(signed, reason="Tested from the van", **done)
    assert reloaded(signed).status == "in_progress"
    photo = picture(engineer, colour="olive")
    order = actions.complete_work_order(signed, reason="Tested from the van", photo=photo, **done)
    assert (order.completion_reason, order.completion_photo) == ("Tested from the van", photo)
    assert photo in order.captures.all()
    assert list(WorkOrder.objects.elsewhere()) == [order]
    changes = last_entry(order).changes
    assert (changes["completion_distance_m"], changes["completion_reason"]) == (
        [None, 300],
        [None, "Tested from the van"],
    )


def test_without_a_position_it_is_not_simply_completed(signed, engineer, minutes):
    with pytest.raises(Refused, match="gave no position"):
        actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution="Done")
    assert verbs(signed)[-1] == "sign"


def test_done_before_the_booked_time_frees_all_of_it(signed, engineer, dispatcher, minutes):
    booking = signed.booking
    booking.during = (minutes(100), minutes(145))
    booking.save()
    order = actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution="Done", **HERE)
    assert (order.booking, engineer.bookings.count()) == (None, 0)
    assert verbs(order)[-1] == "complete_work_order"


def test_the_requester_is_asked_how_it_was(completed):
    assert told("owner@shop.example")[-1] == f"Work order {completed} is done: how was it?"
    assert verbs(completed)[-1] == "complete_work_order"


def test_a_missing_step_keeps_it_open(working, engineer, picture, minutes):
    more = {"by": engineer, "at": minutes(50)}
    signature = picture(engineer, "signature")
    actions.sign(working, capture=signature, signer_name="Wang", shown_sha256=hash_of(working), **more)
    with pytest.raises(Refused, match="3 steps are missing: Terminal powered on, Photo of the terminal, Network"):
        actions.complete_work_order(working, resolution="Done", **more)
    actions.answer_step(working, step="power", value=True, **more)
    actions.answer_step(working, step="before", captures=[picture(engineer)], **more)
    with pytest.raises(Refused, match="One step is missing: Network"):
        actions.complete_work_order(working, resolution="Done", **more)
    assert (reloaded(working).status, verbs(working)[-1]) == ("in_progress", "answer_step")


def test_without_signature_it_is_not_done(answered, engineer, minutes):
    with pytest.raises(Refused, match="has not signed yet"):
        actions.complete_work_order(answered, by=engineer, at=minutes(55), resolution="Done")
    assert verbs(answered)[-1] == "answer_step"


def test_what_was_done_must_be_said(signed, engineer, minutes):
    with pytest.raises(Refused, match="Say what was done"):
        actions.complete_work_order(signed, by=engineer, at=minutes(55), resolution=" ")
    assert verbs(signed)[-1] == "sign"


def test_paused_work_is_resumed_before_it_is_completed(paused, engineer, minutes):
    with pytest.raises(Refused, match="“Paused”.*resume the work"):
        actions.complete_work_order(paused, by=engineer, at=minutes(55), resolution="Done")
    assert verbs(paused)[-1] == "pause_work"


def test_closing_lets_the_links_run_out_in_thirty_days(completed, dispatcher, minutes):
    token = actions.make_tracking_link(completed, by=dispatcher, at=minutes(56))
    order = actions.close_work_order(completed, by=dispatcher, at=minutes(60))
    assert (order.status, order.closed_at) == ("closed", minutes(60))
    assert actions.order_by_token(token, minutes(60) + timedelta(days=30, seconds=-1)) == order
    assert actions.order_by_token(token, minutes(60) + timedelta(days=30)) is None
    assert last_entry(order).changes == {"status": ["completed", "closed"]}


def test_only_what_is_completed_is_closed(signed, dispatcher, minutes):
    with pytest.raises(Refused, match="“In progress”"):
        actions.close_work_order(signed, by=dispatcher, at=minutes(60))
    assert verbs(signed)[-1] == "sign"


def test_completed_orders_close_by_themselves_after_three_days_and_once(completed, minutes):
    done_at = minutes(55)
    assert actions.close_completed_orders(at=done_at + timedelta(hours=72, seconds=-1)) == 0
    assert actions.close_completed_orders(at=done_at + timedelta(hours=72)) == 1
    assert actions.close_completed_orders(at=done_at + timedelta(hours=73)) == 0
    entry = last_entry(completed)
    assert (entry.verb, entry.actor) == ("workorders.close_work_order", None)
    assert verbs(completed).count("close_work_order") == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_close_each_order_once(completed, minutes):
    closed = at_once(4, lambda _: actions.close_completed_orders(at=minutes(55) + timedelta(hours=72)))
    assert sum(closed) == 1
    assert verbs(completed).count("close_work_order") == 1


def test_cancelling_frees_the_time_and_tells_everybody(accepted, engineer, dispatcher, minutes):
    order = actions.cancel_work_order(accepted, by=dispatcher, reason="The shop moved away", at=minutes(5))
    assert (order.status, order.cancelled_at, order.booking) == ("cancelled", minutes(5), None)
    assert engineer.bookings.count() == 0
    subject = f"Work order {order} has been cancelled"
    assert told(engineer)[-1] == told("owner@shop.example")[-1] == subject
    entry = last_entry(order)
    assert (entry.verb, entry.note) == ("workorders.cancel_work_order", "The shop moved away")
    assert entry.changes == {"status": ["accepted", "cancelled"]}


def test_cancelling_a_pause_ends_it(paused, dispatcher, minutes):
    order = actions.cancel_work_order(paused, by=dispatcher, reason="Swapped instead", at=minutes(60))
    assert order.pauses.get().ended_at == minutes(60)
    assert order.resolution_due_at is not None
    assert verbs(order)[-1] == "cancel_work_order"


def test_work_under_way_and_finished_work_are_not_cancelled(working, dispatcher, minutes):
    with pytest.raises(Refused, match="“In progress”.*pause or complete"):
        actions.cancel_work_order(working, by=dispatcher, reason="Too late", at=minutes(60))
    assert verbs(working)[-1] == "start_work"


def test_cancelling_needs_a_reason(pooled, dispatcher, minutes):
    with pytest.raises(Refused, match="Say why it is cancelled"):
        actions.cancel_work_order(pooled, by=dispatcher, reason="", at=minutes(5))
    assert verbs(pooled)[-1] == "receive_request"


def test_a_rating_closes_the_order(completed, minutes):
    rating = actions.rate_work_order(completed, score=5, comment=" Quick! ", tags=["friendly"], at=minutes(90))
    assert (rating.score, rating.comment, rating.tags) == (5, "Quick!", ["friendly"])
    assert reloaded(completed).status == "closed"
    assert verbs(completed)[-2:] == ["rate_work_order", "close_work_order"]


def test_an_order_is_rated_once(completed, minutes):
    actions.rate_work_order(completed, score=5, comment="", at=minutes(90))
    with pytest.raises(Refused, match="already been rated"):
        actions.rate_work_order(completed, score=1, comment="No!", at=minutes(91))
    assert completed.rating.score == 5
    assert verbs(completed)[-1] == "close_work_order"


@pytest.mark.django_db(transaction=True)
def test_ten_ratings_at_once_make_one(completed, minutes):
    answers = at_once(
        [1, 2, 3, 4, 5] * 2, lambda score: actions.rate_work_order(completed, score=score, comment="", at=minutes(90))
    )
    assert sum("already been rated" in str(answer) for answer in answers) == 9
    assert verbs(completed).count("rate_work_order") == 1


def test_only_finished_work_is_rated_from_one_to_five(working, completed, minutes):
    with pytest.raises(Refused, match="Choose 1 to 5"):
        actions.rate_work_order(completed, score=6, comment="", at=minutes(90))
    assert verbs(completed)[-1] == "complete_work_order"


def test_unfinished_work_is_not_rated(working, minutes):
    with pytest.raises(Refused, match="can be rated when the work is done"):
        actions.rate_work_order(working, score=5, comment="", at=minutes(90))
    assert verbs(working)[-1] == "start_work"
