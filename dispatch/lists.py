import django_filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.models import RuleSet
from toolkit.lists import FilterSet, Table
from workforce.lists import region_filter
from workorders.models import WorkOrderType


class RuleSetFilter(FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label=gettext_lazy("Name"))
    region = region_filter()
    order_type = django_filters.ModelChoiceFilter(
        queryset=WorkOrderType.objects.all(), label=gettext_lazy("Order type")
    )
    is_current = django_filters.BooleanFilter(label=gettext_lazy("In force"))

    class Meta:
        model = RuleSet
        fields = []


class RuleSetTable(Table):
    name = tables.Column()
    region = tables.Column(order_by=("region__path",), empty_values=())
    order_type = tables.Column(empty_values=())
    is_current = tables.Column(verbose_name=gettext_lazy("in force"))
    is_automatic = tables.Column(verbose_name=gettext_lazy("assigns by itself"))
    version = tables.Column()
    made_at = tables.DateTimeColumn(verbose_name=gettext_lazy("changed"))
    made_by = tables.Column(verbose_name=gettext_lazy("by"))
    number = tables.Column()

    class Meta(Table.Meta):
        model = RuleSet
        fields = (
            "name", "region", "order_type", "is_current", "is_automatic", "version", "made_at", "made_by", "number",
        )  # fmt: skip
        hidden = ("number",)
        order_by = ("-is_current", "region")

    def render_name(self, record: RuleSet):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def render_region(self, record: RuleSet) -> str:
        return record.region.name if record.region else _("Everywhere")

    def value_region(self, record: RuleSet) -> str:
        return self.render_region(record)

    def render_order_type(self, record: RuleSet) -> str:
        return str(record.order_type) if record.order_type else _("All types")

    def value_order_type(self, record: RuleSet) -> str:
        return self.render_order_type(record)

    def render_is_current(self, value: bool):
        colour, word = ("green", _("Yes")) if value else ("secondary", _("No"))
        return format_html('<span class="badge bg-{}-lt">{}</span>', colour, word)

    def render_is_automatic(self, value: bool) -> str:
        return _("Yes") if value else _("No")
