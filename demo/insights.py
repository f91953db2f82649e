"""What the scores say of the made-up merchants on the last evening, and what people made of it."""

from datetime import datetime, timedelta

from analytics.actions import judge_insight, open_care_task, score_merchants
from analytics.models import Feedback, Insight, Kind
from demo.crew import ZONE
from workforce.models import User

VERDICTS = (Feedback.Verdict.RIGHT, Feedback.Verdict.SAVED, Feedback.Verdict.FALSE_ALARM, Feedback.Verdict.RIGHT)


def tell_insights(*, by: User, at: datetime) -> None:
    """Some of those at risk are looked after already; the first ones wait for the reader."""
    score_merchants(as_of=at.astimezone(ZONE).date() - timedelta(days=1), at=at)
    risks = Insight.objects.filter(kind=Kind.CHURN, is_alarm=True)[4:12]
    for insight in list(risks)[::2]:
        open_care_task(insight, by=by, at=at)
    for insight, verdict in zip(list(risks)[1::2], VERDICTS, strict=False):
        judge_insight(insight, verdict=verdict, by=by, at=at)
