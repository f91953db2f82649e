"""What a rule would have raised in the past. Nothing is written; where there is very much, a sample is looked at."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from typing import Any

from assets.models import Reading, Terminal
from merchants.models import Merchant, MerchantDay
from monitoring.detection import Limits, raised_at
from monitoring.lifecycle import OF_MERCHANTS, OF_REGIONS, Kind
from monitoring.measures import DAYS, SIGNS, daily_orders, measure, watched_regions
from monitoring.models import AlertRule
from routing.geo import distance_m
from workforce.models import Region, User

PAST = timedelta(days=90)
DAY = timedelta(days=1)
MOST_READINGS = 50_000
AT_ONCE = 20  # terminals
MOST_KNOWN = 10_000  # terminals or merchants to choose a sample from
MOST_MERCHANTS = 1_000
MOST_REGIONS = 40
EXAMPLES = 10

SAID = {  # by readings
    Kind.OFFLINE: (),
    Kind.PAPER: ("paper_percent",),
    Kind.KEYS: ("card_keys_left",),
    Kind.TAMPER: ("is_tampered",),
    Kind.PLACE: ("lat", "lon"),
}

Series = Iterator[tuple[datetime, float]]


@dataclass
class Trial:
    """`found` is (when, what, value), the newest first; `looked_at` of `of` terminals, merchants or regions."""

    found: list[tuple[datetime, Any, float]] = field(default_factory=list)
    looked_at: int = 0
    of: int = 0
    is_of_now: bool = False  # the past cannot be looked at: what it would raise at once

    @property
    def examples(self) -> list[tuple[datetime, Any, float]]:
        return self.found[:EXAMPLES]

    @property
    def over_all(self) -> int:
        """What the sample comes to for all of them."""
        return round(len(self.found) * self.of / self.looked_at) if self.looked_at else 0

    def by_week(self, at: datetime) -> dict[date, int]:
        """From Monday to Monday, empty weeks included."""
        counts = Counter(_monday(when) for when, _what, _value in self.found)
        first, last = _monday(at - PAST), _monday(at)
        return {day: counts[day] for day in (first + 7 * DAY * n for n in range((last - first).days // 7 + 1))}


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def try_out(rule: AlertRule, user: User, at: datetime) -> Trial:
    trial = {**dict.fromkeys(OF_MERCHANTS, _merchants), **dict.fromkeys(OF_REGIONS, _regions)}.get(
        Kind(rule.kind), _now if rule.kind in (Kind.RENEWAL, Kind.FIRMWARE) else _terminals
    )(rule, user, at)
    trial.found.sort(key=lambda each: each[0], reverse=True)
    return trial


def _terminals(rule: AlertRule, user: User, at: datetime) -> Trial:
    trial, limits, left = Trial(), rule.limits, MOST_READINGS
    keys = list(_live_terminals(rule, user).values_list("pk", flat=True)[:MOST_KNOWN])
    trial.of = len(keys)
    step = max(1, len(keys) // 2_000)  # spread over old and new ones
    keys = keys[::step]
    while left > 0 and trial.looked_at < len(keys):
        some = keys[trial.looked_at : trial.looked_at + AT_ONCE]
        trial.looked_at += len(some)
        readings = Reading.objects.filter(terminal__in=some, at__gte=at - PAST, at__lte=at).order_by("terminal", "at")
        rows = list(readings.values_list("terminal", "at", *SAID[Kind(rule.kind)]))
        left -= len(rows)
        known = Terminal.objects.in_bulk(some)
        places = _places(some) if rule.kind == Kind.PLACE else {}
        for key, own in groupby(rows, key=lambda row: row[0]):
            series = _series(Kind(rule.kind), limits, list(own), places.get(key))
            trial.found += [(when, known[key], value) for when, value in raised_at(limits, series)]
    return trial


def _live_terminals(rule: AlertRule, user: User):
    live = Terminal.objects.visible_to(user).filter(status="live")
    if rule.region:
        live = live.filter(region__in=Region.objects.within(rule.region).values("pk"))
    if rule.terminal_model_id:
        live = live.filter(model=rule.terminal_model_id)
    return live.order_by("-pk")


def _places(terminals: list[int]) -> dict[int, tuple[float, float]]:
    bound = Terminal.objects.filter(pk__in=terminals, bindings__ended_at=None, bindings__lat__isnull=False)
    return {key: (lat, lon) for key, lat, lon in bound.values_list("pk", "bindings__lat", "bindings__lon")}


def _series(kind: Kind, limits: Limits, rows: list[tuple], place: tuple[float, float] | None) -> Series:
    if kind == Kind.OFFLINE:
        yield from _silences(limits, [row[1] for row in rows])
        return
    for _key, at, *said in rows:
        if said[0] is not None and (place or kind != Kind.PLACE):
            yield at, said[0] if kind != Kind.PLACE else float(distance_m(*place, *said))


def _silences(limits: Limits, heard: list[datetime]) -> Series:
    """Nothing for so long between two reports; the last is not known yet."""
    long = timedelta(minutes=limits.raise_at)
    for before, after in pairwise(heard):
        yield before, 0
        if after - before >= long + limits.raise_after:
            yield before + long, limits.raise_at
            yield before + long + limits.raise_after, (after - before) / timedelta(minutes=1)


def _merchants(rule: AlertRule, user: User, at: datetime) -> Trial:
    chosen = Merchant.objects.visible_to(user).not_merged().filter(status=Merchant.Status.ACTIVE).with_terminal()
    if rule.region:
        chosen = chosen.filter(region__in=Region.objects.within(rule.region).values("pk"))
    keys = list(chosen.order_by("-pk").values_list("pk", flat=True)[:MOST_KNOWN])
    shops = Merchant.objects.in_bulk(keys[:: -(-len(keys) // MOST_MERCHANTS) or 1])
    trial = Trial(looked_at=len(shops), of=len(keys))
    since = (at - PAST - DAY * rule.raise_at).date()
    days = MerchantDay.objects.filter(merchant__in=shops, day__gte=since, count__gt=0).order_by("merchant", "day")
    for key, own in groupby(days.values_list("merchant", "day"), key=lambda row: row[0]):
        known = [day for _key, day in own]
        for before, after in pairwise([*known, at.date()]):
            when = datetime.combine(before + DAY * rule.raise_at, time(), UTC)
            if (after - before).days >= rule.raise_at and when >= at - PAST:
                trial.found.append((when, shops[key], (after - before).days))
    return trial


def _regions(rule: AlertRule, user: User, at: datetime) -> Trial:
    seen = set(Region.objects.visible_to(user).values_list("pk", flat=True))
    regions = [region for region in watched_regions([rule]) if region.pk in seen]
    trial = Trial(looked_at=len(regions[:MOST_REGIONS]), of=len(regions))
    first = at - PAST - DAYS * DAY
    counts = daily_orders(regions[:MOST_REGIONS], first.date(), at.date())
    for region in regions[:MOST_REGIONS]:
        days, sign = counts[region.pk], SIGNS[Kind(rule.kind)]
        series = ((first + end * DAY, sign(days[end - DAYS : end])) for end in range(DAYS, len(days) + 1))
        trial.found += [(when, region, value) for when, value in raised_at(rule.limits, series)]
    return trial


def _now(rule: AlertRule, user: User, at: datetime) -> Trial:
    """Age and firmware have no past that is kept."""
    measured = [
        each for each in measure(Kind(rule.kind), [rule], [], at)
        if rule.limits.is_beyond(each.value) and each.faults >= rule.least_faults
    ]  # fmt: skip
    values = {each.terminal: each.value for each in measured}
    terminals = _live_terminals(rule, user).filter(pk__in=values)
    found = [(at, terminal, values[terminal.pk]) for terminal in terminals[:10_000]]
    return Trial(found, len(values) or 1, len(values) or 1, is_of_now=True)
