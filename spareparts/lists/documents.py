from urllib.parse import urlencode

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from spareparts.models import Handover, PurchaseOrder, PurchaseRequest, ReorderRule, Requisition, Scrapping, Stocktake
from toolkit.lists import FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import status_badge


class DocumentTable(Table):
    """Rows with a number that leads to their page, and a state."""

    number = tables.Column(order_by=("id",))
    state = tables.Column(orderable=False)

    def render_number(self, record):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record) -> str:
        return record.number

    def render_state(self, record):
        return status_badge(record.state, record.get_state_display())

    def value_state(self, record) -> str:
        return record.get_state_display()


class HandoverFilter(FilterSet):
    q = SearchFilter(label=_("Number or work order"))
    state = django_filters.MultipleChoiceFilter(choices=Handover.State.choices, label=_("State"))
    kind = django_filters.MultipleChoiceFilter(choices=Handover.Kind.choices, label=_("Kind"))

    class Meta:
        model = Handover
        fields = ()


class HandoverTable(DocumentTable):
    kind = tables.Column(orderable=False)
    source = tables.Column(orderable=False)
    target = tables.Column(orderable=False)
    order_number = tables.Column(orderable=False)
    sent_by = tables.Column(orderable=False)
    sent_at = tables.DateTimeColumn(orderable=False)
    done_at = tables.DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = Handover
        fields = ("number", "state", "kind", "source", "target", "order_number", "sent_by", "sent_at", "done_at")


class StocktakeFilter(FilterSet):
    q = SearchFilter(label=_("Number, place or person"))
    state = django_filters.MultipleChoiceFilter(choices=Stocktake.State.choices, label=_("State"))

    class Meta:
        model = Stocktake
        fields = ()


class StocktakeTable(DocumentTable):
    place = tables.Column(orderable=False)
    started_at = tables.DateTimeColumn(orderable=False)
    counted_by = tables.Column(orderable=False)
    counted_at = tables.DateTimeColumn(orderable=False)
    decided_by = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Stocktake
        fields = ("number", "state", "place", "started_at", "counted_by", "counted_at", "decided_by")


class ScrappingFilter(StocktakeFilter):
    state = django_filters.MultipleChoiceFilter(choices=Scrapping.State.choices, label=_("State"))

    class Meta:
        model = Scrapping
        fields = ()


class ScrappingTable(DocumentTable):
    part = tables.Column(orderable=False)
    quantity = tables.Column(orderable=False)
    place = tables.Column(orderable=False)
    reason = tables.Column(orderable=False)
    asked_by = tables.Column(orderable=False)
    asked_at = tables.DateTimeColumn(orderable=False)
    decided_by = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Scrapping
        fields = ("number", "state", "part", "quantity", "place", "reason", "asked_by", "asked_at", "decided_by")


class RequisitionFilter(FilterSet):
    q = SearchFilter(label=_("Number, work order or person"))
    state = django_filters.MultipleChoiceFilter(choices=Requisition.State.choices, label=_("State"))
    place = django_filters.CharFilter(field_name="source__code", label=_("Code of the place"))

    class Meta:
        model = Requisition
        fields = ()


class RequisitionTable(DocumentTable):
    parts = tables.Column(empty_values=(), orderable=False, verbose_name=_("Parts"))
    person = tables.Column(orderable=False)
    order_number = tables.Column(orderable=False)
    source = tables.Column(orderable=False)
    value = tables.Column(orderable=False)
    asked_at = tables.DateTimeColumn(orderable=False)
    expires_at = tables.DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = Requisition
        fields = ("number", "state", "parts", "person", "order_number", "source", "value", "asked_at", "expires_at")

    def render_parts(self, record: Requisition) -> str:
        return ", ".join(map(str, record.lines.all()))

    value_parts = render_parts


class ReorderRuleFilter(FilterSet):
    q = SearchFilter(label=_("Part or place"))
    is_active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = ReorderRule
        fields = ()


