"""The plan of the next working day that is made in the evening without anybody asking."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from dispatch.actions import apply_plan, cancel_plan, change_rules, make_rules, propose_next_days, run_waiting_plans
from dispatch.models import RuleSet
from dispatch.plans.models import DayPlan
from journal.models import Entry
from notifications.models import Notice
from tests import factories as make
from tests.dispatch.day_plans import *
from tests.dispatch.day_plans import TOMORROW, local
from tests.races import at_once
from toolkit.errors import Refused
from workforce.actions import set_shifts

pytestmark = pytest.mark.django_db
TODAY = TOMORROW - timedelta(days=1)  # a Wednesday
WEEKDAYS = [(day, time(8), time(20)) for day in range(5)]


@pytest.fixture
def rules(hangzhou, manager, at) -> RuleSet:
    return make_rules(name="Hangzhou", region=hangzhou, plans_at=time(18), by=manager, at=at)


@pytest.fixture
def evening():
    """At half past six, or another hour, of a day in Hangzhou."""

    def propose(on: date = TODAY, hour: int = 18, minute: int = 30) -> list[DayPlan]:
        at = local(hour, minute, on)
        with time_machine.travel(at, tick=True):
            before = set(DayPlan.objects.values_list("pk", flat=True))
            made = propose_next_days(at=at)
        plans = list(DayPlan.objects.exclude(pk__in=before))
        assert made == len(plans)
        return plans

    return propose


def test_the_next_day_is_proposed_once_and_the_dispatchers_are_told(
    rules, evening, new_order, engineer, colleague, dispatcher, stranger, hangzhou
) -> None:
    new_order()
    assert evening(hour=17, minute=59) == []
    (plan,) = evening()
    assert (plan.region, plan.on, plan.requested_by, plan.seconds) == (hangzhou, TOMORROW, None, 60)
    assert evening() == evening(hour=23) == evening(on=TOMORROW, hour=3) == []
    with time_machine.travel(local(18, 31, TODAY), tick=True):
        assert run_waiting_plans() == 1
    plan.refresh_from_db()
    assert plan.status == DayPlan.Status.PROPOSED
    (notice,) = Notice.objects.filter(kind="day-proposed", channel=Notice.Channel.IN_APP)
    assert (notice.recipient, notice.url) == (dispatcher, plan.get_absolute_url())
    assert "1 of 1 orders done (0 as it stands)" in notice.body
    assert not Entry.objects.filter(verb="dispatch.apply_plan").exists()
    verbs = Entry.objects.filter(subject_label=plan.number, actor=None).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["dispatch.request_plan", "dispatch.propose_plan"]
    cancel_plan(plan, by=dispatcher, at=local(19, 0, TODAY))
    assert evening(hour=20) == []  # it was not wanted


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one(rules, new_order, engineer) -> None:
    new_order()
    at_once(range(8), lambda _n: propose_next_days(at=local(18, 30, TODAY)))
    assert DayPlan.objects.get().is_of_the_evening


def test_friday_evening_plans_the_next_day_people_work(
    rules, evening, new_order, engineer, colleague, dispatcher, at
) -> None:
    for person in (engineer, colleague):
        set_shifts(person, shifts=WEEKDAYS, by=dispatcher, at=at)
    calendar = make.ServiceCalendarFactory()
    calendar.days.create(date=date(2026, 11, 23), hours=[])  # a holiday on Monday
    calendar.days.create(date=date(2026, 11, 21), hours=[["09:00", "18:00"]])  # nobody has a shift that Saturday
    make.SlaPolicyFactory(calendar=calendar)
    new_order()
    friday = date(2026, 11, 20)
    assert [plan.on for plan in evening(on=friday)] == [date(2026, 11, 24)]
    assert evening(on=friday + timedelta(days=1)) == evening(on=friday + timedelta(days=2)) == []


def test_what_was_missed_is_made_up_until_people_begin_to_work(rules, evening, new_order, engineer, at) -> None:
    new_order()
    assert evening(on=TOMORROW, hour=8, minute=0) == []  # too late for today, and not yet evening
    assert [plan.on for plan in evening(on=TOMORROW, hour=7, minute=59)] == [TOMORROW]


def test_nothing_where_nothing_is_to_be_done_or_the_day_is_settled(
    rules, evening, new_order, planned, engineer, dispatcher, manager, company, hangzhou, at
) -> None:
    assert evening() == []
    new_order()
    by_hand = planned()
    apply_plan(by_hand, by=dispatcher, at=at)
    new_order()
    assert evening() == []
    wider = planned(region=company, on=TOMORROW + timedelta(days=1))
    assert [plan.on for plan in evening(on=TOMORROW)] == [TOMORROW + timedelta(days=1)]  # a proposal settles nothing
    DayPlan.objects.filter(is_of_the_evening=True).delete()
    apply_plan(wider, by=manager, at=at)
    assert evening(on=TOMORROW) == []
    change_rules(rules, plans_at=None, by=manager, at=at)
    assert evening(on=TOMORROW + timedelta(days=1)) == []


def test_a_killed_worker_and_a_day_that_cannot_be_planned(
    rules, evening, new_order, engineer, dispatcher, settings
) -> None:
    new_order()
    (plan,) = evening()
    DayPlan.objects.update(status="interrupted", started_at=local(18, 31, TODAY), finished_at=local(18, 32, TODAY))
    assert propose_next_days(at=local(18, 40, TODAY)) == 0
    assert propose_next_days(at=local(18, 43, TODAY)) == 1
    plan.refresh_from_db()
    assert plan.status == DayPlan.Status.WAITING
    settings.DAY_PLAN_MOST = 0, 600
    run_waiting_plans(lambda: datetime(2026, 11, 18, 11, tzinfo=UTC))
    (notice,) = Notice.objects.filter(kind="day-not-planned", channel=Notice.Channel.IN_APP)
    assert notice.recipient == dispatcher and notice.body.startswith("More than 0 orders")


def test_rules_say_when_for_a_region_and_all_types_only(client, manager, hangzhou, repair, rules, at) -> None:
    for values in ({"region": None}, {"order_type": repair}):
        with pytest.raises(Refused, match="for a region and all types"):
            make_rules(**{"name": "X", "region": hangzhou, "plans_at": time(18), "by": manager, "at": at} | values)
    client.force_login(manager)
    page = client.get(rules.get_absolute_url())
    assert 'value="18:00"' in page.content.decode()
    values = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    client.post(rules.get_absolute_url(), {k: v for k, v in values.items() if v} | {"plans_at": "19:30"})
    assert RuleSet.objects.in_force().get(number=rules.number).plans_at == time(19, 30)
    assert Entry.objects.get(verb="dispatch.change_rules").changes == {"plans_at": ["18:00:00", "19:30:00"]}
