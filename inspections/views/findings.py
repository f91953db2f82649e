"""What inspections found: list, page, what is done about it, and whether it becomes less."""

from datetime import date, timedelta

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from inspections import actions, permissions
from inspections.burn_down import DAYS, burn_down, burn_down_chart
from inspections.models import PENDING, Finding, FindingRule, FindingStatus, Kind
from procedures.steps import Severity
from toolkit.lists import DayRangeFilter, FilterSet, ListPage, Table
from toolkit.views import ActionPage, DetailPage, Page, PanelPage
from workforce.lists import region_filter
from workforce.models import User
from workorders.lists import EngineerFilter
from workorders.models import WorkOrder, WorkOrderType
from workorders.permissions import OPEN_ORDER, OPEN_ORIGINAL

IN_ROW = ("merchant", "terminal", "order", "consequence__opened", "found_by", "region")
COLOURS: dict[str, str] = {
    Severity.MINOR: "yellow", Severity.MAJOR: "orange", Severity.CRITICAL: "red",
    FindingStatus.OPEN: "azure", FindingStatus.IN_HAND: "blue", FindingStatus.RESOLVED: "green",
}  # fmt: skip
LATEST = 20


def badge(choice: str, label: str) -> SafeString:
    return format_html('<span class="badge bg-{}-lt">{}</span>', COLOURS.get(choice, "secondary"), label)