class ReorderRuleTable(Table):
    part = tables.Column(orderable=False)
    place = tables.Column(orderable=False)
    there = tables.Column(orderable=False, verbose_name=_("There or on its way"))
    reorder_point = tables.Column(orderable=False)
    order_up_to = tables.Column(orderable=False)
    is_active = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = ReorderRule
        fields = ("part", "place", "there", "reorder_point", "order_up_to", "is_active")

    def render_part(self, record: ReorderRule):
        query = urlencode({"part": record.part.code, "place": record.place.code})
        return format_html('<a href="{}?{}">{}</a>', reverse("office:reorder-rule-set"), query, record.part)

    def value_part(self, record: ReorderRule) -> str:
        return str(record.part)

    def render_there(self, record: ReorderRule, value: int):
        is_short = record.is_active and value < record.reorder_point
        return format_html('<span class="badge bg-red-lt">{}</span>', value) if is_short else value

    def value_there(self, record: ReorderRule) -> int:
        return record.there  # type: ignore[attr-defined]

    def render_is_active(self, value: bool) -> str:
        return str(_("Yes") if value else _("No"))


class PurchaseRequestFilter(FilterSet):
    q = SearchFilter(label=_("Part or place"))
    state = django_filters.MultipleChoiceFilter(choices=PurchaseRequest.State.choices, label=_("State"))

    class Meta:
        model = PurchaseRequest
        fields = ()


class PurchaseRequestTable(DocumentTable):
    """`is_editable`: whether the person may cover a shortage from another depot."""

    is_editable = False
    part = tables.Column(orderable=False)
    quantity = tables.Column(orderable=False)
    received = tables.Column(orderable=False)
    place = tables.Column(orderable=False)
    suggested_from = tables.Column(orderable=False)
    order = tables.Column(orderable=False)
    made_at = tables.DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = PurchaseRequest
        fields = ("number", "state", "part", "quantity", "received", "place", "suggested_from", "order", "made_at")

    def render_number(self, record: PurchaseRequest) -> str:
        return record.number

    def render_suggested_from(self, record: PurchaseRequest):
        if not self.is_editable or record.state != PurchaseRequest.State.OPEN:
            return record.suggested_from
        url = reverse("office:purchase-request-move", args=[record.number])
        return format_html('<a href="{}">{}</a>', url, record.suggested_from)

    def value_suggested_from(self, record: PurchaseRequest) -> str:
        return str(record.suggested_from or "")

    def render_order(self, record: PurchaseRequest):
        return format_html('<a href="{}">{}</a>', record.order.get_absolute_url(), record.order)

    def value_order(self, record: PurchaseRequest) -> str:
        return str(record.order or "")


class PurchaseOrderFilter(FilterSet):
    q = django_filters.CharFilter(field_name="number", lookup_expr="icontains", label=_("Number"))
    is_closed = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", exclude=True, label=_("Everything has come")
    )

    class Meta:
        model = PurchaseOrder
        fields = ()


class PurchaseOrderTable(Table):
    number = tables.Column(order_by=("id",))
    parts = tables.Column(empty_values=(), orderable=False, verbose_name=_("Parts"))
    missing = tables.Column(empty_values=(), orderable=False, verbose_name=_("Missing"))
    supplier = tables.Column(orderable=False)
    ordered_by = tables.Column(orderable=False)
    ordered_at = tables.DateTimeColumn(orderable=False)
    closed_at = tables.DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = PurchaseOrder
        fields = ("number", "parts", "missing", "supplier", "ordered_by", "ordered_at", "closed_at")

    def render_number(self, record: PurchaseOrder):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: PurchaseOrder) -> str:
        return record.number

    def render_parts(self, record: PurchaseOrder) -> str:
        return ", ".join(f"{line.quantity} × {line.part}" for line in record.lines.all())

    value_parts = render_parts

    def render_missing(self, record: PurchaseOrder) -> str:
        return ", ".join(f"{line.missing} × {line.part}" for line in record.lines.all() if line.missing) or "–"

    value_missing = render_missing
