from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

import django_filters
import django_tables2 as tables
from django.db.models import Count, Q, QuerySet
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from spareparts.history import places_in
from spareparts.models import Movement, MovementQuerySet, Part, Place, Stock, Supplier
from toolkit.choices import SearchSelect
from toolkit.lists import DayRangeFilter, FilterSet, SearchFilter, Table
from workforce.lists import region_filter
from workforce.models import Region


def home_filter(*fields: str) -> django_filters.ModelChoiceFilter:
    """By the region one of these places belongs to, or one below it."""

    def within(rows: QuerySet, name: str, region: Region | None) -> QuerySet:
        if region is None:
            return rows
        places = places_in(region).values("pk")
        return rows.filter(reduce(or_, (Q(**{f"{field}__in": places}) for field in fields)))

    return django_filters.ModelChoiceFilter(
        label=_("Region"), method=within, queryset=lambda request: Region.objects.visible_to(request.user)
    )


def part_filter() -> django_filters.ModelChoiceFilter:
    """By code; the parts to choose among come as one types."""
    widget = SearchSelect(attrs={"data-search": reverse_lazy("office:part-search")})
    return django_filters.ModelChoiceFilter(
        queryset=Part.objects.all(), to_field_name="code", label=_("Part"), widget=widget
    )


class StockFilter(FilterSet):
    q = SearchFilter(label=_("Part, place or person"))
    part = part_filter()
    kind = django_filters.MultipleChoiceFilter(
        field_name="place__kind", choices=Place.Kind.choices, label=_("Kind of place"), distinct=False
    )
    place = django_filters.CharFilter(field_name="place__code", label=_("Code of the place"))
    region = home_filter("place")
    at_least = django_filters.NumberFilter(field_name="quantity", lookup_expr="gte", label=_("At least"))

    class Meta:
        model = Stock
        fields = ()


class StockTable(Table):
    part = tables.Column(orderable=False)
    quantity = tables.Column(orderable=False)
    value = tables.Column(orderable=False)
    unit = tables.Column(accessor="part__get_unit_display", orderable=False, verbose_name=_("Unit"))
    place = tables.Column(orderable=False)
    kind = tables.Column(accessor="place__get_kind_display", orderable=False, verbose_name=_("Kind of place"))
    region = tables.Column(accessor="place__home", orderable=False, verbose_name=_("Region"))
    code = tables.Column(accessor="part__code", orderable=False, verbose_name=_("Code"))

    class Meta(Table.Meta):
        model = Stock
        fields = ("part", "quantity", "unit", "value", "place", "kind", "region", "code")
        hidden = ("code",)

    def render_quantity(self, record: Stock, value: int):
        query = urlencode({"part": record.part.code, "place": record.place.code})
        return format_html('<a href="{}?{}">{}</a>', reverse("office:stock-move-list"), query, value)

    def value_quantity(self, record: Stock) -> int:
        return record.quantity


class DepotFilter(FilterSet):
    q = SearchFilter(label=_("Name"))
    kind = django_filters.MultipleChoiceFilter(
        choices=[choice for choice in Place.Kind.choices if choice[0] not in Place.MADE_BY_THEMSELVES], label=_("Kind")
    )
    region = region_filter()

    class Meta:
        model = Place
        fields = ()


class DepotTable(Table):
    """`is_editable`: whether the person may change them."""

    is_editable = False
    name = tables.Column()
    kind = tables.Column()
    region = tables.Column(order_by=("region__path",))
    position = tables.Column(empty_values=(), orderable=False, verbose_name=_("Place"))
    calendar = tables.Column(orderable=False, default=_("always open"))
    is_active = tables.Column(orderable=False, verbose_name=_("In use"))

    class Meta(Table.Meta):
        model = Place
        fields = ("name", "kind", "region", "position", "calendar", "is_active")

    def render_name(self, record: Place):
        if not self.is_editable:
            return record.name
        return format_html('<a href="{}">{}</a>', reverse("office:depot-edit", args=[record.code]), record.name)

    def value_name(self, record: Place) -> str:
        return record.name

    def render_position(self, record: Place):
        if record.lat is None:
            return format_html('<span class="badge bg-orange-lt">{}</span>', _("not set"))
        return f"{record.lat:.4f}, {record.lon:.4f}"

    def value_position(self, record: Place) -> str:
        return "" if record.lat is None else f"{record.lat}, {record.lon}"

    def render_is_active(self, value: bool) -> str:
        return str(_("Yes") if value else _("No"))


