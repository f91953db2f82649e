"""What will be used of each part, and what to keep of it."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spareparts import actions, lists, permissions
from spareparts.actions.forecasts import AHEAD_MONTHS
from spareparts.charts import drawn, moves_url
from spareparts.demand import Outlook
from spareparts.forecast_forms import ForecastForm
from spareparts.forms import Confirm
from spareparts.history import months_before, places_in
from spareparts.lists.forecasts import regions_with_forecasts
from spareparts.models import Forecast, ForecastEdit, Movement, Place, ReorderRule, Stock
from toolkit.lists import ListPage
from toolkit.views import ActionPage, DetailPage
from workforce.models import Region

BAND = (0.05, 0.95)
MOST_DEPOTS = 50


def kept_in(region: Region) -> QuerySet[Stock]:
    """What is good and at hand there: on shelves and in bags."""
    kinds = (*Place.SHELVES, Place.Kind.BAG, Place.Kind.TRANSIT)
    return Stock.objects.filter(place__in=places_in(region).filter(kind__in=kinds).values("pk"))


class ForecastList(ListPage):
    name = "forecast-list"
    title = _("Forecast of parts")
    permission = permissions.VIEW_STOCK
    export_permission = permissions.EXPORT_STOCK
    filterset_class = lists.ForecastFilter
    table_class = lists.ForecastTable
    template_name = "spareparts/forecasts.html"

    @cached_property
    def region(self) -> Region | None:
        """The one chosen, one's own, or the first."""
        regions = regions_with_forecasts(self.request.user)
        chosen = regions.filter(code=self.request.GET.get("region", "")).first()
        return chosen or regions.filter(pk=self.request.user.region_id).first() or regions.first()

    @cached_property
    def filterset(self) -> lists.ForecastFilter:
        asked = self.request.GET.copy()
        if self.region:
            asked["region"] = self.region.code
        return self.filterset_class(asked, queryset=self.rows(), request=self.request)

    def rows(self) -> QuerySet[Forecast]:
        rows = Forecast.objects.visible_to(self.request.user)
        if self.region is None:
            return rows.none()
        rules = ReorderRule.objects.filter(
            part=OuterRef("part"), is_active=True, place__in=places_in(self.region).values("pk")
        )
        sums = {
            "there": Coalesce(Subquery(_sum(kept_in(self.region).filter(part=OuterRef("part")), "quantity")), 0),
            "rule_point": Subquery(_sum(rules, "reorder_point")),
            "rule_up_to": Subquery(_sum(rules, "order_up_to")),
        }
        rows = rows.newest(self.region).with_edits(timezone.localdate()).annotate(**sums)
        return rows.select_related("part", "region").order_by("-monthly", "pk")

    def get_title(self) -> str:
        return f"{self.title}: {self.region}" if self.region else str(self.title)

    @property
    def empty_text(self) -> str:
        if self.region is not None:
            return gettext("No part fits these filters.")
        if not Movement.objects.filter(kind=Movement.Kind.USE).exists():
            return gettext(
                "No part has been used on an order yet. The first forecast is made ten minutes after one was."
            )
        return gettext("No forecast has been made for your region yet. It is looked for every ten minutes.")

    def get_context_data(self, **kwargs) -> dict:
        newest = self.rows().order_by("-computed_at").first()
        return super().get_context_data(newest=newest, **kwargs)


def _sum(rows: QuerySet, field: str) -> QuerySet:
    return rows.order_by().values("part").annotate(total=Sum(field)).values("total")


class OneForecast:
    """Found by the region and the part."""

    slug_field = "part__code"

    def subjects(self) -> QuerySet[Forecast]:
        regions = regions_with_forecasts(self.request.user)
        region = regions.filter(code=self.kwargs["region"]).first()
        rows = Forecast.objects.newest(region) if region else Forecast.objects.none()
        return rows.with_edits(timezone.localdate()).select_related("part", "region")


