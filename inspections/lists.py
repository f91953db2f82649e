import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from inspections.lifecycle import State
from inspections.models import Inspection, InspectionPlan
from inspections.words import rhythm
from merchants.models import Merchant
from toolkit.lists import DayRangeFilter, FilterSet, Table
from toolkit.templatetags.toolkit import status_badge
from workforce.lists import region_filter
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
    return format_html('<span class="badge bg-{}-lt">{}</span>', STATE_COLOURS[State(state)], State(state).label)


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
