from datetime import date, datetime, timedelta

import numpy as np
import pytest

from analytics.actions import score_merchants
from analytics.decay import SPAN
from analytics.models import Insight
from merchants.actions import Takings, take_transactions
from merchants.models import CityDay, Merchant
from tests import factories as make

SHOPS = 12


@pytest.fixture
def yesterday(at) -> date:
    return at.date() - timedelta(days=1)


@pytest.fixture
def street(merchant, xihu, yesterday, at) -> list[Merchant]:
    """Cafés that took about 1,000 a day for four months; business of the first, the merchant, fell to a fifth lately."""
    shops = [merchant, *(make.MerchantFactory(region=xihu, trade=merchant.trade) for _n in range(SHOPS - 1))]
    shares = np.random.default_rng(4).uniform(0.8, 1.2, (SHOPS, SPAN))
    shares[0, -28:] *= 0.2
    take(shops, (1000 * shares).astype(int), yesterday, at)
    return shops


def take(shops: list[Merchant], amounts: np.ndarray, until: date, at: datetime) -> None:
    first = until - timedelta(days=amounts.shape[1] - 1)
    rows = [
        Takings(shop.pk, first + timedelta(days=n), 20, int(amount) * 100)
        for shop, line in zip(shops, amounts, strict=True)
        for n, amount in enumerate(line)
    ]
    take_transactions(rows, by=None, at=at, source="acquirer")
    days = {first + timedelta(days=n): sum(column.tolist()) * 100 for n, column in enumerate(amounts.T)}
    CityDay.objects.filter(day__in=days).delete()  # the roll-up, at once: its task takes a transaction for each day
    city, trade = shops[0].region, shops[0].trade
    CityDay.objects.bulk_create(
        CityDay(day=day, city=city, trade=trade, merchants=len(shops), count=20, cents=cents)
        for day, cents in days.items()
    )


@pytest.fixture
def risk(street, yesterday, at) -> Insight:
    score_merchants(as_of=yesterday, at=at)
    return street[0].insights.get(kind="churn")
