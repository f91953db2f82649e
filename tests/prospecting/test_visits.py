"""A prospector at a shop: photo, fence, what the lead learns, tasks ticked off, how well it is proven."""

from datetime import timedelta

import pytest

from prospecting import actions
from prospecting.models import Competitor, Objection, ProspectingTask, Visit
from tests.workorders.reading import last_entry
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db
HERE = {"lat": 30.2151, "lon": 120.1151, "accuracy_m": 12}


@pytest.fixture
def visit(prospector, picture, at):
    def record_visit(lead, by=prospector, **facts):
        facts = {"outcome": "decider", "at": at, **HERE, **facts}
        facts.setdefault("captures", [picture(by)])
        return actions.record_visit(lead, by=by, **facts)

    return record_visit


def test_the_lead_learns_from_it(lake, note, visit, prospector, at):
    lead = note()
    fee, other = (Objection.objects.create(code=code, name=code) for code in ("fee", "other"))
    brand = Competitor.objects.create(code="brand", name="Brand")
    made = visit(
        lead, intention=4, objections=[fee, other], seen={brand: 2}, next_step="offer",
        next_step_on=at.date() + timedelta(days=2), note="Ask for the owner",
    )  # fmt: skip
    lead.refresh_from_db()
    assert (lead.status, lead.intention, lead.visits_count, lead.last_visited_at) == ("visited", 4, 1, at)
    assert (lead.owner, lead.next_step, lead.next_step_on) == (prospector, "offer", at.date() + timedelta(days=2))
    assert lead.last_visited_by == prospector
    assert (made.objections.count(), made.seen.get().count, made.captures.count()) == (2, 2, 1)
    assert round(made.distance_m) == 15
    assert last_entry(lead).changes["visit"] == [None, made.number]


def test_without_a_photo_outside_the_fence_or_at_somebody_elses_it_is_refused(note, visit, rival, at):
    lead = note()
    with pytest.raises(Refused, match="Take a photo"):
        visit(lead, captures=[])
    with pytest.raises(Refused, match="m from the shop; up to 212 m counts"):
        visit(lead, lat=30.225)
    with pytest.raises(Refused, match="gave no position"):
        visit(lead, lat=None, lon=None)
    assert visit(lead, lat=30.225, reason="Street is closed").away_reason == "Street is closed"
    with pytest.raises(Refused, match="belongs to"):
        visit(lead, by=rival)
    with pytest.raises(Refused, match="on which day"):
        visit(lead, next_step="call")


def test_a_day_is_told_in_one_go_all_of_it_or_nothing(note, prospector, rival, manager, at):
    near, far, taken, soon = note(), note(lat=30.225), note(owner=rival), at + timedelta(minutes=2)
    task = actions.give_task(
        prospector=prospector, title="Both", region=near.region, due_on=at.date(), leads=[near, far], by=manager, at=at
    )
    news = [
        (near, {"outcome": "staff", "device_at": at, **HERE}),
        (far, {"outcome": "decider", "device_at": soon, **HERE, "lat": 30.225}),
    ]
    evening = at + timedelta(hours=8)
    with pytest.raises(Refused, match="belongs to"):
        actions.record_visits([*news, (taken, news[0][1])], by=prospector, at=evening)
    assert not Visit.objects.exists()
    made = actions.record_visits(news, by=prospector, at=evening)
    assert [(visit.at, visit.received_at, visit.score) for visit in made] == [(at, evening, 100), (soon, evening, 100)]
    speeds = [part["facts"]["kmh"] for visit in made for part in visit.score_parts if part["code"] == "speed"]
    assert speeds[0] is None and 30 < speeds[1] < 36
    assert ProspectingTask.objects.get(pk=task.pk).status == "done"
    assert [last_entry(lead).device_at for lead in (near, far)] == [at, soon]


def test_one_that_arrives_late_does_not_undo_what_came_after_it(note, visit, at):
    lead = note()
    visit(lead, intention=5, at=at + timedelta(hours=2))
    visit(lead, intention=1, at=at + timedelta(hours=3), device_at=at + timedelta(hours=1))
    lead.refresh_from_db()
    assert (lead.visits_count, lead.intention, lead.last_visited_at) == (2, 5, at + timedelta(hours=2))


def test_of_two_that_are_merged_the_later_visitor_is_the_last(note, visit, rival, manager, at):
    kept, merged = note(), note(name="Again")
    visit(kept)
    visit(merged, by=rival, at=at + timedelta(hours=1))
    kept = actions.merge_leads(kept, merged, by=manager, at=at + timedelta(hours=2))
    assert (kept.visits_count, kept.last_visited_at, kept.last_visited_by) == (2, at + timedelta(hours=1), rival)


def test_a_shop_that_is_gone_is_discarded_and_a_place_is_learned(note, visit):
    gone, unplaced = note(), note(lat=None, lon=None)
    visit(gone, outcome="gone")
    visit(unplaced)
    gone.refresh_from_db()
    unplaced.refresh_from_db()
    assert gone.status == "discarded"
    assert (unplaced.lat, unplaced.lon) == (30.2151, 120.1151)


def test_a_picture_of_elsewhere_an_impossible_journey_and_no_camera_cost_points(note, visit, picture, prospector, at):
    near, far = note(), note(lat=31.2, lon=121.4)
    honest = visit(near)
    faked = visit(far, lat=30.2151, lon=120.1151, reason="Believe me", at=at + timedelta(minutes=2))
    assert honest.score > faked.score
    assert {part["code"] for part in faked.score_parts if part["points"] < part["most"]} >= {"fence", "camera"}


def test_a_task_is_done_when_its_shops_are_visited(lake, note, visit, prospector, manager, xihu, at):
    first, second, elsewhere = note(), note(name="Second"), note(lat=30.3)
    task = actions.give_task(
        prospector=prospector, title="The lake by Friday", region=xihu, due_on=at.date() + timedelta(days=2),
        cells=[lake], by=manager, at=at,
    )  # fmt: skip
    assert {stop.lead for stop in task.stops.all()} == {first, second}
    made = visit(first)
    assert task.stops.get(lead=first).visit == made
    visit(second, at=at + timedelta(minutes=30))
    task.refresh_from_db()
    assert (task.status, task.ended_at) == ("done", at + timedelta(minutes=30))
    assert last_entry(task).verb == "prospecting.finish_task"
    assert elsewhere.stops.count() == 0


def test_a_task_needs_shops_somebody_and_a_day(lake, note, prospector, manager, xihu, at):
    facts = {"title": "Lake", "region": xihu, "due_on": at.date(), "cells": [lake], "by": manager, "at": at}
    with pytest.raises(Refused, match="no shop to visit"):
        actions.give_task(prospector=prospector, **facts)
    note()
    with pytest.raises(Refused, match="no active prospector"):
        actions.give_task(prospector=manager, **facts)
    with pytest.raises(Refused, match="still to come"):
        actions.give_task(prospector=prospector, **{**facts, "due_on": at.date() - timedelta(days=1)})
    task = actions.give_task(prospector=prospector, **facts)
    actions.cancel_task(task, reason="Rain", by=manager, at=at)
    with pytest.raises(Refused, match="is over"):
        actions.cancel_task(task, reason="Rain", by=manager, at=at)
    assert ProspectingTask.objects.open().count() == 0
    assert Visit.objects.count() == 0
