"""Which merchants a plan is for: what its form asks, as a query."""

from datetime import datetime, timedelta
from typing import TypedDict, cast

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from assets.models import Binding, Mismatch
from merchants.models import Merchant, MerchantDay
from workforce.models import Region
from workorders.lifecycle import DONE
from workorders.models import WorkOrder

REPAIR = "repair"  # the order type
REPAIRS, REPAIRS_WITHIN = 3, timedelta(days=90)
VOLUME_OF = timedelta(days=28)


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
    volume_from: int  # yuan in 28 days, less refunds


SLOW = {"unvisited_days", "volume_from"}  # not found by an index: each merchant has to be looked at


def without_slow(criteria: Criteria) -> Criteria:
    """What leaves at least the same merchants."""
    return cast(Criteria, {name: value for name, value in criteria.items() if name not in SLOW})


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
        first, *others = (_running(risk, at) for risk in risks)
        chosen = chosen.filter(pk__in=first.union(*others))
    if days := criteria.get("unvisited_days"):
        done = WorkOrder.objects.filter(status__in=DONE, completed_at__gt=at - timedelta(days=days))
        chosen = chosen.exclude(_is_there(done))
    if least := criteria.get("volume_from"):
        takings = MerchantDay.objects.filter(merchant=OuterRef("pk"), day__gt=(at - VOLUME_OF).date()).order_by()
        volume = takings.values("merchant").annotate(cents=Sum(F("cents") - F("refunds_cents"))).values("cents")
        chosen = chosen.alias(volume=Subquery(volume)).filter(volume__gte=100 * least)
    return chosen


def _is_there(rows: models.QuerySet) -> Exists:
    return Exists(rows.filter(merchant=OuterRef("pk")))


def _running(risk: str, at: datetime) -> models.QuerySet:
    """Keys of the merchants that do."""
    if risk == Risk.AWAY:
        return Mismatch.objects.open().values("binding__merchant")
    since = (at - REPAIRS_WITHIN).date()
    repairs = WorkOrder.objects.filter(type__code=REPAIR, service_date__gt=since).order_by().values("merchant")
    return repairs.annotate(count=Count("*")).filter(count__gte=REPAIRS).values("merchant")
