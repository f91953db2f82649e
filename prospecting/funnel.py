"""How far leads have come: from the cell they lie in to the first transaction of the merchant they became.

Counted are leads noted in a period, by what has come of them until today; so every step is a part of the one before.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from heapq import nlargest
from itertools import accumulate, pairwise
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, TruncDate, TruncMonth
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prospecting.models import Campaign, CampaignCost, Cell, Lead, Opportunity
from workforce.models import Region, User
from workorders.lifecycle import DONE

MOST_ROWS = 100
MONTHS = 12  # of fees are the revenue of a merchant won
MONEY = DecimalField(max_digits=14, decimal_places=2)
CELLS = gettext_lazy("Cells")
WORKER = Coalesce("last_visited_by", "owner")  # whose lead it is in the figures


class Step(models.TextChoices):
    LEAD = "lead", gettext_lazy("Leads")
    VISITED = "visited", gettext_lazy("Visited")
    OPPORTUNITY = "opportunity", gettext_lazy("Opportunities")
    ORDERED = "ordered", gettext_lazy("Install orders")
    INSTALLED = "installed", gettext_lazy("Installed")
    TRANSACTING = "transacting", gettext_lazy("First transaction")


class By(models.TextChoices):
    PERSON = "person", gettext_lazy("By person")
    REGION = "region", gettext_lazy("By region")
    CAMPAIGN = "campaign", gettext_lazy("By campaign")
    CELL = "cell", gettext_lazy("By cell")
    MONTH = "month", gettext_lazy("By month")


def _came(step: Step, lead: str, opportunity: str) -> Q:
    """What a row of a lead beside its opportunities shows when the lead has come to the step.

    Who transacted before the lead was noted does so without it.
    """
    has_opportunity = Q(**{f"{opportunity}pk__isnull": False})
    installed = Q(**{f"{opportunity}order__status__in": DONE})
    since = TruncDate(f"{lead}created_at")
    return {
        Step.LEAD: Q(**{f"{lead}pk__isnull": False}),
        Step.VISITED: Q(**{f"{lead}visits_count__gt": 0}) | has_opportunity,
        Step.OPPORTUNITY: has_opportunity,
        Step.ORDERED: Q(**{f"{opportunity}order__isnull": False}),
        Step.INSTALLED: installed,
        Step.TRANSACTING: installed & Q(**{f"{opportunity}merchant__first_transaction_on__gte": since}),
    }[step]


def _of_leads() -> dict[str, Count]:
    visited = Count("pk", filter=Q(visits_count__gt=0))
    return {Step.LEAD.value: Count("pk"), Step.VISITED.value: visited, "cells": Count("cell", distinct=True)}


def _of_opportunities() -> dict[str, Count]:
    """What the opportunities of leads add; a lead may have had several, and one without a visit counts as visited."""
    came = {step: _came(step, "", "opportunities__") for step in Step if step != Step.LEAD}
    came[Step.VISITED] = Q(visits_count=0)
    return {step.value: Count("pk", distinct=True, filter=condition) for step, condition in came.items()}


def reached(leads: QuerySet[Lead], step: str) -> QuerySet[Lead]:
    """Those that have come to the step or further: the very ones that the funnel counts."""
    if step == Step.LEAD:
        return leads
    if step == Step.VISITED:
        return leads.filter(Q(visits_count__gt=0) | Exists(Opportunity.objects.filter(lead=OuterRef("pk"))))
    came = _came(Step(step), "lead__", "")
    return leads.filter(Exists(Opportunity.objects.filter(came, lead=OuterRef("pk"))))


def worked_by(leads: QuerySet[Lead], person: User | None) -> QuerySet[Lead]:
    """Those of whom this is the WORKER."""
    claimed = Q(last_visited_by=None, owner=person)
    return leads.filter(claimed | Q(last_visited_by=person) if person else claimed)


@dataclass(frozen=True)
class Figure:
    """`url` lists the rows counted; `share` of the step before in per cent."""

    label: Any  # translated when it is shown
    count: int
    url: str
    share: float | None = None

    @property
    def number(self) -> str:
        return number_format(self.count, 0, force_grouping=True)

    @property
    def percent(self) -> str:
        return "" if self.share is None else f"{self.share:.0f} %"


@dataclass(frozen=True)
class FunnelRow:
    label: str
    cells: Figure
    figures: list[Figure]

    @property
    def yield_percent(self) -> float | None:
        """Of the leads, with a first transaction."""
        first, *_between, last = self.figures
        return 100 * last.count / first.count if first.count else None


def total(leads: QuerySet[Lead], query: dict[str, Any]) -> FunnelRow:
    """All of them; `query` is what lists them on the page of leads."""
    counts = leads.aggregate(**_of_leads())
    _add(counts, leads.filter(opportunities__isnull=False).aggregate(**_of_opportunities()))
    return _row(_("All"), counts, query)


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


def rows(leads: QuerySet[Lead], by: By, query: dict[str, Any]) -> tuple[list[FunnelRow], FunnelRow]:
    """Months in their order, of anything else the MOST_ROWS that lead; and all of them together."""
    key: Any = {By.PERSON: WORKER, By.MONTH: TruncMonth("created_at")}.get(by, F(by.value))
    grouped = leads.annotate(key=key).values("key").order_by()
    of_leads: Iterable[Any] = grouped.annotate(**_of_leads())
    of_opportunities: Iterable[Any] = grouped.filter(opportunities__isnull=False).annotate(**_of_opportunities())
    counts: dict[Any, dict[str, int]] = {row.pop("key"): row for row in of_leads}
    for more in of_opportunities:
        _add(counts.setdefault(more.pop("key"), {"cells": 0}), more)
    if by == By.MONTH:
        keys = sorted(counts)
    else:
        keys = nlargest(MOST_ROWS, counts, key=lambda key: [counts[key].get(step, 0) for step in Step.values])
    named = _names(by, keys)
    everything = {step: sum(each.get(step, 0) for each in counts.values()) for step in Step.values}
    everything["cells"] = leads.filter(cell__isnull=False).order_by().values("cell").distinct().count()
    listed = [_row(named[key][0], counts[key], query | named[key][1]) for key in keys]
    return listed, _row(_("All"), everything, query)


def _names(by: By, keys: list[Any]) -> dict[Any, tuple[str, dict[str, Any]]]:
    """{key: (name, what the page of leads is asked for)}."""
    if by == By.MONTH:
        return {month: (date_format(month, "YEAR_MONTH_FORMAT"), _days_of(month.date())) for month in keys}
    model: type[models.Model]
    model, slug, asked, nothing = {
        By.PERSON: (User, "username", "person", _("Nobody")),
        By.REGION: (Region, "pk", "region_itself", ""),
        By.CAMPAIGN: (Campaign, "number", "campaign", _("No campaign")),
        By.CELL: (Cell, "number", "cell", _("Outside of every cell")),
    }[by]
    listed = model._default_manager.only("pk", slug, "name")
    found = listed.in_bulk([key for key in keys if key is not None])
    named = {key: (str(row), {asked: getattr(row, slug)}) for key, row in found.items()}
    return named | {None: (nothing, {asked: "null"})}


def _days_of(first: date) -> dict[str, Any]:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return {"created_after": first, "created_before": last}


def _row(label: str, counts: Mapping[str, Any], query: dict[str, Any]) -> FunnelRow:
    def asked(page: str, **more: Any) -> str:
        return f"{_page(page)}?{'&'.join(filter(None, [said, urlencode(more)]))}"

    said = urlencode(query)
    numbers = [counts.get(step, 0) for step in Step.values]
    shares = [None, *(100 * now / before if before else None for before, now in pairwise(numbers))]
    figures = [
        Figure(step.label, number, asked("office:lead-list", reached=step.value), share)
        for step, number, share in zip(Step, numbers, shares, strict=True)
    ]
    return FunnelRow(label, Figure(CELLS, counts["cells"], asked("office:funnel", by="cell")), figures)


@cache
def _page(name: str) -> str:
    """For a hundred rows of seven links."""
    return reverse(name)


def chart(row: FunnelRow) -> dict[str, Any]:
    """A plotly figure; its bars lead to the rows."""
    figures = row.figures
    bars = {
        "type": "funnel",
        "orientation": "h",
        "y": [str(figure.label) for figure in figures],
        "x": [figure.count for figure in figures],
        "customdata": [figure.url for figure in figures],
        "text": [figure.percent for figure in figures],
        "textinfo": "value+text",
        "hovertemplate": "%{y}: %{x}<extra></extra>",
        "connector": {"line": {"width": 0}},
    }
    return {"data": [bars], "layout": {"showlegend": False, "margin": {"l": 90, "r": 8, "t": 8, "b": 8}}}


def with_figures(campaigns: QuerySet[Campaign], user: User) -> QuerySet[Campaign]:
    """The steps, `visits`, `cost`, `revenue` and `gain_percent` (None: it cost nothing) of each, in one statement.

    Counted are the leads this person may see.
    """
    seen = Lead.objects.visible_to(user).filter(merged_into=None)
    counted = {step.value: _sum_of(reached(seen, step), Count("pk")) for step in Step}
    won = Opportunity.objects.filter(_came(Step.TRANSACTING, "lead__", ""), lead__in=seen.values("pk"))
    return campaigns.annotate(
        **counted,
        visits=_sum_of(seen, Sum("visits_count")),
        cost=_sum_of(CampaignCost.objects.all(), Sum("amount"), MONEY),
        revenue=MONTHS * _sum_of(won, Sum("monthly_fee"), MONEY, "lead__campaign"),
    ).annotate(
        gain_percent=Case(When(cost__gt=0, then=100 * (F("revenue") - F("cost")) / F("cost")), output_field=MONEY)
    )


def _sum_of(rows: QuerySet, figure: Any, field: models.Field | None = None, campaign: str = "campaign") -> Coalesce:
    field = field or models.IntegerField()
    summed = rows.filter(**{campaign: OuterRef("pk")}).order_by().values(campaign).annotate(figure=figure)
    return Coalesce(Subquery(summed.values("figure")), Value(0), output_field=field)


def curve(leads: QuerySet[Lead]) -> dict[str, Any]:
    """A plotly figure: how many of them had come to each step by each day."""
    opportunities = Opportunity.objects.filter(lead__in=leads.values("pk"))
    days = {
        Step.OPPORTUNITY: "created_at__date",
        Step.ORDERED: "converted_at__date",
        Step.INSTALLED: "order__completed_at__date",
        Step.TRANSACTING: "merchant__first_transaction_on",
    }
    noted = leads.annotate(day=TruncDate("created_at")).values_list("day").annotate(Count("pk")).order_by()
    counts = {Step.LEAD: Counter(dict(noted))}
    for step, day in days.items():
        came = opportunities.filter(_came(step, "lead__", "")).values("lead").annotate(day=Min(day)).order_by()
        counts[step] = Counter(came.values_list("day", flat=True))
    every = sorted(set[date]().union(*counts.values()))
    lines = [
        {
            "type": "scatter", "mode": "lines", "line": {"shape": "hv"}, "name": str(step.label),
            "x": [day.isoformat() for day in every], "y": list(accumulate(per_day[day] for day in every)),
        }
        for step, per_day in counts.items()
    ]  # fmt: skip
    layout = {"legend": {"orientation": "h", "y": -0.2}, "hovermode": "x unified", "yaxis": {"rangemode": "tozero"}}
    return {"data": lines, "layout": layout}
