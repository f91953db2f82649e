"""Wednesday 10:00, four service hours to respond and eight to resolve: half the response is used up at noon."""

from datetime import UTC, datetime, timedelta

import pytest

from journal.models import Entry
from notifications.models import Notice
from tests import factories as make
from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.actions import change_escalation, make_escalation, warn_of_due_times
from workorders.models import SlaPolicy, SlaWarning, TerritoryCalendar, WorkOrder
from workorders.queries import history

pytestmark = pytest.mark.django_db
HALF, CLOSE, LATE = 120, 240, 300  # minutes of the story at which the response reaches its marks: lunch in between


@pytest.fixture
def tell_dispatchers(manager, at):
    return [make_escalation(percent=percent, role="dispatcher", by=manager, at=at) for percent in (50, 75, 100)]


def given(order) -> list[tuple]:
    return list(order.sla_warnings.values_list("target", "percent", "reached_at"))


def test_each_share_is_warned_of_once_when_it_is_used_up(pooled, tell_dispatchers, dispatcher, minutes):
    assert warn_of_due_times(at=minutes(HALF) - timedelta(seconds=1)) == 0
    assert (warn_of_due_times(at=minutes(HALF)), warn_of_due_times(at=minutes(HALF + 5))) == (1, 0)
    assert given(pooled) == [("response", 50, minutes(HALF))]
    for late in (CLOSE, LATE, LATE + 1):
        warn_of_due_times(at=minutes(late))
    assert given(pooled) == [
        ("response", 50, minutes(HALF)), ("response", 75, minutes(CLOSE)), ("resolution", 50, minutes(LATE)),
        ("response", 100, minutes(LATE)),
    ]  # fmt: skip
    name = f"{pooled.number}, 朝阳茶馆 Sunrise Tea"
    assert [text for text in told(dispatcher) if "used up" in text or "overdue" in text] == [
        f"Response: 50 % of the time used up, {name}", f"Response: 75 % of the time used up, {name}",
        f"Resolution: 50 % of the time used up, {name}", f"Response overdue: {name}",
    ]  # fmt: skip
    assert verbs(pooled).count("warn_of_due_times") == 4
    line = history(pooled).lines[0]
    assert {change.label: change.after for change in line.changes} == {
        "Target": "Response", "Percent": "100 %: overdue",
    }  # fmt: skip


def test_who_slept_through_it_is_warned_of_all_that_was_missed(pooled, tell_dispatchers, dispatcher, minutes):
    assert warn_of_due_times(at=minutes(99_999)) == 1
    assert [(target, percent) for target, percent, _at in given(pooled)] == [
        ("response", 50), ("response", 75), ("resolution", 50), ("response", 100), ("resolution", 75),
        ("resolution", 100),
    ]  # fmt: skip
    pooled.refresh_from_db()
    assert (pooled.next_warning_at, pooled.warned_percent) == (None, 100)
    assert Notice.objects.in_app_of(dispatcher).filter(kind="sla-warning").count() == 6
    assert last_entry(pooled).verb == "workorders.warn_of_due_times"


def test_a_pause_moves_what_is_to_come_and_nothing_comes_while_it_lasts(paused, engineer, minutes):
    """Paused 10:40; resumed at 11:30: half the resolution is used up at 15:50 instead of 15:00."""
    paused.refresh_from_db()
    assert paused.next_warning_at is None
    assert warn_of_due_times(at=minutes(9_999)) == 0
    order = actions.resume_work(paused, by=engineer, at=minutes(90))
    assert order.next_warning_at == minutes(LATE + 50)
    assert warn_of_due_times(at=minutes(LATE + 50)) == 1
    assert given(order) == [("resolution", 50, minutes(LATE + 50))]
    assert last_entry(order).verb == "workorders.warn_of_due_times"


def test_who_has_arrived_is_not_warned_of_the_response(en_route, engineer, minutes):
    warn_of_due_times(at=minutes(CLOSE))
    en_route.refresh_from_db()
    assert en_route.warned_percent == 75
    order = actions.arrive(en_route, by=engineer, at=minutes(CLOSE + 5), lat=30.2741, lon=120.1551)
    assert (order.warned_percent, order.next_warning_at) == (0, minutes(LATE))
    warn_of_due_times(at=minutes(LATE))
    assert [percent for target, percent, _at in given(order) if target == "response"] == [50, 75]
    assert last_entry(order).verb == "workorders.warn_of_due_times"


def test_what_is_over_is_never_warned_of(completed, ask, dispatcher, minutes):
    cancelled = actions.cancel_work_order(ask()[0].order, by=dispatcher, reason="Twice", at=minutes(60))
    assert warn_of_due_times(at=minutes(9_999)) == 0
    assert not SlaWarning.objects.exists()
    WorkOrder.objects.filter(pk=completed.pk).update(next_warning_at=minutes(1))  # left behind by an older program
    assert (warn_of_due_times(at=minutes(9_999)), warn_of_due_times(at=minutes(9_999))) == (1, 0)
    assert not SlaWarning.objects.exists()
    assert last_entry(cancelled).verb == "workorders.cancel_work_order"


def test_another_priority_brings_its_policy_and_keeps_pauses_and_warnings(
    repair, paused, engineer, dispatcher, minutes
):
    make.SlaPolicyFactory(name="Urgent", priority=1, response_min=60, resolution_min=120)
    make.SlaPolicyFactory(name="Standard, made lax later", tier="standard", response_min=999, resolution_min=1999)
    order = actions.resume_work(paused, by=engineer, at=minutes(90))
    order = actions.change_work_order(order, priority=2, by=dispatcher, at=minutes(91))
    assert order.sla["policy"] == "Standard"  # what was promised stays where no policy is for that priority
    SlaPolicy.objects.filter(name__contains="lax").delete()
    order = actions.change_work_order(order, priority=1, by=dispatcher, at=minutes(92))
    assert (order.sla["policy"], order.resolution_due_at) == ("Urgent", minutes(60 + 120 + 50))  # lunch, the pause
    assert order.next_warning_at == minutes(60 + 50)
    assert last_entry(order).changes == {"priority": [2, 1]}


