"""Cases worked out by hand on a calendar sheet. What holds for every calendar is in test_sla_properties.py."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from workorders.sla import (
    END_OF_DAY,
    Due,
    Elapsed,
    Pause,
    ServiceCalendar,
    SlaPolicy,
    add_service_time,
    around_the_clock,
    due_times,
    elapsed_share,
    hours_from,
    service_time_between,
)

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WORKDAY = ((time(9), time(12)), (time(13), time(18)))
OFFICE = ServiceCalendar(
    "Asia/Shanghai",
    dict.fromkeys(range(5), WORKDAY),
    {
        **{date(2025, 10, day): () for day in range(1, 9)},  # National Day and Mid-Autumn
        date(2025, 9, 28): WORKDAY,  # make-up Sunday
        date(2025, 10, 11): WORKDAY,  # make-up Saturday
    },
)
LATE_SHIFT = ServiceCalendar("Asia/Shanghai", dict.fromkeys(range(7), ((time(0), time(2)), (time(14), END_OF_DAY))))
POLICY = SlaPolicy(timedelta(hours=4), timedelta(hours=16), OFFICE)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# -- service hours, by hand (2025-09-22 is a Monday) -------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-09-22 09:30", "2025-09-22 11:00", 1.5),
        ("2025-09-22 11:30", "2025-09-22 13:30", 1),  # lunch is no service
        ("2025-09-22 12:10", "2025-09-22 12:50", 0),
        ("2025-09-22 00:30", "2025-09-22 23:30", 8),
        ("2025-09-22 23:30", "2025-09-23 00:30", 0),
        ("2025-09-26 17:00", "2025-09-27 23:00", 1),  # into Saturday
        ("2025-09-19 17:00", "2025-09-22 10:00", 2),  # over an ordinary weekend
        ("2025-09-26 17:00", "2025-09-29 10:00", 10),  # over the weekend with the make-up Sunday
        ("2025-09-30 17:00", "2025-10-09 10:00", 2),  # over the holidays
        ("2025-10-10 18:00", "2025-10-13 09:00", 8),  # make-up Saturday
        ("2025-09-22 09:00", "2025-10-20 09:00", 16 * 8),  # four weeks: 20 days, 6 of them off, 2 made up
    ],
)
def test_it_counts_service_hours(start: str, end: str, expected: float) -> None:
    assert service_time_between(OFFICE, at(start), at(end)) == hours(expected)


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2025-09-22 09:30", 1, "2025-09-22 10:30"),
        ("2025-09-22 11:30", 1, "2025-09-22 13:30"),  # over lunch
        ("2025-09-22 09:00", 3, "2025-09-22 12:00"),  # due before lunch, not after it
        ("2025-09-22 12:30", 0.25, "2025-09-22 13:15"),
        ("2025-09-22 17:30", 1, "2025-09-23 09:30"),
        ("2025-09-22 23:30", 1, "2025-09-23 10:00"),
        ("2025-09-23 00:30", 1, "2025-09-23 10:00"),
        ("2025-09-19 17:00", 2, "2025-09-22 10:00"),  # over an ordinary weekend
        ("2025-09-26 17:00", 2, "2025-09-28 10:00"),  # the Sunday is worked
        ("2025-09-30 17:00", 2, "2025-10-09 10:00"),  # eight days off
        ("2025-10-10 17:00", 2, "2025-10-11 10:00"),  # the Saturday is worked
        ("2025-10-11 17:00", 2, "2025-10-13 10:00"),  # the Sunday after it is not
        ("2025-09-22 09:00", 16 * 8, "2025-10-17 18:00"),
        ("2025-09-27 15:00", 0, "2025-09-27 15:00"),  # nothing allowed: at once, even on a closed day
    ],
)
def test_it_adds_service_hours(start: str, amount: float, expected: str) -> None:
    due = add_service_time(OFFICE, at(start), hours(amount))
    assert due == at(expected)
    assert due.tzinfo is UTC


def test_the_day_is_that_of_the_calendars_zone_not_of_utc() -> None:
    # 23:30 and 00:30 in Shanghai are the same UTC day; only the second is on the closed National Day.
    night = ServiceCalendar("Asia/Shanghai", dict.fromkeys(range(7), ((time(0), END_OF_DAY),)), {date(2025, 10, 1): ()})
    assert add_service_time(night, at("2025-09-30 23:30"), hours(1)) == at("2025-10-02 00:30")
    assert service_time_between(night, at("2025-09-30 23:30"), at("2025-10-01 00:30")) == hours(0.5)


def test_a_shift_over_midnight_is_two_intervals_that_join() -> None:
    assert service_time_between(LATE_SHIFT, at("2025-09-22 13:00"), at("2025-09-23 12:00")) == hours(12)
    assert add_service_time(LATE_SHIFT, at("2025-09-22 23:30"), hours(1)) == at("2025-09-23 00:30")
    assert add_service_time(LATE_SHIFT, at("2025-09-23 00:30"), hours(2)) == at("2025-09-23 14:30")


def test_around_the_clock_service_time_is_plain_time() -> None:
    start = at("2025-02-28 23:30")
    assert add_service_time(around_the_clock(), start, hours(100)) == start + hours(100)
    assert service_time_between(around_the_clock("Europe/Berlin"), start, start + timedelta(days=400)) == timedelta(
        days=400
    )


def test_an_instant_may_be_given_in_any_zone() -> None:
    assert add_service_time(OFFICE, at("2025-09-22 05:30", BERLIN), hours(1)) == at("2025-09-22 13:30")


# -- clocks that are put forward and back ------------------------------------------------------------------------

NIGHTS = ServiceCalendar("Europe/Berlin", {6: ((time(0), time(6)),)})  # Sundays, when the clocks change
SPRING, ORDINARY, AUTUMN = "2025-03-30", "2025-04-06", "2025-10-26"


@pytest.mark.parametrize(("day", "expected"), [(SPRING, 5), (ORDINARY, 6), (AUTUMN, 7)])
def test_the_night_of_a_clock_change_is_as_long_as_it_really_is(day: str, expected: int) -> None:
    assert service_time_between(NIGHTS, at(f"{day} 00:00", BERLIN), at(f"{day} 12:00", BERLIN)) == hours(expected)


def test_due_times_cross_the_skipped_and_the_repeated_hour() -> None:
    assert add_service_time(NIGHTS, at(f"{SPRING} 01:30", BERLIN), hours(1)) == at(f"{SPRING} 03:30", BERLIN)
    assert add_service_time(NIGHTS, at(f"{AUTUMN} 01:30", BERLIN), hours(2)) == datetime(
        2025, 10, 26, 1, 30, tzinfo=UTC
    )


def test_a_working_day_keeps_its_wall_clock_hours_on_both_sides_of_the_change() -> None:
    office = ServiceCalendar("Europe/Berlin", dict.fromkeys(range(5), WORKDAY))
    assert add_service_time(office, at("2025-03-28 17:00", BERLIN), hours(2)) == datetime(2025, 3, 31, 8, tzinfo=UTC)
    assert add_service_time(office, at("2025-10-24 17:00", BERLIN), hours(2)) == datetime(2025, 10, 27, 9, tzinfo=UTC)


def test_hours_inside_the_skipped_hour_are_no_service() -> None:
    skipped = ServiceCalendar("Europe/Berlin", {6: ((time(2, 15), time(2, 45)), (time(2, 50), time(3, 10)))})
    assert service_time_between(skipped, at(f"{SPRING} 00:00", BERLIN), at(f"{SPRING} 12:00", BERLIN)) == timedelta(
        minutes=10
    )


@pytest.mark.parametrize("split", [time(2, 30), time(2), time(3)])
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_adjoining_hours_neither_overlap_nor_leave_a_hole_at_a_change(day: str, split: time) -> None:
    halves = ServiceCalendar("Europe/Berlin", {6: ((time(0), split), (split, time(6)))})
    span = at(f"{day} 00:00", BERLIN), at(f"{day} 12:00", BERLIN)
    assert service_time_between(halves, *span) == service_time_between(NIGHTS, *span)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/St_Johns", datetime(2010, 11, 6, 12, tzinfo=UTC)),  # set back at 00:01 to 23:01 of the day before
        ("America/Santiago", datetime(2024, 9, 7, 12, tzinfo=UTC)),  # midnight is skipped
        ("Pacific/Apia", datetime(2011, 12, 29, 12, tzinfo=UTC)),  # a whole day is skipped
    ],
)
def test_midnight_itself_may_be_skipped_or_repeated(zone: str, start: datetime) -> None:
    always = around_the_clock(zone)
    for step in range(48 * 4):
        moment = start + step * timedelta(minutes=15)
        assert service_time_between(always, start, moment) == moment - start
        assert add_service_time(always, moment, hours(1)) == moment + hours(1)


def test_pauses_in_the_repeated_hour_are_told_apart() -> None:
    # Both ends read 02:30 on the wall; an hour passes between them.
    start, end = (at(f"{AUTUMN} 02:30", BERLIN), at(f"{AUTUMN} 02:30", BERLIN).replace(fold=1))
    policy = SlaPolicy(hours(3), hours(5), NIGHTS)
    created = at(f"{AUTUMN} 00:00", BERLIN)
    assert due_times([Pause(start, end)], policy, created) == Due(
        datetime(2025, 10, 26, 2, tzinfo=UTC), datetime(2025, 10, 26, 4, tzinfo=UTC)
    )


# -- calendars that cannot be ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "weekly",
    [
        {7: WORKDAY},
        {0: ((time(12), time(9)),)},
        {0: ((time(9), time(9)),)},
        {0: ((time(13), time(18)), (time(9), time(12)))},
        {0: ((time(9), time(13)), (time(12), time(18)))},
        {0: ((time(9), END_OF_DAY), (time(10), time(11)))},
    ],
)
def test_it_refuses_hours_that_make_no_sense(weekly: dict) -> None:
    with pytest.raises(ValueError, match=r"^(Weekdays|Service intervals|A service interval)"):
        ServiceCalendar("Asia/Shanghai", weekly)


def test_it_refuses_senseless_exceptions_and_unknown_zones() -> None:
    with pytest.raises(ValueError, match="must end after it starts"):
        ServiceCalendar("Asia/Shanghai", {}, {date(2025, 1, 1): ((time(12), time(9)),)})
    with pytest.raises(KeyError, match="Asia/Atlantis"):
        ServiceCalendar("Asia/Atlantis", {})


@pytest.mark.parametrize(
    "calendar",
    [
        ServiceCalendar("Asia/Shanghai", {}),
        ServiceCalendar("Asia/Shanghai", dict.fromkeys(range(7), ())),
        ServiceCalendar("Asia/Shanghai", {}, {date(2025, 9, 20): WORKDAY}),  # its only day is over
        ServiceCalendar("Asia/Shanghai", {}, {date(2025, 9, 23): WORKDAY}),  # eight hours are too few
    ],
)
def test_a_calendar_without_enough_hours_says_so_instead_of_searching_for_ever(calendar: ServiceCalendar) -> None:
    with pytest.raises(ValueError, match="no service hours"):
        add_service_time(calendar, at("2025-09-22 09:00"), hours(9))


def test_a_calendar_of_single_days_serves_on_them() -> None:
    fair = ServiceCalendar("Asia/Shanghai", {}, {date(2025, 9, 23): WORKDAY, date(2027, 9, 23): WORKDAY})
    assert add_service_time(fair, at("2025-09-22 09:00"), hours(8)) == at("2025-09-23 18:00")
    assert add_service_time(fair, at("2025-09-22 09:00"), hours(16)) == at("2027-09-23 18:00")


def test_the_last_day_of_a_calendar_is_served_to_its_end_wherever_it_lies() -> None:
    for step in range(70):
        day = date(2025, 9, 1) + step * timedelta(days=1)
        single = ServiceCalendar("Pacific/Pago_Pago", {}, {day: ((time(13), END_OF_DAY),)})  # eleven hours behind UTC
        assert add_service_time(single, at("2025-08-01 09:00"), hours(11)) == datetime.combine(
            day + timedelta(days=1), time(11), UTC
        )


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="before the start"):
        service_time_between(OFFICE, at("2025-09-22 10:00"), at("2025-09-22 09:00"))
    with pytest.raises(ValueError, match="only be added"):
        add_service_time(OFFICE, at("2025-09-22 10:00"), -hours(1))
    with pytest.raises(ValueError, match="before it starts"):
        due_times([Pause(at("2025-09-22 10:00"), at("2025-09-22 09:00"))], POLICY, at("2025-09-22 09:00"))


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="offset-naive"):
        add_service_time(OFFICE, datetime(2025, 9, 22, 9), hours(1))


def test_a_policy_allows_some_time() -> None:
    with pytest.raises(ValueError, match="more than no time"):
        SlaPolicy(timedelta(0), hours(8), OFFICE)


def test_stored_hours_are_read_with_lunch_and_midnight() -> None:
    assert hours_from([["09:00", "12:00"], ["13:30", "24:00"]]) == ((time(9), time(12)), (time(13, 30), END_OF_DAY))
    assert hours_from([]) == ()


# -- response and resolution -------------------------------------------------------------------------------------

MONDAY = at("2025-09-22 09:00")
WITHOUT_PAUSE = Due(at("2025-09-22 14:00"), at("2025-09-23 18:00"))


def test_both_clocks_start_when_the_order_is_made() -> None:
    due = due_times([], POLICY, MONDAY)
    assert due == WITHOUT_PAUSE
    assert {due.response_due_at.tzinfo, due.resolution_due_at.tzinfo} == {UTC}
    assert due_times([], POLICY, at("2025-09-20 23:30")) == WITHOUT_PAUSE  # Saturday night


def test_a_pause_moves_both_clocks_by_its_service_time() -> None:
    over_lunch = Pause(at("2025-09-22 11:30"), at("2025-09-22 13:30"), "waiting for the merchant")  # 1 h of service
    assert due_times([over_lunch], POLICY, MONDAY) == Due(at("2025-09-22 15:00"), at("2025-09-24 10:00"))


def test_a_pause_outside_service_hours_moves_nothing() -> None:
    night = Pause(at("2025-09-22 18:00"), at("2025-09-23 09:00"))
    lunch = Pause(at("2025-09-22 12:00"), at("2025-09-22 13:00"))
    assert due_times([night, lunch], POLICY, MONDAY) == WITHOUT_PAUSE


def test_overlapping_pauses_count_once() -> None:
    merchant = Pause(at("2025-09-22 10:00"), at("2025-09-22 11:00"), "waiting for the merchant")
    part = Pause(at("2025-09-22 10:30"), at("2025-09-22 11:30"), "waiting for a part")
    inside = Pause(at("2025-09-22 10:40"), at("2025-09-22 10:45"), "help asked for")
    expected = Due(at("2025-09-22 15:30"), at("2025-09-24 10:30"))
    for order in permutations([merchant, part, inside]):
        assert due_times(order, POLICY, MONDAY) == expected


def test_a_pause_after_the_response_moves_the_resolution_only() -> None:
    part = Pause(at("2025-09-22 11:00"), at("2025-09-22 12:00"), "waiting for a part")
    due = due_times([part], POLICY, MONDAY, responded_at=at("2025-09-22 10:30"))
    assert due == Due(WITHOUT_PAUSE.response_due_at, at("2025-09-24 10:00"))


def test_a_pause_cut_short_by_the_response_counts_up_to_it() -> None:
    merchant = Pause(at("2025-09-22 10:00"), at("2025-09-22 12:00"), "waiting for the merchant")
    due = due_times([merchant], POLICY, MONDAY, responded_at=at("2025-09-22 11:00"))
    assert due == Due(at("2025-09-22 15:00"), at("2025-09-24 11:00"))


def test_pauses_after_the_resolution_count_for_nothing() -> None:
    late = Pause(at("2025-09-22 11:30"), at("2025-09-22 17:00"))
    assert due_times([late], POLICY, MONDAY, resolved_at=at("2025-09-22 11:00")) == WITHOUT_PAUSE


def test_a_pause_that_begins_after_the_due_time_does_not_undo_the_breach() -> None:
    late = Pause(at("2025-09-22 14:30"), at("2025-09-22 15:30"))
    assert due_times([late], POLICY, MONDAY) == Due(at("2025-09-22 14:00"), at("2025-09-24 10:00"))


def test_a_pause_before_the_order_was_made_does_not_count() -> None:
    early = Pause(at("2025-09-19 09:00"), at("2025-09-22 10:00"))
    assert due_times([early], POLICY, MONDAY) == Due(at("2025-09-22 15:00"), at("2025-09-24 10:00"))


def test_while_paused_nothing_is_due_yet() -> None:
    going_on = Pause(at("2025-09-22 11:00"), None, "waiting for a part")
    assert due_times([going_on], POLICY, MONDAY) == Due(None, None)
    assert due_times([going_on], POLICY, MONDAY, responded_at=at("2025-09-22 10:00")) == Due(
        WITHOUT_PAUSE.response_due_at, None
    )
    # If it ended now:
    assert due_times([going_on], POLICY, MONDAY, now=at("2025-09-22 12:30")) == Due(
        at("2025-09-22 15:00"), at("2025-09-24 10:00")
    )
    # A pause that began too late to help leaves the response late, and stops the resolution.
    late = Pause(at("2025-09-22 15:00"), None)
    assert due_times([late], POLICY, MONDAY) == Due(WITHOUT_PAUSE.response_due_at, None)


def test_another_priority_keeps_the_pauses() -> None:
    pauses = [Pause(at("2025-09-22 10:00"), at("2025-09-22 11:00"))]
    urgent = SlaPolicy(hours(1), hours(4), OFFICE)
    assert due_times(pauses, urgent, MONDAY) == Due(at("2025-09-22 10:00"), at("2025-09-22 15:00"))
    slow = SlaPolicy(hours(2), hours(4), OFFICE)
    assert due_times(pauses, slow, MONDAY) == Due(at("2025-09-22 12:00"), at("2025-09-22 15:00"))


# -- warnings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-09-22 08:00", Elapsed(0, 0)),
        ("2025-09-22 09:00", Elapsed(0, 0)),
        ("2025-09-22 11:00", Elapsed(0.5, 0.125)),
        ("2025-09-22 12:30", Elapsed(0.75, 0.1875)),
        ("2025-09-22 14:00", Elapsed(1.0, 0.25)),
        ("2025-09-22 18:00", Elapsed(2.0, 0.5)),
        ("2025-09-23 00:30", Elapsed(2.0, 0.5)),
    ],
)
def test_the_share_used_up_tells_when_to_warn(moment: str, expected: Elapsed) -> None:
    assert elapsed_share([], POLICY, MONDAY, at(moment)) == expected


def test_no_time_is_used_up_during_a_pause() -> None:
    going_on = [Pause(at("2025-09-22 11:00"), None)]
    assert elapsed_share(going_on, POLICY, MONDAY, at("2025-09-24 11:00")) == Elapsed(0.5, 0.125)
    over = [
        Pause(at("2025-09-22 11:00"), at("2025-09-22 14:00")),
        Pause(at("2025-09-22 11:30"), at("2025-09-22 15:00")),
    ]
    assert elapsed_share(over, POLICY, MONDAY, at("2025-09-22 16:00")) == Elapsed(0.75, 0.1875)


def test_each_clock_stops_at_its_milestone() -> None:
    shares = elapsed_share([], POLICY, MONDAY, at("2025-09-30 09:00"), responded_at=at("2025-09-22 11:00"))
    assert shares == Elapsed(0.5, 3.5)  # seven working days, the make-up Sunday among them
    solved = elapsed_share([], POLICY, MONDAY, at("2025-09-30 09:00"), resolved_at=at("2025-09-22 11:00"))
    assert solved == Elapsed(0.5, 0.125)
    before_it_began = elapsed_share([], POLICY, MONDAY, at("2025-09-30 09:00"), resolved_at=at("2025-09-19 11:00"))
    assert before_it_began == Elapsed(0, 0)
