"""Before departure the engineer and the office are warned of what is missing; nobody is kept from going."""

from datetime import timedelta

import pytest
from django.test import Client

from assets.actions import issue_terminal
from tests import factories as make
from tests.workorders.reading import last_entry
from workorders import actions
from workorders.models import WorkOrder
from workorders.preparation import warnings_before

pytestmark = pytest.mark.django_db


def codes(order, at) -> list[str]:
    return [warning.code for warning in warnings_before(WorkOrder.objects.get(pk=order.pk), at=at)]


@pytest.fixture
def install(merchant, engineer, dispatcher, at):
    order = actions.open_work_order(
        type=make.WorkOrderTypeFactory(code="install", name="Install"), merchant=merchant, summary="New shop",
        by=dispatcher, at=at,
    )  # fmt: skip
    return actions.assign_work_order(
        order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at
    )


def test_nothing_to_say_of_a_repair_in_service_hours(accepted, minutes):
    assert codes(accepted, minutes(3)) == []


def test_a_terminal_to_bring_must_be_in_the_own_bag(install, terminal, engineer, keeper, at):
    assert codes(install, at) == ["no_terminal"]
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    assert codes(install, at) == []


def test_a_swap_asks_for_the_same_model(merchant, terminal, engineer, dispatcher, keeper, at):
    old = make.TerminalFactory(model=make.TerminalModelFactory(code="another", name="Another"))
    order = actions.open_work_order(
        type=make.WorkOrderTypeFactory(code="swap", name="Swap"), merchant=merchant, summary="Old one", terminal=old,
        by=dispatcher, at=at,
    )  # fmt: skip
    actions.assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)
    sentence = warnings_before(WorkOrder.objects.get(pk=order.pk), at=at)[0].sentence
    assert str(old.model) in sentence and engineer.name in sentence


def test_outside_the_service_hours_it_says_when_they_begin(accepted, at):
    night = at.replace(hour=15)  # 23:00 in Hangzhou
    assert codes(accepted, night) == ["closed"]
    assert ":00" in warnings_before(accepted, at=night)[0].sentence


def test_without_place_or_review(install, at):
    WorkOrder.objects.filter(pk=install.pk).update(lat=None, lon=None)
    install.merchant.status = "onboarding"
    install.merchant.save()
    assert codes(install, at) == ["no_terminal", "no_place", "not_reviewed"]


def test_office_and_phone_show_it_and_departing_keeps_what_was_seen(install, engineer, dispatcher, at):
    for user, address in ((dispatcher, f"/office/work-orders/{install}/"), (engineer, f"/field/orders/{install}/")):
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        page = client.get(address).content.decode()
        assert "Fetch one from the warehouse first" in page
    assert 'name="seen" value="no_terminal' in page
    actions.accept_work_order(install, by=engineer, at=at)
    order = actions.depart(install, by=engineer, at=at, seen="no_terminal nonsense")
    assert order.status == "en_route"
    assert last_entry(order).changes["warnings"] == [None, "no_terminal"]
    assert warnings_before(order, at=at) == []
