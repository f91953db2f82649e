"""The engineer's day: accept or reject, set off, arrive, work, pause."""

from datetime import timedelta

import pytest

from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workforce.models import Position
from workorders import actions
from workorders.models import VisitRules, WorkOrder

pytestmark = pytest.mark.django_db

NORTH_250_M = {"lat": 30.2741 + 250 / 111_195, "lon": 120.1551}


def test_accepting_keeps_both_times_and_tells_the_merchant(assigned, engineer, minutes):
    order = actions.accept_work_order(assigned, by=engineer, at=minutes(9), device_at=minutes(3))
    assert (order.status, order.accepted_at) == ("accepted", minutes(3))
    assert told("owner@shop.example")[-1] == f"Emil Engineer will come for work order {order}"
    entry = last_entry(order)
    assert (entry.verb, entry.at, entry.device_at) == ("workorders.accept_work_order", minutes(9), minutes(3))
    assert entry.changes == {"status": ["assigned", "accepted"]}


def test_only_the_engineer_of_the_order_takes_its_steps(assigned, colleague, dispatcher, picture, minutes):
    photo, signature = picture(colleague), picture(colleague, "signature")
    more = {"by": colleague, "at": minutes(5)}
    for step in (
        lambda: actions.accept_work_order(assigned, **more),
        lambda: actions.reject_work_order(assigned, reason="Too far", **more),
        lambda: actions.depart(assigned, **more),
        lambda: actions.arrive(assigned, **more),
        lambda: actions.start_work(assigned, **more),
        lambda: actions.pause_work(assigned, reason="part", **more),
        lambda: actions.resume_work(assigned, **more),
        lambda: actions.answer_step(assigned, step="power", value=True, **more),
        lambda: actions.add_photo(assigned, capture=photo, **more),
        lambda: actions.sign(assigned, capture=signature, signer_name="Wang Fang", shown_sha256="", **more),
        lambda: actions.complete_work_order(assigned, resolution="Done", **more),
        lambda: actions.accept_work_order(assigned, by=dispatcher, at=minutes(5)),
    ):
        with pytest.raises(Refused, match="belongs to Emil Engineer, who alone can do this"):
            step()
    assert verbs(assigned)[-1] == "assign_work_order"


def test_who_lost_the_order_is_told_so(assigned, engineer, dispatcher, minutes):
    actions.return_to_pool(assigned, by=dispatcher, reason="Closed today", at=minutes(5))
    with pytest.raises(Refused, match="has gone back into the pool"):
        actions.accept_work_order(assigned, by=engineer, at=minutes(6))
    assert verbs(assigned)[-1] == "return_to_pool"


def test_rejecting_puts_it_back_frees_the_time_and_tells_the_dispatchers(assigned, engineer, dispatcher, minutes):
    order = actions.reject_work_order(assigned, by=engineer, reason="Van broke down", at=minutes(5))
    assert (order.status, order.engineer, order.booking) == ("open", None, None)
    assert engineer.bookings.count() == 0
    rejection = order.rejections.get()
    assert (rejection.person, rejection.reason) == (engineer, "Van broke down")
    assert rejection.until == minutes(5) + timedelta(hours=4)
    assert told(dispatcher) == [f"{order} is back in the pool: {order.merchant}"]
    entry = last_entry(order)
    assert (entry.verb, entry.note) == ("workorders.reject_work_order", "Van broke down")
    assert entry.changes == {"status": ["assigned", "open"], "engineer": ["Emil Engineer", None]}


def test_rejecting_needs_a_reason(assigned, engineer, minutes):
    with pytest.raises(Refused, match="Say why you cannot do it"):
        actions.reject_work_order(assigned, by=engineer, reason="", at=minutes(5))
    assert verbs(assigned)[-1] == "assign_work_order"


def test_setting_off_reports_the_position_and_tells_the_merchant(accepted, engineer, minutes):
    order = actions.depart(accepted, by=engineer, at=minutes(10), lat=30.25, lon=120.1, accuracy_m=12)
    assert (order.status, order.departed_at) == ("en_route", minutes(10))
    assert Position.objects.get(person=engineer).lat == 30.25
    assert told("owner@shop.example")[-1] == "Emil Engineer is on the way to you"
    assert last_entry(order).changes == {"status": ["accepted", "en_route"]}


def test_nobody_sets_off_before_accepting(assigned, engineer, minutes):
    with pytest.raises(Refused, match="“Assigned”.*accept or reject"):
        actions.depart(assigned, by=engineer, at=minutes(10))
    assert verbs(assigned)[-1] == "assign_work_order"


def test_arriving_at_the_shop_is_measured(en_route, engineer, minutes):
    order = actions.arrive(
        en_route, by=engineer, at=minutes(30), device_at=minutes(29), lat=30.2750, lon=120.1551, accuracy_m=10
    )
    assert (order.status, order.arrived_at) == ("on_site", minutes(29))
    assert order.arrival_distance_m == pytest.approx(100, abs=1)
    entry = last_entry(order)
    assert entry.changes == {"status": ["en_route", "on_site"], "arrival_distance_m": [None, 100]}
    assert entry.device_at == minutes(29)


def test_the_fence_is_as_wide_as_the_rules_say(en_route, engineer, minutes):
    VisitRules.objects.create(fence_m=260)
    order = actions.arrive(en_route, by=engineer, at=minutes(30), accuracy_m=0, **NORTH_250_M)
    assert (order.status, order.arrival_reason) == ("on_site", "")