# -- whom


def test_all_escalations_that_fit_count_and_each_person_is_told_once(
    pooled, repair, manager, dispatcher, analyst, stranger, hangzhou, ningbo, minutes, at
):
    install = make.WorkOrderTypeFactory(code="install", name="Install")
    policy = pooled.sla_policy
    common = {"percent": 50, "by": manager, "at": at}
    make_escalation(role="dispatcher", region=hangzhou, **common)
    make_escalation(
        people=[dispatcher, analyst, stranger], policy=policy, by_mail=True, **common
    )  # stranger cannot see it
    make_escalation(role="finance", order_type=install, **common)
    make_escalation(role="manager", region=ningbo, **common)
    make_escalation(role="manager", target="resolution", **common)
    make_escalation(role="manager", is_active=False, **common)
    make_escalation(role="manager", percent=75, by=manager, at=at)
    warn_of_due_times(at=minutes(HALF))
    found = Notice.objects.filter(kind="sla-warning").values_list("recipient__username", "channel")
    assert set(found) == {
        ("dispatcher", "in_app"), ("dispatcher", "mail"), ("analyst", "in_app"), ("analyst", "mail"),
    }  # fmt: skip
    assert len(found) == 4
    body = Notice.objects.filter(kind="sla-warning").first().body
    assert body == "Due 18 Nov 2026, 15:00. Nobody has the order yet."
    assert last_entry(pooled).verb == "workorders.warn_of_due_times"


def test_where_nobody_named_is_left_the_dispatchers_stand_in(pooled, manager, analyst, dispatcher, minutes, at):
    make_escalation(percent=50, people=[analyst], by=manager, at=at)
    analyst.is_active = False
    analyst.save()
    warn_of_due_times(at=minutes(HALF))
    assert Notice.objects.filter(kind="sla-warning").get().recipient == dispatcher
    assert last_entry(pooled).verb == "workorders.warn_of_due_times"


def test_an_escalation_names_somebody_and_its_changes_are_written_down(manager, dispatcher, analyst, at):
    with pytest.raises(Refused, match="who is to be told"):
        make_escalation(percent=50, by=manager, at=at)
    made = make_escalation(percent=50, people=[dispatcher], by=manager, at=at)
    changed = change_escalation(made, percent=75, people=[dispatcher, analyst], by=manager, at=at)
    assert last_entry(changed).changes == {
        "percent": [50, 75], "people": ["Dina Dispatcher", "Ana Analyst, Dina Dispatcher"],
    }  # fmt: skip
    change_escalation(changed, percent=75, by=manager, at=at)
    with pytest.raises(Refused, match="who is to be told"):
        change_escalation(changed, people=[], by=manager, at=at)
    entries = Entry.objects.about(made).order_by("pk").values_list("verb", flat=True)
    assert list(entries) == ["workorders.make_escalation", "workorders.change_escalation"]
    assert set(changed.people.all()) == {dispatcher, analyst}


# -- the hours of the territory


def test_the_calendar_follows_the_territory_unless_the_policy_says_otherwise(ask, hangzhou, xihu, repair):
    """Hangzhou serves from 8, its district Xihu until 22 without lunch; asked at 10:00."""
    policy = SlaPolicy.objects.get()
    assert ask(summary="One")[0].order.sla["calendar"]["name"] == "Office hours"
    for region, hours in ((hangzhou, [["08:00", "18:00"]]), (xihu, [["09:00", "22:00"]])):
        calendar = make.ServiceCalendarFactory(name=region.name, weekly={str(day): hours for day in range(7)})
        TerritoryCalendar.objects.create(region=region, calendar=calendar)
    order = ask(summary="Two", at=datetime(2026, 11, 19, 2, tzinfo=UTC))[0].order
    assert order.sla["calendar"]["name"] == "Xihu"
    assert order.resolution_due_at == datetime(2026, 11, 19, 10, tzinfo=UTC)  # eight hours on end
    policy.follows_territory = False
    policy.save()
    order = ask(summary="Three", at=datetime(2026, 11, 20, 2, tzinfo=UTC))[0].order
    assert order.sla["calendar"]["name"] == "Office hours"
    assert last_entry(order).verb == "workorders.receive_request"


@pytest.mark.parametrize(
    ("asked", "day", "due"),
    [
        (datetime(2026, 11, 18, 15, 30, tzinfo=UTC), "2026-11-18", datetime(2026, 11, 19, 6, tzinfo=UTC)),  # 23:30
        (datetime(2026, 11, 18, 16, 30, tzinfo=UTC), "2026-11-19", datetime(2026, 11, 19, 6, tzinfo=UTC)),  # 00:30
    ],
)
def test_at_night_the_day_is_that_of_the_place_and_the_clock_waits_for_the_morning(ask, asked, day, due):
    """Four hours from Thursday 09:00, lunch between: 14:00 in Hangzhou."""
    order = ask(at=asked)[0].order
    assert (str(order.service_date), order.response_due_at) == (day, due)
    assert order.next_warning_at == datetime(2026, 11, 19, 3, tzinfo=UTC)
    assert last_entry(order).verb == "workorders.receive_request"
