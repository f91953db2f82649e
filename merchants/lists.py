import django_filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from merchants.models import Merchant, Trade
from toolkit.lists import DayRangeFilter, FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import status_badge
from workforce.lists import region_filter


class MerchantFilter(FilterSet):
    q = SearchFilter(label=_("Name, address, number or phone"))
    tier = django_filters.MultipleChoiceFilter(choices=Merchant.Tier.choices, label=_("Tier"))
    status = django_filters.MultipleChoiceFilter(choices=Merchant.Status.choices, label=_("Status"))
    trade = django_filters.ModelChoiceFilter(queryset=Trade.objects.all(), label=_("Trade"))
    region = region_filter()
    without_terminal = django_filters.BooleanFilter(
        method="filter_terminals", label=_("Without a terminal"), field_name="bindings"
    )
    parent = django_filters.CharFilter(field_name="parent__number", label=_("Number of the head office"))
    created = DayRangeFilter(field_name="created_at", label=_("Created"))

    class Meta:
        model = Merchant
        fields = ()

    def filter_terminals(self, queryset, name: str, without: bool):
        return queryset.without_terminal() if without else queryset.with_terminal()


class MerchantTable(Table):
    number = tables.Column()
    name = tables.Column()
    trade = tables.Column(orderable=False)
    tier = tables.Column(orderable=False)
    status = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    address = tables.Column(orderable=False)
    live_terminals = tables.Column(verbose_name=_("Live terminals"), orderable=False)
    external_id = tables.Column(orderable=False)
    created_at = tables.DateTimeColumn(order_by=("id",))

    class Meta(Table.Meta):
        model = Merchant
        fields = (
            "number", "name", "trade", "tier", "status", "region", "address", "live_terminals", "external_id",
            "created_at",
        )  # fmt: skip
        hidden = ("live_terminals", "external_id")

    def render_name(self, record: Merchant):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.name)

    def value_name(self, record: Merchant) -> str:
        return record.name

    def render_status(self, record: Merchant):
        return status_badge(record.status, record.get_status_display())
