from datetime import timedelta
from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from assets.lifecycle import IDLE, TerminalStatus
from assets.models import Filing, FilingReport, Mismatch, StickerSheet, Terminal, TerminalModel, TerminalState
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
    received = DayRangeFilter(field_name="received_on", label=_("Received on"))
    owner = django_filters.MultipleChoiceFilter(choices=Terminal.Owner.choices, label=_("Owner"))
    silent = django_filters.ChoiceFilter(
        method="silent_for",
        choices=[(0, _("now")), (60, _("for an hour")), (24 * 60, _("for a day")), (7 * 24 * 60, _("for a week"))],
        label=_("Silent"),
    )

    class Meta:
        model = Terminal
        fields = ()

    def silent_for(self, queryset, name: str, minutes: str):
        silent = TerminalState.objects.silent(int(minutes), at=timezone.now())
        return queryset.filter(pk__in=silent.values("pk"))


class TerminalTable(Table):
    serial = tables.Column()
    model = tables.Column(orderable=False)
    status = tables.Column(orderable=False)
    where = tables.Column(verbose_name=_("Where"), orderable=False, empty_values=())
    tid = tables.Column(orderable=False)
    region = tables.Column(orderable=False)
    firmware = tables.Column(orderable=False)
    received_on = tables.DateColumn(orderable=False)
    kind = tables.Column(accessor="model__kind", verbose_name=_("Kind"), orderable=False)
    owner = tables.Column(orderable=False)
    sim_iccid = tables.Column(orderable=False)
    warranty_ends_on = tables.DateColumn(orderable=False)
    last_heard_at = tables.DateTimeColumn(accessor="state__last_heard_at", orderable=False)

    class Meta(Table.Meta):
        model = Terminal
        fields = (
            "serial", "model", "kind", "status", "where", "tid", "region", "owner", "firmware", "sim_iccid",
            "warranty_ends_on", "received_on", "last_heard_at",
        )  # fmt: skip
        hidden = ("kind", "owner", "firmware", "sim_iccid", "warranty_ends_on", "received_on", "last_heard_at")

    def render_kind(self, record: Terminal) -> str:
        return record.model.get_kind_display()

    value_kind = render_kind

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


class AgeFilter(FilterSet):
    """Of terminals by how long they have been where they are."""

    q = SearchFilter(label=_("Serial number or TID"))
    days = django_filters.NumberFilter(method="longer_than", label=_("For more days than"))
    region = region_filter()
    holder = django_filters.CharFilter(field_name="holder__username", label=_("In the bag of (user name)"))

    class Meta:
        model = Terminal
        fields = ()

    def longer_than(self, queryset, name: str, days):
        return queryset.filter(since__lt=timezone.now() - timedelta(days=min(int(days), 36_500)))


class IdleFilter(AgeFilter):
    status = django_filters.MultipleChoiceFilter(choices=[(each.value, each.label) for each in IDLE], label=_("Status"))
    kind = django_filters.MultipleChoiceFilter(
        field_name="model__kind", choices=TerminalModel.Kind.choices, label=_("Kind")
    )


class IdleTable(TerminalTable):
    since = tables.DateTimeColumn(orderable=False)
    days = tables.Column(verbose_name=_("Days"), orderable=False, empty_values=())
    value = tables.Column(verbose_name=_("Value (CNY)"), accessor="model__value", orderable=False)

    class Meta(Table.Meta):
        model = Terminal
        fields = ("serial", "model", "status", "where", "region", "since", "days", "value")
        sequence = fields
        exclude = ("tid", "owner", "firmware", "sim_iccid", "received_on", "last_heard_at")
        hidden = ("kind", "warranty_ends_on")

    def render_days(self, record: Terminal) -> int:
        return (timezone.now() - record.since).days

    value_days = render_days


class MismatchFilter(FilterSet):
    state = django_filters.ChoiceFilter(
        method="in_state", choices=[("open", _("Open")), ("resolved", _("Resolved"))], label=_("State")
    )
    region = region_filter("terminal__region")
    reported = DayRangeFilter(field_name="reported_at", label=_("Reported"))

    class Meta:
        model = Mismatch
        fields = ()

    def in_state(self, queryset, name: str, state: str):
        return queryset.filter(resolved_at__isnull=state == "open")


