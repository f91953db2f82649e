import hashlib
from dataclasses import asdict
from datetime import date, datetime, timedelta

import numpy as np

from analytics import notices
from analytics.actions.models import make_model
from analytics.challenger import boosted
from analytics.figures import CHURN, KNOWN_AFTER, Markets, left_after, read, stretches
from analytics.models import Feedback, Kind, ScoreModel, Scoring
from analytics.peers import Usual, compare
from analytics.rules import CODE_VERSION
from analytics.scorecard import Floats, back_test, fit

EVERY = timedelta(days=30)  # a model is learnt, and a snapshot of the past is taken
SNAPSHOTS = 6
FEWEST_LEFT = 60  # merchants that left, of which something can be learnt
EVER_LIVE = ("active", "suspended", "closed")
RISING = {
    "fall": 1, "volume": -1, "silence": 1, "repairs": 1, "repeats": 1, "complaints": 1, "device_years": 1, "contract_days": -1,
    "fee": 1, "overdue": 1,
}  # fmt: skip


def learn_now_and_then(scoring: Scoring, *, at: datetime) -> ScoreModel | None:
    """At most once a month, whether something came of it or not."""
    last = Scoring.objects.exclude(learnt_at=None).order_by("-as_of").values_list("learnt_at", flat=True).first()
    if last is not None and last > at - EVERY:
        return None
    if not Scoring.objects.filter(pk=scoring.pk, learnt_at=None).update(learnt_at=at):
        return None
    return learn_churn(usual=scoring.peers, today=scoring.as_of, at=at)


def learn_churn(*, usual: Usual, today: date, at: datetime) -> ScoreModel | None:
    """A candidate from snapshots of the past and from what people said; None while too few have left to learn from."""
    figures, left, days = _past(usual, today)
    told, verdicts = _told()
    if left.sum() + verdicts.sum() < FEWEST_LEFT or not usual:
        return None
    cuts = np.unique(days)[KNOWN_AFTER // EVERY.days :].tolist()
    trainers = {"scorecard": lambda x, y: fit(CHURN, x, y, RISING).probability, "challenger": boosted}
    tested = {
        name: [asdict(each) for each in back_test(train, figures, left, days, KNOWN_AFTER, cuts)]
        for name, train in trainers.items()
    }
    means = {
        name: {
            key: round(float(np.mean([each[key] for each in found])), 4) for key in ("auc", "calibration_error", "lift")
        }
        for name, found in tested.items()
        if found
    }
    x, y = np.vstack([figures, told]), np.concatenate([left, verdicts])
    metrics = {
        "rows": len(y), "rate": round(float(100 * y.mean()), 1), "told": len(verdicts), "cuts": len(cuts),
        **means.get("scorecard", {}), "challenger_auc": means.get("challenger", {}).get("auc"),
    }  # fmt: skip
    data_hash = hashlib.sha256(np.ascontiguousarray(np.column_stack([x, y])).tobytes()).hexdigest()
    model = make_model(
        Kind.CHURN,
        fit(CHURN, x, y, RISING),
        code_version=CODE_VERSION,
        data_hash=data_hash,
        metrics=metrics,
        made_at=at,
    )
    notices.tell_candidate(model, at=at)
    return model


def _past(usual: Usual, today: date) -> tuple[Floats, Floats, Floats]:
    """Figures at each snapshot, whether the merchant left afterwards, and the snapshot's day, the oldest first."""
    figures, left, days = [np.zeros((0, len(CHURN)))], [np.zeros(0)], [np.zeros(0)]
    for n in reversed(range(SNAPSHOTS) if usual else []):
        day = today - timedelta(days=KNOWN_AFTER) - n * EVERY
        markets = Markets(day)
        for merchants in stretches(EVER_LIVE):
            outcome = left_after(merchants[:, 0], day)
            compared = compare(read(merchants, day, markets), usual)["churn"].figures
            rows = ~np.isnan(outcome) & ~np.isnan(compared[:, CHURN.index("fall")])
            figures.append(compared[rows])
            left.append(outcome[rows])
            days.append(np.full(rows.sum(), float(day.toordinal())))
    return np.vstack(figures), np.concatenate(left), np.concatenate(days)


def _told() -> tuple[Floats, Floats]:
    """The figures people judged, and whether they found them right."""
    rows, verdicts = [], []
    for told in Feedback.objects.filter(kind=Kind.CHURN).order_by("at"):
        parts = {name: (figure, peers) for name, _points, figure, peers, _about in told.contributions}
        if set(parts) == set(CHURN):
            fee, usual = parts["fee"]
            parts["fee"] = (fee / usual if fee and usual else None, None)
            rows.append([parts[name][0] for name in CHURN])
            verdicts.append(float(told.verdict != Feedback.Verdict.FALSE_ALARM))
    return np.array(rows, dtype=float).reshape(-1, len(CHURN)), np.array(verdicts)
