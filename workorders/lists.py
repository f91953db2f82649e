from datetime import datetime, timedelta

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.lists import AgeFilter, IdleTable
from assets.models import Terminal, TerminalModel
from toolkit.choices import SearchField
from toolkit.lists import DayRangeFilter, FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import duration, status_badge
from workforce.lists import region_filter
from workforce.models import User
from workorders.clock import NextDue, current_clock, next_due
from workorders.lifecycle import Outcome, Status
from workorders.models import FaultCode, Percent, Priority, Request, WorkOrder, WorkOrderQuerySet, WorkOrderType

PRIORITY_COLOURS = {Priority.URGENT: "red", Priority.HIGH: "orange"}


USED_COLOURS = {Percent.DUE: "red", Percent.CLOSE: "orange", Percent.HALF: "yellow"}


def priority_badge(priority: int):
    """Only what is out of the ordinary stands out."""
    if priority not in PRIORITY_COLOURS:
        return Priority(priority).label
    return format_html(
        '<span class="badge bg-{}-lt">{}</span>', PRIORITY_COLOURS[Priority(priority)], Priority(priority).label
    )


def due_in_words(due: NextDue | None, at: datetime) -> str:
    """'Response in 2 h 10 min', 'Resolution overdue by 35 min'."""
    if due is None:
        return ""
    names = {"what": due.label}
    if due.at is None:
        return _("%(what)s: clock stands still") % names
    if due.at < at:
        return _("%(what)s overdue by %(time)s") % {**names, "time": duration(at - due.at)}
    return _("%(what)s in %(time)s") % {**names, "time": duration(due.at - at)}


def due_cell(order: WorkOrder, at: datetime):
    due = next_due(order)
    if due is None:
        return "–"
    colour = "secondary"
    if due.at:
        colour = "red" if due.at < at else "orange" if due.at < at + timedelta(hours=1) else "secondary"
    when = date_format(timezone.localtime(due.at), "SHORT_DATETIME_FORMAT") if due.at else ""
    return format_html(
        '<span class="text-{} text-nowrap">{}</span><div class="small text-secondary text-nowrap">{}</div>',
        colour,
        due_in_words(due, at),
        when,
    )


def used_badge(percent: int | None):
    """How much of the promised time is used up, coloured as the warnings go."""
    if percent is None:
        return "–"
    colour = next((shade for floor, shade in USED_COLOURS.items() if percent >= floor), "secondary")
    return format_html('<span class="badge bg-{}-lt">{} %</span>', colour, percent)


class EngineerFilter(django_filters.Filter):
    """By user name; the people to choose among come as one types."""

    field_class = SearchField

    def __init__(self, **kwargs) -> None:
        super().__init__(
            label=gettext_lazy("Engineer"),
            queryset=User.objects.none(),
            url_name="office:engineer-search",
            key="username",
            **kwargs,
        )


def fault_filter(kind: FaultCode.Kind) -> django_filters.ModelMultipleChoiceFilter:
    codes = FaultCode.objects.filter(kind=kind)
    return django_filters.ModelMultipleChoiceFilter(
        queryset=codes, to_field_name="code", label=kind.label, method="filter_fault"
    )


def types(request) -> QuerySet[WorkOrderType]:
    return WorkOrderType.objects.all()


