"""A merchant that moves to another region takes along what stands there and what goes on there."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from assets.actions import bind_terminal, unbind_terminal
from assets.models import Terminal
from journal.models import Entry
from merchants.actions import change_merchant, merge_merchants
from tests import factories as make
from tests.workorders.reading import last_entry
from workorders import actions
from workorders.models import Request, WorkOrder

pytestmark = pytest.mark.django_db


def region_of(row):
    return type(row).objects.get(pk=row.pk).region


@pytest.fixture
def gone(merchant, hangzhou, keeper, at):
    """Was at the merchant, is in stock again."""
    terminal = make.TerminalFactory(region=hangzhou)
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    return unbind_terminal(terminal, by=keeper, at=at, reason="swapped")


def test_live_terminals_and_open_orders_go_along_and_the_rest_stays(
    accepted, merchant, terminal, gone, repair, manager, keeper, ningbo, xihu, dispatcher, minutes
):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=minutes(3))
    over = actions.open_work_order(type=repair, merchant=merchant, summary="No paper", by=dispatcher, at=minutes(3))
    actions.cancel_work_order(over, by=dispatcher, reason="Mistake", at=minutes(4))
    change_merchant(merchant, by=manager, at=minutes(5), region=ningbo)
    assert [region_of(row) for row in (accepted, terminal, gone, over)] == [ningbo, ningbo, xihu, xihu]
    assert Request.objects.get(order=accepted).region == ningbo
    for row, verb in ((accepted, "workorders.follow_merchant"), (terminal, "assets.follow_merchant")):
        entry = last_entry(row)
        assert (entry.verb, entry.actor, entry.merchant_id) == (verb, manager, merchant.pk)
        assert entry.changes == {"region": ["Xihu", "Ningbo"]}
    assert WorkOrder.objects.get(pk=accepted.pk).engineer == accepted.engineer
    assert Entry.objects.filter(verb__endswith=".follow_merchant").count() == 2


def test_the_office_moves_it_and_the_old_city_sees_nothing_of_it_any_more(
    client, pooled, merchant, terminal, keeper, manager, dispatcher, stranger, ningbo, minutes
):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=minutes(3))
    client.force_login(manager)
    values = {"name": merchant.name, "tier": "standard", "status": "active", "region": ningbo.pk, "address": "x"}
    assert client.post(reverse("office:merchant-edit", args=[merchant.number]), values).status_code == 302
    for user, status in ((dispatcher, 404), (stranger, 200)):
        client.force_login(user)
        seen = [client.get(row.get_absolute_url()).status_code for row in (merchant, pooled, terminal)]
        assert seen == [status] * 3


def test_a_change_of_anything_else_moves_nothing(pooled, merchant, manager, xihu, minutes):
    change_merchant(merchant, by=manager, at=minutes(5), region=xihu, name="New name")
    assert not Entry.objects.filter(verb__endswith=".follow_merchant").exists()


def test_nothing_moves_when_the_merchant_cannot(pooled, merchant, manager, ningbo, xihu, minutes):
    """One transaction."""
    from toolkit.errors import Refused

    with pytest.raises(Refused, match="needs a name"):
        change_merchant(merchant, by=manager, at=minutes(5), region=ningbo, name="")
    assert (region_of(pooled), region_of(merchant)) == (xihu, xihu)
    assert not Entry.objects.filter(verb__endswith=".follow_merchant").exists()


def test_a_double_of_another_region_brings_what_it_has(
    pooled, merchant, foreign_merchant, terminal, keeper, manager, ningbo, minutes
):
    bind_terminal(terminal, merchant=merchant, by=keeper, at=minutes(3))
    merge_merchants(foreign_merchant, merchant, by=manager, at=minutes(5))
    assert [region_of(row) for row in (pooled, terminal)] == [ningbo, ningbo]
    assert last_entry(Terminal.objects.get(pk=terminal.pk)).verb == "assets.follow_merchant"


def test_every_follower_is_there():
    followers = import_string(settings.FOLLOWERS)
    assert all(callable(import_string(path)) for paths in followers.values() for path in paths)
