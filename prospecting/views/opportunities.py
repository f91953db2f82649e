from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from prospecting import actions, forms, lists, permissions
from prospecting.lifecycle import OPEN_STAGES, Stage
from prospecting.models import Offer, Opportunity
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, Page

SHOWN = 30  # cards in a column of the pipeline; the rest in the list


class OpportunityList(ListPage):
    name = "opportunity-list"
    title = _("Opportunities")
    permission = permissions.VIEW_OPPORTUNITY
    filterset_class = lists.OpportunityFilter
    table_class = lists.OpportunityTable
    export_permission = permissions.EXPORT_LEADS
    template_name = "prospecting/opportunities.html"
    empty_text = _("No opportunities yet: open one on the page of a lead that wants to sign.")

    def rows(self) -> QuerySet[Opportunity]:
        return Opportunity.objects.visible_to(self.request.user).select_related("lead", "owner", "order", "region")


@dataclass(frozen=True)
class Column:
    stage: Stage
    count: int
    volume: Decimal
    cards: list[Opportunity]

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.cards)


class Pipeline(Page, TemplateView):
    """The open opportunities by stage; the longest in its stage first."""

    permission = permissions.VIEW_OPPORTUNITY
    title = _("Pipeline")
    template_name = "prospecting/pipeline.html"

    def get_context_data(self, **kwargs) -> dict:
        rows = Opportunity.objects.visible_to(self.request.user).open()
        sums = {
            stage: (count, volume or Decimal())
            for stage, count, volume in rows.values_list("stage")
            .annotate(Count("pk"), Sum("monthly_volume"))
            .order_by()
        }
        columns = [
            Column(
                stage,
                *sums.get(stage, (0, Decimal())),
                list(rows.filter(stage=stage).select_related("lead", "owner", "order").order_by("stage_since")[:SHOWN]),
            )
            for stage in OPEN_STAGES
        ]
        return super().get_context_data(
            columns=columns, now=timezone.now(), moves=forms.StageForm.base_fields["stage"].choices, **kwargs
        )


class OpportunityMixin:
    permission = permissions.VIEW_OPPORTUNITY

    def subjects(self) -> QuerySet[Opportunity]:
        rows = Opportunity.objects.visible_to(self.request.user)
        return rows.select_related("lead", "owner", "order", "merchant", "region", "lost_reason")


class OpportunityDetail(OpportunityMixin, DetailPage):
    template_name = "prospecting/opportunity.html"

    def get_title(self) -> str:
        return self.subject.lead.name

    def get_context_data(self, **kwargs) -> dict:
        opportunity = self.subject
        order = opportunity.order
        return super().get_context_data(
            terminals=opportunity.terminals.select_related("model"),
            offers=order.promises.all() if order else opportunity.offers.all(),
            is_open=opportunity.stage in OPEN_STAGES,
            is_talking=opportunity.stage in OPEN_STAGES and not order,
            stages=[stage for stage in Stage if stage != Stage.LOST or opportunity.stage == Stage.LOST],
            review=opportunity.merchant and opportunity.merchant.reviews.order_by("pk").last(),
            now=timezone.now(),
            **kwargs,
        )


class OpportunityAction(OpportunityMixin, ActionPage):
    permission = permissions.EDIT_OPPORTUNITY


class OpportunityChange(OpportunityAction):
    title = _("Edit the opportunity")
    submit_label = _("Save")
    form_class = forms.OpportunityForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def form_valid(self, form) -> HttpResponse:
        self.form = form
        return super().form_valid(form)

    def run_action(self, values: dict) -> Opportunity:
        return actions.change_opportunity(
            self.subject, terminals=self.form.terminals(), **self.form.values(), **self.who
        )


class OpportunityMove(OpportunityAction):
    title = _("Move the opportunity")
    submit_label = _("Move")
    form_class = forms.StageForm

    def get_initial(self) -> dict:
        return {"stage": self.subject.stage}

    def run_action(self, values: dict) -> Opportunity:
        return actions.move_opportunity(self.subject, **values, **self.who)

    def done_url(self, result: Opportunity) -> str:
        return reverse("office:pipeline") if "pipeline" in self.request.GET else super().done_url(result)


class OpportunityLose(OpportunityAction):
    title = _("The opportunity is lost")
    submit_label = _("Lost")
    form_class = forms.LoseForm

    def run_action(self, values: dict) -> Opportunity:
        return actions.lose_opportunity(self.subject, **values, **self.who)


class OfferMake(OpportunityAction):
    title = _("Promise something")
    submit_label = _("Promise")
    form_class = forms.OfferForm

    def run_action(self, values: dict) -> Offer:
        return actions.make_offer(self.subject, **values, **self.who)


class OfferWithdraw(OpportunityAction):
    title = _("Take the promise back")
    submit_label = _("Take back")
    form_class = Confirm

    def run_action(self, values: dict) -> None:
        actions.withdraw_offer(self.subject, offer=self.kwargs["offer"], **self.who)


class OpportunityConvert(OpportunityAction):
    """One click: merchant, review and install order."""

    title = _("Make a merchant and an install order of it")
    submit_label = _("Convert")
    form_class = Confirm
    success_message = _("The install order waits for the merchant's review.")

    def run_action(self, values: dict) -> Opportunity:
        return actions.convert_opportunity(self.subject, **self.who)
