"""How much is asked for on which day. Pure."""

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from demo.crew import ZONE

SPRING_FESTIVAL = {
    2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6),
    2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 3), 2031: date(2031, 1, 23),
}  # fmt: skip
GROWTH = 3  # so many times more orders at the end of the year than at its beginning
BY_WEEKDAY = (1.15, 1.05, 1.0, 1.0, 1.1, 0.85, 0.6)
BY_HOUR = {7: 1, 8: 4, 9: 9, 10: 11, 11: 9, 12: 6, 13: 6, 14: 8, 15: 9, 16: 9, 17: 8, 18: 7, 19: 5, 20: 4, 21: 3, 22: 1}
SHARES = {"orvane-a90": 28, "orvane-m3": 18, "kelin-k9": 22, "kelin-qp1": 14, "sonari-v2": 12, "mintrix-s1": 6}
FAILURES = {"orvane-a90": 1, "orvane-m3": 1.1, "kelin-k9": 3.0, "kelin-qp1": 0.5, "sonari-v2": 1.7, "mintrix-s1": 0.8}
HOT = "kelin-k9"  # the model that fails too often, and most of all in the heat
KINDS = {"repair": 52, "install": 11, "swap": 7, "retrieve": 4, "inspect": 14, "activate": 4, "train": 8}


def failure_rate(model: str, day: date) -> float:
    heat = 1 + 1.6 * max(0.0, 1 - abs((day - date(day.year, 7, 30)).days) / 50) if model == HOT else 1
    return FAILURES[model] * heat


def festival_factor(day: date) -> float:
    """A rush before the Spring Festival, quiet in it and some days after."""
    festival = SPRING_FESTIVAL.get(day.year)
    days = (day - festival).days if festival else 999
    return 1.35 if -14 <= days < -3 else 0.2 if -3 <= days < 8 else 0.6 if 8 <= days < 14 else 1.0


def weight(day: date, begin: date, days: int) -> float:
    """Of all orders together."""
    usual = sum(SHARES[model] * FAILURES[model] for model in SHARES)
    repairs = sum(SHARES[model] * failure_rate(model, day) for model in SHARES) / usual
    share = KINDS["repair"] / sum(KINDS.values())
    growth = GROWTH ** ((day - begin).days / days)
    return growth * BY_WEEKDAY[day.weekday()] * festival_factor(day) * (share * repairs + 1 - share)


def instants(rng: random.Random, begin: datetime, end: datetime, count: int) -> Iterator[datetime]:
    """When so many things are asked for, in order: spread by the weights of the days, a little by chance."""
    first, last = begin.astimezone(ZONE).date(), end.astimezone(ZONE).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    sums = list(accumulate(weight(day, first, len(days)) for day in days))
    hours = list(BY_HOUR)
    for number in range(count):
        day = days[min(bisect(sums, (number + rng.random()) / count * sums[-1]), len(days) - 1)]
        hour = rng.choices(hours, weights=BY_HOUR.values())[0]
        at = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)
        if begin <= at < end:
            yield at
