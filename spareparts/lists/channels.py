import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from spareparts.models import Channel, KeyBatch, Refill, UsageFlag
from toolkit.lists import FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import badge
from workforce.lists import region_filter

A_WEEK = 7  # days


class ChannelFilter(FilterSet):
    q = SearchFilter(label=_("Name, number or person"))
    region = region_filter("place__region")
    short = django_filters.BooleanFilter(method="is_short", label=_("Below a minimum"))
    flagged = django_filters.BooleanFilter(method="is_flagged", label=_("Unusual use"))
    in_use = django_filters.BooleanFilter(field_name="place__is_active", label=_("In use"))

    class Meta:
        model = Channel
        fields = ()

    def is_short(self, rows: QuerySet, name: str, wanted: bool) -> QuerySet:
        short = Exists(Refill.objects.open().filter(channel=OuterRef("pk")))
        return rows.filter(short if wanted else ~short)

    def is_flagged(self, rows: QuerySet, name: str, wanted: bool) -> QuerySet:
        flagged = Exists(UsageFlag.objects.open().filter(place=OuterRef("place")))
        return rows.filter(flagged if wanted else ~flagged)


class ChannelTable(Table):
    name = tables.Column(accessor="place__name", verbose_name=_("Name"), orderable=False)
    number = tables.Column(order_by=("id",))
    region = tables.Column(accessor="place__region", verbose_name=_("Region"), orderable=False)
    person = tables.Column(orderable=False, accessor="person__name", verbose_name=_("Responsible"))
    left = tables.Column(verbose_name=_("In stock"), orderable=False)
    days_left = tables.Column(verbose_name=_("Lasts"), orderable=False)
    open_refills = tables.Column(verbose_name=_("Refill"), orderable=False)
    flags = tables.Column(verbose_name=_("Unusual use"), orderable=False)
    in_use = tables.Column(accessor="place__is_active", verbose_name=_("In use"), orderable=False)

    class Meta(Table.Meta):
        model = Channel
        fields = ("name", "number", "region", "person", "left", "days_left", "open_refills", "flags", "in_use")
        hidden = ("in_use",)

    def render_name(self, record: Channel):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.place.name)

    def render_left(self, value: int) -> str:
        return f"{value:,}"

    def render_days_left(self, value: int):
        text = ngettext("%(count)s day", "%(count)s days", value) % {"count": value}
        return badge("red" if value < A_WEEK else "yellow", text) if value < 2 * A_WEEK else text

    def render_open_refills(self, value: list[Refill]):
        return badge("orange", self._asked(value)) if value else "–"

    def value_open_refills(self, record: Channel) -> str:
        return self._asked(record.open_refills)  # type: ignore[attr-defined]

    def _asked(self, refills: list[Refill]) -> str:
        return ", ".join(f"{each.quantity} × {each.part}" for each in refills)

    def render_flags(self, record: Channel, value: int):
        if not value:
            return "–"
        address = f"{reverse('office:usage-flag-list')}?place={record.place.code}&open=true"
        return format_html('<a class="badge bg-red-lt" href="{}">{}</a>', address, value)

    def render_in_use(self, value: bool) -> str:
        return str(_("Yes") if value else _("No"))


class KeyBatchFilter(FilterSet):
    q = SearchFilter(label=_("Number, product or any serial in it"))

    class Meta:
        model = KeyBatch
        fields = ()


class KeyBatchTable(Table):
    number = tables.Column(order_by=("id",))
    part = tables.Column(orderable=False)
    serials = tables.Column(orderable=False)
    count = tables.Column(verbose_name=_("How many"), orderable=False)
    face_value = tables.Column(orderable=False)
    out = tables.Column(verbose_name=_("With channels"), orderable=False)
    activated = tables.Column(orderable=False)
    received_at = tables.DateTimeColumn(orderable=False)

    class Meta(Table.Meta):
        model = KeyBatch
        fields = ("number", "part", "serials", "count", "face_value", "out", "activated", "received_at")

    def render_number(self, record: KeyBatch):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def render_serials(self, record: KeyBatch):
        return format_html('<span class="font-monospace text-nowrap">{}</span>', record.printed(record.serials))

    def render_count(self, value: int) -> str:
        return f"{value:,}"

    render_out = render_activated = render_count


class UsageFlagFilter(FilterSet):
    q = SearchFilter(label=_("Place or person"))
    open = django_filters.BooleanFilter(field_name="settled_at", lookup_expr="isnull", label=_("Open"))
    kind = django_filters.MultipleChoiceFilter(choices=UsageFlag.Kind.choices, label=_("Kind"))
    region = region_filter("place__region")
    place = django_filters.CharFilter(field_name="place__code", label=_("Code of the place"))

    class Meta:
        model = UsageFlag
        fields = ()


class UsageFlagTable(Table):
    """`is_editable`: whether the person may settle them."""

    is_editable = False
    kind = tables.Column(orderable=False)
    place = tables.Column(orderable=False)
    part = tables.Column(orderable=False)
    on = tables.DateColumn(orderable=False)
    reason = tables.Column(verbose_name=_("Reason"), orderable=False)
    found_at = tables.DateTimeColumn(orderable=False)
    settled_at = tables.DateTimeColumn(orderable=False, empty_values=())
    note = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = UsageFlag
        fields = ("kind", "place", "part", "on", "reason", "settled_at", "note", "found_at")
        hidden = ("note", "found_at")

    def render_kind(self, record: UsageFlag):
        return badge("secondary" if record.settled_at else "red", record.get_kind_display())

    def render_place(self, record: UsageFlag):
        channel = getattr(record.place, "channel", None)
        if channel is None:
            return str(record.place)
        return format_html('<a href="{}">{}</a>', channel.get_absolute_url(), record.place)

    def render_settled_at(self, record: UsageFlag):
        if record.settled_at:
            return date_format(timezone.localtime(record.settled_at), "SHORT_DATETIME_FORMAT")
        if not self.is_editable:
            return "–"
        address = reverse("office:usage-flag-settle", args=[record.pk])
        return format_html('<a class="btn btn-sm" href="{}">{}</a>', address, _("Settle"))
