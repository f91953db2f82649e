import django_filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dispatch.models import RuleSet
from toolkit.lists import FilterSet, Table
from workforce.lists import region_filter
from workorders.models import WorkOrderType


class RuleSetFilter(FilterSet):
    region = region_filter()
    order_type = django_filters.ModelChoiceFilter(queryset=WorkOrderType.objects.all(), label=_("Order type"))
    is_current = django_filters.BooleanFilter(label=_("In force"))

    class Meta:
        model = RuleSet
        fields: list = []


class RuleSetTable(Table):
    name = tables.Column()
    region = tables.Column(default=_("everywhere"), order_by=("region__path",))
    order_type = tables.Column(default=_("all order types"))
    is_automatic = tables.BooleanColumn()
    is_current = tables.BooleanColumn()
    max_travel_min = tables.Column()
    max_orders = tables.Column()
    accept_within_min = tables.Column()
    version = tables.Column()
    made_by = tables.Column()
    made_at = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = RuleSet
        fields = (
            "name", "region", "order_type", "is_automatic", "is_current", "max_travel_min", "max_orders",
            "accept_within_min", "version", "made_by", "made_at",
        )  # fmt: skip
        hidden = ("max_travel_min", "max_orders", "accept_within_min")

    def render_name(self, record: RuleSet):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: RuleSet) -> str:
        return record.name
