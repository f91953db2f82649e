"""What holds for every calendar, every policy and every set of pauses."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workorders.sla import (
    END_OF_DAY,
    Pause,
    ServiceCalendar,
    SlaPolicy,
    add_service_time,
    due_times,
    elapsed_share,
    service_time_between,
)

unhurried = settings(deadline=None)  # a busy machine is no counter-example
ZONES = ["UTC", "Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns", "America/Santiago"]
instants = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
amounts = st.timedeltas(timedelta(microseconds=1), timedelta(hours=12))


@st.composite
def day_hours(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    """Up to three intervals on a grid of five minutes; the last may end at 24:00."""
    marks = sorted(draw(st.sets(st.integers(0, 288), max_size=6)))
    clock = [(datetime.min + mark * timedelta(minutes=5)).time() for mark in marks]
    return tuple(zip(clock[::2], clock[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> ServiceCalendar:
    hours = draw(st.lists(day_hours().filter(bool), min_size=1, max_size=2))
    weekly = draw(st.dictionaries(st.integers(0, 6), st.sampled_from(hours), min_size=1))
    days = st.dates(date(2024, 12, 1), date(2027, 3, 1))
    return ServiceCalendar(draw(st.sampled_from(ZONES)), weekly, draw(st.dictionaries(days, day_hours(), max_size=3)))


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    lengths = st.timedeltas(timedelta(0), timedelta(days=5))
    drawn = draw(st.lists(st.tuples(instants, lengths, st.text(max_size=3)), max_size=6))
    return [Pause(start, start + length, reason) for start, length, reason in drawn]


def policies(calendar: ServiceCalendar) -> st.SearchStrategy[SlaPolicy]:
    return st.builds(SlaPolicy, amounts, amounts, st.just(calendar))


@unhurried
@given(calendars(), instants, amounts)
def test_adding_and_counting_are_inverse(calendar: ServiceCalendar, start: datetime, amount: timedelta) -> None:
    due = add_service_time(calendar, start, amount)
    assert service_time_between(calendar, start, due) == amount
    assert service_time_between(calendar, start, due - timedelta(microseconds=1)) < amount  # it is the first instant


@unhurried
@given(calendars(), st.tuples(instants, instants, instants))
def test_service_time_adds_up(calendar: ServiceCalendar, moments: tuple[datetime, ...]) -> None:
    first, middle, last = sorted(moments)
    total = service_time_between(calendar, first, last)
    assert total == service_time_between(calendar, first, middle) + service_time_between(calendar, middle, last)
    assert timedelta(0) <= total <= last - first


@unhurried
@given(calendars(), instants, st.integers(0, 1500))
def test_service_time_is_the_minutes_whose_wall_clock_lies_in_the_hours(
    calendar: ServiceCalendar, start: datetime, minutes: int
) -> None:
    """Counted in another way, minute by minute, wherever the clocks do not change on the way."""
    zone = ZoneInfo(calendar.tz)
    start = start.replace(second=0, microsecond=0)
    walls = [(start + minute * timedelta(minutes=1)).astimezone(zone) for minute in range(minutes)]
    assume(len({wall.utcoffset() for wall in walls}) < 2)

    def is_open(wall: datetime) -> bool:
        hours_of_day = calendar.exceptions.get(wall.date(), calendar.weekly.get(wall.weekday(), ()))
        return any(begin <= wall.time() and (wall.time() < end or end == END_OF_DAY) for begin, end in hours_of_day)

    counted = timedelta(minutes=sum(map(is_open, walls)))
    assert service_time_between(calendar, start, start + minutes * timedelta(minutes=1)) == counted


@unhurried
@given(calendars(), instants, st.timedeltas(timedelta(0), timedelta(days=5)), st.data())
def test_a_pause_moves_the_due_time_by_exactly_its_service_time(
    calendar: ServiceCalendar, created_at: datetime, length: timedelta, data: st.DataObject
) -> None:
    policy = data.draw(policies(calendar))
    plain = due_times([], policy, created_at)
    earliest_due = min(plain)
    start = data.draw(
        st.datetimes(created_at.replace(tzinfo=None), earliest_due.replace(tzinfo=None), timezones=st.just(UTC))
    )
    assume(start < earliest_due)
    paused = due_times([Pause(start, start + length)], policy, created_at)
    worth = service_time_between(calendar, start, start + length)
    for before, after in zip(plain, paused, strict=True):
        assert service_time_between(calendar, before, after) == worth


@unhurried
@given(calendars(), instants, st.timedeltas(timedelta(0), timedelta(days=5)), st.data())
def test_a_pause_moves_every_coming_warning_by_exactly_its_service_time(
    calendar: ServiceCalendar, created_at: datetime, length: timedelta, data: st.DataObject
) -> None:
    policy = data.draw(policies(calendar))
    last = max(due_times([], policy, created_at))
    start = data.draw(st.datetimes(created_at.replace(tzinfo=None), last.replace(tzinfo=None), timezones=st.just(UTC)))
    pause = Pause(start, start + length)
    worth = service_time_between(calendar, start, start + length)
    for percent in (50, 75, 100):
        plain = due_times([], policy, created_at, percent=percent)
        paused = due_times([pause], policy, created_at, percent=percent)
        for before, after in zip(plain, paused, strict=True):
            assert service_time_between(calendar, before, after) == (worth if start < before else timedelta(0))


@unhurried
@given(calendars(), instants, pauses(), st.data())
def test_a_warning_comes_at_the_first_instant_at_which_its_share_is_used_up(
    calendar: ServiceCalendar, created_at: datetime, events: list[Pause], data: st.DataObject
) -> None:
    policy = data.draw(policies(calendar))
    for percent in (50, 75, 100):
        reached = due_times(events, policy, created_at, percent=percent)
        for number, instant in enumerate(reached):
            just_before = instant - timedelta(microseconds=1)
            assert elapsed_share(events, policy, created_at, instant)[number] * 100 >= percent - 1e-9
            assert elapsed_share(events, policy, created_at, just_before)[number] * 100 < percent


@unhurried
@given(calendars(), instants, pauses(), st.data())
def test_up_to_the_due_time_exactly_the_allowed_time_runs_outside_the_pauses(
    calendar: ServiceCalendar, created_at: datetime, events: list[Pause], data: st.DataObject
) -> None:
    policy = data.draw(policies(calendar))
    due = due_times(events, policy, created_at)
    shares = [elapsed_share(events, policy, created_at, moment) for moment in due]
    assert shares[0].response == 1.0
    assert shares[1].resolution == 1.0
    just_before = elapsed_share(events, policy, created_at, due.response_due_at - timedelta(microseconds=1))
    assert just_before.response < 1.0


@unhurried
@given(calendars(), instants, pauses(), st.data())
def test_the_order_of_events_does_not_matter(
    calendar: ServiceCalendar, created_at: datetime, events: list[Pause], data: st.DataObject
) -> None:
    policy = data.draw(policies(calendar))
    mixed = data.draw(st.permutations(events))
    moment = data.draw(instants)
    assert due_times(mixed, policy, created_at) == due_times(events, policy, created_at)
    assert elapsed_share(mixed, policy, created_at, moment) == elapsed_share(events, policy, created_at, moment)


@unhurried
@given(calendars(), instants, pauses(), instants, st.data())
def test_events_after_the_milestone_change_nothing(
    calendar: ServiceCalendar, created_at: datetime, events: list[Pause], done_at: datetime, data: st.DataObject
) -> None:
    policy = data.draw(policies(calendar))
    earlier = [pause for pause in events if pause.start < done_at]
    assert due_times(events, policy, created_at, resolved_at=done_at) == due_times(
        earlier, policy, created_at, resolved_at=done_at
    )
    assert (
        due_times(events, policy, created_at, responded_at=done_at).response_due_at
        == due_times(earlier, policy, created_at, responded_at=done_at).response_due_at
    )


@unhurried
@given(calendars(), instants, pauses(), instants, instants, st.data())
def test_the_share_never_falls(
    calendar: ServiceCalendar,
    created_at: datetime,
    events: list[Pause],
    one: datetime,
    other: datetime,
    data: st.DataObject,
) -> None:
    policy = data.draw(policies(calendar))
    earlier, later = (elapsed_share(events, policy, created_at, moment) for moment in sorted((one, other)))
    assert earlier.response <= later.response
    assert earlier.resolution <= later.resolution
