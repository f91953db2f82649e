"""Plotly figures as JSON; the page draws them (static/js/charts.js). Points lead to the moves they count."""

import json
from calendar import monthrange
from datetime import date
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from django.urls import reverse


def drawn(fig: go.Figure) -> dict[str, Any]:
    fig.update_layout(template="none", legend={"orientation": "h", "y": -0.2}, bargap=0.25)
    return json.loads(fig.to_json())


def moves_url(first: date, last: date | None = None, **filters: Any) -> str:
    """The moves of these days; of the whole month when only its first is named."""
    last = last or first.replace(day=monthrange(first.year, first.month)[1])
    days = {"at_after": first.isoformat(), "at_before": last.isoformat()}
    return f"{reverse('office:stock-move-list')}?{urlencode(filters | days, doseq=True)}"