def test_outside_the_fence_needs_a_reason_and_a_photo(en_route, engineer, picture, minutes):
    here = {"by": engineer, "at": minutes(30), **NORTH_250_M}
    with pytest.raises(Refused, match="You are 250 m from the merchant; up to 220 m is on site"):
        actions.arrive(en_route, accuracy_m=20, **here)
    why = {"accuracy_m": 20, "reason": "The shop is inside the mall"}
    for photo in (None, picture(engineer, "signature")):
        with pytest.raises(Refused, match="Add a photo of where you are") as refusal:
            actions.arrive(en_route, photo=photo, **why, **here)
        assert refusal.value.field == "photo"
    photo = picture(engineer)
    order = actions.arrive(en_route, photo=photo, **why, **here)
    assert order.arrival_distance_m == pytest.approx(250, abs=1)
    assert (order.arrival_reason, order.arrival_photo) == ("The shop is inside the mall", photo)
    assert list(order.captures.all()) == [photo]
    assert list(WorkOrder.objects.elsewhere()) == [order]
    assert last_entry(order).note == "The shop is inside the mall"
    assert last_entry(order).changes["photos"] == [None, 1]


def test_at_the_merchants_no_reason_is_kept(en_route, engineer, minutes):
    order = actions.arrive(en_route, by=engineer, at=minutes(30), lat=30.2742, lon=120.1551, reason="Just in case")
    assert (order.arrival_reason, order.arrival_photo) == ("", None)
    assert not WorkOrder.objects.elsewhere().exists()
    assert last_entry(order).note == ""


def test_the_accuracy_of_the_phone_widens_the_fence(en_route, engineer, minutes):
    order = actions.arrive(en_route, by=engineer, at=minutes(30), accuracy_m=60, **NORTH_250_M)
    assert (order.status, order.arrival_reason) == ("on_site", "")
    assert last_entry(order).changes["arrival_distance_m"] == [None, 250]


def test_a_phone_that_knows_nothing_does_not_open_every_fence(en_route, engineer, minutes):
    with pytest.raises(Refused, match="up to 500 m is on site"):
        actions.arrive(en_route, by=engineer, at=minutes(30), lat=30.29, lon=120.1551, accuracy_m=5000)
    assert verbs(en_route)[-1] == "depart"


def test_without_a_position_a_reason_and_a_photo_are_needed(en_route, engineer, picture, minutes):
    with pytest.raises(Refused, match="gave no position"):
        actions.arrive(en_route, by=engineer, at=minutes(30))
    order = actions.arrive(
        en_route, by=engineer, at=minutes(30), reason="No signal in the basement", photo=picture(engineer)
    )
    assert (order.status, order.arrival_distance_m) == ("on_site", None)
    assert last_entry(order).note == "No signal in the basement"


def test_where_the_merchant_has_no_place_everybody_may_check_in(en_route, engineer, minutes):
    en_route.lat = en_route.lon = None
    en_route.save()
    order = actions.arrive(en_route, by=engineer, at=minutes(30), lat=30, lon=120)
    assert (order.status, order.arrival_distance_m) == ("on_site", None)
    assert last_entry(order).changes == {"status": ["en_route", "on_site"]}


def test_the_work_begins(on_site, engineer, minutes):
    order = actions.start_work(on_site, by=engineer, at=minutes(32))
    assert (order.status, order.started_at) == ("in_progress", minutes(32))
    assert last_entry(order).changes == {"status": ["on_site", "in_progress"]}


def test_the_resolution_clock_stands_still_while_paused(working, engineer, minutes):
    order = actions.pause_work(working, by=engineer, reason="part", note="Needs a keypad", at=minutes(40))
    pause = order.pauses.get()
    assert (order.status, pause.reason, pause.started_at, pause.ended_at) == ("paused", "part", minutes(40), None)
    assert order.resolution_due_at is None
    assert order.response_due_at == working.response_due_at
    assert last_entry(order).changes == {"status": ["in_progress", "paused"], "reason": [None, "part"]}
    assert last_entry(order).note == "Needs a keypad"


def test_resuming_moves_the_due_time_by_the_service_time_of_the_pause(paused, working, engineer, minutes):
    """11:00 of the clock is 60 minutes in; lunch 12:00 to 13:00 is no service time."""
    order = actions.resume_work(paused, by=engineer, at=minutes(240))  # 10:40 to 14:00: 140 service minutes
    assert order.status == "in_progress"
    assert order.started_at == minutes(32)
    assert order.resolution_due_at == minutes(24 * 60) + timedelta(hours=3, minutes=20)  # over lunch again
    assert last_entry(order).changes == {"status": ["paused", "in_progress"]}


def test_a_pause_needs_a_known_reason(working, engineer, minutes):
    with pytest.raises(Refused, match="what you are waiting for"):
        actions.pause_work(working, by=engineer, reason="tea", at=minutes(40))
    assert verbs(working)[-1] == "start_work"


def test_beginning_and_resuming_are_not_mixed_up(on_site, engineer, minutes):
    with pytest.raises(Refused, match="has not begun: start it instead"):
        actions.resume_work(on_site, by=engineer, at=minutes(32))
    order = actions.start_work(on_site, by=engineer, at=minutes(33))
    order = actions.pause_work(order, by=engineer, reason="merchant", at=minutes(34))
    with pytest.raises(Refused, match="is paused: resume it instead"):
        actions.start_work(order, by=engineer, at=minutes(35))
    assert verbs(order)[-1] == "pause_work"


def test_terminals_are_moved_only_while_under_way(assigned, engineer, terminal, minutes):
    with pytest.raises(Refused, match="terminals are moved while somebody is under way"):
        actions.install_terminal(assigned, terminal=terminal, by=engineer, at=minutes(5))
    with pytest.raises(Refused, match="terminals are moved while somebody is under way"):
        actions.retrieve_terminal(assigned, terminal=terminal, by=engineer, at=minutes(5))
    assert verbs(assigned)[-1] == "assign_work_order"
