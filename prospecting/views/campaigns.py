from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prospecting import actions, campaign_lists, forms, funnel, permissions
from prospecting.models import Campaign, Lead
from toolkit.codes import qr_svg
from toolkit.forms import Confirm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage


class CampaignList(ListPage):
    name = "campaign-list"
    title = _("Campaigns")
    permission = permissions.VIEW_CAMPAIGN
    filterset_class = campaign_lists.CampaignFilter
    table_class = campaign_lists.CampaignTable
    export_permission = permissions.EXPORT_LEADS
    create_url = "office:campaign-add"
    create_permission = permissions.EDIT_CAMPAIGN
    create_label = _("Begin a campaign")
    empty_text = _("No campaigns yet: begin one, and see what it brings for what it costs.")

    def rows(self) -> QuerySet[Campaign]:
        user = self.request.user
        return funnel.with_figures(Campaign.objects.visible_to(user), user).select_related("region")


class CampaignMixin:
    permission = permissions.VIEW_CAMPAIGN

    def subjects(self) -> QuerySet[Campaign]:
        return Campaign.objects.visible_to(self.request.user).select_related("region")


class CampaignDetail(CampaignMixin, DetailPage):
    template_name = "prospecting/campaign.html"

    def subjects(self) -> QuerySet[Campaign]:
        return funnel.with_figures(super().subjects(), self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        campaign = self.subject
        leads = Lead.objects.visible_to(self.request.user).filter(merged_into=None, campaign=campaign)
        row = funnel.total(leads, {"campaign": campaign.number})
        return super().get_context_data(
            row=row,
            chart=funnel.chart(row),
            curve=funnel.curve(leads),
            months=funnel.MONTHS,
            gain=campaign_lists.gain_badge(campaign.gain_percent),
            phase=campaign.phase(campaign.region.service_date(timezone.now())),
            cells=campaign.cells.all(),
            costs=campaign.costs.all(),
            handouts=self.handouts(),
            **kwargs,
        )

    def handouts(self) -> list[Any]:
        """With the address, and its QR code, to print on what has a code."""
        handouts = list(self.subject.handouts.select_related("prospector"))
        for each in handouts:
            if each.code:
                each.address = f"{settings.SITE_URL}{reverse('public:want')}?{urlencode({'c': each.code})}"
                each.qr = qr_svg(each.address)
        return handouts


class CampaignCreate(FormPage):
    permission = permissions.EDIT_CAMPAIGN
    title = _("Begin a campaign")
    form_class = forms.CampaignForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Campaign:
        return actions.make_campaign(**values, **self.who)

    def back_url(self) -> str:
        return reverse("office:campaign-list")


class CampaignAction(CampaignMixin, ActionPage):
    permission = permissions.EDIT_CAMPAIGN


class CampaignEdit(CampaignAction):
    title = _("Edit the campaign")
    submit_label = _("Save")
    form_class = forms.CampaignForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user, "instance": self.subject}

    def run_action(self, values: dict) -> Campaign:
        return actions.change_campaign(self.subject, **values, **self.who)


class CampaignClose(CampaignAction):
    title = _("Close the campaign")
    form_class = Confirm

    def run_action(self, values: dict) -> Campaign:
        return actions.close_campaign(self.subject, **self.who)


class CostAdd(CampaignAction):
    title = _("Add a cost")
    form_class = forms.CostForm

    def get_initial(self) -> dict:
        return {"on": self.subject.region.service_date(timezone.now())}

    def run_action(self, values: dict) -> Any:
        return actions.add_cost(self.subject, **values, **self.who)


class CostRemove(CampaignAction):
    title = _("Take the cost back")
    form_class = Confirm

    def run_action(self, values: dict) -> None:
        actions.remove_cost(self.subject, cost=self.kwargs["cost"], **self.who)


class HandoutAdd(CampaignAction):
    title = _("Hand out material")
    form_class = forms.HandoutForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def get_initial(self) -> dict:
        return {"on": self.subject.region.service_date(timezone.now())}

    def run_action(self, values: dict) -> Any:
        return actions.add_handout(self.subject, **values, **self.who)