class FindingFilter(FilterSet):
    q = django_filters.CharFilter(field_name="number", lookup_expr="istartswith", label=_("Number of the finding"))
    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices, label=_("Severity"))
    status = django_filters.MultipleChoiceFilter(choices=FindingStatus.choices, label=_("Status"))
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("Kind"))
    region = region_filter()
    found_by = EngineerFilter(field_name="found_by")
    age = django_filters.NumberFilter(method="filter_age", label=_("Open for more days than"))
    found = DayRangeFilter(field_name="found_on", label=_("Found"))
    settled = DayRangeFilter(field_name="settled_on", label=_("Settled"))
    open_on = django_filters.DateFilter(
        method="filter_open_on", label=_("Open on the evening of"), widget=forms.DateInput(attrs={"type": "date"})
    )
    suspends = django_filters.BooleanFilter(label=_("Suspends the terminal"))
    merchant = django_filters.CharFilter(field_name="merchant__number", label=_("Number of the merchant"))
    terminal = django_filters.CharFilter(field_name="terminal__serial", label=_("Serial number"))

    class Meta:
        model = Finding
        fields = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.filters["found_by"].label = _("Found by")
        if self.request:
            self.filters["found_by"].extra["queryset"] = User.objects.visible_to(self.request.user)

    def filter_age(self, queryset: QuerySet, name: str, days) -> QuerySet:
        before = timezone.localdate() - timedelta(days=min(int(days), 36_500))
        return queryset.filter(status__in=PENDING, found_on__lt=before)

    def filter_open_on(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        return queryset.filter(Q(settled_on=None) | Q(settled_on__gt=day), found_on__lte=day)


class FindingTable(Table):
    number = tables.Column(order_by=("id",))
    severity = tables.Column(orderable=False)
    kind = tables.Column(orderable=False)
    words = tables.Column(orderable=False)
    merchant = tables.Column(orderable=False, linkify=True)
    terminal = tables.Column(default="–", orderable=False, linkify=True)
    status = tables.Column(orderable=False)
    opened = tables.Column(verbose_name=_("order because of it"), default="–", orderable=False, linkify=True)
    found_by = tables.Column(orderable=False)
    found_on = tables.Column(order_by=("id",))
    age = tables.Column(verbose_name=_("days open"), empty_values=(), orderable=False)
    settled_on = tables.Column(default="–", orderable=False)
    order = tables.Column(orderable=False, linkify=True)
    region = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Finding
        fields = (
            "number", "severity", "kind", "words", "merchant", "terminal", "status", "opened", "found_by", "found_on",
            "age", "settled_on", "order", "region",
        )  # fmt: skip
        order_by = ("-number",)
        hidden = ("settled_on", "order", "region")

    def render_number(self, record: Finding):
        return format_html('<a class="text-nowrap" href="{}">{}</a>', record.get_absolute_url(), record.number)

    def render_severity(self, record: Finding):
        return badge(record.severity, record.get_severity_display())

    def render_status(self, record: Finding):
        return badge(record.status, record.get_status_display())

    def render_age(self, record: Finding) -> int:
        return self.value_age(record)

    def value_age(self, record: Finding) -> int:
        return ((record.settled_on or timezone.localdate()) - record.found_on).days


class FindingList(ListPage):
    name = "finding-list"
    title = _("Findings")
    template_name = "inspections/findings.html"
    permission = permissions.VIEW_INSPECTION
    filterset_class = FindingFilter
    table_class = FindingTable
    export_permission = permissions.EXPORT_INSPECTIONS
    empty_text = _("Nothing was found that is not as it should be.")

    def rows(self) -> QuerySet[Finding]:
        return Finding.objects.visible_to(self.request.user).select_related(*IN_ROW)


class FindingMixin:
    permission = permissions.VIEW_INSPECTION

    def subjects(self) -> QuerySet[Finding]:
        user = self.request.user
        findings = Finding.objects.none() if user.is_field else Finding.objects.visible_to(user)
        return findings.select_related("order__merchant", "settled_by", *IN_ROW)


class FindingDetail(FindingMixin, DetailPage):
    template_name = "inspections/finding.html"

    def get_context_data(self, **kwargs) -> dict:
        finding, user = self.subject, self.request.user
        is_pending = finding.status in PENDING
        return super().get_context_data(
            badges=[badge(finding.severity, finding.get_severity_display()),
                    badge(finding.status, finding.get_status_display())],
            captures=finding.captures.select_related("by"),
            may_open_originals=user.has_perm(OPEN_ORIGINAL),
            can_accept=is_pending and user.has_perm(permissions.ACCEPT_FINDING),
            can_open=finding.status == FindingStatus.OPEN and user.has_perm(OPEN_ORDER),
            **kwargs,
        )  # fmt: skip


class AcceptForm(forms.Form):
    reason = forms.CharField(
        label=_("Why can it stay as it is?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class FindingAccept(FindingMixin, ActionPage):
    permission = permissions.ACCEPT_FINDING
    form_class = AcceptForm
    title = _("Accept it as it is")

    def run_action(self, values: dict) -> Finding:
        return actions.accept_finding(self.subject, **values, **self.who)


class OpenOrderForm(forms.Form):
    type = forms.ModelChoiceField(WorkOrderType.objects.filter(is_active=True), label=_("Order type"))


class FindingOpenOrder(FindingMixin, ActionPage):
    permission = OPEN_ORDER
    form_class = OpenOrderForm
    title = _("Open an order because of it")

    def get_initial(self) -> dict:
        rule = FindingRule.objects.exclude(opens=None).first()
        return {"type": rule and rule.opens_id}

    def run_action(self, values: dict) -> Finding:
        return actions.open_order_for(self.subject, **values, **self.who)


class BurnDownFilter(FilterSet):
    region = region_filter()
    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices, label=_("Severity"))
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("Kind"))

    class Meta:
        model = Finding
        fields = ()


class BurnDown(Page, TemplateView):
    """How many are open each evening, and how many came and went."""

    permission = permissions.VIEW_INSPECTION
    title = _("Burn-down of findings")
    template_name = "inspections/burn_down.html"

    def get_context_data(self, **kwargs) -> dict:
        findings = Finding.objects.visible_to(self.request.user)
        filterset = BurnDownFilter(self.request.GET, queryset=findings, request=self.request)
        days = burn_down(filterset.qs if filterset.is_valid() else findings.none(), timezone.localdate())
        asked = {name: values for name, values in self.request.GET.lists() if name in filterset.filters and any(values)}
        return super().get_context_data(
            filterset=filterset,
            days=DAYS,
            first=days[0],
            last=days[-1],
            found=sum(day.found for day in days),
            settled=sum(day.settled for day in days),
            chart=burn_down_chart(days, asked),
            list_url=reverse("office:finding-list"),
            **kwargs,
        )


class OrderFindings(PanelPage):
    """On the page of an inspection: what it found."""

    permission = permissions.VIEW_INSPECTION
    template_name = "inspections/findings_panel.html"

    def subjects(self) -> QuerySet[WorkOrder]:
        return WorkOrder.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs) -> dict:
        found = Finding.objects.filter(Q(order=self.subject) | Q(consequence__opened=self.subject))
        shown = ("number", "severity", "kind", "words", "terminal", "status", "opened", "found_by", "found_on")
        exclude = [name for name in FindingTable.base_columns if name not in shown]
        table = FindingTable(found.select_related(*IN_ROW)[:LATEST], exclude=exclude, orderable=False)
        return super().get_context_data(table=table, **kwargs)
