import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from merchants.lifecycle import Kind, ReviewState
from merchants.models import ChangeRequest, Merchant, Review, Terms, Trade
from toolkit.lists import DayRangeFilter, FilterSet, SearchFilter, Table
from toolkit.templatetags.toolkit import duration, status_badge
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


class ReviewFilter(FilterSet):
    q = django_filters.CharFilter(method="filter_merchant", label=_("Name or number of the merchant"))
    state = django_filters.MultipleChoiceFilter(choices=ReviewState.choices, label=_("Status"))
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("Kind of merchant"))
    region = region_filter("merchant__region")
    missing = django_filters.BooleanFilter(method="filter_missing", label=_("Documents missing"))
    begun = DayRangeFilter(field_name="begun_at", label=_("Begun"))

    class Meta:
        model = Review
        fields = ()

    def filter_merchant(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        return queryset.filter(merchant__in=Merchant.objects.search(text).values("pk"))

    def filter_missing(self, queryset: QuerySet, name: str, has_some: bool) -> QuerySet:
        return queryset.filter(missing__gt=0) if has_some else queryset.filter(missing=0)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """The open ones, unless somebody asks for others."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("state") else found.open()


class ReviewTable(Table):
    merchant = tables.Column(order_by=("merchant__name",))
    state = tables.Column()
    waiting = tables.Column(accessor="submitted_at", verbose_name=_("Waiting for"), default="–")
    kind = tables.Column()
    missing = tables.Column(verbose_name=_("Missing"))
    owner = tables.Column(order_by=("owner__name",), default="–")
    region = tables.Column(accessor="merchant__region", verbose_name=_("region"), orderable=False)
    begun_at = tables.DateTimeColumn()
    number = tables.Column(order_by=("id",))

    class Meta(Table.Meta):
        model = Review
        fields = ("merchant", "state", "waiting", "kind", "missing", "owner", "region", "begun_at", "number")

    def render_merchant(self, record: Review):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.merchant.name)

    def value_merchant(self, record: Review) -> str:
        return record.merchant.name

    def render_state(self, record: Review):
        return status_badge(record.state, record.get_state_display())

    def render_waiting(self, record: Review) -> str:
        return duration(timezone.now() - record.submitted_at)

    def render_missing(self, record: Review):
        return format_html('<span class="badge bg-yellow-lt">{}</span>', record.missing) if record.missing else "–"

    def value_missing(self, record: Review) -> int:
        return record.missing


class ChangeFilter(FilterSet):
    q = django_filters.CharFilter(method="filter_merchant", label=_("Name or number of the merchant"))
    state = django_filters.MultipleChoiceFilter(choices=ChangeRequest.State.choices, label=_("Status"))
    kind = django_filters.MultipleChoiceFilter(choices=ChangeRequest.Kind.choices, label=_("Kind of change"))
    region = region_filter("merchant__region")
    effective = DayRangeFilter(field_name="effective_on", label=_("In force from"))

    class Meta:
        model = ChangeRequest
        fields = ()

    def filter_merchant(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        return queryset.filter(merchant__in=Merchant.objects.search(text).values("pk"))


class ChangeTable(Table):
    number = tables.Column(order_by=("id",))
    merchant = tables.Column(order_by=("merchant__name",))
    kind = tables.Column()
    state = tables.Column()
    effective_on = tables.DateColumn()
    made_by = tables.Column(order_by=("made_by__name",))
    made_at = tables.DateTimeColumn()
    checked_by = tables.Column(order_by=("checked_by__name",), default="–")

    class Meta(Table.Meta):
        model = ChangeRequest
        fields = ("number", "merchant", "kind", "state", "effective_on", "made_by", "made_at", "checked_by")

    def render_number(self, record: ChangeRequest):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: ChangeRequest) -> str:
        return record.number

    def render_state(self, record: ChangeRequest):
        return status_badge(record.state, record.get_state_display())


def label_of(name: str) -> str:
    """How people call a field that a change sets."""
    model = Terms if name in {field.name for field in Terms._meta.fields} else Merchant
    return capfirst(model._meta.get_field(name).verbose_name)
