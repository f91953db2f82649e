"""A merchant's own rhythm, read from its days with transactions, beside the market's. Pure.

Days are (day, cents); a day that is missing took nothing. `until` is the last day that is known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

Day = tuple[date, int]

DAY = timedelta(days=1)
SPAN = 28  # days, whole weeks: of each weekday as many before as after
LEARNT = 8  # weeks of which the usual weekdays are learnt


@dataclass(frozen=True)
class Change:
    """Of the last 28 days against the 28 before; shares are parts of one: -0.25 is a quarter less."""

    before_cents: int
    after_cents: int
    own: float | None  # None: nothing before to compare with
    market: float | None
    adjusted: float | None  # what is left of the own change where the market's is taken out


@dataclass(frozen=True)
class Silence:
    days: int  # without a transaction in a row, up to the last known one
    usually_open: float  # on so many of them it would have been open
    chance: float  # that somebody of this rhythm is silent so long


def change(own: Iterable[Day], market: Iterable[Day], until: date) -> Change:
    before, after = _spans(own, until)
    market_before, market_after = _spans(market, until)
    ratio = after / before if before else None
    market_ratio = market_after / market_before if market_before else None
    adjusted = ratio / market_ratio - 1 if ratio is not None and market_ratio else None
    return Change(
        before_cents=before,
        after_cents=after,
        own=None if ratio is None else ratio - 1,
        market=None if market_ratio is None else market_ratio - 1,
        adjusted=adjusted,
    )


def silence(own: Iterable[Day], until: date, open_by_day: Mapping[date, int] | None = None) -> Silence | None:
    """None for who never took anything. `open_by_day` counts the market's merchants with transactions: on days when
    fewer of them than usual were open, as in a holiday, silence says as much less."""
    opened = {day for day, cents in own if cents > 0 and day <= until}
    if not opened:
        return None
    last = max(opened)
    usual = _open_share(opened, last)
    silent = [last + n * DAY for n in range(1, (until - last).days + 1)]
    shares = [usual[day.weekday()] for day in silent]
    if open_by_day:
        market = _market_usually_open(open_by_day, last)
        for n, day in enumerate(silent):
            shares[n] *= min(1.0, open_by_day.get(day, 0) / market[day.weekday()]) if market[day.weekday()] else 1
    chance = 1.0
    for share in shares:
        chance *= 1 - share
    return Silence(len(silent), sum(shares), chance)


def by_week(days: Iterable[Day], first: date, last: date) -> dict[date, int]:
    """{Monday: cents} of the whole weeks from `first` to `last`, those without anything too."""
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = {monday + n * 7 * DAY: 0 for n in range(((last - monday).days + 1) // 7)}
    for day, cents in days:
        week = day - day.weekday() * DAY
        if week in weeks:
            weeks[week] += cents
    return weeks


def index(own: Mapping[date, int], market: Mapping[date, int]) -> dict[date, float | None]:
    """By week: the merchant's share of its own mean over the market's share of its mean, times 100.

    Both means are of the weeks from the merchant's first on: 100 is as usual, whatever the market does.
    """
    begun = next((week for week in sorted(own) if own[week]), None)
    weeks = [week for week in sorted(own) if begun and week >= begun]
    mean = sum(own[week] for week in weeks) / len(weeks) if weeks else 0
    market_mean = sum(market.get(week, 0) for week in weeks) / len(weeks) if weeks else 0
    return {
        week: 100 * (own[week] / mean) / (market[week] / market_mean) if week in weeks and market.get(week) else None
        for week in own
    }


def _spans(days: Iterable[Day], until: date) -> tuple[int, int]:
    middle = until - SPAN * DAY
    before = after = 0
    for day, cents in days:
        if middle < day <= until:
            after += cents
        elif middle - SPAN * DAY < day <= middle:
            before += cents
    return before, after


def _open_share(opened: set[date], last: date) -> list[float]:
    """By weekday, of the weeks up to `last` since it began: (opened + ½) of (weeks + 1), so that nothing is certain."""
    weeks = min(LEARNT, (last - min(opened)).days // 7 + 1)
    counted = [0] * 7
    for day in opened:
        if (last - day).days < weeks * 7:
            counted[day.weekday()] += 1
    return [(count + 0.5) / (weeks + 1) for count in counted]


def _market_usually_open(open_by_day: Mapping[date, int], last: date) -> list[float]:
    """By weekday, of the weeks up to `last`; 0 where nothing is known."""
    weeks: list[list[int]] = [[] for _weekday in range(7)]
    for day, count in open_by_day.items():
        if 0 <= (last - day).days < LEARNT * 7:
            weeks[day.weekday()].append(count)
    return [median(counts) if counts else 0 for counts in weeks]
