"""How far leads have come: from the cell they lie in to the first transaction of the merchant they became.

Counted are leads noted in a period, by what has come of them until today; so every step is a part of the one before.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prospecting.models import Campaign, CampaignCost, Cell, Lead, Opportunity, Visit
from workforce.models import Region, User
from workorders.lifecycle import DONE

MOST_ROWS = 100
MONTHS = 12  # of fees are the revenue of a merchant won
MONEY = DecimalField(max_digits=14, decimal_places=2)


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


def _counts() -> dict[str, Count]:
    """Of leads, for each step."""
    counts = {step.value: Count("pk", distinct=True, filter=_came(step, "", "opportunities__")) for step in Step}
    return counts | {"cells": Count("cell", distinct=True)}


def reached(leads: QuerySet[Lead], step: str) -> QuerySet[Lead]:
    """Those that have come to the step or further: the very ones that the funnel counts."""
    if step == Step.LEAD:
        return leads
    if step == Step.VISITED:
        return leads.filter(Q(visits_count__gt=0) | Exists(Opportunity.objects.filter(lead=OuterRef("pk"))))
    came = _came(Step(step), "lead__", "")
    return leads.filter(Exists(Opportunity.objects.filter(came, lead=OuterRef("pk"))))


def with_worker(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """`worker` is whose lead it is in the figures: who visited it last, else who has claimed it."""
    last = Visit.objects.filter(lead=OuterRef("pk")).order_by("-at").values("prospector")[:1]
    worker = Case(
        When(visits_count__gt=0, then=Subquery(last)), default=F("owner"), output_field=models.BigIntegerField()
    )
    return leads.annotate(worker=worker)


def worked_by(leads: QuerySet[Lead], person: User) -> QuerySet[Lead]:
    """Those whose worker this is."""
    touched = Q(owner=person) | Q(pk__in=Visit.objects.filter(prospector=person).values("lead"))
    return with_worker(leads.filter(touched)).filter(Exact(F("worker"), person.pk))


@dataclass(frozen=True)
class Figure:
    """`url` lists the rows counted; `share` of the step before in per cent."""

    label: str
    count: int
    url: str
    share: float | None = None


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
    counts = leads.aggregate(**_counts())
    return _row(_("All"), counts, query)


def rows(leads: QuerySet[Lead], by: By, query: dict[str, Any]) -> list[FunnelRow]:
    """In one statement, and one for the names: months in their order, of anything else the MOST_ROWS that lead."""
    key: Any = {By.PERSON: F("worker"), By.MONTH: TruncMonth("created_at")}.get(by, F(by.value))
    grouped = (with_worker(leads) if by == By.PERSON else leads).annotate(key=key).values("key")
    counted: list[Any] = list(grouped.annotate(**_counts()).order_by())
    if by == By.MONTH:
        counted.sort(key=lambda counts: counts["key"])
    else:
        counted = nlargest(MOST_ROWS, counted, key=lambda counts: [counts[step] for step in Step])
    named = _names(by, [counts["key"] for counts in counted])
    return [_row(named[counts["key"]][0], counts, query | named[counts["key"]][1]) for counts in counted]


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
    found = model._default_manager.in_bulk([key for key in keys if key is not None])
    named = {key: (str(row), {asked: getattr(row, slug)}) for key, row in found.items()}
    return named | {None: (nothing, {asked: "null"})}


def _days_of(first: date) -> dict[str, Any]:
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return {"created_after": first, "created_before": last}


def _row(label: str, counts: Mapping[str, Any], query: dict[str, Any]) -> FunnelRow:
    def asked(page: str, **more: Any) -> str:
        return f"{reverse(page)}?{urlencode(query | more)}"

    numbers = [counts[step] for step in Step]
    shares = [None, *(100 * now / before if before else None for before, now in pairwise(numbers))]
    figures = [
        Figure(str(step.label), number, asked("office:lead-list", reached=step.value), share)
        for step, number, share in zip(Step, numbers, shares, strict=True)
    ]
    return FunnelRow(label, Figure(_("Cells"), counts["cells"], asked("office:funnel", by="cell")), figures)


def chart(row: FunnelRow) -> dict[str, Any]:
    """A plotly figure; its bars lead to the rows."""
    figures = row.figures
    bars = {
        "type": "funnel",
        "orientation": "h",
        "y": [figure.label for figure in figures],
        "x": [figure.count for figure in figures],
        "customdata": [figure.url for figure in figures],
        "text": ["" if figure.share is None else f"{figure.share:.0f} %" for figure in figures],
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
