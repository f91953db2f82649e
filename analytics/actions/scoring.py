import json
from datetime import date, datetime, timedelta
from time import monotonic

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from analytics import notices
from analytics.actions.learning import learn_now_and_then
from analytics.actions.models import model_in_use
from analytics.decay import ALARM
from analytics.figures import CHURN, Markets, Sources, merchants_after, read, stretches
from analytics.models import Insight, Kind, ScoreModel, Scoring
from analytics.peers import Compared, compare, usual_figures
from analytics.scorecard import Scorecard, stability, top_reasons

CHUNK = 5_000  # merchants in one transaction
FROM_HOUR = 5  # when the day before has been reported

MAKE_ROOM = """
DROP TABLE IF EXISTS scored;
CREATE TEMPORARY TABLE scored (merchant_id bigint, kind text, score int, probability float8, money_cents bigint, base int,
    contributions jsonb, top_reason text, is_alarm bool, as_of date, model_id bigint) ON COMMIT DROP
"""
UPSERT = """
INSERT INTO analytics_insight AS known (merchant_id, kind, score, probability, money_cents, base, contributions, top_reason,
    is_alarm, as_of, model_id)
SELECT * FROM scored ORDER BY merchant_id, kind
ON CONFLICT (merchant_id, kind) DO UPDATE SET score = excluded.score, probability = excluded.probability,
    money_cents = excluded.money_cents, base = excluded.base, contributions = excluded.contributions,
    top_reason = excluded.top_reason, is_alarm = excluded.is_alarm, as_of = excluded.as_of, model_id = excluded.model_id
"""


def keep_insights(*, at: datetime, seconds: float = 480) -> None:
    """Scores all merchants as of yesterday, once, and learns a model now and then. Safe to run at any time: it goes on where another stopped."""
    now = timezone.localtime(at)
    if now.hour < FROM_HOUR:
        return
    scoring = score_merchants(as_of=now.date() - timedelta(days=1), at=at, seconds=seconds)
    if scoring.finished_at is not None and scoring.finished_at < at:  # in a run of its own, for its time
        learn_now_and_then(scoring, at=at)


def score_merchants(*, as_of: date, at: datetime, seconds: float = 480) -> Scoring:
    """A chunk a transaction, until all are done or the time is over."""
    until = monotonic() + seconds
    scoring = Scoring.objects.filter(as_of=as_of).first() or _begin(as_of, at)
    markets = Markets(as_of) if scoring.finished_at is None else None
    while scoring.finished_at is None and monotonic() < until:
        with transaction.atomic():
            scoring = Scoring.objects.select_for_update().select_related("churn", "upsell").get(pk=scoring.pk)
            merchants = merchants_after(scoring.scored_to, CHUNK)
            if scoring.finished_at is not None:
                break
            if len(merchants):
                _score(scoring, read(merchants, as_of, markets))
                scoring.scored_to, scoring.merchants = int(merchants[-1, 0]), scoring.merchants + len(merchants)
            else:
                _finish(scoring, at)
            scoring.save()
    return scoring


def _begin(as_of: date, at: datetime) -> Scoring:
    sample = _sample(as_of)
    values = {"began_at": at, "peers": usual_figures(sample) if sample else {}}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('scoring of merchants', 0))")
        models = {kind: model_in_use(kind) for kind in Kind.values}
        return Scoring.objects.get_or_create(as_of=as_of, defaults=values | models)[0]


def _sample(as_of: date) -> Sources | None:
    """None where there is nobody."""
    markets = Markets(as_of)
    return joined([read(each, as_of, markets) for each in stretches()])


def joined(parts: list[Sources]) -> Sources | None:
    if not parts:
        return None
    return Sources(**{name: np.concatenate([getattr(each, name) for each in parts]) for name in vars(parts[0])})


def _score(scoring: Scoring, of: Sources) -> None:
    compared = compare(of, scoring.peers)
    with connection.cursor() as cursor:
        cursor.execute(MAKE_ROOM)
        with cursor.copy("COPY scored FROM STDIN") as copy:
            for kind, each in compared.items():
                model: ScoreModel = getattr(scoring, kind)
                for row in _rows_of(kind, model, each, of, scoring.as_of):
                    copy.write_row(row)
                _count(scoring.counts.setdefault(kind, {}), model.scorecard, each)
        cursor.execute(UPSERT)


def _figures_for(card: Scorecard, compared: Compared) -> tuple[list[int], np.ndarray]:
    columns = [compared.names.index(name) for name in card.names]
    return columns, compared.figures[:, columns]


def _rows_of(kind: str, model: ScoreModel, compared: Compared, of: Sources, as_of: date):
    card = model.scorecard
    columns, figures = _figures_for(card, compared)
    points = card.points(figures)
    score = card.base + points.sum(1)
    probability = card.probability_of(score)
    top = top_reasons(points, 1)[:, 0].tolist()
    worth = probability if kind == Kind.UPSELL else 1.0
    money = np.rint(compared.cents * worth).astype(np.int64).tolist()
    alarms = (of.churn[:, CHURN.index("fall")] >= ALARM) & (kind == Kind.CHURN)
    shown, peers = (_known(each[:, columns]) for each in (compared.shown, compared.peers))
    lines = zip(points.tolist(), shown, peers, compared.about, strict=True)
    written = [
        json.dumps(
            [[*part, about if part[0] == "lacking" else ""] for part in zip(card.names, adds, has, usual, strict=True)]
        )
        for adds, has, usual, about in lines
    ]
    names = [*card.names, ""]
    return zip(
        of.ids.tolist(), [kind] * len(top), score.tolist(), probability.tolist(), money, [card.base] * len(top), written,
        [names[place] for place in top], alarms.tolist(), [as_of] * len(top), [model.pk] * len(top), strict=True,
    )  # fmt: skip


def _known(figures: np.ndarray) -> list[list[float | None]]:
    rounded = np.round(figures, 3).astype(object)
    rounded[np.isnan(figures)] = None
    return rounded.tolist()


def _count(counts: dict[str, list[int]], card: Scorecard, compared: Compared) -> None:
    """Merchants by bin, added to those of the chunks before."""
    _columns, figures = _figures_for(card, compared)
    for each, column in zip(card.characteristics, figures.T, strict=True):
        found = np.bincount(each.bins(column), minlength=len(each.points))
        counts[each.name] = (found + np.array(counts.get(each.name, 0))).tolist()


def _finish(scoring: Scoring, at: datetime) -> None:
    """What was not scored is no longer a live merchant. The drift of the models is measured."""
    Insight.objects.filter(as_of__lt=scoring.as_of).delete()
    scoring.finished_at = at
    for kind in Kind.values:
        model: ScoreModel = getattr(scoring, kind)
        counts = scoring.counts.get(kind, {})
        if not model.reference:
            model.reference = counts
        model.drift = {
            name: round(stability(np.array(model.reference[name]), np.array(found)), 4)
            for name, found in counts.items()
            if name in model.reference
        }
        model.save(update_fields=["reference", "drift"])
        if model.is_drifting:
            notices.tell_drift(model, scoring.as_of, at=at)
