"""What a merchant takes beside the market of its trade in its city."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Max, QuerySet, Sum

from merchants import rhythm
from merchants.models import CityDay, Merchant

YEAR = timedelta(days=52 * 7)
FEWEST = 5  # merchants that make a market; where the trade has fewer, the whole city is it
COUNTED_BACK = timedelta(days=2 * rhythm.SPAN)


@dataclass(frozen=True)
class Week:
    monday: date
    cents: int
    market_cents: int | None  # of the market, scaled to the mean of this merchant
    index: float | None  # 100: as usual, whatever the market does


@dataclass(frozen=True)
class Trend:
    until: date  # the last day that is known
    weeks: list[Week]
    change: rhythm.Change
    silence: rhythm.Silence | None
    last_on: date | None
    count: int  # of the last 28 days, as what follows
    refunds_cents: int
    is_of_trade: bool  # else the market is the whole city
    market_merchants: int  # that took something on a usual day


def trend_of(merchant: Merchant, today: date) -> Trend | None:
    """Of the last twelve months; None for who took nothing in them."""
    days = list(
        merchant.days.filter(day__gt=today - YEAR - rhythm.SPAN * rhythm.DAY, day__lte=today)
        .order_by("day")
        .values_list("day", "count", "cents", "refunds_cents")
    )
    if not days:
        return None
    market, is_of_trade = _market(merchant, today)
    until = max(days[-1][0], market[-1][0] if market else days[-1][0])
    own = [(day, cents) for day, _count, cents, _refunds in days]
    taken = dict(own)
    beside = [(day, cents - taken.get(day, 0)) for day, _merchants, cents in market]
    others = {day: merchants - (taken.get(day, 0) > 0) for day, merchants, _cents in market}
    recent = [row for row in days if row[0] > until - rhythm.SPAN * rhythm.DAY]
    opened = sorted(merchants for day, merchants, _cents in market if day > until - COUNTED_BACK)
    return Trend(
        until=until,
        weeks=_weeks(own, beside, until),
        change=rhythm.change(own, beside, until),
        silence=rhythm.silence(own, until, others),
        last_on=max((day for day, cents in own if cents), default=None),
        count=sum(row[1] for row in recent),
        refunds_cents=sum(row[3] for row in recent),
        is_of_trade=is_of_trade,
        market_merchants=opened[len(opened) // 2] if opened else 0,
    )


def _market(merchant: Merchant, today: date) -> tuple[list[tuple[date, int, int]], bool]:
    """(day, merchants, cents) in order, the merchant included; and whether it is that of the trade."""
    since = today - YEAR - rhythm.SPAN * rhythm.DAY
    city = CityDay.objects.filter(city__path=merchant.region.line[:3][-1], day__gt=since, day__lte=today)
    of_trade = city.filter(trade=merchant.trade_id)
    if merchant.trade_id and (of_trade.aggregate(most=Max("merchants"))["most"] or 0) > FEWEST:
        return _by_day(of_trade), True
    return _by_day(city), False


def _by_day(rows: QuerySet[CityDay]) -> list[tuple[date, int, int]]:
    return list(rows.values_list("day").annotate(Sum("merchants"), Sum("cents")).order_by("day"))


def _weeks(own: list[rhythm.Day], market: list[rhythm.Day], until: date) -> list[Week]:
    first = until - YEAR + rhythm.DAY
    cents, beside = (rhythm.by_week(days, first, until) for days in (own, market))
    scale = sum(cents.values()) / sum(beside.values()) if any(beside.values()) else None
    index = rhythm.index(cents, beside)
    return [
        Week(week, taken, None if scale is None else round(beside[week] * scale), index[week])
        for week, taken in cents.items()
    ]
