from datetime import date, timedelta

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inspections.lifecycle import State
from inspections.models import PENDING, Finding, FindingStatus, Inspection, InspectionPlan, Kind
from inspections.words import rhythm
from merchants.models import Merchant
from procedures.steps import Severity
from toolkit.lists import DayRangeFilter, FilterSet, Table
from toolkit.templatetags.toolkit import badge, status_badge
from workforce.lists import region_filter
from workforce.models import User
from workorders.lists import EngineerFilter
from workorders.models import WorkOrderType

STATE_COLOURS = {
    State.PLANNED: "secondary",
    State.OPEN: "azure",
    State.DONE: "green",
    State.COUNTED: "lime",
    State.MISSED: "red",
    State.DROPPED: "secondary",
}


def state_badge(state: str):
    return badge(STATE_COLOURS[State(state)], str(State(state).label))


def plan_badge(plan: InspectionPlan):
    return status_badge("active" if plan.is_active else "", _("Active") if plan.is_active else _("Not active"))


def order_types(request) -> QuerySet[WorkOrderType]:
    return WorkOrderType.objects.all()


class PlanFilter(FilterSet):
    q = django_filters.CharFilter(method="filter_text", label=_("Name or number"))
    region = region_filter()
    type = django_filters.ModelChoiceFilter(queryset=order_types, to_field_name="code", label=_("Order type"))
    is_active = django_filters.BooleanFilter(label=_("Active"))

    class Meta:
        model = InspectionPlan
        fields = ()

    def filter_text(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        return queryset.filter(Q(name__icontains=text) | Q(number__istartswith=text))


class PlanTable(Table):
    number = tables.Column(order_by=("id",))
    name = tables.Column()
    is_active = tables.Column(verbose_name=_("Status"))
    region = tables.Column(orderable=False)
    type = tables.Column(orderable=False)
    rhythm = tables.Column(verbose_name=_("How often"), empty_values=(), orderable=False)
    next_on = tables.DateColumn(verbose_name=_("Next visits"), default="–", orderable=False, short=True)
    per_day = tables.Column(default="–")
    tolerance_days = tables.Column()
    horizon_days = tables.Column()
    starts_on = tables.DateColumn(short=True)

    class Meta(Table.Meta):
        model = InspectionPlan
        fields = (
            "number", "name", "is_active", "region", "type", "rhythm", "next_on", "per_day", "tolerance_days",
            "horizon_days", "starts_on",
        )  # fmt: skip
        hidden = ("tolerance_days", "horizon_days", "starts_on")

    def render_name(self, record: InspectionPlan):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: InspectionPlan) -> str:
        return record.name

    def render_is_active(self, record: InspectionPlan):
        return plan_badge(record)

    def value_is_active(self, record: InspectionPlan) -> str:
        return str(_("Active") if record.is_active else _("Not active"))

    def render_rhythm(self, record: InspectionPlan) -> str:
        return rhythm(record)

    def value_rhythm(self, record: InspectionPlan) -> str:
        return rhythm(record)


class InspectionFilter(FilterSet):
    q = django_filters.CharFilter(method="filter_merchant", label=_("Name, address, number or phone of the merchant"))
    plan = django_filters.ModelChoiceFilter(
        queryset=lambda request: (
            InspectionPlan.objects.visible_to(request.user) if request else InspectionPlan.objects.none()
        ),
        to_field_name="number",
        label=_("Inspection plan"),
    )
    state = django_filters.ChoiceFilter(
        choices=State.choices, label=_("Status"), empty_label=_("Planned or open"), method="filter_state"
    )
    region = region_filter("merchant__region")
    planned = DayRangeFilter(field_name="planned_on", label=_("Planned for"))
    merchant = django_filters.CharFilter(field_name="merchant__number", label=_("Number of the merchant"))

    class Meta:
        model = Inspection
        fields = ()

    def filter_merchant(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        return queryset.filter(merchant__in=Merchant.objects.search(text).values("pk"))

    def filter_state(self, queryset: QuerySet, name: str, state: str) -> QuerySet:
        return queryset.filter(state=state)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """What is still to come, unless somebody asks for what is over, or for all of one merchant."""
        found, asked = super().filter_queryset(queryset), self.form.cleaned_data
        is_all = asked.get("state") or asked.get("merchant")
        return found if is_all else found.filter(state__in=[State.PLANNED, State.OPEN])


class InspectionTable(Table):
    planned_on = tables.DateColumn(short=True, order_by=("planned_on", "id"))
    due_on = tables.DateColumn(short=True, orderable=False)
    merchant = tables.Column(orderable=False)
    state = tables.Column(orderable=False)
    plan = tables.Column(orderable=False)
    order = tables.Column(orderable=False, empty_values=())
    engineer = tables.Column(accessor="order__engineer", verbose_name=_("Who"), orderable=False, default="–")
    finished_on = tables.DateColumn(short=True, orderable=False, default="–")
    region = tables.Column(accessor="merchant__region", verbose_name=_("region"), orderable=False)
    number = tables.Column(accessor="merchant__number", verbose_name=_("Number of the merchant"), orderable=False)

    class Meta(Table.Meta):
        model = Inspection
        fields = (
            "planned_on", "due_on", "merchant", "state", "plan", "order", "engineer", "finished_on", "region", "number",
        )  # fmt: skip
        hidden = ("due_on", "number")

    def render_merchant(self, record: Inspection):
        return format_html('<a href="{}">{}</a>', record.merchant.get_absolute_url(), record.merchant.name)

    def value_merchant(self, record: Inspection) -> str:
        return record.merchant.name

    def render_state(self, record: Inspection):
        return state_badge(record.state)

    def render_order(self, record: Inspection):
        order = record.order or record.counted_by
        return format_html('<a href="{}">{}</a>', order.get_absolute_url(), order.number) if order else "–"

    def value_order(self, record: Inspection) -> str:
        return str(record.order or record.counted_by or "")


# -- findings -----------------------------------------------------------------------------------------

FINDING_COLOURS: dict[str, str] = {
    Severity.MINOR: "yellow", Severity.MAJOR: "orange", Severity.CRITICAL: "red",
    FindingStatus.OPEN: "azure", FindingStatus.IN_HAND: "blue", FindingStatus.RESOLVED: "green",
}  # fmt: skip


def choice_badge(choice: str, label: str) -> SafeString:
    return badge(FINDING_COLOURS.get(choice, "secondary"), label)


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
        return choice_badge(record.severity, record.get_severity_display())

    def render_status(self, record: Finding):
        return choice_badge(record.status, record.get_status_display())

    def render_age(self, record: Finding) -> int:
        return self.value_age(record)

    def value_age(self, record: Finding) -> int:
        return ((record.settled_on or timezone.localdate()) - record.found_on).days


class BurnDownFilter(FilterSet):
    region = region_filter()
    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices, label=_("Severity"))
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("Kind"))

    class Meta:
        model = Finding
        fields = ()
