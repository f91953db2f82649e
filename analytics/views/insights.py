"""What the scores say: the list, the panel of a merchant with what to do about it, the register of models."""

from itertools import pairwise
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from analytics import actions, permissions
from analytics.forms import JudgeForm
from analytics.lists import InsightFilter, InsightTable, ModelFilter, ModelTable, colour_of, yuan
from analytics.models import Feedback, Insight, Kind, ScoreModel, Scoring
from analytics.words import WORDS, advice, in_words, shown
from merchants.models import Merchant
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, PanelPage
from workorders.models import WorkOrder

MONEY = {Kind.CHURN: _("Brings in a year"), Kind.UPSELL: _("To be gained in a year")}


class InsightList(ListPage):
    name = "insight-list"
    title = _("Insights")
    permission = permissions.VIEW_INSIGHT
    export_permission = permissions.EXPORT_INSIGHTS
    filterset_class = InsightFilter
    table_class = InsightTable
    template_name = "analytics/insights.html"
    empty_text = _("Nothing fits these filters. Merchants are scored every night.")

    def rows(self) -> QuerySet[Insight]:
        rows = Insight.objects.visible_to(self.request.user)
        return rows.select_related("merchant__region", "merchant__trade", "care_order")

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(
            kinds=Kind.choices,
            kind=self.request.GET.get("kind") or Kind.CHURN,
            scoring=Scoring.objects.exclude(finished_at=None).first(),
            **kwargs,
        )


class MerchantInsights(PanelPage):
    permission = permissions.VIEW_INSIGHT
    template_name = "analytics/merchant_insights.html"

    def subjects(self) -> QuerySet[Merchant]:
        return Merchant.objects.visible_to(self.request.user).not_merged()

    def get_context_data(self, **kwargs) -> dict:
        insights = Insight.objects.filter(merchant=self.subject).select_related("model", "care_order").order_by("kind")
        told = {
            (each.kind, each.as_of): each
            for each in Feedback.objects.filter(merchant=self.subject).select_related("by").order_by("at")
        }
        return super().get_context_data(
            blocks=[self.block(each, told.get((each.kind, each.as_of))) for each in insights],
            verdicts=Feedback.Verdict.choices,
            **kwargs,
        )

    def block(self, insight: Insight, told: Feedback | None) -> dict[str, Any]:
        return {
            "insight": insight,
            "colour": colour_of(insight),
            "money_label": MONEY[Kind(insight.kind)],
            "money": yuan(insight.money_cents),
            "reasons": [(part.points, in_words(part), advice(part)) for part in insight.reasons],
            "rows": [shown(part) for part in insight.parts],
            "told": told,
        }


class InsightAction(ActionPage):
    """Found by the merchant and the kind."""

    permission = permissions.ACT_ON_INSIGHT
    slug_field = "merchant__number"

    def subjects(self) -> QuerySet[Insight]:
        rows = Insight.objects.visible_to(self.request.user).filter(kind=self.kwargs["kind"])
        return rows.select_related("merchant")


class InsightCare(InsightAction):
    title = _("Open a care task")
    form_class = Confirm
    success_message = _("The care task is in the pool, with the reasons in it.")

    def run_action(self, values: dict) -> WorkOrder:
        return actions.open_care_task(self.subject, **self.who)


class InsightJudge(InsightAction):
    title = _("Was it right?")
    form_class = JudgeForm
    success_message = _("Thank you: the next model learns from it.")

    def run_action(self, values: dict) -> Feedback:
        return actions.judge_insight(self.subject, **values, **self.who)


class ModelList(ListPage):
    name = "model-list"
    title = _("Models")
    permission = permissions.VIEW_MODEL
    filterset_class = ModelFilter
    table_class = ModelTable
    empty_text = _("No merchant has been scored yet. It is looked for every ten minutes.")

    def rows(self) -> QuerySet[ScoreModel]:
        return ScoreModel.objects.with_use().select_related("approved_by")


class ModelMixin:
    def subjects(self) -> QuerySet[ScoreModel]:
        return ScoreModel.objects.with_use().select_related("approved_by", "made_by")


class ModelDetail(ModelMixin, DetailPage):
    permission = permissions.VIEW_MODEL
    template_name = "analytics/model.html"

    def get_title(self) -> str:
        return f"{self.subject.get_kind_display()} {self.subject.version}"

    def get_context_data(self, **kwargs) -> dict:
        model: ScoreModel = self.subject
        rows = [
            {
                "label": WORDS[each.name].label,
                "bins": list(
                    zip(
                        _ranges(each.edges),
                        each.points,
                        model.reference.get(each.name, []) or [None] * len(each.points),
                        strict=False,
                    )
                ),
                "drift": model.drift.get(each.name),
            }
            for each in model.scorecard.characteristics
        ]
        labels = [
            ("auc", "AUC"),
            ("challenger_auc", _("AUC of the challenger")),
            ("calibration_error", _("Calibration error")),
            ("lift", _("Lift of the highest tenth")),
        ]
        return super().get_context_data(
            figures=[(label, model.metrics[key]) for key, label in labels if model.metrics.get(key) is not None],
            rows=rows,
            warn_above=model.WARN_ABOVE,
            fall_back_above=model.FALL_BACK_ABOVE,
            **kwargs,
        )


class ModelApprove(ModelMixin, ActionPage):
    permission = permissions.KEEP_MODELS
    title = _("Approve the model")
    form_class = Confirm
    success_message = _("From the next scoring on it is used.")

    def run_action(self, values: dict) -> ScoreModel:
        return actions.approve_model(self.subject, **self.who)


def _ranges(edges: tuple[float, ...]) -> list[str]:
    """How the bins are written: "< 0.5", "0.5 – 1.5", "≥ 1.5", and "–" for no figure."""
    texts = [f"{edge:g}" for edge in edges]
    if not texts:
        return ["…", "–"]
    return [f"< {texts[0]}", *(f"{a} – {b}" for a, b in pairwise(texts)), f"≥ {texts[-1]}", "–"]