EVERY_MODEL, SEVERAL_MODELS = "*", "+"


def models_made_for() -> list[tuple[str, Any]]:
    models = [(model.code, str(model)) for model in TerminalModel.objects.all()]
    return [*models, (SEVERAL_MODELS, _("Several models")), (EVERY_MODEL, _("Every model"))]


class MovementFilter(FilterSet):
    part = part_filter()
    place = django_filters.CharFilter(method="at_place", label=_("Code of the place"))
    region = home_filter("source", "target")
    kind = django_filters.MultipleChoiceFilter(choices=Movement.Kind.choices, label=_("Kind"), distinct=False)
    to = django_filters.MultipleChoiceFilter(
        field_name="target__kind", choices=Place.Kind.choices, label=_("To what kind of place"), distinct=False
    )
    model = django_filters.ChoiceFilter(choices=models_made_for, method="made_for", label=_("Made for the model"))
    supplier = django_filters.ModelChoiceFilter(
        field_name="part__supplier", queryset=Supplier.objects.all(), to_field_name="code", label=_("Supplier")
    )
    order = django_filters.CharFilter(field_name="order_number", label=_("Work order"))
    at = DayRangeFilter(label=_("Time"))

    class Meta:
        model = Movement
        fields = ()

    def made_for(self, rows: QuerySet, name: str, model: str) -> QuerySet:
        """Parts that fit this model and no other, several, or every one."""
        parts = Part.objects.annotate(models=Count("fits"))
        several = {EVERY_MODEL: Q(models=0), SEVERAL_MODELS: Q(models__gt=1)}
        only = Q(models=1, pk__in=Part.objects.filter(fits__code=model).values("pk"))
        return rows.filter(part__in=parts.filter(several.get(model, only)).values("pk"))

    def at_place(self, rows: MovementQuerySet, name: str, code: str) -> MovementQuerySet:
        place = Place.objects.filter(code=code).first()
        return rows.at(place) if place else rows.none()


class MovementTable(Table):
    at = tables.DateTimeColumn(orderable=False)
    kind = tables.Column(orderable=False)
    part = tables.Column(orderable=False)
    quantity = tables.Column(orderable=False)
    value = tables.Column(orderable=False)
    source = tables.Column(orderable=False)
    source_left = tables.Column(orderable=False)
    target = tables.Column(orderable=False)
    target_left = tables.Column(orderable=False)
    order_number = tables.Column(orderable=False)
    by = tables.Column(orderable=False)
    reference = tables.Column(orderable=False)
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Movement
        fields = (
            "at", "kind", "part", "quantity", "value", "source", "source_left", "target", "target_left", "order_number",
            "by", "reference", "note",
        )  # fmt: skip
        hidden = ("value", "reference", "note")

    def render_order_number(self, value: str):
        return format_html('<a href="{}">{}</a>', reverse("office:work-order-detail", args=[value]), value)

    def value_order_number(self, record: Movement) -> str:
        return record.order_number


class PartFilter(FilterSet):
    q = SearchFilter(label=_("Name or code"))
    price_class = django_filters.MultipleChoiceFilter(choices=Part.PriceClass.choices, label=_("Price class"))
    is_active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = Part
        fields = ()


class PartTable(Table):
    """`is_editable`: whether the person may change them."""

    is_editable = False
    name = tables.Column(verbose_name=_("Name"))
    code = tables.Column()
    unit = tables.Column(orderable=False)
    fits = tables.Column(accessor="fits__all", orderable=False, empty_values=())
    price_class = tables.Column(orderable=False)
    average_cost = tables.Column(orderable=False)
    supplier = tables.Column(orderable=False)
    is_active = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Part
        fields = ("name", "code", "unit", "fits", "price_class", "average_cost", "supplier", "is_active")

    def render_name(self, record: Part):
        if not self.is_editable:
            return str(record)
        return format_html('<a href="{}">{}</a>', reverse("office:part-edit", args=[record.code]), record)

    def value_name(self, record: Part) -> str:
        return str(record)

    def render_fits(self, record: Part) -> str:
        return ", ".join(map(str, record.fits.all())) or str(_("every model"))

    value_fits = render_fits

    def render_is_active(self, value: bool) -> str:
        return str(_("Yes") if value else _("No"))
