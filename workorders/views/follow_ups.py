"""Whom to call after an order has been closed, and what merchants say."""

from datetime import timedelta

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Avg, Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from toolkit.lists import FilterSet, ListPage, Table
from toolkit.views import ActionPage, Page
from workforce.lists import region_filter
from workforce.models import Region, User
from workorders import permissions
from workorders.actions import record_call
from workorders.models import FollowUp, FollowUpRules, WorkOrderType
from workorders.public_forms import SCORES

MOST_ROWS = 50
ONE_OF = {"region": "order__region", "engineer": "order__engineer", "type": "order__type"}


class FollowUpFilter(FilterSet):
    q = django_filters.CharFilter(field_name="order__number", lookup_expr="istartswith", label=_("Number"))
    region = region_filter("order__region")
    status = django_filters.ChoiceFilter(choices=FollowUp.Status, label=_("Status"))

    class Meta:
        model = FollowUp
        fields = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """The call list, unless somebody asks for the others."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(status=FollowUp.Status.TO_CALL)


class FollowUpTable(Table):
    order = tables.Column(orderable=False)
    merchant = tables.Column(accessor="order__merchant", orderable=False)
    type = tables.Column(accessor="order__type", orderable=False)
    engineer = tables.Column(accessor="order__engineer", orderable=False)
    due_at = tables.DateTimeColumn(verbose_name=_("due"))
    calls = tables.Column(orderable=False)
    note = tables.Column(default="–", orderable=False)
    complaint = tables.Column(default="–", orderable=False, linkify=True)
    owner = tables.Column(default="–", orderable=False)

    class Meta(Table.Meta):
        model = FollowUp
        fields = ("order", "merchant", "type", "engineer", "due_at", "calls", "note", "complaint", "owner")
        order_by = ("due_at",)

    def render_order(self, record: FollowUp):
        to_call = record.status == FollowUp.Status.TO_CALL
        url = reverse("office:follow-up-call", args=[record.number]) if to_call else record.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, record.number)

    def value_order(self, record: FollowUp) -> str:
        return record.number


class FollowUpList(ListPage):
    name = "follow-up-list"
    title = _("Calls after closing")
    permission = permissions.OPEN_ORDER
    filterset_class = FollowUpFilter
    table_class = FollowUpTable
    empty_text = _("Nobody has to be called: merchants have answered, or are being asked by message.")

    def rows(self) -> QuerySet[FollowUp]:
        rows = FollowUp.objects.visible_to(self.request.user)
        return rows.select_related("order__merchant", "order__type", "order__engineer", "complaint", "owner")


class CallForm(forms.Form):
    is_reached = forms.TypedChoiceField(
        label=_("Did you reach the merchant?"),
        choices=[("yes", _("Reached")), ("no", _("Not reached"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    score = forms.TypedChoiceField(
        label=_("Satisfaction (CSAT)"),
        choices=[("", _("No score given")), *((score, f"{score} – {word}") for score, word in SCORES.items())],
        coerce=int,
        empty_value=None,
        required=False,
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class FollowUpCall(ActionPage):
    permission = permissions.OPEN_ORDER
    slug_field = "order__number"
    form_class = CallForm
    template_name = "workorders/follow_up_call.html"
    submit_label = _("Save")

    def get_title(self) -> str:
        return gettext("Call %(merchant)s") % {"merchant": self.subject.order.merchant}

    def subjects(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.visible_to(self.request.user).select_related(
            "order__merchant", "order__type", "order__engineer"
        )

    def get_context_data(self, **kwargs) -> dict:
        order = self.subject.order
        return super().get_context_data(
            order=order,
            asked=order.requests.order_by("received_at"),
            contacts=order.merchant.contacts.all(),
            script=FollowUpRules.in_force().words,
            **kwargs,
        )

    def run_action(self, values: dict) -> FollowUp:
        return record_call(self.subject, **values, **self.who)

    def done_url(self, result: FollowUp) -> str:
        return self.back_url()

    def back_url(self) -> str:
        return reverse("office:follow-up-list")


class ReportForm(forms.Form):
    by = forms.ChoiceField(
        label=_("By"),
        required=False,
        choices=[("region", _("Region")), ("engineer", _("Engineer")), ("type", _("Type"))],
    )
    days = forms.TypedChoiceField(
        label=_("Closed within"),
        required=False,
        coerce=int,
        empty_value=30,
        choices=[(30, _("30 days")), (7, _("7 days")), (90, _("90 days"))],
    )


class FollowUpReport(Page, TemplateView):
    """Who answers, and how satisfied they are."""

    permission = permissions.VIEW_REQUEST
    title = _("Satisfaction")
    template_name = "workorders/follow_up_report.html"
    models = {"region": Region, "engineer": User, "type": WorkOrderType}

    def get_context_data(self, **kwargs) -> dict:
        form = ReportForm(self.request.GET)
        chosen = form.cleaned_data if form.is_valid() else {}
        by, days = chosen.get("by") or "region", chosen.get("days") or 30
        asked = FollowUp.objects.visible_to(self.request.user).filter(
            made_at__gte=timezone.now() - timedelta(days=days)
        )
        figures = {
            "asked": Count("pk"),
            "answered": Count("pk", filter=Q(status=FollowUp.Status.ANSWERED)),
            "csat": Avg("order__rating__score"),
            "complaints": Count("complaint"),
        }
        rows = list(asked.values(key=F(ONE_OF[by])).annotate(**figures).order_by("-asked", "key")[:MOST_ROWS])
        names = self.models[by].objects.in_bulk([row["key"] for row in rows])
        total = asked.aggregate(**figures)
        for row in (*rows, total):
            row["percent"] = round(100 * row["answered"] / row["asked"]) if row["asked"] else None
        return super().get_context_data(
            form=form,
            by=by,
            days=days,
            rows=[row | {"name": names.get(row["key"], "–")} for row in rows],
            total=total,
            **kwargs,
        )
