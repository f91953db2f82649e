"""The SLA clock: service time counted by interval arithmetic over a calendar and the pauses of an order.

Instants are aware datetimes, results are in UTC. Hours are wall-clock times of the calendar's zone; an hour that
the zone skips or repeats in spring or autumn is counted as the real time that passes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

Interval = tuple[time, time]
END_OF_DAY = time(0)  # as the end of an interval: 24:00

# Inside, an instant is a whole number of microseconds: exact, quick, and free of wall-clock comparisons.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FOREVER = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
STRETCH = timedelta(days=32) // MICROSECOND


class Pause(NamedTuple):
    start: datetime
    end: datetime | None  # None: still going on
    reason: str = ""


class Due(NamedTuple):
    """None where the clock stands still, because a pause is still going on."""

    response_due_at: datetime | None
    resolution_due_at: datetime | None


class Elapsed(NamedTuple):
    """Share of the allowed service time used up; 1.0 is reached at the due time, more is late."""

    response: float
    resolution: float


class _Stretch(NamedTuple):
    """The service hours of a fixed stretch of time, with their sum up to each end."""

    starts: list[int]
    ends: list[int]
    sums: list[int]
    total: int


@dataclass(frozen=True)
class ServiceCalendar:
    """When service is given. Do not change the mappings afterwards: days are computed once.

    `weekly`: intervals by weekday, 0 is Monday; `exceptions` replace a day's intervals, () is closed.
    Intervals of a day come in order and do not overlap; one that ends at END_OF_DAY lasts until 24:00.
    """

    tz: str
    weekly: Mapping[int, tuple[Interval, ...]]
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not set(self.weekly) <= set(range(7)):
            raise ValueError("Weekdays are numbered from 0 (Monday) to 6 (Sunday).")
        for hours in (*self.weekly.values(), *self.exceptions.values()):
            for start, end in hours:
                if start >= end != END_OF_DAY:
                    raise ValueError(f"A service interval must end after it starts: {start} to {end}.")
            for (_, end), (start, _) in pairwise(hours):
                if end > start or end == END_OF_DAY:
                    raise ValueError(f"Service intervals must be in order and must not overlap: {end}, then {start}.")
        self._zone  # noqa: B018 - an unknown zone fails here, not at the first order

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @cached_property
    def _stretches(self) -> dict[int, _Stretch]:
        return {}

    @cached_property
    def _last_stretch(self) -> int:
        """The last that can have service hours."""
        if any(self.weekly.values()):
            return FOREVER // STRETCH - 1
        last = max((day for day, hours in self.exceptions.items() if hours), default=EPOCH.date() - timedelta(days=2))
        return _micros(datetime.combine(last + timedelta(days=2), time(0), UTC)) // STRETCH

    def _stretch(self, number: int) -> _Stretch:
        found = self._stretches.get(number)
        if found is None:
            found = self._stretches[number] = self._computed(number)
        return found

    def _computed(self, number: int) -> _Stretch:
        first, last = number * STRETCH, (number + 1) * STRETCH
        starts, ends, sums, total = [], [], [], 0
        for day in range(_utc(first).toordinal() - 1, _utc(last).toordinal() + 2):
            for start, end in self._spans(date.fromordinal(day)):
                start, end = max(start, first), min(end, last)
                if start < end:
                    total += end - start
                    starts.append(start)
                    ends.append(end)
                    sums.append(total)
        return _Stretch(starts, ends, sums, total)

    def _spans(self, day: date) -> Iterator[tuple[int, int]]:
        for start, end in self.exceptions.get(day, self.weekly.get(day.weekday(), ())):
            yield (self._instant(day, start), self._instant(day + timedelta(days=end == END_OF_DAY), end))

    def _between(self, low: int, high: int) -> int:
        whole = sum(self._stretch(number).total for number in range(low // STRETCH, high // STRETCH))
        return whole + self._served(high) - self._served(low)

    def _after(self, low: int, amount: int) -> int:
        """The first instant at which `amount` of service time has passed since `low`."""
        if not amount:
            return low
        left = amount + self._served(low)
        for number in range(low // STRETCH, self._last_stretch + 1):
            _, ends, sums, total = self._stretch(number)
            if left <= total:
                index = bisect_left(sums, left)
                return ends[index] - sums[index] + left
            left -= total
        raise ValueError("The service calendar has no service hours, or none left after its last day.")

    def _served(self, micros: int) -> int:
        """Service time from the beginning of the instant's stretch to the instant."""
        starts, ends, sums, _ = self._stretch(micros // STRETCH)
        index = bisect_right(starts, micros) - 1
        return sums[index] - max(0, ends[index] - micros) if index >= 0 else 0

    def _instant(self, day: date, at: time) -> int:
        """The instant of a wall-clock time: the first of two if it comes twice, the end of the gap if it is skipped.

        One monotone rule for starts and ends, so that adjoining intervals neither overlap nor leave a hole.
        """
        wall = datetime.combine(day, at)
        first, second = (_micros(wall.replace(tzinfo=self._zone, fold=fold)) for fold in (0, 1))
        if first <= second:
            return first
        # Read with the offsets before and after, a skipped time lies on both sides of the instant clocks go forward.
        return second + bisect_left(range(second, first), True, key=lambda micros: self._wall(micros) > wall)

    def _wall(self, micros: int) -> datetime:
        return _utc(micros).astimezone(self._zone).replace(tzinfo=None)


@dataclass(frozen=True)
class SlaPolicy:
    """Time allowed until someone is on site and until it works again, both counted in service time."""

    response: timedelta
    resolution: timedelta
    calendar: ServiceCalendar

    def __post_init__(self) -> None:
        if min(self.response, self.resolution) <= timedelta(0):
            raise ValueError("Response and resolution must allow more than no time.")


def around_the_clock(tz: str = "UTC") -> ServiceCalendar:
    return ServiceCalendar(tz, dict.fromkeys(range(7), ((time(0), END_OF_DAY),)))


def hours_from(pairs: Iterable[Sequence[str]]) -> tuple[Interval, ...]:
    """Intervals from texts as they are stored: [["09:00", "12:00"], ["13:00", "24:00"]]."""
    return tuple(
        (time.fromisoformat(start), END_OF_DAY if end == "24:00" else time.fromisoformat(end)) for start, end in pairs
    )


def service_time_between(calendar: ServiceCalendar, start: datetime, end: datetime) -> timedelta:
    low, high = _micros(start), _micros(end)
    if high < low:
        raise ValueError(f"The end {end} lies before the start {start}.")
    return timedelta(microseconds=calendar._between(low, high))


def hours_between(calendar: ServiceCalendar, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches of service between two instants, in order."""
    low, high = _micros(start), _micros(end)
    spans = (
        (max(opens, low), min(closes, high))
        for number in range(low // STRETCH, high // STRETCH + 1)
        for opens, closes in zip(*calendar._stretch(number)[:2], strict=True)
    )
    return [(_utc(opens), _utc(closes)) for opens, closes in spans if opens < closes]


def add_service_time(calendar: ServiceCalendar, start: datetime, amount: timedelta) -> datetime:
    """The first instant at which `amount` of service time has passed since `start`."""
    if amount < timedelta(0):
        raise ValueError("Service time can only be added, not taken away.")
    return _utc(calendar._after(_micros(start), amount // MICROSECOND))


def due_times(
    events: Iterable[Pause],
    policy: SlaPolicy,
    created_at: datetime,
    *,
    responded_at: datetime | None = None,
    resolved_at: datetime | None = None,
    now: datetime | None = None,
    percent: int = 100,
) -> Due:
    """When response and resolution are due: each pause moves what was not yet due by the service time it lasts.

    Pauses count once where they overlap, from `created_at` and until the milestone only; one that begins after the
    due time no longer helps. A pause still going on counts until `now`; without `now` the due time is open.
    With another `percent`: when so much of the allowed time is used up.
    """
    calendar, created, pauses = (policy.calendar, _micros(created_at), _in_order(events, _micros(now)))

    def due_at(allowed: timedelta, milestone: int) -> datetime | None:
        due = calendar._after(created, -(allowed // MICROSECOND * -percent // 100))
        for start, end in _merged(pauses, created, milestone):
            if start >= due:
                break
            if end == FOREVER:
                return None
            due = calendar._after(due, calendar._between(start, end))
        return _utc(due)

    resolved = _micros(resolved_at)
    responded = min(_micros(responded_at), resolved)
    return Due(due_at(policy.response, responded), due_at(policy.resolution, resolved))


def elapsed_share(
    events: Iterable[Pause],
    policy: SlaPolicy,
    created_at: datetime,
    at: datetime,
    *,
    responded_at: datetime | None = None,
    resolved_at: datetime | None = None,
) -> Elapsed:
    """How much of the allowed time is used up at `at`; each clock stops for good at its milestone."""
    calendar, created, pauses = (policy.calendar, _micros(created_at), _in_order(events, FOREVER))

    def share(allowed: timedelta, until: int) -> float:
        paused = sum(calendar._between(start, end) for start, end in _merged(pauses, created, until))
        return (calendar._between(created, max(created, until)) - paused) / (allowed // MICROSECOND)

    resolved = min(_micros(at), _micros(resolved_at))
    responded = min(_micros(responded_at), resolved)
    return Elapsed(share(policy.response, responded), share(policy.resolution, resolved))


def _in_order(events: Iterable[Pause], now: int) -> list[tuple[int, int]]:
    pauses = []
    for start, end, _ in events:
        if end is not None and _micros(end) < _micros(start):
            raise ValueError(f"The pause ends at {end}, before it starts at {start}.")
        pauses.append((_micros(start), _micros(end, now)))
    return sorted(pauses)


def _merged(pauses: Iterable[tuple[int, int]], since: int, until: int) -> list[tuple[int, int]]:
    """The parts of the pauses between `since` and `until`, joined where they overlap."""
    merged: list[tuple[int, int]] = []
    for start, end in pauses:
        start, end = max(start, since), min(end, until)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def _micros(at: datetime | None, absent: int = FOREVER) -> int:
    return absent if at is None else (at - EPOCH) // MICROSECOND


def _utc(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)
