from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from journal.models import Entry
from journal.queries import read
from merchants.models import Merchant
from prospecting import actions, forms, lists, permissions
from prospecting.doubles import doubles_of
from prospecting.models import Lead, Opportunity, Visit
from toolkit.choices import ChoicePage
from toolkit.forms import Confirm, ReasonForm
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage, FormPage, Page, PanelPage, SubjectMixin
from workforce.models import User
from workforce.roles import Role


class LeadList(ListPage):
    name = "lead-list"
    title = _("Leads")
    permission = permissions.VIEW_LEAD
    filterset_class = lists.LeadFilter
    table_class = lists.LeadTable
    export_permission = permissions.EXPORT_LEADS
    create_url = "office:lead-create"
    create_permission = permissions.EDIT_LEAD
    create_label = _("Add a lead")
    empty_text = _("No leads yet: add one, or let prospectors note what they see on the street.")

    def rows(self) -> QuerySet[Lead]:
        rows = Lead.objects.visible_to(self.request.user).filter(merged_into=None)
        rows = rows.select_related("region", "cell", "trade", "owner", "campaign")
        return rows.defer("cell__outline", "cell__core")  # long, and not shown


class LeadSearch(ChoicePage):
    permission = permissions.VIEW_LEAD

    def rows(self) -> QuerySet[Lead]:
        return Lead.objects.visible_to(self.request.user).filter(merged_into=None)

    def choice(self, row: Lead) -> tuple[str, str]:
        return row.number, f"{row.name} · {row.number}"


class ProspectorSearch(ChoicePage):
    permission = permissions.VIEW_LEAD
    with_former = False  # those who have left: to filter by

    def rows(self) -> QuerySet[User]:
        people = User.objects.visible_to(self.request.user).filter(role=Role.PROSPECTOR)
        rows = people if self.with_former else people.filter(is_active=True)
        return rows.select_related("region").order_by("name", "pk")

    def choice(self, row: User) -> tuple[str, str]:
        return row.username, " · ".join(filter(None, [row.name, row.region and row.region.name]))


class LeadMixin:
    permission = permissions.VIEW_LEAD

    def subjects(self) -> QuerySet[Lead]:
        leads = Lead.objects.visible_to(self.request.user)
        return leads.select_related("region", "cell", "trade", "owner", "campaign", "merchant", "merged_into")


class LeadDetail(LeadMixin, DetailPage):
    """Its whole story. A merged lead leads to the one it was merged into."""

    template_name = "prospecting/lead.html"

    def get(self, request, *args, **kwargs) -> HttpResponse:
        return redirect(self.subject.merged_into) if self.subject.merged_into else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs) -> dict:
        lead = self.subject
        user = self.request.user
        doubles = doubles_of(
            name=lead.name, phone=lead.phone, lat=lead.lat, lon=lead.lon,
            leads=Lead.objects.visible_to(user).exclude(pk=lead.pk),
            merchants=Merchant.objects.visible_to(user).exclude(pk=lead.merchant_id),
        )  # fmt: skip
        return super().get_context_data(
            next_step=Visit.NextStep(lead.next_step).label if lead.next_step else "",
            opportunity=lead.opportunities.select_related("order").first(),
            doubles=doubles,
            map_data={"points": [{"lat": lead.lat, "lon": lead.lon, "label": lead.name}] if lead.lat else []},
            **kwargs,
        )


class LeadVisits(LeadMixin, PanelPage):
    template_name = "prospecting/lead_visits.html"

    def get_context_data(self, **kwargs) -> dict:
        visits = self.subject.visits.select_related("prospector").prefetch_related("objections", "seen__competitor")
        return super().get_context_data(visits=visits.prefetch_related("captures")[:50], **kwargs)


class LeadHistory(LeadMixin, PanelPage):
    template_name = "prospecting/lead_history.html"

    def get_context_data(self, **kwargs) -> dict:
        before = self.request.GET.get("before", "")
        before_id = int(before) if before.isdigit() else None
        stretch = read(Entry.objects.about(self.subject), about=self.subject, before_id=before_id)
        return super().get_context_data(stretch=stretch, is_first=before_id is None, **kwargs)


class LeadCreate(FormPage):
    permission = permissions.EDIT_LEAD
    title = _("Add a lead")
    form_class = forms.LeadForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}

    def run_action(self, values: dict) -> Lead:
        return actions.make_lead(**values, source=Lead.Source.OFFICE, **self.who)


class LeadAction(LeadMixin, ActionPage):
    permission = permissions.EDIT_LEAD


class ScopedAction(LeadAction):
    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"by": self.request.user}


class LeadEdit(ScopedAction):
    title = _("Edit the lead")
    submit_label = _("Save")
    form_class = forms.LeadForm

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"instance": self.subject}

    def run_action(self, values: dict) -> Lead:
        return actions.change_lead(self.subject, **values, **self.who)


class LeadHandOn(ScopedAction):
    title = _("Hand the lead to a prospector")
    submit_label = _("Hand on")
    form_class = forms.OwnerForm

    def run_action(self, values: dict) -> Lead:
        return actions.claim_lead(self.subject, **values, **self.who)


class LeadRelease(LeadAction):
    title = _("Take the lead back")
    submit_label = _("Take back")
    form_class = Confirm

    def run_action(self, values: dict) -> Lead:
        return actions.release_lead(self.subject, **self.who)


class LeadDiscard(LeadAction):
    title = _("Discard the lead")
    form_class = ReasonForm

    def run_action(self, values: dict) -> Lead:
        return actions.discard_lead(self.subject, **values, **self.who)


class LeadMerge(ScopedAction):
    title = _("Merge a double into this lead")
    submit_label = _("Merge")
    form_class = forms.MergeForm

    def get_initial(self) -> dict:
        return {"merged": self.request.GET.get("merged", "")}

    def run_action(self, values: dict) -> Lead:
        return actions.merge_leads(self.subject, values["merged"], **self.who)

    def done_url(self, result: Lead) -> str:
        return result.get_absolute_url()


class LeadReveal(LeadMixin, SubjectMixin, Page, View):
    """Answers a POST with the clear number, and writes down who has seen it."""

    permission = permissions.EDIT_LEAD

    def post(self, request, *args, **kwargs) -> HttpResponse:
        phone = actions.reveal_phone(self.subject, by=request.user, at=timezone.now())
        response = render(request, "merchants/phone.html", {"phone": phone})
        response["Cache-Control"] = "no-store"
        return response


class LeadOpportunity(LeadAction):
    """Opens an opportunity."""

    permission = permissions.EDIT_OPPORTUNITY
    title = _("Open an opportunity")
    form_class = forms.OpportunityForm

    def form_valid(self, form) -> HttpResponse:
        self.form = form
        return super().form_valid(form)

    def run_action(self, values: dict) -> Opportunity:
        made = actions.open_opportunity(self.subject, **self.form.values(), **self.who)
        return actions.change_opportunity(made, terminals=self.form.terminals(), **self.who)

    def done_url(self, result: Opportunity) -> str:
        return result.get_absolute_url()
