from datetime import timedelta

import numpy as np
import pytest

from analytics.actions import keep_insights, open_care_task, score_merchants
from analytics.actions.models import make_model, model_in_use
from analytics.decay import ALARM
from analytics.models import Insight, ScoreModel, Scoring
from analytics.rules import CHURN
from analytics.words import in_words
from merchants.models import Merchant
from tests.analytics.conftest import SHOPS, take
from workorders.lifecycle import Status

pytestmark = pytest.mark.django_db


def said_of(merchant: Merchant) -> list[tuple]:
    return list(merchant.insights.order_by("kind").values_list("kind", "score", "contributions", "money_cents"))


def test_who_falls_away_stands_first_with_reasons_whose_points_sum_to_the_score(street, risk):
    assert Insight.objects.count() == 2 * SHOPS
    assert Insight.objects.filter(kind="churn").first() == risk
    assert list(Insight.objects.filter(is_alarm=True)) == [risk]
    for insight in Insight.objects.all():
        assert insight.base + sum(part.points for part in insight.parts) == insight.score
    first, second, *_rest = risk.reasons
    assert [first.name, second.name] == ["fall", "volume"] and first.figure > ALARM
    assert second.figure == pytest.approx(0.2 / 0.933, abs=0.02)  # with it, the market fell by 0.8 of a twelfth
    usual = f"{round(100 * second.figure)} % of its usual amount, the market taken out; its trade takes"
    assert in_words(second) == f"Takes {usual} {round(100 * second.peers)} %."
    assert second.peers == pytest.approx(1 / 0.933, abs=0.05)
    assert risk.probability > 0.2 > max(other.insights.get(kind="churn").probability for other in street[1:])
    assert risk.money_cents > 0


def test_days_after_the_date_change_nothing(street, risk, yesterday, at):
    before = [said_of(shop) for shop in street]
    take(street, np.random.default_rng(9).integers(0, 9000, (SHOPS, 2)), yesterday + timedelta(days=2), at)
    Scoring.objects.all().delete()
    score_merchants(as_of=yesterday, at=at)
    assert [said_of(shop) for shop in street] == before


def test_merchants_are_scored_once_a_day_and_a_pass_that_was_cut_off_goes_on(street, yesterday, at):
    at = at.replace(hour=22)  # six in the morning there
    keep_insights(at=at - timedelta(hours=2))
    assert not Scoring.objects.exists()
    keep_insights(at=at, seconds=0)
    assert not Insight.objects.exists() and Scoring.objects.get().finished_at is None
    keep_insights(at=at)
    scoring = Scoring.objects.get()
    assert (scoring.merchants, scoring.finished_at, scoring.as_of) == (SHOPS, at, yesterday + timedelta(days=1))
    Insight.objects.all().delete()
    keep_insights(at=at + timedelta(hours=1))
    assert not Insight.objects.exists()


def test_a_closed_merchant_is_forgotten_and_a_care_task_is_kept(street, risk, dispatcher, yesterday, at):
    order = open_care_task(risk, by=dispatcher, at=at)
    Merchant.objects.filter(pk=street[1].pk).update(status="closed")
    score_merchants(as_of=yesterday + timedelta(days=1), at=at + timedelta(days=1))
    assert not street[1].insights.exists()
    risk.refresh_from_db()
    assert risk.care_order == order and order.status == Status.OPEN
    assert risk.as_of == yesterday + timedelta(days=1)


def test_a_learnt_model_scores_once_approved_and_gives_way_to_the_rules_when_merchants_have_changed(analyst, db, at):
    rules = model_in_use("churn")
    assert rules.is_rules and model_in_use("churn") == rules
    learnt = make_model("churn", CHURN, code_version="x", made_at=at)
    assert model_in_use("churn") == rules
    ScoreModel.objects.filter(pk=learnt.pk).update(is_active=True, approved_at=at, approved_by=analyst)
    assert model_in_use("churn") == learnt
    ScoreModel.objects.filter(pk=learnt.pk).update(drift={"volume": 0.3})
    assert model_in_use("churn") == learnt and model_in_use("churn").is_drifting
    ScoreModel.objects.filter(pk=learnt.pk).update(drift={"volume": 0.6})
    assert model_in_use("churn") == rules


def test_other_merchants_than_before_are_a_drift(street, risk, yesterday, at):
    model = risk.model
    assert model.reference["volume"] and not model.is_drifting
    take(street, np.full((SHOPS, 28), 100), yesterday + timedelta(days=28), at + timedelta(days=28))
    take(street[:4], np.full((4, 28), 1000), yesterday + timedelta(days=28), at + timedelta(days=28))
    score_merchants(as_of=yesterday + timedelta(days=28), at=at + timedelta(days=28))
    model.refresh_from_db()
    assert model.is_drifting
