"""Ten simulated years: due days without Django, with schedulers that die, clocks that step and rules that change."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspections.calendar import DAY, Rule, Unit, Workdays, dues, expected, expected_load, phase_of

START, HORIZON, YEARS = date(2026, 1, 31), 45, 3653
RULES = st.builds(
    Rule,
    every=st.integers(1, 12),
    unit=st.sampled_from(Unit),
    starts_on=st.just(START),
    after_completion=st.just(False),
)
PHASES = st.integers(1, 2**40).map(phase_of)


def test_month_ends_do_not_drift() -> None:
    monthly = Rule(1, Unit.MONTH, date(2027, 12, 31))
    found = list(dues(monthly, 0.0, since=monthly.starts_on, until=date(2028, 5, 1)))
    assert [str(day)[5:] for day in found] == ["12-31", "01-31", "02-29", "03-31", "04-30"]
    yearly = Rule(12, Unit.MONTH, date(2024, 2, 29))
    found = list(dues(yearly, 0.0, since=yearly.starts_on, until=date(2028, 12, 1)))
    assert found == [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]


def test_the_next_visit_waits_until_the_one_before_is_over() -> None:
    rule = Rule(3, Unit.MONTH, START, after_completion=True)
    asked = {"since": date(2026, 4, 1), "until": date(2027, 1, 1), "last": date(2026, 2, 3)}
    assert list(dues(rule, 0.5, **asked)) == []
    assert list(dues(rule, 0.5, **asked, finished_on=date(2026, 2, 28))) == [date(2026, 5, 28)]
    foreseen = expected(rule, 0.0, since=date(2026, 4, 1), until=date(2027, 1, 31))
    assert [str(day)[5:] for day in foreseen] == ["04-30", "07-30", "10-30", "01-30"]


@settings(max_examples=60, deadline=None)
@given(
    rules=st.lists(st.tuples(st.integers(0, YEARS), RULES), min_size=1, max_size=4),
    phase=PHASES,
    runs=st.lists(st.tuples(st.integers(1, 25), st.integers(-40, 40), st.integers(0, 2)), min_size=20, max_size=60),
)
def test_ten_years_with_three_schedulers_miss_nothing_and_double_nothing(rules, phase, runs) -> None:
    """A run is (days since the run before, how wrong this scheduler's clock goes, how many others do the same)."""
    rules = [(0, rules[0][1]), *sorted(rules[1:], key=lambda change: change[0])]
    made: set[date] = set()  # the unique constraint
    kept_until, ensured_on, day, turn, current = START, START, 0, 0, rules[0][1]
    changes = [day for day, _rule in rules[1:]]
    while day < YEARS:
        gap, wrong, others = runs[turn % len(runs)]
        day, turn = day + gap, turn + 1
        while changes and changes[0] <= day:  # what lies ahead is taken back, what is due already stays
            change = changes.pop(0)
            current = rules[len(rules) - 1 - len(changes)][1]
            kept_until = START + timedelta(days=change)
            made, ensured_on = {due for due in made if due <= kept_until}, min(ensured_on, kept_until)
        today = START + timedelta(days=max(0, day + wrong))
        last = max(made, default=None)
        since = min(ensured_on, today)
        asked = {"since": since, "until": today + timedelta(days=HORIZON), "last": last}
        each = [list(dues(current, phase, **asked)) for _scheduler in range(1 + others)]
        assert all(one == each[0] for one in each)
        assert not made & set(each[0])
        made |= set(each[0])
        ensured_on = today
    longest = max(rule.every * (7 if rule.unit == Unit.WEEK else 31) for _day, rule in rules)
    for before, after in pairwise(sorted(made)):
        assert (after - before).days > min(rule.shortest_days for _day, rule in rules) // 2
        assert (after - before).days <= longest * 1.5 + 1
    if len(rules) == 1:
        assert sorted(made) == list(dues(current, phase, since=START, until=max(made, default=START)))
        assert current.first_after(max(made, default=START - DAY), phase) > START + timedelta(days=YEARS - 65)


@given(st.integers(1, 10**9), st.integers(2, 40))
def test_the_load_spreads_over_the_period(first: int, weeks: int) -> None:
    rule, count = Rule(weeks, Unit.WEEK, START), 7 * weeks * 20
    found = [rule.due_in(0, phase_of(number)) for number in range(first, first + count)]
    loads = [found.count(START + timedelta(days=day)) for day in range(7 * weeks)]
    assert sum(loads) == count and max(loads) <= 30


def test_a_day_takes_what_it_has_room_for() -> None:
    holiday, made_up = date(2026, 10, 1), date(2026, 10, 10)
    days = Workdays(frozenset(range(5)), {holiday: False, made_up: True}, room=2, taken={date(2026, 10, 2): 1})
    taken = [days.take(holiday) for _visit in range(12)]
    assert [day.day for day in taken] == [2, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10]
    with pytest.raises(ValueError, match="no working day"):
        Workdays(frozenset()).take(holiday)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 40), max_size=120), st.one_of(st.none(), st.integers(1, 4)),
    st.dictionaries(st.integers(0, 40), st.integers(0, 4)),
)  # fmt: skip
def test_what_a_preview_spreads_comes_to_the_days_that_single_visits_come_to(due, room, taken) -> None:
    taken = {START + timedelta(days=day): count for day, count in taken.items()}
    one_by_one = Workdays(frozenset(range(5)), room=room, taken=dict(taken))
    days = Counter(one_by_one.take(START + timedelta(days=day)) for day in due)
    loads = Counter(START + timedelta(days=day) for day in due)
    until = START + timedelta(days=60)
    placed, left = Workdays(frozenset(range(5)), room=room, taken=taken).spread(loads, until)
    assert +placed == Counter({day: count for day, count in days.items() if day <= until})
    assert left == sum(count for day, count in days.items() if day > until)


@settings(max_examples=15, deadline=None)
@given(RULES, st.integers(0, 400))
def test_a_preview_expects_of_a_million_what_each_merchant_is_owed(rule: Rule, later: int) -> None:
    since, until = START + timedelta(days=later), START + timedelta(days=later + 120)
    count = rule.shortest_days * 3
    load = expected_load(rule, count, since=since, until=until)
    phases = [(number + 0.5) / rule.shortest_days for number in range(rule.shortest_days)]
    owed = Counter(due for phase in phases * 3 for due in dues(rule, phase, since=since, until=until))
    assert load == owed
