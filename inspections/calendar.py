"""When the rounds of an inspection plan are due, merchant by merchant: pure dates.

Every due day is counted from the day the rule starts, never from the due day before: 31 January, 28 February, 31 March.
Each merchant has a phase, so that the load spreads over the whole period and a merchant keeps its day in it.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

DAY = timedelta(days=1)
GOLDEN = 2_654_435_761  # × n mod 2³² lies evenly, however many n there are
LONGEST_SEARCH = 3_660  # days


class Unit(StrEnum):
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Rule:
    """Every so many weeks or months from a day on: on a fixed grid, or so long after the visit before was finished."""

    every: int
    unit: str
    starts_on: date
    after_completion: bool = False

    @property
    def shortest_days(self) -> int:
        return self.every * (7 if self.unit == Unit.WEEK else 28)

    def later(self, day: date, periods: int = 1) -> date:
        """So many periods after the day; the last of the month where the month is too short."""
        if self.unit == Unit.WEEK:
            return day + timedelta(weeks=self.every * periods)
        years, month = divmod(day.year * 12 + day.month - 1 + self.every * periods, 12)
        return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))

    def due_in(self, period: int, phase: float) -> date:
        return self.later(self.starts_on, period) + timedelta(days=int(phase * self.shortest_days))

    def first_after(self, day: date, phase: float) -> date:
        """The first due day of the grid after this one."""
        longest = self.every * (7 if self.unit == Unit.WEEK else 31)
        period = max(0, (day - self.due_in(0, phase)).days // longest)
        while (due := self.due_in(period, phase)) <= day:
            period += 1
        return due


def phase_of(number: int) -> float:
    """Where in the period a merchant has its day: 0 ≤ phase < 1, the same for ever."""
    return number * GOLDEN % 2**32 / 2**32


def dues(
    rule: Rule, phase: float, *, since: date, until: date, last: date | None = None, finished_on: date | None = None
) -> Iterator[date]:
    """The due days that are still to be made, up to `until`.

    `last` is the latest due day there is, `finished_on` when that visit was over. A grid goes on at its first day that
    lies more than half a period behind `last`: that is the next one while the rule stays as it is, and where it has
    changed nobody is visited twice in a row nor left out. Nothing is owed for days before `since`.
    """
    if rule.after_completion and last is not None:
        if finished_on is not None and (due := rule.later(finished_on)) <= until:
            yield due
        return
    after = since - DAY if last is None else max(since - DAY, last + timedelta(days=rule.shortest_days // 2))
    due = rule.first_after(after, phase)
    while due <= until:
        yield due
        if rule.after_completion:
            return
        due = rule.first_after(due, phase)


def expected(rule: Rule, phase: float, *, since: date, until: date) -> Iterator[date]:
    """The due days to come, if each visit is made on its day."""
    last: date | None = None
    while found := list(dues(rule, phase, since=since, until=until, last=last, finished_on=last)):
        yield from found
        last = found[-1]


def expected_load(rule: Rule, merchants: int, *, since: date, until: date) -> Counter[date]:
    """How many of so many merchants are due on which day.

    A rule knows no more phases than its period has days, and merchants lie evenly in them: one of each phase stands for
    its share, so a million merchants cost what a thousand do.
    """
    loads: Counter[date] = Counter()
    phases = rule.shortest_days
    for number in range(phases):
        share = merchants * (number + 1) // phases - merchants * number // phases
        for due in expected(rule, (number + 0.5) / phases, since=since, until=until) if share else ():
            loads[due] += share
    return loads


@dataclass
class Workdays:
    """Days on which somebody can be sent, each with room for so many visits; None: for any number."""

    weekdays: frozenset[int]
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    room: int | None = None
    taken: dict[date, int] = field(default_factory=dict)
    full_until: dict[date, date] = field(default_factory=dict)  # where to look on from a day without room

    def is_open(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() in self.weekdays)

    def take(self, day: date) -> date:
        """The first day from this one on that is a working day with room; it has one place less then."""
        passed, found = [], day
        while found in self.full_until or not self.is_open(found) or self._is_full(found):
            passed.append(found)
            found = self.full_until.get(found, found + DAY)
            if (found - day).days > LONGEST_SEARCH:
                raise ValueError("This calendar has no working day with room.")
        self.full_until.update(dict.fromkeys(passed, found))
        self.taken[found] = self.taken.get(found, 0) + 1
        return found

    def spread(self, loads: Mapping[date, int], until: date) -> tuple[Counter[date], int]:
        """So many on which day, as if each were taken by itself; and how many find no room up to that day."""
        placed: Counter[date] = Counter()
        waiting, day = 0, min(loads, default=until + DAY)
        while day <= until:
            waiting += loads.get(day, 0)
            if waiting and self.is_open(day):
                placed[day] = waiting if self.room is None else min(waiting, max(0, self.room - self.taken.get(day, 0)))
                waiting -= placed[day]
            day += DAY
        return placed, waiting

    def _is_full(self, day: date) -> bool:
        return self.room is not None and self.taken.get(day, 0) >= self.room
