from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from merchants.trend import Trend, trend_of
from merchants.views.office import MerchantMixin
from toolkit.views import PanelPage

UNLIKELY = (1000, 100, 20)  # one time in so many: a silence that is worth a call


class MerchantTrend(MerchantMixin, PanelPage):
    template_name = "merchants/trend.html"

    def get_context_data(self, **kwargs) -> dict:
        trend = trend_of(self.subject, timezone.localdate())
        if trend is None:
            return super().get_context_data(trend=None, **kwargs)
        silence = trend.silence
        return super().get_context_data(
            trend=trend,
            chart=_chart(trend),
            amount=Decimal(trend.change.after_cents) / 100,
            mean=Decimal(trend.change.after_cents) / 100 / trend.count if trend.count else None,
            refunded=100 * trend.refunds_cents / trend.change.after_cents if trend.change.after_cents else None,
            shares={
                name: round(100 * share)
                for name in ("own", "market", "adjusted")
                if (share := getattr(trend.change, name)) is not None
            },
            one_in=next((times for times in UNLIKELY if silence and silence.chance * times <= 1), None),
            **kwargs,
        )


def _chart(trend: Trend) -> dict[str, Any]:
    """A plotly figure: what was taken by week, and what a merchant of this size took that goes with the market."""
    mondays = [week.monday.isoformat() for week in trend.weeks]
    told = [
        _("index %(index)s") % {"index": number_format(round(week.index))} if week.index is not None else "–"
        for week in trend.weeks
    ]
    market = _("Market of trade and city") if trend.is_of_trade else _("Market of the city")
    own = {
        "type": "bar", "name": _("This merchant"), "x": mondays, "y": [week.cents / 100 for week in trend.weeks],
        "text": told, "textposition": "none", "hovertemplate": "%{x}<br>%{y:,.0f} · %{text}<extra></extra>",
    }  # fmt: skip
    beside = {
        "type": "scatter", "mode": "lines", "name": market + " " + _("(scaled to this merchant)"), "x": mondays,
        "y": [None if week.market_cents is None else week.market_cents / 100 for week in trend.weeks],
        "line": {"width": 3, "shape": "spline"}, "hovertemplate": "%{x}<br>%{y:,.0f}<extra></extra>",
    }  # fmt: skip
    layout = {
        "legend": {"orientation": "h", "y": -0.2}, "bargap": 0.25, "yaxis": {"rangemode": "tozero", "tickformat": "~s"},
        "hovermode": "closest",
    }  # fmt: skip
    return {"data": [own, beside], "layout": layout}
