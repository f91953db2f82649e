from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.urls import reverse

from analytics.actions import score_merchants
from analytics.actions.learning import learn_now_and_then
from analytics.models import ScoreModel, Scoring
from journal.models import Entry
from merchants.models import TransactionBatch
from notifications.models import Notice
from tests import factories as make

pytestmark = pytest.mark.django_db
SHOPS, LEAVERS, DAYS = 60, 26, 360
COPY = "COPY merchants_merchantday (merchant_id, day, count, cents, refunds_cents, region_id, batch_id) FROM STDIN"
ROLL_UP = """
INSERT INTO merchants_cityday (day, city_id, trade_id, merchants, count, cents)
SELECT day, region_id, %s, count(*), count(*), sum(cents) FROM merchants_merchantday GROUP BY day, region_id
"""


@pytest.fixture
def year(xihu, yesterday, at) -> date:
    """A year of a trade; 26 of 90 shops lost custom for six weeks and stopped, one after the other."""
    dice, trade = np.random.default_rng(8), make.TradeFactory()
    shops = [make.MerchantFactory(region=xihu, trade=trade) for _n in range(SHOPS)]
    amounts = dice.uniform(800, 1200, (SHOPS, DAYS))
    for row, stops in enumerate(np.linspace(130, 320, LEAVERS).astype(int)):
        amounts[row, stops - 40 : stops] *= np.linspace(1, 0.2, 40)
        amounts[row, stops:] = 0
    batch = TransactionBatch.objects.create(source="acquirer", at=at)
    with connection.cursor() as cursor:
        with cursor.copy(COPY) as copy:
            for row, n in zip(*np.nonzero(amounts), strict=True):
                day = yesterday - timedelta(days=DAYS - 1 - int(n))
                copy.write_row((shops[row].pk, day, 9, int(amounts[row, n]) * 100, 0, xihu.pk, batch.pk))
        cursor.execute(ROLL_UP, [trade.pk])
    return yesterday


def test_a_model_is_learnt_from_who_left_tested_in_the_order_of_time_and_used_once_approved(
    client, year, analyst, manager, at
) -> None:
    scoring = score_merchants(as_of=year, at=at)
    model = learn_now_and_then(scoring, at=at)
    assert model.metrics["auc"] > 0.8 and model.metrics["challenger_auc"] > 0.5
    assert (model.metrics["cuts"], model.is_active, len(model.data_hash)) == (3, False, 64)
    falling = next(each for each in model.scorecard.characteristics if each.name == "fall")
    assert falling.points[0] < 0 < falling.points[-2]
    assert set(Notice.objects.filter(kind="model-candidate").values_list("recipient", flat=True)) == {
        analyst.pk,
        manager.pk,
    }
    assert learn_now_and_then(scoring, at=at + timedelta(days=29)) is None

    client.force_login(analyst)
    client.post(reverse("office:model-approve", args=[model.number]))
    score_merchants(as_of=year + timedelta(days=1), at=at + timedelta(days=1))
    assert Scoring.objects.get(as_of=year + timedelta(days=1)).churn == model
    assert ScoreModel.objects.get(pk=model.pk).approved_by == analyst
    assert Entry.objects.get(verb="analytics.approve_model").actor_id == analyst.pk
