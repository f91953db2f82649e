"""Many at once: the same as one after the other, all or none."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from journal.models import Entry
from merchants import actions
from merchants.models import Contact, Contract, Merchant
from tests import factories as make
from toolkit.errors import Refused


def news(region, count: int = 3) -> list[dict]:
    return [
        {"name": f" Shop {n} ", "region": region, "external_id": f"E-{n}", "tier": "key", "lat": 30.2, "lon": 120.1}
        for n in range(count)
    ]


def with_parts(region) -> list[dict]:
    shops = news(region)
    shops[0]["contact"] = {"name": "Wang", "phone": "138 1234 5678"}
    shops[1]["contact"] = {"email": "b@shop.example", "language": "en"}
    shops[1]["contract"] = {"number": " HT-1 ", "service_level": "plus", "starts_on": date(2026, 1, 1),
                            "monthly_fee": Decimal(80)}  # fmt: skip
    return shops


def one_after_the_other(shops, *, by, at) -> None:
    for shop in shops:
        parts = {name: shop.pop(name, None) for name in ("contact", "contract")}
        merchant = actions.create_merchant(**shop, by=by, at=at)
        if parts["contact"]:
            actions.set_contact(merchant, **parts["contact"], by=by, at=at)
        if parts["contract"]:
            actions.sign_contract(merchant, **parts["contract"], by=by, at=at)


def what_is_there() -> dict:
    names = dict(Merchant.objects.values_list("pk", "name"))
    skipped = {"id", "number", "merchant_id", "bigrams"}

    def plain(rows) -> list[dict]:
        return [
            {name: value for name, value in row.items() if name not in skipped}
            | {"of": names.get(row.get("merchant_id"))}
            for row in rows
        ]

    entries = Entry.objects.order_by("merchant_id", "pk").values(
        "merchant_id", "verb", "actor", "at", "subject_type", "subject_label", "changes", "note"
    )
    for entry in entries:
        entry["subject_label"] = entry["subject_label"].split()[-1:]  # reviews are known by their numbers, too
    phones = {contact.merchant.name: contact.phone for contact in Contact.objects.select_related("merchant")}
    contacts = Contact.objects.order_by("pk").defer("phone")
    return {
        "merchants": plain(Merchant.objects.order_by("pk").values()),
        "contacts": plain(
            contacts.values("merchant_id", "name", "phone_index", "phone_grams", "phone_last4", "email", "language",
                            "is_primary")
        ),
        "phones": phones,
        "contracts": plain(Contract.objects.order_by("pk").values()),
        "entries": plain(entries),
    }  # fmt: skip


def test_many_at_once_are_what_one_after_the_other_would_be(xihu, manager, at) -> None:
    with transaction.atomic():
        one_after_the_other(with_parts(xihu), by=manager, at=at)
        expected = what_is_there()
        transaction.set_rollback(True)
    created = actions.create_merchants(with_parts(xihu), by=manager, at=at)
    assert what_is_there() == expected
    assert [entry["verb"] for entry in expected["entries"]].count("merchants.set_contact") == 2
    assert [merchant.name for merchant in created] == ["Shop 0", "Shop 1", "Shop 2"]
    assert len({merchant.number for merchant in created}) == 3


def test_a_hundred_cost_as_many_statements_as_three(xihu, manager, at) -> None:
    counts = []
    for count, tag in ((3, "a"), (100, "b")):
        shops = [{**shop, "external_id": f"{tag}{shop['external_id']}"} for shop in news(xihu, count)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            actions.create_merchants(shops, by=manager, at=at)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"name": " "}, "needs a name"),
        ({"lat": 91.0}, "not on earth"),
        ({"contact": {"phone": "none"}}, "not a phone number"),
        ({"external_id": "E-0"}, "“E-0” is given to two merchants"),
        ({"external_id": "ERP-7"}, "“ERP-7” belongs to M-900001 Elder already"),
        ({"contract": {"number": "HT-7", "service_level": "plus", "starts_on": date(2026, 1, 1)}}, "“HT-7” already"),
    ],
)
def test_one_that_cannot_be_stops_all_of_them(xihu, manager, at, part, sentence) -> None:
    elder = make.MerchantFactory(number="M-900001", name="Elder", region=xihu, external_id="ERP-7")
    actions.sign_contract(
        elder, by=manager, at=at, number="HT-7", service_level="basic", starts_on=date(2026, 1, 1)
    )  # fmt: skip
    before = Entry.objects.count()
    shops = with_parts(xihu)
    shops[2] |= part
    with pytest.raises(Refused, match=sentence):
        actions.create_merchants(shops, by=manager, at=at)
    assert (Merchant.objects.get(), Contact.objects.count(), Entry.objects.count()) == (elder, 0, before)


def test_none_at_all_is_nothing(manager, at) -> None:
    assert actions.create_merchants([], by=manager, at=at) == []
    assert Entry.objects.count() == 0
