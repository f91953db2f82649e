"""Days with transactions: the latest word counts, the roll-up follows, months are parts of the table."""

from datetime import date, timedelta

import pytest
from django.db import connection

from journal.models import Entry
from merchants.actions import Takings, merge_merchants, recompute_changed_days, take_transactions
from merchants.models import ChangedDay, CityDay, MerchantDay
from merchants.months import keep_months
from tests import factories as make
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 13)


def days_of(merchant) -> list[tuple]:
    return list(merchant.days.order_by("day").values_list("day", "count", "cents", "refunds_cents", "terminals"))


def rows_in(part: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ONLY {part}")
        return cursor.fetchone()[0]


def cells() -> list[tuple]:
    return list(CityDay.objects.filter(day=FRIDAY).values_list("city__code", "trade", "merchants", "cents"))


def test_the_latest_batch_counts_whole_and_rows_of_one_batch_are_added_up(merchant, xihu, manager, at) -> None:
    def take(*rows, **more):
        return take_transactions(rows, by=manager, at=at, source="acquirer", **more)

    first = take(Takings(merchant.pk, FRIDAY, 2, 1000, 50, 1), Takings(merchant.pk, FRIDAY, 1, 500))
    take(Takings(merchant.pk, FRIDAY, 4, 2000), batch=first)  # a piece further down in the same file
    assert days_of(merchant) == [(FRIDAY, 7, 3500, 50, None)]
    merchant.refresh_from_db()
    first.refresh_from_db()
    assert (first.rows, merchant.first_transaction_on) == (2, FRIDAY)
    for _again in range(2):
        take(Takings(merchant.pk, FRIDAY, 1, 900, 0, 2), Takings(merchant.pk, FRIDAY - timedelta(1), 0, 0))
        assert days_of(merchant) == [(FRIDAY - timedelta(1), 0, 0, 0, None), (FRIDAY, 1, 900, 0, 2)]
    merchant.refresh_from_db()
    assert merchant.first_transaction_on == FRIDAY  # the day before it took nothing
    assert merchant.days.get(day=FRIDAY).region == xihu
    entries = Entry.objects.filter(verb="merchants.take_transactions").order_by("pk")
    assert [(entry.actor_id, entry.subject_label) for entry in entries] == [(manager.pk, "acquirer")] * 3


def test_what_cannot_be_is_refused_as_a_whole(merchant, at, settings) -> None:
    good = Takings(merchant.pk, FRIDAY, 1, 100)
    for wrong, sentence in [
        (good._replace(day=at.date() + timedelta(days=2)), "Days are taken from"),
        (good._replace(day=date(2023, 10, 31)), "Days are taken from 2023-11-01 until today."),
        (good._replace(cents=-1), "cannot be below zero"),
    ]:
        with pytest.raises(Refused, match=sentence):
            take_transactions([good, wrong], by=None, at=at, source="acquirer")
    assert not MerchantDay.objects.exists()


def test_the_roll_up_of_a_city_and_a_trade_follows_what_changed(merchant, xihu, foreign_merchant, at) -> None:
    province = make.RegionFactory(code="province", parent=make.RegionFactory(code="company"))
    for city in (xihu.parent, foreign_merchant.region):
        city.parent = province
        city.save()
    tea = make.TradeFactory(code="florist")
    neighbours = [make.MerchantFactory(region=xihu, trade=tea) for _number in range(2)]
    nameless = make.MerchantFactory(region=xihu.parent, trade=None)

    def take(*rows):
        take_transactions([Takings(*row) for row in rows], by=None, at=at, source="acquirer")

    take(*((each.pk, FRIDAY, 1, 100) for each in neighbours), (foreign_merchant.pk, FRIDAY, 3, 700))
    take((merchant.pk, FRIDAY, 0, 0), (nameless.pk, FRIDAY, 1, 5))
    recompute_changed_days()
    assert sorted(cells(), key=str) == sorted(
        [
            ("hangzhou", tea.pk, 2, 200),
            ("hangzhou", merchant.trade_id, 0, 0),
            ("hangzhou", None, 1, 5),
            ("ningbo", foreign_merchant.trade_id, 1, 700),
        ],
        key=str,
    )
    assert not ChangedDay.objects.exists()
    take((neighbours[0].pk, FRIDAY, 5, 9000))
    assert ChangedDay.objects.count() == 1
    recompute_changed_days()
    assert CityDay.objects.get(trade=tea).cents == 9100


def test_what_a_double_took_is_added_to_the_kept_one(merchant, xihu, manager, at) -> None:
    double = make.MerchantFactory(region=xihu)
    rows = [Takings(merchant.pk, FRIDAY, 1, 100, 10), Takings(double.pk, FRIDAY, 2, 300),
            Takings(double.pk, FRIDAY - timedelta(1), 1, 40)]  # fmt: skip
    take_transactions(rows, by=None, at=at, source="acquirer")
    ChangedDay.objects.all().delete()
    merge_merchants(merchant, double, by=manager, at=at)
    assert days_of(merchant) == [(FRIDAY - timedelta(1), 1, 40, 0, None), (FRIDAY, 3, 400, 10, None)]
    assert (double.days.count(), ChangedDay.objects.count()) == (0, 2)
    assert merchant.days.model.objects.count() == 2


def test_months_are_made_ahead_what_waited_moves_and_what_is_too_old_goes(merchant, at, settings) -> None:
    settings.TRANSACTION_MONTHS = 2
    september = Takings(merchant.pk, date(2026, 9, 30), 1, 100)
    take_transactions([september, Takings(merchant.pk, FRIDAY, 1, 200)], by=None, at=at, source="acquirer")
    assert rows_in("merchants_merchantday_default") == 2  # nothing is lost while no part is made
    keep_months(at=at)
    keep_months(at=at)
    parts = ["202609", "202610", "202611", "202612", "202701", "default"]
    assert [rows_in(f"merchants_merchantday_{part}") for part in parts] == [1, 0, 1, 0, 0, 0]
    later = at + timedelta(days=20)
    keep_months(at=later)
    assert days_of(merchant) == [(FRIDAY, 1, 200, 0, None)]
    with pytest.raises(Refused):
        take_transactions([september], by=None, at=later, source="acquirer")
