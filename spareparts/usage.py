"""What is unusual for a channel, by its own past. Pure; nothing is assumed of the shape of its sales."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

LEAST_WEEKS, MOST_WEEKS = 8, 26  # of past: with fewer nothing is said
JUDGED_WEEKS = 5  # the week under way and those before it: files come late
NIGHT_LEAST, PAST_NIGHTS = 10, 60
STRICTNESS = 5
NORMAL = 1.4826  # makes the median deviation of a normal distribution its standard deviation


@dataclass(frozen=True)
class Unusual:
    on: date  # the day, or the Monday of the week
    count: int
    usual: int
    most: int


def bounds(past: Sequence[int]) -> tuple[float, float]:
    """The median, and how many are still usual: k median deviations above it, at least what pure chance brings."""
    middle = median(past)
    spread = NORMAL * median(abs(count - middle) for count in past)
    return middle, middle + STRICTNESS * max(spread, middle**0.5, 1)


def unusual_weeks(sold: Mapping[date, int], today: date) -> list[Unusual]:
    """Weeks with more than the channel's own past allows; the weeks before its first sale are no past."""
    weeks: dict[date, int] = {}
    for day, count in sold.items():
        weeks[_monday(day)] = weeks.get(_monday(day), 0) + count
    if not weeks:
        return []
    first, found = min(weeks), []
    for back in range(JUDGED_WEEKS):
        week = _monday(today) - timedelta(weeks=back)
        before = [week - timedelta(weeks=ago) for ago in range(1, MOST_WEEKS + 1)]
        past = [weeks.get(each, 0) for each in before if each >= first]
        if len(past) >= LEAST_WEEKS and week in weeks:
            found += _judged(week, weeks[week], past)
    return found


def unusual_nights(at_night: Mapping[date, int], today: date) -> list[Unusual]:
    """Nights with many activations where there are few otherwise."""
    found = []
    for back in range(7 * JUDGED_WEEKS):
        day = today - timedelta(days=back)
        if at_night.get(day, 0) >= NIGHT_LEAST:
            past = [at_night.get(day - timedelta(days=ago), 0) for ago in range(1, PAST_NIGHTS + 1)]
            found += _judged(day, at_night[day], past)
    return found


def _judged(on: date, count: int, past: Sequence[int]) -> list[Unusual]:
    usual, most = bounds(past)
    return [Unusual(on, count, round(usual), int(most))] if count > most else []


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
