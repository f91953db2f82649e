from datetime import datetime, timedelta

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.plans import words
from dispatch.plans.models import DayPlan, PlannedDay, PlannedOrder
from toolkit.lists import FilterSet, Table
from toolkit.templatetags.toolkit import duration, status_badge
from workforce.lists import region_filter
from workforce.models import User
from workorders.lists import priority_badge
from workorders.models import Priority

COLOURS = {"new": "green", "moved": "orange", "shifted": "azure", "dropped": "red", "unserved": "red"}


def change_badge(row: PlannedOrder):
    colour = COLOURS.get(row.change, "secondary")
    return format_html('<span class="badge bg-{}-lt">{}</span>', colour, row.get_change_display())


class DayPlanFilter(FilterSet):
    region = region_filter()
    status = django_filters.MultipleChoiceFilter(choices=DayPlan.Status.choices, label=gettext_lazy("Status"))
    on = django_filters.DateFilter(
        label=gettext_lazy("Day"), widget=django_filters.widgets.forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = DayPlan
        fields = []


class DayPlanTable(Table):
    number = tables.Column()
    on = tables.DateColumn()
    region = tables.Column(order_by=("region__path",))
    status = tables.Column()
    served = tables.Column(verbose_name=gettext_lazy("orders done"), empty_values=(), orderable=False)
    late = tables.Column(verbose_name=gettext_lazy("late"), empty_values=(), orderable=False)
    changes = tables.Column(verbose_name=gettext_lazy("changes"), empty_values=(), orderable=False)
    requested_by = tables.Column()
    requested_at = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = DayPlan
        fields = ("number", "on", "region", "status", "served", "late", "changes", "requested_by", "requested_at")
        order_by = "-requested_at"

    def render_number(self, record: DayPlan):
        return format_html('<a class="text-nowrap" href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: DayPlan) -> str:
        return record.number

    def render_status(self, record: DayPlan):
        return status_badge(record.status, record.get_status_display())

    def render_served(self, record: DayPlan) -> str:
        return self._before_and_after(record, "served")

    def render_late(self, record: DayPlan) -> str:
        return self._before_and_after(record, "late_orders")

    def render_changes(self, record: DayPlan) -> str:
        changes = record.totals.get("changes")
        return str(sum(changes[name] for name in PlannedOrder.CHANGES)) if changes else "–"

    value_served, value_late, value_changes = render_served, render_late, render_changes

    def _before_and_after(self, record: DayPlan, name: str) -> str:
        totals = record.totals
        return f"{totals['before'][name]} → {totals['after'][name]}" if totals else "–"


def plan_filter() -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name="plan__number", label=gettext_lazy("Number of the plan"))


class PlannedOrderFilter(FilterSet):
    plan = plan_filter()
    change = django_filters.MultipleChoiceFilter(
        choices=PlannedOrder.Change.choices, label=gettext_lazy("Change")
    )  # fmt: skip
    served = django_filters.ChoiceFilter(
        choices=[("before", gettext_lazy("before")), ("after", gettext_lazy("as planned")), ("not", gettext_lazy("not as planned"))],
        method="filter_served",
        label=gettext_lazy("Done that day"),
    )  # fmt: skip
    late = django_filters.ChoiceFilter(
        choices=[("before", gettext_lazy("before")), ("after", gettext_lazy("as planned"))],
        method="filter_late",
        label=gettext_lazy("Late"),
    )
    priority = django_filters.MultipleChoiceFilter(
        field_name="order__priority", choices=Priority.choices, label=gettext_lazy("Priority")
    )
    person = django_filters.CharFilter(method="filter_person", label=gettext_lazy("User name of the engineer"))

    class Meta:
        model = PlannedOrder
        fields = []

    def filter_served(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "not":
            return queryset.filter(start_after=None)
        return queryset.served(value)

    def filter_late(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.late(value)

    def filter_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        person = User.objects.filter(username=value).values("pk")
        return queryset.filter(Q(engineer_before__in=person) | Q(engineer_after__in=person))


class PlannedOrderTable(Table):
    plan = tables.Column(linkify=True)
    order = tables.Column(order_by=("order__number",))
    merchant = tables.Column(accessor="order__merchant", order_by=("order__merchant__name",))
    priority = tables.Column(accessor="order__priority")
    change = tables.Column()
    start_before = tables.Column(verbose_name=gettext_lazy("before"), empty_values=())
    start_after = tables.Column(verbose_name=gettext_lazy("as planned"), empty_values=())
    why = tables.Column(verbose_name=gettext_lazy("why"), empty_values=(), orderable=False)
    late_before_s = tables.Column(verbose_name=gettext_lazy("late before"))
    late_after_s = tables.Column(verbose_name=gettext_lazy("late as planned"))

    class Meta(Table.Meta):
        model = PlannedOrder
        fields = (
            "plan", "order", "merchant", "priority", "change", "start_before", "start_after", "why", "late_before_s", "late_after_s",
        )  # fmt: skip
        hidden = ("plan", "late_before_s", "late_after_s")

    def render_order(self, record: PlannedOrder):
        order = record.order
        return format_html('<a class="text-nowrap" href="{}">{}</a>', order.get_absolute_url(), order.number)

    def value_order(self, record: PlannedOrder) -> str:
        return record.order.number

    def render_merchant(self, record: PlannedOrder):
        merchant = record.order.merchant
        return format_html('<a href="{}">{}</a>', merchant.get_absolute_url(), merchant.name)

    def render_priority(self, record: PlannedOrder):
        return priority_badge(record.order.priority)

    def value_priority(self, record: PlannedOrder) -> str:
        return str(Priority(record.order.priority).label)

    def render_change(self, record: PlannedOrder):
        return change_badge(record)

    def value_change(self, record: PlannedOrder) -> str:
        return record.get_change_display()

    def render_start_before(self, record: PlannedOrder) -> str:
        return _whom_and_when(record, record.engineer_before, record.start_before)

    def render_start_after(self, record: PlannedOrder) -> str:
        return _whom_and_when(record, record.engineer_after, record.start_after)

    def render_why(self, record: PlannedOrder) -> str:
        return words.why(record, record.plan)

    def render_late_before_s(self, value: int) -> str:
        return duration(timedelta(seconds=value)) if value else "–"

    render_late_after_s = render_late_before_s
    value_start_before, value_start_after, value_why = render_start_before, render_start_after, render_why


def _whom_and_when(row: PlannedOrder, person: User | None, start: datetime | None) -> str:
    if person is None:
        return _("in the pool")
    return f"{person.name}, {words.clock(start, row.plan)}" if start else person.name


class PlannedDayFilter(FilterSet):
    plan = plan_filter()
    overtime = django_filters.ChoiceFilter(
        choices=[("before", gettext_lazy("before")), ("after", gettext_lazy("as planned"))],
        method="filter_overtime",
        label=gettext_lazy("With overtime"),
    )
    changed = django_filters.BooleanFilter(
        field_name="changes", lookup_expr="gt", method="filter_changed", label=gettext_lazy("Their day changes")
    )

    class Meta:
        model = PlannedDay
        fields = []

    def filter_overtime(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(**{f"{value}__overtime_s__gt": 0})

    def filter_changed(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(changes__gt=0) if value else queryset.filter(changes=0)


class PlannedDayTable(Table):
    plan = tables.Column(linkify=True)
    person = tables.Column(order_by=("person__name",))
    opens_at = tables.Column(verbose_name=gettext_lazy("working hours"))
    orders_before = tables.Column()
    orders_after = tables.Column()
    changes = tables.Column()
    work = tables.Column(accessor="after__work_s", verbose_name=gettext_lazy("work"))
    travel_before = tables.Column(accessor="before__travel_s", verbose_name=gettext_lazy("driving before"))
    travel_after = tables.Column(accessor="after__travel_s", verbose_name=gettext_lazy("driving as planned"))
    overtime_before = tables.Column(accessor="before__overtime_s", verbose_name=gettext_lazy("overtime before"))
    overtime_after = tables.Column(accessor="after__overtime_s", verbose_name=gettext_lazy("overtime as planned"))

    class Meta(Table.Meta):
        model = PlannedDay
        fields = (
            "plan", "person", "opens_at", "orders_before", "orders_after", "changes", "work", "travel_before", "travel_after",
            "overtime_before", "overtime_after",
        )  # fmt: skip
        hidden = ("plan",)

    def render_person(self, record: PlannedDay):
        return format_html('<a href="{}">{}</a>', record.person.get_absolute_url(), record.person.name)

    def render_opens_at(self, record: PlannedDay) -> str:
        return f"{words.clock(record.opens_at, record.plan)}–{words.clock(record.closes_at, record.plan)}"

    value_opens_at = render_opens_at

    def render_work(self, value: int) -> str:
        return duration(timedelta(seconds=value)) if value else "–"

    render_travel_before = render_travel_after = render_overtime_before = render_overtime_after = render_work