class WorkOrderFilter(FilterSet):
    q = SearchFilter(label=gettext_lazy("Number, what is wrong, merchant or phone"))
    status = django_filters.MultipleChoiceFilter(choices=Status.choices, label=gettext_lazy("Status"))
    type = django_filters.ModelMultipleChoiceFilter(
        queryset=types, to_field_name="code", label=gettext_lazy("Type"), field_name="type__code"
    )
    priority = django_filters.MultipleChoiceFilter(choices=Priority.choices, label=gettext_lazy("Priority"))
    region = region_filter()
    engineer = EngineerFilter(field_name="engineer")
    overdue = django_filters.BooleanFilter(method="filter_overdue", label=gettext_lazy("Overdue"))
    warned = django_filters.ChoiceFilter(
        choices=Percent.choices, method="filter_warned", label=gettext_lazy("Promised time used up, at least")
    )
    elsewhere = django_filters.BooleanFilter(
        method="filter_elsewhere", label=gettext_lazy("Arrived or completed elsewhere")
    )
    opened = DayRangeFilter(field_name="service_date", label=gettext_lazy("Opened"))
    terminal_model = django_filters.ModelChoiceFilter(
        field_name="terminal__model", queryset=TerminalModel.objects.all(), label=gettext_lazy("Terminal model")
    )
    completed = DayRangeFilter(field_name="completed_at", label=gettext_lazy("Completed"))
    coded = django_filters.BooleanFilter(
        field_name="symptom", lookup_expr="isnull", exclude=True, label=gettext_lazy("With fault codes")
    )
    symptom = fault_filter(FaultCode.Kind.SYMPTOM)
    cause = fault_filter(FaultCode.Kind.CAUSE)
    remedy = fault_filter(FaultCode.Kind.REMEDY)
    other_fault = django_filters.BooleanFilter(method="filter_other_fault", label=gettext_lazy("A fault code “other”"))
    merchant = django_filters.CharFilter(field_name="merchant__number", label=gettext_lazy("Number of the merchant"))
    terminal = django_filters.CharFilter(field_name="terminal__serial", label=gettext_lazy("Serial number"))

    class Meta:
        model = WorkOrder
        fields = ()

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.request and "engineer" in self.filters:
            self.filters["engineer"].extra["queryset"] = User.objects.visible_to(self.request.user)

    def filter_overdue(self, queryset: WorkOrderQuerySet, name: str, value: bool) -> WorkOrderQuerySet:
        overdue = queryset.overdue(timezone.now())
        return overdue if value else queryset.exclude(pk__in=overdue.values("pk"))

    def filter_warned(self, queryset: WorkOrderQuerySet, name: str, value: str) -> WorkOrderQuerySet:
        return queryset.warned_of(int(value))

    def filter_fault(self, queryset: WorkOrderQuerySet, name: str, value: QuerySet[FaultCode]) -> WorkOrderQuerySet:
        return queryset.filter(**{f"{name}__in": [code.pk for code in value]}) if value else queryset

    def filter_other_fault(self, queryset: WorkOrderQuerySet, name: str, value: bool) -> WorkOrderQuerySet:
        others = [code.pk for code in FaultCode.objects.filter(is_other=True)]
        is_other = Q(symptom__in=others) | Q(cause__in=others) | Q(remedy__in=others)
        return queryset.filter(is_other) if value else queryset.exclude(pk__in=WorkOrder.objects.filter(is_other))

    def filter_elsewhere(self, queryset: WorkOrderQuerySet, name: str, value: bool) -> WorkOrderQuerySet:
        return queryset.elsewhere() if value else queryset.filter(arrival_reason="", completion_reason="")


