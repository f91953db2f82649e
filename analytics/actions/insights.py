from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from analytics.models import Feedback, Insight, Kind
from analytics.words import advice, in_words
from journal.actions import record
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions import open_work_order
from workorders.lifecycle import ONGOING
from workorders.models import WorkOrder, WorkOrderType

CARE = "care"  # code of the order type
AGAIN_AFTER = timedelta(days=30)  # since the last care task was opened


def open_care_task(insight: Insight, *, by: User, at: datetime) -> WorkOrder:
    """One for an insight: the next when that is over and a month has passed. Its details are the reasons."""
    with transaction.atomic():
        insight = Insight.objects.select_for_update(of=("self",)).select_related("merchant__region").get(pk=insight.pk)
        before = insight.care_order
        if before is not None and (before.status in ONGOING or before.opened_at > at - AGAIN_AFTER):
            raise Refused(
                _("%(order)s looks after this already, opened %(day)s.")
                % {"order": before.number, "day": insight.merchant.region.service_date(before.opened_at)}
            )
        names = {"name": "Care visit", "name_zh": "商户关怀", "duration_min": 45}
        type, _new = WorkOrderType.objects.get_or_create(code=CARE, defaults=names)
        with translation.override(by.language):
            heading = {
                Kind.CHURN: _("Care: churn risk %(percent)s %%"),
                Kind.UPSELL: _("Care: upsell potential %(percent)s %%"),
            }
            lines = [f"{in_words(part)} {advice(part)}" for part in insight.reasons]
            insight.care_order = open_work_order(
                type=type,
                merchant=insight.merchant,
                summary=heading[Kind(insight.kind)] % {"percent": insight.percent},
                details="\n".join(lines),
                by=by,
                at=at,
            )
        insight.save(update_fields=["care_order"])
        record(
            "analytics.open_care_task", insight.care_order, by=by, at=at, merchant_id=insight.merchant_id,
            changes={"kind": [None, insight.kind], "score": [None, insight.score]},
        )  # fmt: skip
        return insight.care_order


def judge_insight(insight: Insight, *, verdict: str, by: User, at: datetime) -> Feedback:
    """The last word on the figures of a day counts."""
    with transaction.atomic():
        insight = Insight.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=insight.pk)
        told, _new = Feedback.objects.update_or_create(
            merchant=insight.merchant, kind=insight.kind, as_of=insight.as_of,
            defaults={"verdict": verdict, "model_id": insight.model_id, "score": insight.score,
                      "contributions": insight.contributions, "by": by, "at": at},
        )  # fmt: skip
        record(
            "analytics.judge_insight", insight.merchant, by=by, at=at, merchant_id=insight.merchant_id,
            changes={insight.kind: [None, verdict]},
        )  # fmt: skip
        return told
