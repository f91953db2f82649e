import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mobile.commands import COMMANDS
from mobile.models import Parked
from toolkit.lists import FilterSet, Table


class LateWorkFilter(FilterSet):
    settled = django_filters.BooleanFilter(method="filter_settled", label=_("Settled"))
    reason = django_filters.ChoiceFilter(choices=Parked.Reason.choices, label=_("Why too late"))
    order = django_filters.CharFilter(field_name="order__number", label=_("Number of the order"))

    class Meta:
        model = Parked
        fields = ()

    def filter_settled(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        return queryset.filter(settled_at__isnull=not value)


class LateWorkTable(Table):
    order = tables.Column()
    merchant = tables.Column(accessor="order__merchant__name", verbose_name=_("merchant"))
    kind = tables.Column()
    by = tables.Column()
    device_at = tables.DateTimeColumn()
    received_at = tables.DateTimeColumn()
    reason = tables.Column()
    how = tables.Column(default="–")
    settled_by = tables.Column(default="–")

    class Meta(Table.Meta):
        model = Parked
        fields = ("order", "merchant", "kind", "by", "device_at", "received_at", "reason", "how", "settled_by")
        order_by = "-received_at"

    def render_order(self, record: Parked):
        url = reverse("office:work-order-detail", args=[record.order.number])
        return format_html('<a href="{}#late">{}</a>', url, record.order.number)

    def value_order(self, record: Parked) -> str:
        return record.order.number

    def render_kind(self, record: Parked) -> str:
        return str(COMMANDS["orders", record.kind].label)

    value_kind = render_kind
