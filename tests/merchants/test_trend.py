"""The panel of transactions: beside the market of the same trade and city, itself taken out."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from merchants.actions import Takings, recompute_changed_days, take_transactions
from merchants.trend import trend_of
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today(at):
    return timezone.localdate(at)


@pytest.fixture
def take(today, at):
    def taken(merchant, first: int, last: int, cents: int) -> None:
        """From so many days ago until so many."""
        rows = [Takings(merchant.pk, today - n * DAY, 2, cents, cents // 10) for n in range(last, first + 1)]
        take_transactions(rows, by=None, at=at, source="acquirer")

    return taken


def test_half_as_much_in_a_market_that_stood_still_is_half_adjusted(merchant, xihu, take, today) -> None:
    for _number in range(6):
        take(make.MerchantFactory(region=xihu, trade=merchant.trade), 56, 1, 10000)
    take(make.MerchantFactory(region=xihu, trade=make.TradeFactory(code="florist")), 28, 1, 990000)
    take(merchant, 56, 29, 2000)
    take(merchant, 28, 8, 4000 // 3)
    recompute_changed_days()
    trend = trend_of(merchant, today)
    assert (trend.until, trend.last_on, trend.is_of_trade, trend.market_merchants) == (
        today - DAY,
        today - 8 * DAY,
        True,
        7,
    )
    assert (trend.change.before_cents, trend.change.after_cents) == (56000, 21 * 1333)
    assert (trend.change.market, trend.change.adjusted) == (0, pytest.approx(21 * 1333 / 56000 - 1))
    assert (trend.count, trend.refunds_cents) == (42, 21 * 133)
    assert (trend.silence.days, trend.silence.chance < 1e-6) == (7, True)
    weeks = [week for week in trend.weeks if week.cents]
    assert sum(week.cents for week in weeks) <= 56000 + 21 * 1333
    assert weeks[1].index > 100 > weeks[-1].index


def test_where_the_trade_has_too_few_the_whole_city_is_the_market(merchant, xihu, take, today) -> None:
    for number in range(7):
        take(make.MerchantFactory(region=xihu, trade=make.TradeFactory(code=f"trade-{number}")), 56, 1, 100)
    take(merchant, 40, 1, 100)
    recompute_changed_days()
    trend = trend_of(merchant, today)
    assert (trend.is_of_trade, trend.change.market, trend.market_merchants) == (False, 0, 8)


def test_the_panel_says_what_is_known_and_what_to_do_while_nothing_is(
    client, dispatcher, merchant, foreign_merchant, take, at
) -> None:
    client.force_login(dispatcher)
    url = reverse("office:merchant-trend", args=[merchant.number])
    with time_machine.travel(at):
        assert "No transactions in the last twelve months." in client.get(url).content.decode()
        take(merchant, 60, 1, 123456)
        recompute_changed_days()
        page = client.get(url).content.decode()
        assert client.get(reverse("office:merchant-trend", args=[foreign_merchant.number])).status_code == 404
    assert "CNY 34,568" in page
    assert "itself +0 %" in page
    assert '"type": "scatter"' in page
