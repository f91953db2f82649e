"""A row about a merchant that was merged is taken for the one it was merged into."""

import pytest

from assets.models import Terminal
from journal.models import Entry
from merchants.actions import merge_merchants
from merchants.models import Merchant
from tests import factories as make
from tests.integrations.test_import_merchants import check, run, upload


@pytest.fixture
def doubles(manager, hangzhou, at) -> tuple[Merchant, Merchant, Merchant]:
    """The first was merged into the second, the second into the third."""
    first, second, third = (
        make.MerchantFactory(name=f"Shop {n}", address=f"Street {n}", external_id=f"D-{n}", region=hangzhou)
        for n in (1, 2, 3)
    )
    merge_merchants(second, first, by=manager, at=at)
    merge_merchants(third, second, by=manager, at=at)
    return first, second, third


def put_in(sheet: str, *, kind: str = "merchants", by, at, region):
    job = check(upload(sheet, kind=kind, by=by, at=at, region=region), by=by, at=at)
    assert job.created == 0 or kind == "terminals"
    return run(job, by=by, at=at)


def test_by_outside_number_to_the_last_one_with_a_remark(manager, hangzhou, doubles, at) -> None:
    first, _second, third = doubles
    job = put_in("name,code,address\nShop one,D-1,New street\n", by=manager, at=at, region=hangzhou)
    assert (job.updated, job.created, job.failed) == (1, 0, 0)
    assert job.rows.get().messages == [f"{first.number} was merged into {third.number}: the row is taken for that one."]
    third.refresh_from_db()
    assert (third.name, third.address, third.external_id) == ("Shop one", "New street", "D-3")
    assert Merchant.objects.get(pk=first.pk).name == "Shop 1"
    entry = Entry.objects.get(verb="merchants.change_merchant")
    assert (entry.merchant_id, sorted(entry.changes)) == (third.pk, ["address", "name"])
    again = put_in("name,code,address\nShop one,D-1,New street\n", by=manager, at=at, region=hangzhou)
    assert (again.updated, again.unchanged) == (0, 1)


def test_by_name_and_address(manager, hangzhou, doubles, at) -> None:
    first, _second, third = doubles
    job = put_in("name,address,note\nShop 1,Street 1,call first\n", by=manager, at=at, region=hangzhou)
    assert (job.updated, job.created) == (1, 0)
    assert f"{first.number} was merged into {third.number}" in job.rows.get().messages[0]
    third.refresh_from_db()
    assert third.note == "call first"


def test_one_of_the_same_name_and_address_that_is_not_merged_comes_first(manager, hangzhou, doubles, at) -> None:
    alive = make.MerchantFactory(name="Shop 1", address="Street 1", region=hangzhou)
    job = put_in("name,address,note\nShop 1,Street 1,call first\n", by=manager, at=at, region=hangzhou)
    assert (job.updated, job.rows.count()) == (1, 0)
    alive.refresh_from_db()
    assert alive.note == "call first"


@pytest.mark.parametrize("column", ["number", "external_id"])
def test_terminals_are_bound_where_the_merchant_went(manager, hangzhou, doubles, column, at) -> None:
    make.TerminalModelFactory()
    first, _second, third = doubles
    sheet = f"sn,model,merchant\nSN-0001,A920,{getattr(first, column)}\n"
    job = put_in(sheet, kind="terminals", by=manager, at=at, region=hangzhou)
    assert (job.created, job.failed) == (1, 0)
    assert Terminal.objects.get().live_binding.merchant == third
    assert f"merged into {third.number}" in job.rows.get().messages[0]
    again = put_in(sheet, kind="terminals", by=manager, at=at, region=hangzhou)
    assert (again.unchanged, again.failed) == (1, 0)
