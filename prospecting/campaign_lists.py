from decimal import Decimal

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from prospecting.funnel import Step
from prospecting.models import Campaign
from toolkit.lists import DayRangeFilter, FilterSet, Table
from toolkit.templatetags.toolkit import status_badge
from workforce.lists import region_filter


def money(amount: Decimal) -> str:
    return f"¥ {number_format(round(amount), use_l10n=True, force_grouping=True)}"


def gain_badge(percent: Decimal | None):
    """With its sign, and in words for who sees no colours: a minus is a loss."""
    if percent is None:
        return "–"
    colour = "green" if percent >= 0 else "red"
    return format_html('<span class="badge bg-{}-lt">{} %</span>', colour, f"{percent:+,.0f}".replace("-", "−"))


class CampaignFilter(FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=gettext_lazy("Name"))
    region = region_filter()
    during = django_filters.DateFromToRangeFilter(method="filter_during", label=gettext_lazy("Runs during"),
        widget=DayRangeFilter().extra["widget"])  # fmt: skip
    is_open = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", label=gettext_lazy("Account open")
    )

    class Meta:
        model = Campaign
        fields = ()

    def filter_during(self, queryset, name: str, days: slice):
        if days.start:
            queryset = queryset.filter(ends_on__gte=days.start)
        return queryset.filter(starts_on__lte=days.stop) if days.stop else queryset


class CampaignTable(Table):
    name = tables.Column(orderable=False)
    phase = tables.Column(verbose_name=gettext_lazy("Status"), empty_values=(), orderable=False)
    region = tables.Column(orderable=False)
    starts_on = tables.DateColumn(short=True)
    ends_on = tables.DateColumn(short=True)
    cost = tables.Column(verbose_name=gettext_lazy("Cost"))
    lead = tables.Column(verbose_name=gettext_lazy("Leads"))
    visits = tables.Column(verbose_name=gettext_lazy("Visits"))
    ordered = tables.Column(verbose_name=gettext_lazy("Won"))
    installed = tables.Column(verbose_name=gettext_lazy("Installed"))
    transacting = tables.Column(verbose_name=gettext_lazy("First transaction"))
    revenue = tables.Column(verbose_name=gettext_lazy("Revenue, first year"))
    gain_percent = tables.Column(verbose_name=gettext_lazy("ROI"))

    class Meta(Table.Meta):
        model = Campaign
        fields = (
            "name", "phase", "region", "starts_on", "ends_on", "cost", "lead", "visits", "ordered", "installed",
            "transacting", "revenue", "gain_percent",
        )  # fmt: skip
        hidden = ("region",)
        order_by = "-starts_on"

    def render_name(self, record: Campaign):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: Campaign) -> str:
        return record.name

    def render_phase(self, record: Campaign):
        return status_badge(*record.phase(timezone.localdate()))

    def value_phase(self, record: Campaign) -> str:
        return record.phase(timezone.localdate())[1]

    def render_cost(self, value: Decimal) -> str:
        return money(value)

    def render_revenue(self, value: Decimal) -> str:
        return money(value)

    def render_gain_percent(self, value: Decimal):
        return gain_badge(value)

    def _leads(self, record: Campaign, step: Step):
        address = f"{reverse('office:lead-list')}?campaign={record.number}&reached={step}"
        return format_html('<a href="{}">{}</a>', address, getattr(record, step))

    def render_lead(self, record: Campaign):
        return self._leads(record, Step.LEAD)

    def render_ordered(self, record: Campaign):
        return self._leads(record, Step.ORDERED)

    def render_installed(self, record: Campaign):
        return self._leads(record, Step.INSTALLED)

    def render_transacting(self, record: Campaign):
        return self._leads(record, Step.TRANSACTING)

    def render_visits(self, record: Campaign, value: int):
        address = f"{reverse('office:shop-visit-list')}?campaign={record.number}"
        return format_html('<a href="{}">{}</a>', address, value)
