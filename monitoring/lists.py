import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from monitoring.lifecycle import Kind, State
from monitoring.models import Alert, AlertRule, Incident
from toolkit.lists import DateTimeColumn, DayRangeFilter, FilterSet, Table
from toolkit.templatetags.toolkit import badge
from workforce.lists import region_filter

COLOURS = {
    "open": "red",
    "ordered": "blue",
    "handled": "orange",
    "cleared": "green",
    "active": "green",
    "draft": "blue",
}


def state_badge(record: Alert | AlertRule):
    return badge(COLOURS.get(record.state, "secondary"), record.get_state_display())


def link(row):
    return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row)


class AlertFilter(FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=State.choices, label=_("State"))
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("What"))
    region = region_filter()
    raised = DayRangeFilter(field_name="opened_at", label=_("Raised"))
    rule = django_filters.CharFilter(field_name="rule__number", label=_("Rule (number)"))
    incident = django_filters.CharFilter(field_name="incident__number", label=_("Incident (number)"))
    single = django_filters.BooleanFilter(field_name="incident", lookup_expr="isnull", label=_("Outside of incidents"))
    renewed = django_filters.BooleanFilter(
        field_name="converted_at", lookup_expr="isnull", exclude=True, label=_("Renewed")
    )

    class Meta:
        model = Alert
        fields = ()


class AlertTable(Table):
    kind = tables.Column(orderable=False)
    subject = tables.Column(verbose_name=_("Where"), empty_values=(), orderable=False)
    merchant = tables.Column(orderable=False)
    value = tables.Column(orderable=False)
    state = tables.Column(orderable=False)
    order = tables.Column(orderable=False)
    incident = tables.Column(orderable=False)
    opened_at = DateTimeColumn(order_by=("id",))
    cleared_at = DateTimeColumn(orderable=False)
    region = tables.Column(orderable=False)
    rule = tables.Column(orderable=False)
    note = tables.Column(orderable=False)
    converted_at = DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = Alert
        fields = (
            "kind", "subject", "merchant", "value", "state", "order", "incident", "opened_at", "cleared_at", "region",
            "rule", "note", "converted_at",
        )  # fmt: skip
        hidden = ("incident", "region", "rule", "note", "converted_at")

    def render_subject(self, record: Alert):
        return link(record.terminal) if record.terminal else (record.region if record.merchant is None else "–")

    def value_subject(self, record: Alert) -> str:
        return str(record.subject)

    def render_merchant(self, value):
        return link(value)

    def value_merchant(self, value) -> str:
        return str(value)

    def render_value(self, record: Alert) -> str:
        return record.value_in_words

    def value_value(self, value: float) -> float:
        return value

    def render_state(self, record: Alert):
        return state_badge(record)

    def value_state(self, record: Alert) -> str:
        return record.get_state_display()

    def render_order(self, value):
        return link(value)

    def render_incident(self, value):
        return link(value)

    def render_rule(self, record: Alert):
        return format_html('<a href="{}">{}</a>', record.rule.get_absolute_url(), record.rule)

    value_order = value_incident = value_rule = value_merchant


class IncidentFilter(FilterSet):
    is_over = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull", exclude=True, label=_("Over"))
    region = region_filter()
    began = DayRangeFilter(field_name="began_at", label=_("Began"))

    class Meta:
        model = Incident
        fields = ()


class IncidentTable(Table):
    number = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    count = tables.Column(orderable=False)
    began_at = DateTimeColumn(order_by=("id",))
    found_at = DateTimeColumn(orderable=False)
    ended_at = DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = Incident
        fields = ("number", "region", "count", "began_at", "found_at", "ended_at")

    def render_number(self, record: Incident):
        return link(record)

    def value_number(self, value: str) -> str:
        return value


class AlertRuleFilter(FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=_("Name"))
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("What is watched"))
    state = django_filters.MultipleChoiceFilter(choices=AlertRule.State.choices, label=_("State"))
    region = region_filter()

    class Meta:
        model = AlertRule
        fields = ()


class AlertRuleTable(Table):
    name = tables.Column()
    kind = tables.Column()
    state = tables.Column(verbose_name=_("newest version"))
    levels = tables.Column(verbose_name=_("raised at → cleared at"), empty_values=(), orderable=False)
    region = tables.Column(empty_values=(), order_by=("region__path",))
    terminal_model = tables.Column(empty_values=(), orderable=False)
    order_type = tables.Column(orderable=False)
    version = tables.Column()
    published_by = tables.Column(orderable=False)
    alerts = tables.Column(verbose_name=_("alerts"), empty_values=(), orderable=False)

    class Meta(Table.Meta):
        model = AlertRule
        fields = (
            "name", "kind", "state", "levels", "region", "terminal_model", "order_type", "version", "published_by", "alerts",
        )  # fmt: skip
        hidden = ("terminal_model", "version", "published_by")

    def render_name(self, record: AlertRule):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, value: str) -> str:
        return value

    def render_state(self, record: AlertRule):
        return state_badge(record)

    def value_state(self, record: AlertRule) -> str:
        return record.get_state_display()

    def render_levels(self, record: AlertRule) -> str:
        if record.kind in (Kind.FIRMWARE, Kind.TAMPER):
            return record.firmware or "–"
        return f"{record.raise_at:g} → {record.clear_at:g} {record.unit}"

    def render_region(self, record: AlertRule) -> str:
        return record.region.name if record.region else gettext("Everywhere")

    def render_terminal_model(self, record: AlertRule) -> str:
        return str(record.terminal_model) if record.terminal_model else gettext("All models")

    def render_alerts(self, record: AlertRule):
        return format_html(
            '<a href="{}?rule={}">{}</a>', reverse("office:alert-list"), record.number, gettext("Its alerts")
        )

    def value_alerts(self, record: AlertRule) -> str:
        return record.number

    value_levels, value_region, value_terminal_model = render_levels, render_region, render_terminal_model