class ForecastDetail(OneForecast, DetailPage):
    permission = permissions.VIEW_STOCK
    template_name = "spareparts/forecast.html"

    def get_title(self) -> str:
        return str(self.subject.part)

    def get_context_data(self, **kwargs) -> dict:
        it = self.subject
        edits = ForecastEdit.objects.filter(part=it.part, region=it.region).select_related("set_by")
        stock = kept_in(it.region).filter(part=it.part)
        query = urlencode({"part": it.part.code, "region": it.region_id})
        return super().get_context_data(
            chart=_chart(it),
            tested=_tested(it),
            depots=self.depots(),
            edits=edits[:5],
            point=it.in_force("reorder_point"),
            fill=it.in_force("order_up_to"),
            percent=round(100 * it.quantile),
            there=stock.aggregate(there=Sum("quantity", default=0))["there"],
            stock_url=f"{reverse('office:stock-list')}?{query}",
            **kwargs,
        )

    def depots(self) -> list[tuple[Place, ReorderRule | None, int, str]]:
        """Each depot there, its rule, what it has, and where the suggestion is taken over."""
        it = self.subject
        depots = list(places_in(it.region).depots().order_by("name", "pk")[:MOST_DEPOTS])
        rules = {rule.place_id: rule for rule in ReorderRule.objects.filter(part=it.part, place__in=depots)}
        there = dict(Stock.objects.filter(part=it.part, place__in=depots).values_list("place", "quantity"))
        point, fill = it.in_force("reorder_point"), it.in_force("order_up_to")
        found = []
        for depot in depots:
            asked = {"part": it.part.code, "place": depot.code, "reorder_point": point, "order_up_to": fill}
            url = f"{reverse('office:reorder-rule-set')}?{urlencode(asked)}" if point else ""
            found.append((depot, rules.get(depot.pk), there.get(depot.pk, 0), url))
        return found


def _chart(it: Forecast) -> dict[str, Any]:
    """Use of the past, and what is expected with the band nine months in ten stay in."""
    past = months_before(it.month, len(it.used))
    ahead = months_before(_later(it.month, AHEAD_MONTHS), AHEAD_MONTHS)
    monthly = float(it.in_force("monthly"))
    outlook = Outlook(np.array([monthly]), np.array([float(it.spread)]))
    low, high = (int(outlook.level(1, quantile)[0]) for quantile in BAND)
    x = [each.isoformat() for each in ahead]
    links = [moves_url(first, part=it.part.code, region=it.region_id, kind="use") for first in past]
    fig = go.Figure()
    fig.add_bar(name=gettext("Used"), x=[each.isoformat() for each in past], y=list(it.used), customdata=links)
    fig.add_scatter(x=x, y=[low] * AHEAD_MONTHS, mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip")
    fig.add_scatter(
        name=gettext("Nine months in ten"), x=x, y=[high] * AHEAD_MONTHS, mode="lines", line={"width": 0}, fill="tonexty",
        hovertemplate=f"{low}–{high}<extra></extra>",
    )  # fmt: skip
    fig.add_scatter(
        name=gettext("Expected a month"),
        x=x,
        y=[round(monthly, 1)] * AHEAD_MONTHS,
        mode="lines+markers",
        line={"dash": "dot"},
    )
    fig.update_xaxes(type="date", dtick="M3")
    return drawn(fig)


def _later(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def _tested(it: Forecast) -> list[tuple]:
    if it.pinball is None:
        return []
    return [
        (_("This forecast"), it.pinball, it.fill_rate and 100 * it.fill_rate, it.level),
        (
            _("Twice the mean of a year"),
            it.naive_pinball,
            it.naive_fill_rate and 100 * it.naive_fill_rate,
            it.naive_level,
        ),
    ]


class ForecastAction(OneForecast, ActionPage):
    permission = permissions.MOVE_STOCK

    def get_title(self) -> str:
        return f"{self.title}: {self.subject.part}, {self.subject.region}"


class ForecastSet(ForecastAction):
    title = _("Expect something else")
    submit_label = _("Save")
    success_message = _("Your figure counts until the day you chose.")
    form_class = ForecastForm

    def get_initial(self) -> dict[str, Any]:
        return {"monthly": round(float(self.subject.in_force("monthly")), 1)}

    def run_action(self, values: dict) -> ForecastEdit:
        return actions.set_forecast(self.subject, **values, **self.who)


class ForecastDrop(ForecastAction):
    title = _("Go by the forecast again")
    form_class = Confirm

    def run_action(self, values: dict) -> ForecastEdit:
        return actions.drop_forecast_edit(self.subject, **self.who)
