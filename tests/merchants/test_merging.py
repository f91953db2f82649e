from datetime import date

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from assets.actions import bind_terminal
from journal.models import Entry
from merchants import actions
from merchants.models import Merchant
from tests import factories as make
from toolkit.errors import Refused
from workorders.models import WorkOrder


@pytest.fixture
def double(xihu):
    """The same tea house, entered a second time, without address and place."""
    shop = make.MerchantFactory(
        name="朝阳茶馆", region=xihu, address="", lat=None, lon=None, location_source="", tier="key"
    )
    make.ContactFactory(merchant=shop)
    return shop


def pointing_at(merchant) -> list[str]:
    """Found through the fields themselves, not through the list the action walks."""
    return [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Merchant
        and model._base_manager.filter(**{field.name: merchant}).exists()
    ]  # fmt: skip


def test_everything_of_the_double_moves_to_the_kept_one(merchant, double, terminal, repair, keeper, manager, at):
    bind_terminal(terminal, merchant=double, by=keeper, at=at)
    actions.sign_contract(double, by=manager, at=at, number="C-1", service_level="plus", starts_on=date(2026, 1, 1))
    branch = make.MerchantFactory(parent=double, region=double.region)
    older_double = make.MerchantFactory(merged_into=double)
    order = WorkOrder.objects.create(
        number="WO-1", type=repair, merchant=double, region=double.region, summary="No paper", duration_min=30,
        service_date=at.date(), opened_at=at,
    )  # fmt: skip

    actions.merge_merchants(merchant, double, by=manager, at=at)

    for row in (branch, order, double, older_double):
        row.refresh_from_db()
    assert pointing_at(double) == []
    assert terminal.live_binding.merchant == merchant
    assert merchant.contracts.get().number == "C-1"
    assert (branch.parent, order.merchant) == (merchant, merchant)
    assert (double.merged_into, older_double.merged_into) == (merchant, merchant)
    assert merchant.contacts.count() == 2
    assert merchant.contacts.filter(is_primary=True).count() == 1
    entry = Entry.objects.first()
    assert (entry.verb, entry.merchant_id) == ("merchants.merge_merchants", merchant.pk)
    assert entry.changes["number"] == [double.number, merchant.number]
    assert entry.changes["work orders"] == [None, 1]


def test_the_kept_one_learns_what_it_does_not_know_and_keeps_what_it_knows(merchant, double, manager, at):
    actions.merge_merchants(double, merchant, by=manager, at=at)
    kept = Merchant.objects.get(pk=double.pk)
    assert (kept.address, kept.lat, kept.lon) == (merchant.address, merchant.lat, merchant.lon)
    assert (kept.name, kept.tier) == ("朝阳茶馆", "key")
    assert Entry.objects.first().changes["address"] == ["", merchant.address]


def test_a_merged_merchant_is_out_of_the_list_and_closed(merchant, double, manager, at):
    actions.merge_merchants(merchant, double, by=manager, at=at)
    assert list(Merchant.objects.not_merged().filter(pk__in=[merchant.pk, double.pk])) == [merchant]
    assert Merchant.objects.get(pk=double.pk).status == "closed"
    assert Entry.objects.count() == 1


def test_nothing_more_is_done_to_a_merged_merchant(merchant, double, manager, at):
    actions.merge_merchants(merchant, double, by=manager, at=at)
    for change in (
        lambda: actions.change_merchant(double, by=manager, at=at, tier="small"),
        lambda: actions.set_contact(double, by=manager, at=at, name="Li"),
        lambda: actions.merge_merchants(merchant, double, by=manager, at=at),
        lambda: bind_terminal(make.TerminalFactory(), merchant=double, by=manager, at=at),
    ):
        with pytest.raises(Refused, match=merchant.number):
            change()
    assert Entry.objects.count() == 1


def test_a_merchant_is_not_merged_with_itself(merchant, manager, at):
    with pytest.raises(Refused, match="with itself"):
        actions.merge_merchants(merchant, merchant, by=manager, at=at)


@pytest.mark.parametrize("kept_is_the_branch", [True, False])
def test_a_branch_and_its_head_office_can_be_one(merchant, xihu, manager, at, kept_is_the_branch):
    branch = make.MerchantFactory(parent=merchant, region=xihu)
    kept, merged = (branch, merchant) if kept_is_the_branch else (merchant, branch)
    actions.merge_merchants(kept, merged, by=manager, at=at)
    kept.refresh_from_db()
    assert kept.parent is None
    assert kept.children.not_merged().count() == 0
    assert Entry.objects.first().verb == "merchants.merge_merchants"