class OrderColumns(Table):
    """Cells that all tables of orders share; the view sets `at`."""

    at: datetime

    def render_number(self, record: WorkOrder):
        return format_html('<a class="text-nowrap" href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: WorkOrder) -> str:
        return record.number

    def render_merchant(self, record: WorkOrder):
        return format_html('<a href="{}">{}</a>', record.merchant.get_absolute_url(), record.merchant.name)

    def render_status(self, record: WorkOrder):
        return status_badge(record.status, record.get_status_display())

    def render_priority(self, record: WorkOrder):
        return priority_badge(record.priority)

    def render_due(self, record: WorkOrder):
        return due_cell(record, self.at)

    def value_due(self, record: WorkOrder) -> str:
        return due_in_words(next_due(record), self.at)

    def render_used(self, record: WorkOrder):
        return used_badge(self.value_used(record))

    def value_used(self, record: WorkOrder) -> int | None:
        clock = current_clock(record, self.at)
        return clock.used_percent if clock else None


class WorkOrderTable(OrderColumns):
    number = tables.Column(order_by=("id",))
    type = tables.Column(orderable=False)
    merchant = tables.Column(orderable=False)
    summary = tables.Column(verbose_name=gettext_lazy("Summary"), orderable=False)
    status = tables.Column(orderable=False)
    priority = tables.Column(orderable=False)
    engineer = tables.Column(orderable=False)
    due = tables.Column(verbose_name=gettext_lazy("Due"), orderable=False, empty_values=())
    used = tables.Column(verbose_name=gettext_lazy("Time used"), orderable=False, empty_values=())
    opened_at = tables.DateTimeColumn(order_by=("id",))
    region = tables.Column(orderable=False)
    terminal = tables.Column(orderable=False)
    response_due_at = tables.DateTimeColumn(orderable=False)
    resolution_due_at = tables.DateTimeColumn(orderable=False)
    arrived_at = tables.DateTimeColumn(orderable=False)
    completed_at = tables.DateTimeColumn(orderable=False)
    resolution = tables.Column(orderable=False)
    symptom = tables.Column(orderable=False)
    cause = tables.Column(orderable=False)
    remedy = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = WorkOrder
        fields = (
            "number", "type", "merchant", "summary", "status", "priority", "engineer", "due", "used", "opened_at",
            "region", "terminal", "response_due_at", "resolution_due_at", "arrived_at", "completed_at", "resolution", "symptom",
            "cause", "remedy",
        )  # fmt: skip
        hidden = (
            "region", "terminal", "response_due_at", "resolution_due_at", "arrived_at", "completed_at", "resolution",
            "symptom", "cause", "remedy",
        )  # fmt: skip


class PoolFilter(FilterSet):
    q = SearchFilter(label=gettext_lazy("Number, what is wrong, merchant or phone"))
    type = django_filters.ModelMultipleChoiceFilter(
        queryset=types, to_field_name="code", label=gettext_lazy("Type"), field_name="type__code"
    )
    priority = django_filters.MultipleChoiceFilter(choices=Priority.choices, label=gettext_lazy("Priority"))
    region = region_filter()

    class Meta:
        model = WorkOrder
        fields = ()


class PoolTable(OrderColumns):
    number = tables.Column(orderable=False)
    priority = tables.Column(orderable=False)
    type = tables.Column(orderable=False)
    merchant = tables.Column(orderable=False)
    summary = tables.Column(verbose_name=gettext_lazy("Summary"), orderable=False)
    due = tables.Column(verbose_name=gettext_lazy("Due"), orderable=False, empty_values=())
    used = tables.Column(verbose_name=gettext_lazy("Time used"), orderable=False, empty_values=())
    waiting = tables.Column(verbose_name=gettext_lazy("Waiting"), orderable=False, empty_values=())
    rejected = tables.Column(verbose_name=gettext_lazy("Not taken by"), orderable=False, empty_values=())
    region = tables.Column(orderable=False)
    assign = tables.TemplateColumn(
        template_name="workorders/assign_button.html",
        verbose_name=gettext_lazy("Assign"),
        orderable=False,
        exclude_from_export=True,
    )

    class Meta(Table.Meta):
        model = WorkOrder
        fields = (
            "number", "priority", "type", "merchant", "summary", "due", "used", "waiting", "rejected", "region", "assign",
        )  # fmt: skip
        hidden = ()

    def render_waiting(self, record: WorkOrder):
        return format_html('<span class="text-nowrap">{}</span>', self.value_waiting(record))

    def value_waiting(self, record: WorkOrder) -> str:
        return duration(self.at - record.opened_at)

    def render_rejected(self, record: WorkOrder) -> str:
        return self.value_rejected(record) or "–"

    def value_rejected(self, record: WorkOrder) -> str:
        return ", ".join(dict.fromkeys(rejection.person.name for rejection in record.rejections.all()))


class RequestFilter(FilterSet):
    q = SearchFilter(label=gettext_lazy("Number, merchant or phone of the merchant"))
    outcome = django_filters.MultipleChoiceFilter(choices=Outcome.choices, label=gettext_lazy("Outcome"))
    channel = django_filters.MultipleChoiceFilter(choices=Request.Channel.choices, label=gettext_lazy("Channel"))
    type = django_filters.ModelMultipleChoiceFilter(
        queryset=types, to_field_name="code", label=gettext_lazy("Type"), field_name="type__code"
    )
    region = region_filter()
    received = DayRangeFilter(field_name="received_at", label=gettext_lazy("Received at"))

    class Meta:
        model = Request
        fields = ()


class RequestTable(Table):
    number = tables.Column(orderable=False)
    received_at = tables.DateTimeColumn(verbose_name=gettext_lazy("Received at"))
    channel = tables.Column(orderable=False)
    merchant = tables.Column(orderable=False)
    type = tables.Column(orderable=False)
    summary = tables.Column(verbose_name=gettext_lazy("Summary"), orderable=False)
    outcome = tables.Column(orderable=False)
    order = tables.Column(orderable=False)
    reject_reason = tables.Column(orderable=False)
    terminal = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    received_by = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Request
        fields = (
            "number", "received_at", "channel", "merchant", "type", "summary", "outcome", "order", "reject_reason",
            "terminal", "region", "received_by",
        )  # fmt: skip
        hidden = ("reject_reason", "terminal", "region", "received_by")
        order_by = "-received_at"

    def render_number(self, record: Request):
        return format_html('<a class="text-nowrap" href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: Request) -> str:
        return record.number

    def render_merchant(self, record: Request):
        return format_html('<a href="{}">{}</a>', record.merchant.get_absolute_url(), record.merchant.name)

    def render_outcome(self, record: Request):
        return status_badge(record.outcome, record.get_outcome_display())

    def render_order(self, record: Request):
        return format_html('<a class="text-nowrap" href="{}">{}</a>', record.order.get_absolute_url(), record.order)


class NotBackFilter(AgeFilter):
    AT_A_CLOSED_MERCHANT = "closed"

    case = django_filters.ChoiceFilter(
        method="shown_by_page", label=gettext_lazy("Where"), empty_label=gettext_lazy("In a bag"),
        choices=[(AT_A_CLOSED_MERCHANT, gettext_lazy("At a merchant that has closed"))],
    )  # fmt: skip

    def shown_by_page(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset


class NotBackTable(IdleTable):
    order = tables.Column(accessor="order_number", verbose_name=gettext_lazy("Taken away by"), orderable=False)
    attempts = tables.Column(verbose_name=gettext_lazy("Attempts to fetch it"), orderable=False)

    class Meta(Table.Meta):
        model = Terminal
        fields = ("serial", "model", "where", "order", "since", "days", "attempts", "value", "region")
        sequence = fields
        exclude = ("status", "kind", "tid", "owner", "firmware", "sim_iccid", "warranty_ends_on", "received_on")
        hidden = ()

    def render_order(self, value: str):
        return format_html('<a href="{}">{}</a>', reverse("office:work-order-detail", args=[value]), value)

    def value_order(self, record: Terminal) -> str:
        return record.order_number
