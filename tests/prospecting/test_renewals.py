"""Contracts that end make leads, each once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from merchants.actions import sign_contract
from merchants.models import Merchant
from prospecting import actions
from prospecting.models import Lead
from tests import factories as make
from tests.races import at_once
from tests.workorders.reading import last_entry

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 18)


@pytest.fixture
def sign(merchant, manager, at):
    def contract(number: str, ends_in: int | None, shop=merchant, starts_in: int = -300):
        return sign_contract(
            shop, number=number, service_level="basic", starts_on=TODAY + timedelta(days=starts_in),
            ends_on=None if ends_in is None else TODAY + timedelta(days=ends_in), by=manager, at=at,
        )  # fmt: skip

    return contract


def test_a_contract_that_ends_soon_makes_a_lead_that_knows_its_merchant_and_makes_it_once(sign, merchant, lake, at):
    Merchant.objects.filter(pk=merchant.pk).update(lat=30.215, lon=120.115)
    contract = sign("V-1", ends_in=90)
    assert [actions.propose_renewals(at=at) for _tick in range(2)] == [1, 0]
    lead = Lead.objects.get()
    assert (lead.source, lead.renews, lead.merchant, lead.name) == ("renewal", contract, merchant, merchant.name)
    assert (lead.cell, lead.region, lead.phone) == (lake, merchant.region, merchant.contacts.get(is_primary=True).phone)
    assert (last_entry(lead).verb, last_entry(lead).merchant_id) == ("prospecting.propose_renewal", merchant.pk)


def test_one_that_was_discarded_does_not_come_again(sign, manager, at):
    sign("V-1", ends_in=30)
    actions.propose_renewals(at=at)
    actions.discard_lead(Lead.objects.get(), reason="They close the shop.", by=manager, at=at)
    assert actions.propose_renewals(at=at + timedelta(days=1)) == 0


@pytest.mark.parametrize("ends_in", [-1, 91, None])
def test_not_before_its_time_not_after_it_and_not_without_an_end(sign, ends_in, at):
    sign("V-1", ends_in=ends_in)
    assert actions.propose_renewals(at=at) == 0


def test_not_where_the_next_contract_is_signed_or_a_lead_is_open_or_nobody_is_served(
    sign, merchant, manager, hangzhou, at
):
    shops = [make.MerchantFactory(name=name, region=hangzhou) for name in ("Followed", "Courted", "Closed")]
    for shop in shops:
        sign(f"V-{shop.name}", ends_in=30, shop=shop)
    sign("V-next", shop=shops[0], starts_in=31, ends_in=None)
    actions.make_lead(name="Courted", region=hangzhou, source="street", merchant=shops[1], by=manager, at=at)
    Merchant.objects.filter(pk=shops[2].pk).update(status="closed")
    assert actions.propose_renewals(at=at) == 0


def test_the_database_holds_it_to_once(sign, at):
    sign("V-1", ends_in=30)
    actions.propose_renewals(at=at)
    first = Lead.objects.get()
    with pytest.raises(IntegrityError, match="lead_renews_contract_once"), transaction.atomic():
        Lead.objects.create(name="Again", region=first.region, source="renewal", renews=first.renews, created_at=at)


@pytest.mark.django_db(transaction=True)
def test_eight_workers_at_once_make_one(sign, at):
    sign("V-1", ends_in=30)
    made = at_once(range(8), lambda _worker: actions.propose_renewals(at=at))
    assert (sum(made), Lead.objects.count()) == (1, 1)
