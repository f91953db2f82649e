import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from analytics.models import Insight, Kind, ScoreModel
from analytics.words import REASONS, in_words
from merchants.models import Merchant, Trade
from toolkit.lists import FilterSet, SearchFilter, Table
from workforce.lists import region_filter

HIGH, RAISED = 0.3, 0.1  # probabilities from which one stands out
RISKS = [("30", _("30 % and more")), ("10", _("10 % and more"))]


def colour_of(insight: Insight) -> str:
    if insight.kind == Kind.UPSELL:
        return "green" if insight.probability >= RAISED else "secondary"
    return "red" if insight.probability >= HIGH else "orange" if insight.probability >= RAISED else "secondary"


def yuan(cents: int) -> str:
    return f"CNY {number_format(round(cents / 100), 0, use_l10n=True, force_grouping=True)}"


class InsightFilter(FilterSet):
    q = SearchFilter(label=_("Name, address, number or phone"))
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"), empty_label=None)
    at_least = django_filters.ChoiceFilter(choices=RISKS, method="filter_risk", label=_("Probability"))
    alarm = django_filters.BooleanFilter(field_name="is_alarm", label=_("Business falls away"))
    reason = django_filters.ChoiceFilter(field_name="top_reason", choices=REASONS, label=_("Main reason"))
    care = django_filters.BooleanFilter(
        field_name="care_order", lookup_expr="isnull", exclude=True, label=_("With a care task")
    )
    tier = django_filters.MultipleChoiceFilter(
        field_name="merchant__tier", choices=Merchant.Tier.choices, label=_("Tier")
    )
    trade = django_filters.ModelChoiceFilter(
        field_name="merchant__trade", queryset=Trade.objects.all(), label=_("Trade")
    )
    region = region_filter("merchant__region")

    class Meta:
        model = Insight
        fields = ()

    @property
    def active(self) -> list[str]:
        return [name for name in super().active if name != "kind"]  # that has its own buttons

    def filter_risk(self, rows: QuerySet, name: str, percent: str) -> QuerySet:
        return rows.filter(probability__gte=int(percent) / 100)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """Churn risks, unless somebody asks for the others."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("kind") else found.filter(kind=Kind.CHURN)


class InsightTable(Table):
    merchant = tables.Column(orderable=False)
    probability = tables.Column(order_by=("score",), verbose_name=_("Probability"))
    money = tables.Column(accessor="money_cents", verbose_name=_("Money a year"))
    reasons = tables.Column(accessor="contributions", orderable=False, verbose_name=_("Reasons"))
    care_order = tables.Column(orderable=False, default="–")
    region = tables.Column(accessor="merchant__region", orderable=False, verbose_name=_("region"))
    trade = tables.Column(accessor="merchant__trade", orderable=False, verbose_name=_("trade"), default="–")
    score = tables.Column()
    tier = tables.Column(accessor="merchant__tier", orderable=False, verbose_name=_("tier"))
    as_of = tables.DateColumn(orderable=False)

    class Meta(Table.Meta):
        model = Insight
        fields = (
            "merchant", "probability", "money", "reasons", "care_order", "region", "trade", "score", "tier", "as_of",
        )  # fmt: skip
        hidden = ("trade", "score", "tier", "as_of")

    def render_merchant(self, record: Insight):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.merchant.name)

    def value_merchant(self, record: Insight) -> str:
        return record.merchant.name

    def render_probability(self, record: Insight):
        return format_html('<span class="badge bg-{}-lt">{} %</span>', colour_of(record), record.percent)

    def value_probability(self, record: Insight) -> int:
        return record.percent

    def render_money(self, record: Insight) -> str:
        return yuan(record.money_cents)

    def value_money(self, record: Insight):
        return record.money

    def render_reasons(self, record: Insight):
        sentences = [(in_words(part),) for part in record.reasons]
        return format_html_join("", '<div class="small">{}</div>', sentences) if sentences else "–"

    def value_reasons(self, record: Insight) -> str:
        return " ".join(in_words(part) for part in record.reasons)

    def render_care_order(self, record: Insight):
        order = record.care_order
        return format_html('<a href="{}">{}</a>', order.get_absolute_url(), order.number)

    def value_care_order(self, record: Insight) -> str:
        return record.care_order.number if record.care_order else ""

    def render_tier(self, record: Insight) -> str:
        return record.merchant.get_tier_display()


class ModelFilter(FilterSet):
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"))
    is_in_use = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = ScoreModel
        fields = ()


class ModelTable(Table):
    number = tables.Column(order_by=("kind", "-version"))
    kind = tables.Column()
    made_from = tables.Column(accessor="is_rules", verbose_name=_("Made from"), orderable=False)
    auc = tables.Column(accessor="metrics__auc", verbose_name="AUC", orderable=False, default="–")
    drift = tables.Column(accessor="highest_drift", verbose_name=_("Drift"), orderable=False)
    is_in_use = tables.BooleanColumn(orderable=False, verbose_name=_("In use"))
    approved_by = tables.Column(orderable=False, default="–")
    made_at = tables.DateTimeColumn()

    class Meta(Table.Meta):
        model = ScoreModel
        fields = ("number", "kind", "made_from", "auc", "drift", "is_in_use", "approved_by", "made_at")

    def render_number(self, record: ScoreModel):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record: ScoreModel) -> str:
        return record.number

    def render_made_from(self, record: ScoreModel) -> str:
        return _("Rules") if record.is_rules else _("Labels")

    def render_drift(self, record: ScoreModel):
        figure = number_format(record.highest_drift, 2)
        return format_html('<span class="badge bg-orange-lt">{}</span>', figure) if record.is_drifting else figure

    def value_drift(self, record: ScoreModel) -> float:
        return record.highest_drift
