"""Taking back and changing."""

import pytest

from tests import factories as make
from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workorders import actions

pytestmark = pytest.mark.django_db


def test_a_dispatcher_takes_an_order_back(accepted, engineer, dispatcher, minutes):
    order = actions.return_to_pool(accepted, by=dispatcher, reason="The shop is closed today", at=minutes(5))
    assert (order.status, order.engineer, order.booking) == ("open", None, None)
    assert (order.assigned_at, order.accepted_at) == (None, None)
    assert engineer.bookings.count() == order.rejections.count() == 0
    assert told(engineer)[-1] == f"{order} is no longer yours"
    assert told(dispatcher) == []
    entry = last_entry(order)
    assert (entry.verb, entry.note) == ("workorders.return_to_pool", "The shop is closed today")
    assert entry.changes == {"status": ["accepted", "open"], "engineer": ["Emil Engineer", None]}


def test_not_accepted_in_time_tells_the_dispatchers_and_passes_over_the_engineer(
    assigned, engineer, dispatcher, stranger, minutes
):
    order = actions.return_to_pool(assigned, by=None, reason="Not accepted within 20 minutes", at=minutes(21))
    rejection = order.rejections.get()
    assert (rejection.person, rejection.until) == (engineer, minutes(21 + 240))
    assert told(dispatcher) == [f"{order} is back in the pool: {order.merchant}"]
    assert told(stranger) == []
    assert (last_entry(order).actor, last_entry(order).note) == (None, "Not accepted within 20 minutes")


def test_what_has_begun_stays_where_it_is(on_site, dispatcher, minutes):
    with pytest.raises(Refused, match="“On site”"):
        actions.return_to_pool(on_site, by=dispatcher, reason="Changed my mind", at=minutes(31))
    assert verbs(on_site)[-1] == "arrive"


def test_taking_back_needs_a_reason(assigned, dispatcher, minutes):
    with pytest.raises(Refused, match="Say why it is taken back"):
        actions.return_to_pool(assigned, by=dispatcher, reason=" ", at=minutes(5))
    assert verbs(assigned)[-1] == "assign_work_order"


def test_a_locked_order_comes_back_unlocked(pooled, engineer, dispatcher, minutes):
    order = actions.assign_work_order(
        pooled, engineer=engineer, start=minutes(30), end=minutes(75), by=dispatcher, at=minutes(1), lock=True
    )
    order = actions.return_to_pool(order, by=dispatcher, reason="Ill", at=minutes(5))
    assert order.is_locked is False
    assert verbs(order)[-1] == "return_to_pool"


def test_a_new_priority_keeps_the_pauses(paused, engineer, dispatcher, minutes):
    """Paused 10:40 to 11:40: the resolution moves by the hour, whatever the priority becomes."""
    resumed = actions.resume_work(paused, by=engineer, at=minutes(100))
    due_at = resumed.resolution_due_at
    order = actions.change_work_order(resumed, by=dispatcher, at=minutes(101), priority=1)
    assert (order.priority, order.resolution_due_at, order.pauses.count()) == (1, due_at, 1)
    assert due_at == minutes(24 * 60 + 60)
    assert last_entry(order).changes == {"priority": [3, 1]}


def test_a_change_that_changes_nothing_is_not_written_down(pooled, dispatcher, minutes):
    actions.change_work_order(pooled, by=dispatcher, at=minutes(1), summary=pooled.summary, priority=pooled.priority)
    assert verbs(pooled) == ["open_work_order", "receive_request"]


def test_what_is_over_is_not_changed(completed, dispatcher, minutes):
    with pytest.raises(Refused, match="“Completed” and stays as it is"):
        actions.change_work_order(completed, by=dispatcher, at=minutes(60), details="More")
    assert verbs(completed)[-1] == "complete_work_order"


def test_the_summary_cannot_be_emptied(pooled, dispatcher, minutes):
    with pytest.raises(Refused, match="in a few words"):
        actions.change_work_order(pooled, by=dispatcher, at=minutes(1), summary="")
    assert verbs(pooled)[-1] == "receive_request"


def test_managers_hear_of_a_rejection_where_there_is_no_dispatcher(assigned, engineer, dispatcher, manager, minutes):
    dispatcher.is_active = False
    dispatcher.save()
    make.UserFactory(username="elsewhere", role="manager", region=make.RegionFactory(code="elsewhere"))
    order = actions.reject_work_order(assigned, by=engineer, reason="Van broke down", at=minutes(5))
    assert told(manager) == [f"{order} is back in the pool: {order.merchant}"]
    assert verbs(order)[-1] == "reject_work_order"
