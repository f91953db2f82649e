import django_filters
import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assets.lifecycle import TerminalStatus
from assets.models import StickerSheet, Terminal, TerminalModel
from toolkit.lists import DayRangeFilter, FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import status_badge
from workforce.lists import region_filter


class TerminalFilter(FilterSet):
    q = SearchFilter(label=_("Serial number or TID"))
    status = django_filters.MultipleChoiceFilter(choices=TerminalStatus.choices, label=_("Status"))
    model = django_filters.ModelChoiceFilter(queryset=TerminalModel.objects.all(), label=_("Model"))
    kind = django_filters.MultipleChoiceFilter(
        field_name="model__kind", choices=TerminalModel.Kind.choices, label=_("Kind")
    )
    region = region_filter()
    holder = django_filters.CharFilter(field_name="holder__username", label=_("In the bag of (user name)"))
    received = DayRangeFilter(field_name="received_on", label=_("Received"))

    class Meta:
        model = Terminal
        fields = ()


class TerminalTable(Table):
    serial = tables.Column()
    model = tables.Column(orderable=False)
    status = tables.Column(orderable=False)
    where = tables.Column(verbose_name=_("Where"), orderable=False, empty_values=())
    tid = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    firmware = tables.Column(orderable=False)
    received_on = tables.DateColumn(orderable=False)

    class Meta(Table.Meta):
        model = Terminal
        fields = ("serial", "model", "status", "where", "tid", "region", "firmware", "received_on")
        hidden = ("firmware", "received_on")

    def render_serial(self, record: Terminal):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.serial)

    def value_serial(self, record: Terminal) -> str:
        return record.serial

    def render_status(self, record: Terminal):
        return status_badge(record.status, record.get_status_display())

    def render_where(self, record: Terminal):
        if not record.live_bindings:
            return self.value_where(record) or "–"
        merchant = record.live_bindings[0].merchant
        return format_html('<a href="{}">{}</a>', merchant.get_absolute_url(), merchant.name)

    def value_where(self, record: Terminal) -> str:
        """The merchant it is live at, else the person whose bag it is in."""
        if record.live_bindings:
            return record.live_bindings[0].merchant.name
        return record.holder.name if record.holder else ""


class SheetFilter(FilterSet):
    region = region_filter()
    made = DayRangeFilter(field_name="made_at", label=_("Made"))

    class Meta:
        model = StickerSheet
        fields = ()


class SheetTable(Table):
    number = tables.Column(order_by=("id",))
    region = tables.Column(orderable=False)
    count = tables.Column(orderable=False)
    free = tables.Column(verbose_name=_("Not yet used"), orderable=False)
    made_at = tables.DateTimeColumn(order_by=("id",))
    made_by = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = StickerSheet
        fields = ("number", "region", "count", "free", "made_at", "made_by")
        hidden = ()

    def render_number(self, record: StickerSheet):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: StickerSheet) -> str:
        return record.number
