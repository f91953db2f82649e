"""Findings by day: how many came, how many were settled, how many were open in the evening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from inspections.charts import drawn
from inspections.models import PENDING

DAYS = 60


@dataclass(frozen=True)
class Day:
    on: date
    found: int
    settled: int
    open: int  # in the evening


def burn_down(findings: QuerySet, today: date) -> list[Day]:
    """The last DAYS, counted back from those that are open now."""
    since = today - timedelta(days=DAYS - 1)
    found, settled = (
        dict(findings.filter(**{f"{name}__gte": since}).order_by().values_list(name).annotate(Count("pk")))
        for name in ("found_on", "settled_on")
    )
    still, days = findings.filter(status__in=PENDING).order_by().count(), []
    for back in range(DAYS):
        on = today - timedelta(days=back)
        days.append(Day(on, found.get(on, 0), settled.get(on, 0), still))
        still += settled.get(on, 0) - found.get(on, 0)
    return days[::-1]


def burn_down_chart(days: Sequence[Day], asked: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Points lead to the rows they count, narrowed down by what was asked."""

    def rows(**filters: date) -> str:
        return f"{reverse('office:finding-list')}?{urlencode({**asked, **filters}, doseq=True)}"

    x, fig = [day.on.isoformat() for day in days], go.Figure()
    came = [rows(found_after=day.on, found_before=day.on) for day in days]
    went = [rows(settled_after=day.on, settled_before=day.on) for day in days]
    left = [rows(open_on=day.on) for day in days]
    fig.add_bar(name=_("Found"), x=x, y=[day.found for day in days], customdata=came, marker_color="#f76707")
    fig.add_bar(name=_("Settled"), x=x, y=[-day.settled for day in days], customdata=went, marker_color="#2fb344")
    fig.add_scatter(
        name=_("Open in the evening"), x=x, y=[day.open for day in days], customdata=left, mode="lines+markers",
        line={"color": "#4299e1", "shape": "hv"}, marker={"size": 5},
    )  # fmt: skip
    fig.update_layout(barmode="relative", hovermode="x unified")
    return drawn(fig)
