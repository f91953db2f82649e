"""What the stock is worth and what becomes of it."""

from datetime import date
from functools import partial
from typing import Any

import plotly.graph_objects as go
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from spareparts import permissions
from spareparts.charts import drawn, moves_url
from spareparts.figures import MOST_ROWS, Figures, stock_figures
from spareparts.lists.stock import EVERY_MODEL, SEVERAL_MODELS
from spareparts.models import LedgerMark, Movement
from toolkit.views import Page
from workforce.models import Region

OF_MODELS = {EVERY_MODEL: _("Parts for every model"), SEVERAL_MODELS: _("Parts for several models")}


class StockFigures(Page, TemplateView):
    permission = permissions.VIEW_STOCK
    title = _("Stock figures")
    template_name = "spareparts/figures.html"

    @cached_property
    def region(self) -> Region | None:
        """The one chosen, else one's own; none for whoever sees all."""
        user = self.request.user
        chosen = Region.objects.visible_to(user).filter(code=self.request.GET.get("region", "")).first()
        return chosen or (None if user.sees_all_regions else user.region)

    def get_context_data(self, **kwargs) -> dict:
        user, today = self.request.user, timezone.localdate()
        it = stock_figures(user, self.region, today)
        moves = partial(moves_url, it.since, today, **({"region": self.region.pk} if self.region else {}))
        last = Movement.objects.filter(pk__in=LedgerMark.objects.values("movement")).first()
        of_region = partial(moves_url, it.since, today)
        return super().get_context_data(
            it=it,
            region=self.region,
            regions=Region.objects.visible_to(user).order_by("path"),
            turnover=it.turnover(today),
            defective_rate=None if it.defective_rate is None else 100 * it.defective_rate,
            last=last,
            chart=_chart(it, self.region),
            most=MOST_ROWS,
            models=[
                (line, line.label or OF_MODELS[line.key], moves(kind="use", model=line.key)) for line in it.by_model
            ],
            by_region=[(line, of_region(kind="use", region=line.key)) for line in it.by_region],
            suppliers=[
                (
                    each, each.rate and 100 * each.rate,
                    moves(supplier=each.supplier.code, kind="receive"),
                    moves(supplier=each.supplier.code, to="defective"),
                )
                for each in it.suppliers
            ],
            used_url=moves(kind="use"),
            **kwargs,
        )  # fmt: skip


def _chart(it: Figures, region: Region | None) -> dict[str, Any] | None:
    """The value used in each month, beside what the stock was worth when it began."""
    if not any(it.values) and not it.used_value:
        return None
    months = [each.isoformat() for each in it.months]

    def link(month: date) -> str:
        return moves_url(month, kind="use", **({"region": region.pk} if region else {}))

    fig = go.Figure()
    fig.add_bar(
        name=gettext("Used, ¥"), x=months, y=[float(value) for value in it.used_by_month],
        customdata=[link(month) for month in it.months],
    )  # fmt: skip
    fig.add_scatter(
        name=gettext("Stock value, ¥"), x=months, y=[float(value) for value in it.values], mode="lines+markers"
    )
    fig.update_xaxes(type="date", dtick="M1")
    return drawn(fig)
