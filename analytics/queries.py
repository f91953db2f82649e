"""Figures for the charts of the home pages; always from the rows the reader may see."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, Q

from assets.models import Terminal
from merchants.models import Contract
from workforce.models import User
from workorders.lifecycle import DONE, ONGOING
from workorders.models import WorkOrder, WorkOrderType


@dataclass(frozen=True)
class DailyOrders:
    """Orders by the local day they were opened: `counts[type name][i]` belongs to `days[i]`."""

    days: list[date]
    counts: dict[str, list[int]]


def orders_per_day(user: User, *, today: date, days: int = 30) -> DailyOrders:
    first = today - timedelta(days=days - 1)
    rows = (
        WorkOrder.objects.visible_to(user)
        .filter(service_date__gte=first, service_date__lte=today)
        .values_list("type", "service_date")
        .annotate(count=Count("pk"))
        .order_by()
    )
    found = Counter({(kind, day): count for kind, day, count in rows})
    every = [first + timedelta(days=n) for n in range(days)]
    kinds = WorkOrderType.objects.filter(pk__in={kind for kind, _day in found})
    return DailyOrders(every, {str(kind): [found[kind.pk, day] for day in every] for kind in kinds})


def ongoing_by_status(user: User) -> dict[str, int]:
    rows = WorkOrder.objects.visible_to(user).filter(status__in=ONGOING).values_list("status").annotate(Count("pk"))
    return dict(rows.order_by())


@dataclass(frozen=True)
class Week:
    """`on_time` and `late` count orders completed in the week that begins on `monday`, by resolution due."""

    monday: date
    on_time: int
    late: int


def on_time_by_week(user: User, *, today: date, weeks: int = 12) -> list[Week]:
    monday = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    rows = (
        WorkOrder.objects.visible_to(user)
        .filter(status__in=DONE, service_date__gte=monday, resolution_due_at__isnull=False)
        .values_list("service_date")
        .annotate(
            on_time=Count("pk", filter=Q(completed_at__lte=F("resolution_due_at"))),
            late=Count("pk", filter=Q(completed_at__gt=F("resolution_due_at"))),
        )
        .order_by()
    )
    totals: dict[date, list[int]] = {monday + timedelta(weeks=n): [0, 0] for n in range(weeks)}
    for day, on_time, late in rows:
        week = totals.get(day - timedelta(days=day.weekday()))
        if week is not None:
            week[0] += on_time
            week[1] += late
    return [Week(day, *counts) for day, counts in totals.items()]


def terminals_by_model(user: User) -> list[tuple[str, str, int]]:
    """(model, status, count)."""
    rows = (
        Terminal.objects.visible_to(user)
        .values_list("model__maker", "model__name", "status")
        .annotate(count=Count("pk"))
        .order_by("model__maker", "model__name")
    )
    return [(f"{maker} {name}", status, count) for maker, name, status, count in rows]


def contracts_ending(user: User, *, today: date, months: int = 12) -> dict[str, int]:
    """Running contracts of visible merchants by the month in which they end."""
    rows = (
        Contract.objects.filter(ends_on__gte=today, ends_on__lt=today + timedelta(days=31 * months))
        .filter(merchant__region__path__startswith=user.region.path if user.region else "")
        .values_list("ends_on__year", "ends_on__month")
        .annotate(count=Count("pk"))
        .order_by("ends_on__year", "ends_on__month")
    )
    return {f"{year}-{month:02d}": count for year, month, count in rows}