class MismatchTable(Table):
    terminal = tables.Column(orderable=False)
    registered = tables.Column(accessor="binding__merchant", verbose_name=_("Registered at"), orderable=False)
    distance_m = tables.Column(orderable=False)
    reported_at = tables.DateTimeColumn(order_by=("id",))
    reported_by = tables.Column(orderable=False)
    order_number = tables.Column(orderable=False)
    outcome = tables.Column(orderable=False)
    finding = tables.Column(orderable=False)
    resolved_at = tables.DateTimeColumn(orderable=False)
    resolved_by = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = Mismatch
        fields = (
            "terminal", "registered", "distance_m", "reported_at", "reported_by", "order_number", "outcome", "finding",
            "resolved_at", "resolved_by",
        )  # fmt: skip
        hidden = ("finding", "resolved_by")

    def render_terminal(self, record: Mismatch):
        return format_html('<a href="{}">{}</a>', record.terminal.get_absolute_url(), record.terminal.serial)

    def value_terminal(self, record: Mismatch) -> str:
        return record.terminal.serial

    def render_distance_m(self, value: float) -> str:
        return f"{value:,.0f}"

    def render_order_number(self, value: str):
        return format_html('<a href="{}">{}</a>', reverse("office:work-order-detail", args=[value]), value)


class FilingFilter(FilterSet):
    q = SearchFilter(label=_("Serial number or TID"))
    state = django_filters.ChoiceFilter(method="in_state", label=_("State"), choices=[
        ("late", _("Late")), ("unreported", _("Not reported")), ("waiting", _("In no file yet")), ("reported", _("Reported")),
    ])  # fmt: skip
    kind = django_filters.MultipleChoiceFilter(choices=Filing.Kind.choices, label=_("What"))
    region = region_filter()
    when = DayRangeFilter(field_name="at", label=_("When"))
    report = django_filters.CharFilter(field_name="report__number", label=_("In the file"))

    class Meta:
        model = Filing
        fields = ()

    def in_state(self, queryset, name: str, state: str):
        if state == "late":
            return queryset.late(timezone.localdate())
        if state == "reported":
            return queryset.filter(reported_at__isnull=False)
        return queryset.waiting() if state == "waiting" else queryset.unreported()


class FilingTable(Table):
    kind = tables.Column(orderable=False)
    terminal = tables.Column(orderable=False)
    merchant = tables.Column(accessor="binding__merchant", verbose_name=_("Merchant"), orderable=False)
    tid = tables.Column(accessor="binding__tid", verbose_name=_("TID"), orderable=False)
    acquirer_code = tables.Column(accessor="binding__acquirer_code", verbose_name=_("Acquirer code"), orderable=False)
    merchant_code = tables.Column(accessor="binding__merchant_code", verbose_name=_("Merchant code"), orderable=False)
    credit_code = tables.Column(
        accessor="binding__credit_code", verbose_name=_("Unified social credit code"), orderable=False
    )
    address = tables.Column(accessor="binding__address", verbose_name=_("Address"), orderable=False)
    at = tables.DateTimeColumn(order_by=("id",))
    due_on = tables.DateColumn(orderable=False)
    state = tables.Column(verbose_name=_("State"), orderable=False, empty_values=())
    report = tables.Column(verbose_name=_("File"), orderable=False)

    class Meta(Table.Meta):
        model = Filing
        fields = (
            "kind", "terminal", "merchant", "tid", "acquirer_code", "merchant_code", "credit_code", "address", "at",
            "due_on", "state", "report",
        )  # fmt: skip
        hidden = ("acquirer_code", "credit_code", "address")

    def render_terminal(self, record: Filing):
        return format_html('<a href="{}">{}</a>', record.terminal.get_absolute_url(), record.terminal.serial)

    def value_terminal(self, record: Filing) -> str:
        return record.terminal.serial

    def value_state(self, record: Filing) -> str:
        return str(_state_of(record)[1])

    def render_state(self, record: Filing):
        return status_badge(*_state_of(record))


def _state_of(filing: Filing) -> tuple[str, Any]:
    if filing.reported_at:
        return "done", _("Reported")
    return ("rejected", _("Late")) if filing.due_on < timezone.localdate() else ("waiting", _("Not reported"))


class FilingReportFilter(FilterSet):
    region = region_filter()
    made = DayRangeFilter(field_name="made_at", label=_("Made"))

    class Meta:
        model = FilingReport
        fields = ()


class FilingReportTable(Table):
    number = tables.Column(order_by=("id",), linkify=True)
    region = tables.Column(orderable=False)
    count = tables.Column(orderable=False)
    made_at = tables.DateTimeColumn(orderable=False)
    made_by = tables.Column(orderable=False)
    file_name = tables.Column(orderable=False)
    reported_at = tables.DateTimeColumn(orderable=False)
    reported_by = tables.Column(orderable=False)

    class Meta(Table.Meta):
        model = FilingReport
        fields = ("number", "region", "count", "made_at", "made_by", "file_name", "reported_at", "reported_by")


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
