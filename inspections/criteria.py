"""Which merchants a plan is for: what its form asks, as a query."""

from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assets.models import Binding, Mismatch
from merchants.models import Merchant
from workforce.models import Region
from workorders.lifecycle import DONE
from workorders.models import WorkOrder

REPAIR = "repair"  # the order type
REPAIRS, REPAIRS_WITHIN = 3, timedelta(days=90)


class Risk(models.TextChoices):
    AWAY = "away", _("A terminal is away from its place")
    REPAIRS = "repairs", _("Three repairs or more in 90 days")


class Criteria(TypedDict, total=False):
    """What is left out asks nothing. Of several values of one kind any will do."""

    tiers: list[str]
    trades: list[str]  # codes
    regions: list[str]  # codes, each with all below it
    models: list[str]  # codes; one such terminal stands there
    risks: list[str]
    with_terminal: bool
    unvisited_days: int  # no order was done there for so long


def merchants_of(region: Region, criteria: Criteria, at: datetime) -> models.QuerySet[Merchant]:
    """The active ones of the region that fit at that moment."""
    chosen = Merchant.objects.not_merged().filter(
        status=Merchant.Status.ACTIVE, region__in=Region.objects.within(region).values("pk")
    )
    if tiers := criteria.get("tiers"):
        chosen = chosen.filter(tier__in=tiers)
    if trades := criteria.get("trades"):
        chosen = chosen.filter(trade__code__in=trades)
    if codes := criteria.get("regions"):
        paths = Region.objects.filter(code__in=codes).values_list("path", flat=True)
        below = Q(*[("path__startswith", path) for path in paths], _connector=Q.OR)
        chosen = chosen.filter(region__in=Region.objects.filter(below).values("pk") if below else ())
    if codes := criteria.get("models"):
        chosen = chosen.filter(_is_there(Binding.objects.filter(ended_at=None, terminal__model__code__in=codes)))
    elif criteria.get("with_terminal"):
        chosen = chosen.with_terminal()
    if risks := criteria.get("risks"):
        chosen = chosen.filter(Q(*[_runs(risk, at) for risk in risks], _connector=Q.OR))
    if days := criteria.get("unvisited_days"):
        done = WorkOrder.objects.filter(status__in=DONE, completed_at__gt=at - timedelta(days=days))
        chosen = chosen.exclude(_is_there(done))
    return chosen


def _is_there(rows: models.QuerySet) -> Exists:
    return Exists(rows.filter(merchant=OuterRef("pk")))


def _runs(risk: str, at: datetime) -> Any:
    if risk == Risk.AWAY:
        return Exists(Mismatch.objects.open().filter(binding__merchant=OuterRef("pk")))
    repairs = WorkOrder.objects.filter(
        merchant=OuterRef("pk"), type__code=REPAIR, opened_at__gt=at - REPAIRS_WITHIN
    ).order_by()
    return Exists(repairs[REPAIRS - 1 : REPAIRS])
