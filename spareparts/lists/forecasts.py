from collections.abc import Sequence
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import F, Q, QuerySet
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from spareparts.models import Forecast
from toolkit.lists import FilterSet, SearchFilter, Table
from workforce.models import Region

SHOWN_MONTHS = 12
WIDTH, HEIGHT = 5, 20  # of a bar, its gap included, and of the highest one


def sparkline(used: Sequence[int | None]) -> str:
    """Bars of the last months; where the part was not there yet, none."""
    shown = used[-SHOWN_MONTHS:]
    highest = max([count or 0 for count in shown] + [1])
    bars = (
        (
            index * WIDTH,
            HEIGHT - max(round(HEIGHT * count / highest), 1),
            WIDTH - 1,
            max(round(HEIGHT * count / highest), 1),
        )
        for index, count in enumerate(shown)
        if count is not None
    )
    return format_html(
        '<svg class="text-primary" width="{}" height="{}" fill="currentColor" role="img" aria-label="{}">{}</svg>',
        WIDTH * SHOWN_MONTHS, HEIGHT, as_text(shown),
        format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"></rect>', bars),
    )  # fmt: skip


def as_text(used: Sequence[int | None]) -> str:
    return " ".join("–" if count is None else str(count) for count in used)


class ForecastFilter(FilterSet):
    q = SearchFilter(label=_("Name or code"))
    region = django_filters.ModelChoiceFilter(
        queryset=lambda request: regions_with_forecasts(request.user), label=_("Region"), empty_label=None,
        to_field_name="code",
    )  # fmt: skip
    kind = django_filters.ChoiceFilter(choices=Forecast.Kind.choices, label=_("Pattern of use"))
    only = django_filters.ChoiceFilter(
        choices=[
            ("low", _("Less there than the suggested reorder point")),
            ("no_rule", _("Worth a rule, but has none")),
            ("edited", _("Somebody set another figure")),
        ],
        method="such_as",
        label=_("Only"),
    )

    class Meta:
        model = Forecast
        fields = ()

    def such_as(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        wanted = {
            "low": Q(there__lt=F("reorder_point")),
            "no_rule": Q(rule_up_to=None, order_up_to__gt=0),
            "edited": Q(edit__isnull=False),
        }
        return rows.filter(wanted[value])


def regions_with_forecasts(user: Any) -> QuerySet[Region]:
    return Region.objects.filter(pk__in=Forecast.objects.visible_to(user).values("region")).order_by("path")


class ForecastTable(Table):
    part = tables.Column(order_by=("part__name",))
    kind = tables.Column(verbose_name=_("Pattern"))
    used = tables.Column(orderable=False, verbose_name=_("Last 12 months"))
    expected = tables.Column(order_by=("monthly",), verbose_name=_("Expected in 2 months"))
    suggested = tables.Column(empty_values=(), order_by=("order_up_to",), verbose_name=_("Suggested rule"))
    rule = tables.Column(empty_values=(), orderable=False, verbose_name=_("Rule in force"))
    there = tables.Column(orderable=False, verbose_name=_("There now"))
    edit = tables.Column(orderable=False, verbose_name=_("Set by a person"))
    terminals = tables.Column()
    reorder_point = tables.Column(verbose_name=_("Reorder below"))
    order_up_to = tables.Column(verbose_name=_("Order up to"))
    code = tables.Column(accessor="part__code", orderable=False, verbose_name=_("Code"))

    class Meta(Table.Meta):
        model = Forecast
        fields = (
            "part", "kind", "used", "expected", "suggested", "rule", "there", "edit", "terminals", "reorder_point", "order_up_to",
            "code",
        )  # fmt: skip
        hidden = ("terminals", "reorder_point", "order_up_to", "code")

    def render_part(self, record: Forecast):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.part)

    def value_part(self, record: Forecast) -> str:
        return str(record.part)

    def render_used(self, record: Forecast):
        return sparkline(record.used)

    def value_used(self, record: Forecast) -> str:
        return as_text(record.used)

    def render_expected(self, value: Any) -> str:
        return number_format(value, 1)

    def render_reorder_point(self, record: Forecast) -> int:
        return record.in_force("reorder_point")

    def render_order_up_to(self, record: Forecast) -> int:
        return record.in_force("order_up_to")

    value_reorder_point, value_order_up_to = render_reorder_point, render_order_up_to

    def value_suggested(self, record: Forecast) -> str:
        return f"{record.in_force('reorder_point')} / {record.in_force('order_up_to')}"

    render_suggested = value_suggested

    def value_rule(self, record: Any) -> str:
        return "" if record.rule_up_to is None else f"{record.rule_point} / {record.rule_up_to}"

    def render_rule(self, record: Any) -> str:
        return self.value_rule(record) or "–"

    def render_there(self, record: Any, value: int):
        if value < record.in_force("reorder_point"):
            return format_html('<span class="badge bg-orange-lt">{}</span>', value)
        return value

    def value_there(self, record: Any) -> int:
        return record.there

    def render_edit(self, value: dict):
        return format_html('<span title="{}">{}</span>', value["reason"], value["name"])

    def value_edit(self, record: Any) -> str:
        return f"{record.edit['name']}: {record.edit['reason']}" if record.edit else ""
