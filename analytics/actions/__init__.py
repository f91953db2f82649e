"""Every write of analytics, one function per verb."""

from analytics.actions.insights import judge_insight, open_care_task
from analytics.actions.models import approve_model
from analytics.actions.scoring import keep_insights, score_merchants

__all__ = ["approve_model", "judge_insight", "keep_insights", "open_care_task", "score_merchants"]
