"""Plotly figures as JSON; the page draws them (static/js/charts.js). Points lead to the inspections they count."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils.translation import gettext as _

from inspections.lifecycle import State
from inspections.models import InspectionPlan
from inspections.outlook import WEEK, Outlook

COLOURS = {
    State.DONE: "#2fb344",
    State.COUNTED: "#74b816",
    State.OPEN: "#4299e1",
    State.PLANNED: "#a5b4c8",
    State.MISSED: "#d63939",
    State.DROPPED: "#dadfe5",
}
BEFORE, AHEAD = 26 * WEEK, 13 * WEEK


def drawn(fig: go.Figure) -> dict[str, Any]:
    fig.update_layout(template="none", legend={"orientation": "h", "y": -0.2}, bargap=0.25)
    return json.loads(fig.to_json())


def inspections_url(**filters: Any) -> str:
    return f"{reverse('office:inspection-list')}?{urlencode(filters)}"


def load_chart(outlook: Outlook) -> dict[str, Any]:
    """Visits a week, and how many there is room for."""
    weeks = [monday.isoformat() for monday, _visits, _room in outlook.weeks]
    fig = go.Figure()
    fig.add_bar(name=_("Visits a week"), x=weeks, y=[visits for _monday, visits, _room in outlook.weeks])
    if outlook.weeks and outlook.weeks[0][2] is not None:
        fig.add_scatter(
            name=_("Room"), x=weeks, y=[room for _monday, _visits, room in outlook.weeks], mode="lines",
            line={"shape": "hvh", "dash": "dot"},
        )  # fmt: skip
    fig.update_xaxes(type="date")
    fig.update_layout(height=260)
    return drawn(fig)


def rounds_chart(plan: InspectionPlan, today: date) -> dict[str, Any] | None:
    """By the week they were planned for and how they stand; counted in the index alone."""
    counts: dict[str, Counter[date]] = {}
    visits = plan.inspections.filter(planned_on__range=(today - BEFORE, today + AHEAD)).order_by()
    by_week = visits.annotate(week=TruncWeek("planned_on")).values_list("week", "state").annotate(count=Count("*"))
    for week, state, count in by_week:
        counts.setdefault(state, Counter())[week] += count
    if not counts:
        return None
    weeks = sorted(set().union(*counts.values()))
    fig = go.Figure()
    for state, colour in COLOURS.items():
        if state in counts:
            links = [
                inspections_url(
                    plan=plan.number, state=state, planned_after=week, planned_before=week + timedelta(days=6)
                )
                for week in weeks
            ]
            fig.add_bar(
                name=str(state.label), x=[week.isoformat() for week in weeks], y=[counts[state][week] for week in weeks],
                customdata=links, marker={"color": colour},
            )  # fmt: skip
    fig.update_layout(barmode="stack")
    fig.update_xaxes(type="date")
    return drawn(fig)
