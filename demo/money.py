"""What the merchants took in the last year: by trade, weekday and season, with a holiday in which all fall, some who
fall away, some who grow, and some who have just gone silent. A table of shops and a table of days, multiplied in SQL."""

import random
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import exp

from django.db import connection
from django.db.models import Count, Min

from assets.models import Binding
from demo.crew import ZONE
from demo.seasons import SPRING_FESTIVAL
from merchants.actions import recompute_changed_days, take_table
from merchants.models import Merchant
from merchants.months import keep_months
from workforce.models import User

DAY = timedelta(days=1)
YEAR, SHORT = 372, 70  # days; the second for a small company
GROUPS = {
    "meal": (0.85, 0.9, 0.95, 1.0, 1.2, 1.3, 1.15),
    "shop": (0.9, 0.9, 0.9, 0.95, 1.05, 1.25, 1.2),
    "care": (1.1, 1.05, 1.05, 1.0, 1.0, 0.95, 0.6),
    "stay": (0.8, 0.8, 0.85, 0.95, 1.3, 1.45, 1.0),
}
HOLIDAY = {"meal": 0.5, "shop": 0.35, "care": 0.15, "stay": 0.7}  # of the Spring Festival
GOLDEN_WEEK = {"meal": 1.25, "shop": 1.15, "care": 0.5, "stay": 1.6}  # from 1 October
STAY = {"hotel": (320, 4200), "karaoke": (260, 3800)}  # yuan a transaction, yuan a day
CARE = {"clinic": (140, 2600), "dentist": (480, 5200), "optician": (390, 2900), "hairdresser": (85, 1500),
        "fitness": (420, 2200), "car-repair": (460, 3900), "pets": (120, 1600)}  # fmt: skip
MEAL = {"restaurant": (95, 4300), "hotpot": (210, 6100), "noodles": (24, 1900), "bakery": (33, 2100), "tea": (21, 2300),
        "coffee": (32, 2000)}  # fmt: skip
SHOP = {"convenience": (27, 3100), "supermarket": (62, 7800), "fruit": (38, 2300), "liquor": (230, 3300),
        "pharmacy": (74, 3500), "clothing": (210, 2900), "jewellery": (1650, 6400), "petrol": (240, 21000)}  # fmt: skip
USUAL = (110, 2200)


class Fate(StrEnum):
    STEADY = "steady"
    DECAYING = "decaying"
    GROWING = "growing"
    SILENT = "silent"


SHARES = {Fate.STEADY: 0.88, Fate.DECAYING: 0.05, Fate.GROWING: 0.06, Fate.SILENT: 0.01}


@dataclass(frozen=True)
class Shop:
    merchant_id: int
    kind: str
    first_on: date
    last_on: date
    base_cents: int  # of a usual day
    ticket_cents: int
    closed: int  # weekday, 1 is Monday; 0: none
    turns_on: date  # from when on it falls or grows,
    factor: float  # by so much
    over_days: int  # in so many days
    terminals: int


TABLE = """
CREATE TEMP TABLE demo_takings ON COMMIT DROP AS
SELECT merchant_id, day, greatest(1, round(cents / ticket_cents * (0.8 + 0.4 * random())))::int AS count, cents,
    CASE WHEN random() < 0.06 THEN round(cents * 0.12 * random()) ELSE 0 END::bigint AS refunds_cents, terminals
FROM (
    SELECT shop.*, season.day, round(base_cents * season.factor
        * power(shop.factor, least(greatest(season.day - turns_on, 0)::float / over_days, 1))
        * exp(0.5 * (random() + random() + random() - 1.5)))::bigint AS cents
    FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::date[], %s::int[], %s::int[], %s::int[], %s::date[],
        %s::float[], %s::int[], %s::smallint[]) AS shop (merchant_id, kind, first_on, last_on, base_cents, ticket_cents,
        closed, turns_on, factor, over_days, terminals)
    JOIN unnest(%s::date[], %s::text[], %s::float[], %s::float[]) AS season (day, kind, factor, open)
        ON season.kind = shop.kind AND season.day BETWEEN first_on AND last_on
        AND extract(isodow FROM season.day) <> closed AND random() < season.open
) AS taken WHERE cents > 0
"""
KNOWN = """
UPDATE merchants_merchant SET first_transaction_on = first_on FROM unnest(%s::bigint[], %s::date[]) AS known (id, first_on)
WHERE known.id = merchants_merchant.id AND first_transaction_on IS NULL
"""  # who was here before the first batch took something before


