from datetime import UTC, date, datetime, timedelta

import pytest

from journal.models import Entry
from merchants.actions import sign_contract
from procedures.actions import publish_version
from tests import factories as make
from tests.workorders.reading import last_entry, verbs
from toolkit.errors import Refused
from workorders.actions import open_work_order
from workorders.clock import fitting_policy
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_order(repair, merchant, dispatcher, at):
    def send(**facts):
        facts = {"type": repair, "merchant": merchant, "summary": "No paper", "by": dispatcher, "at": at, **facts}
        return open_work_order(**facts)

    return send


def test_it_waits_in_the_pool_with_what_its_type_says(open_order, repair, at):
    order = open_order()
    assert (order.status, order.engineer, order.duration_min) == ("open", None, 45)
    assert order.run.version == repair.procedure.current
    entry = last_entry(order)
    assert (entry.verb, entry.at) == ("workorders.open_work_order", at)
    assert entry.changes == {"status": [None, "open"], "type": [None, "repair"], "priority": [None, 3]}


@pytest.mark.parametrize(("tier", "priority"), [("key", 2), ("standard", 3), ("small", 4)])
def test_the_tier_sets_the_priority(open_order, merchant, tier, priority):
    merchant.tier = tier
    order = open_order()
    assert order.priority == priority
    assert last_entry(order).changes["priority"] == [None, priority]


def test_priority_and_minutes_can_be_said(open_order):
    order = open_order(priority=1, duration_min=120)
    assert (order.priority, order.duration_min) == (1, 120)
    assert last_entry(order).changes["priority"] == [None, 1]


def test_it_keeps_the_checklist_it_began_with(open_order, repair, manager, at):
    order = open_order()
    publish_version(repair.procedure, steps=[{"key": "new", "kind": "check", "title": "A new step"}], by=manager, at=at)
    assert WorkOrder.objects.get(pk=order.pk).run.version.number == 1
    assert open_order().run.version.number == 2
    assert verbs(order) == ["open_work_order"]


def test_without_procedure_there_is_no_checklist(open_order):
    order = open_order(type=make.WorkOrderTypeFactory(code="advice", name="Advice"))
    assert order.run is None
    assert verbs(order) == ["open_work_order"]


def test_the_due_times_count_service_hours(open_order):
    """Opened Wednesday 10:00: two hours until lunch, two after; eight hours end on Thursday at 10:00."""
    order = open_order()
    assert order.response_due_at == datetime(2026, 11, 18, 7, tzinfo=UTC)
    assert order.resolution_due_at == datetime(2026, 11, 19, 2, tzinfo=UTC)
    assert verbs(order) == ["open_work_order"]


def test_the_due_times_can_be_computed_again_when_policy_and_calendar_have_changed(
    open_order, repair, working, engineer, minutes
):
    from workorders.actions import pause_work, resume_work
    from workorders.models import SlaPolicy

    policy = SlaPolicy.objects.get()
    policy.calendar.days.create(date=date(2026, 11, 19), name="Founder's day")
    order = open_order()
    assert order.sla["calendar"]["days"] == {"2026-11-19": []}
    assert order.resolution_due_at == datetime(2026, 11, 20, 2, tzinfo=UTC)  # Thursday is closed
    policy.calendar.weekly = {}
    policy.calendar.save()
    policy.resolution_min = 9999
    policy.save()
    pause_work(working, by=engineer, reason="part", at=minutes(60))
    resumed = resume_work(working, by=engineer, at=minutes(120))
    assert resumed.resolution_due_at == datetime(2026, 11, 19, 3, tzinfo=UTC)  # from before, an hour later
    assert verbs(order) == ["open_work_order"]


def test_without_a_policy_nothing_is_promised(open_order, repair):
    repair.orders.model.objects.all().delete()
    make.SlaPolicyFactory._meta.model.objects.all().delete()
    order = open_order()
    assert (order.sla, order.response_due_at, order.resolution_due_at) == ({}, None, None)
    assert verbs(order) == ["open_work_order"]


def test_a_closed_merchant_gets_no_order(open_order, merchant):
    merchant.status = "closed"
    with pytest.raises(Refused, match="is closed or merged"):
        open_order()
    assert not Entry.objects.filter(verb="workorders.open_work_order").exists()


# -- which policy counts


def test_the_most_specific_policy_counts(repair, merchant, manager, company, xihu, at):
    install = make.WorkOrderTypeFactory(code="install", name="Install")
    on = date(2026, 11, 18)
    merchant.tier = "key"
    merchant.save()

    def chosen() -> str:
        return fitting_policy(repair, merchant, on).name

    assert chosen() == "Standard"
    make.SlaPolicyFactory(name="Company", region=company)
    assert chosen() == "Company"
    make.SlaPolicyFactory(name="Xihu", region=xihu)
    assert chosen() == "Xihu"
    make.SlaPolicyFactory(name="Key accounts", tier="key")
    make.SlaPolicyFactory(name="Small ones", tier="small")
    assert chosen() == "Key accounts"
    make.SlaPolicyFactory(name="Installs", order_type=install)
    assert chosen() == "Key accounts"
    make.SlaPolicyFactory(name="Repairs", order_type=repair)
    assert chosen() == "Repairs"
    make.SlaPolicyFactory(name="Repairs of key accounts", order_type=repair, tier="key")
    assert chosen() == "Repairs of key accounts"
    make.SlaPolicyFactory(name="Premium", service_level="premium")
    assert chosen() == "Repairs of key accounts"
    sign_contract(
        merchant, by=manager, at=at, number="C-1", service_level="premium", starts_on=on - timedelta(days=10),
        ends_on=on,
    )  # fmt: skip
    assert chosen() == "Premium"
    on += timedelta(days=1)  # the contract has ended
    assert chosen() == "Repairs of key accounts"
    assert Entry.objects.filter(verb="merchants.sign_contract").count() == 1


def test_of_two_equal_policies_the_stricter_counts(repair, merchant):
    make.SlaPolicyFactory(name="Lax", tier=merchant.tier, response_min=300)
    make.SlaPolicyFactory(name="Strict", tier=merchant.tier, response_min=120)
    assert fitting_policy(repair, merchant, date(2026, 11, 18)).name == "Strict"
