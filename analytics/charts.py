"""Plotly figures as JSON; the page draws them (static/js/charts.js). Points lead to the rows they count."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics import queries
from assets.lifecycle import TerminalStatus
from workorders.lifecycle import Status


def figure(fig: go.Figure) -> dict[str, Any]:
    fig.update_layout(template="none", legend={"orientation": "h", "y": -0.2}, bargap=0.25)
    return json.loads(fig.to_json())


def orders_url(**filters: Any) -> str:
    return f"{reverse('office:work-order-list')}?{urlencode(filters)}"


def orders_per_day(user, today) -> tuple[str, dict | None]:
    daily = queries.orders_per_day(user, today=today)
    fig = go.Figure()
    for name, counts in daily.counts.items():
        links = [orders_url(opened_after=day, opened_before=day) for day in daily.days]
        fig.add_bar(name=name, x=[day.isoformat() for day in daily.days], y=counts, customdata=links)
    fig.update_layout(barmode="stack")
    return _("Orders opened, last 30 days"), figure(fig) if daily.counts else None


def ongoing_by_status(user, today) -> tuple[str, dict | None]:
    counts = queries.ongoing_by_status(user)
    shown = [status for status in Status if counts.get(status)]
    fig = go.Figure()
    fig.add_bar(
        orientation="h",
        y=[str(status.label) for status in shown],
        x=[counts[status] for status in shown],
        text=[counts[status] for status in shown],
        customdata=[orders_url(status=status.value) for status in shown],
    )
    fig.update_yaxes(autorange="reversed")
    return _("Where the ongoing orders stand"), figure(fig) if shown else None


def on_time_by_week(user, today) -> tuple[str, dict | None]:
    weeks = queries.on_time_by_week(user, today=today)
    days = [week.monday.isoformat() for week in weeks]
    fig = go.Figure()
    fig.add_bar(name=_("On time"), x=days, y=[week.on_time for week in weeks])
    fig.add_bar(name=_("Late"), x=days, y=[week.late for week in weeks])
    fig.update_layout(barmode="stack")
    return _("Completed by week: on time and late"), figure(fig) if any(w.on_time + w.late for w in weeks) else None


def terminals_by_model(user, today) -> tuple[str, dict | None]:
    rows = queries.terminals_by_model(user)
    models = list(dict.fromkeys(model for model, _status, _count in rows))
    fig = go.Figure()
    for status in TerminalStatus:
        counts = {model: count for model, which, count in rows if which == status}
        if counts:
            fig.add_bar(name=str(status.label), x=models, y=[counts.get(model, 0) for model in models])
    fig.update_layout(barmode="stack")
    return _("Terminals by model"), figure(fig) if rows else None


def contracts_ending(user, today) -> tuple[str, dict | None]:
    months = queries.contracts_ending(user, today=today)
    fig = go.Figure()
    fig.add_bar(x=list(months), y=list(months.values()))
    fig.update_xaxes(type="category")
    return _("Contracts by the month they end"), figure(fig) if months else None


CHARTS: dict[str, Callable] = {
    "orders-per-day": orders_per_day,
    "ongoing-by-status": ongoing_by_status,
    "on-time-by-week": on_time_by_week,
    "terminals-by-model": terminals_by_model,
    "contracts-ending": contracts_ending,
}