def bring_money(*, seed: int, by: User, at: datetime, is_small: bool) -> None:
    """A batch a month, as far back as there are days."""
    today = at.astimezone(ZONE).date()
    days = [today - n * DAY for n in reversed(range(1, (SHORT if is_small else YEAR) + 1))]
    shops = [shop for shop, _fate in plant(seed, today)]
    if not is_small:
        keep_months(at=at)
    columns = [list(column) for column in zip(*map(astuple, shops), strict=True)] or [[]] * len(fields(Shop))
    since = {shop.merchant_id: shop.first_on for shop in shops if shop.first_on < days[0]}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(since), list(since.values())])
        cursor.execute("SELECT setseed(%s)", [seed % 1000 / 1000])
        for month in sorted({day.replace(day=1) for day in days}):
            seasons = list(_seasons(seed, [day for day in days if day.replace(day=1) == month]))
            cursor.execute("DROP TABLE IF EXISTS demo_takings")
            cursor.execute(TABLE, [*columns, *map(list, zip(*seasons, strict=True))])
            told_at = min(at, datetime(month.year + month.month // 12, month.month % 12 + 1, 1, 2, tzinfo=ZONE))
            take_table("demo_takings", by=by, at=told_at, source=f"{month:%Y-%m}")
    recompute_changed_days()


def plant(seed: int, today: date) -> list[tuple[Shop, Fate]]:
    """Who takes how much, and what becomes of whom; the same for the same company and seed."""
    rng = random.Random(f"{seed} money")
    bound = Binding.objects.values_list("merchant").annotate(Min("started_at"), Count("terminal", distinct=True))
    terminals = {merchant: (since.astimezone(ZONE).date(), count) for merchant, since, count in bound}
    merchants = (
        Merchant.objects.filter(status=Merchant.Status.ACTIVE)
        .order_by("created_at", "external_id", "lat")
        .values_list("pk", "trade__code", "tier")
    )
    return [_shop(rng, pk, trade, tier, *terminals[pk], today) for pk, trade, tier in merchants if pk in terminals]


def _shop(
    rng: random.Random, pk: int, trade: str, tier: str, since: date, terminals: int, today: date
) -> tuple[Shop, Fate]:
    kind, (ticket, daily) = _kind(trade)
    fate = rng.choices(list(SHARES), SHARES.values())[0]
    last_on, turns_on, factor, over = today, today, 1.0, 1
    if fate == Fate.DECAYING:
        over = rng.randint(14, 45)
        turns_on, factor = today - rng.randint(over + 5, 110) * DAY, rng.uniform(0.12, 0.35)
    elif fate == Fate.GROWING:
        over = rng.randint(60, 120)
        turns_on, factor = today - rng.randint(over, 200) * DAY, rng.uniform(1.8, 3.0)
    elif fate == Fate.SILENT:
        last_on = today - rng.randint(5, 13) * DAY
    size = exp(rng.gauss(0, 0.55)) * terminals**0.6 * {"key": 1.8, "small": 0.6}.get(tier, 1)
    closed = rng.choices([0, 7, 1], [0.83, 0.13, 0.04])[0]
    shop = Shop(
        pk, kind, since + rng.randint(0, 6) * DAY, last_on, round(daily * size * 100),
        round(ticket * exp(rng.gauss(0, 0.25)) * 100), closed, turns_on, factor, over, terminals,
    )  # fmt: skip
    return shop, fate


def _kind(trade: str) -> tuple[str, tuple[int, int]]:
    groups = {"meal": MEAL, "care": CARE, "stay": STAY}
    kind = next((kind for kind, trades in groups.items() if trade in trades), "shop")
    return kind, groups.get(kind, SHOP).get(trade, USUAL)


def _seasons(seed: int, days: list[date]) -> Iterator[tuple[date, str, float, float]]:
    """(day, group, what of the usual is taken, how many are open)."""
    for day in days:
        chance = random.Random(f"{seed} {day}")
        weather, summer = chance.gauss(1, 0.04), 1 - abs((day - date(day.year, 7, 20)).days) / 180
        for kind, by_weekday in GROUPS.items():
            factor, is_open = by_weekday[day.weekday()] * weather, 0.985
            factor *= 1 + {"meal": 0.08, "stay": 0.25, "shop": -0.05}.get(kind, 0) * summer
            since = (day - SPRING_FESTIVAL.get(day.year, date.min)).days
            if -12 <= since < -3:
                factor *= 1.2  # the rush before
            elif -3 <= since < 8:
                factor, is_open = factor * HOLIDAY[kind], 0.3 + HOLIDAY[kind] / 2
            elif 8 <= since < 13:
                factor, is_open = factor * 0.8, 0.85
            elif day.month == 10 and day.day <= 7:
                factor *= GOLDEN_WEEK[kind]
            yield day, kind, factor, is_open
