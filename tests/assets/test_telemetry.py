"""What terminals report: each report once, the state only forward, silence by our clock, days too old thrown away."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from assets.models import Reading, TerminalState
from assets.telemetry import Report, keep_readings, mark_silent, take_readings
from tests import factories as make
from tests.races import at_once

MINUTE = timedelta(minutes=1)


@pytest.fixture
def others(hangzhou):
    return make.TerminalFactory.create_batch(3, region=hangzhou)


@pytest.mark.django_db
def test_a_batch_sent_twice_counts_once_and_errors_name_their_place(terminal, at) -> None:
    batch = [
        Report("sn 0000 4711", at, paper_percent=40),
        Report("SN-NOBODY", at),
        Report(terminal.serial, datetime(1970, 1, 1, tzinfo=UTC), paper_percent=1),
        Report(terminal.serial, at, 1, paper_percent=39, lat=30.2, lon=120.1),
        Report(terminal.serial, at + 60 * MINUTE, paper_percent=2),
    ]
    first, again = (take_readings(batch, at=at + n * MINUTE) for n in (0, 5))
    assert (first.kept, first.repeated, sorted(first.refused)) == (2, 0, [1, 2, 4])
    assert (again.kept, again.repeated, sorted(again.refused)) == (0, 2, [1, 2, 4])
    assert "serial number" in first.refused[1]
    assert "clock" in first.refused[2]


@pytest.mark.django_db
def test_the_state_goes_by_the_clock_of_the_terminal_and_heard_by_ours(terminal, at) -> None:
    def tell(minutes: int, heard: int, **said) -> TerminalState:
        take_readings([Report(terminal.serial, at + minutes * MINUTE, **said)], at=at + heard * MINUTE)
        return TerminalState.objects.get()

    tell(10, 10, paper_percent=50, is_tampered=True, firmware="2.1")
    state = tell(5, 12, paper_percent=80, battery_percent=70)  # late: fills what is not known, takes nothing back
    assert (state.paper_percent, state.battery_percent, state.reported_at) == (50, 70, at + 10 * MINUTE)
    assert state.last_heard_at == at + 12 * MINUTE
    state = tell(20, 20, paper_percent=45)  # says nothing of the rest
    assert (state.paper_percent, state.is_tampered, state.firmware) == (45, True, "2.1")
    state = tell(-9_999_999, 21, paper_percent=1)  # a clock of nineteen years ago: heard, not believed
    assert (state.paper_percent, state.reported_at, state.last_heard_at) == (45, at + 20 * MINUTE, at + 21 * MINUTE)
    assert state.clock_off_s < -5e8
    several = [Report(terminal.serial, at + n * MINUTE, n, paper_percent=n) for n in (33, 31, 32)]
    take_readings([*several, Report(terminal.serial, at + 34 * MINUTE, is_tampered=False)], at=at + 40 * MINUTE)
    state = TerminalState.objects.get()
    assert (state.paper_percent, state.is_tampered, state.seq) == (33, False, 0)


@pytest.mark.django_db
def test_heartbeats_touch_no_index(terminal, others, at) -> None:
    with connection.cursor() as cursor:
        for n in range(20):
            take_readings([Report(each.serial, at + n * MINUTE, n) for each in (terminal, *others)], at=at + n * MINUTE)
        cursor.execute("SELECT pg_stat_get_xact_tuples_updated(c), pg_stat_get_xact_tuples_hot_updated(c)"
                       " FROM (SELECT 'assets_terminalstate'::regclass::oid c) t")  # fmt: skip
        updated, hot = cursor.fetchone()
    assert updated == hot >= 19 * 4


@pytest.mark.django_db
def test_who_is_not_heard_is_silent_unless_nobody_is(terminal, others, at, settings) -> None:
    settings.SILENT_MINUTES = 15
    take_readings([Report(each.serial, at) for each in (terminal, *others)], at=at)
    assert mark_silent(at=at + 60 * MINUTE) == 0  # it is our intake that stands still
    take_readings([Report(each.serial, at + 20 * MINUTE) for each in others], at=at + 20 * MINUTE)
    assert [mark_silent(at=at + 21 * MINUTE) for _ in range(2)] == [1, 0]
    assert TerminalState.objects.silent(20, at=at + 21 * MINUTE).get().silent_since == at
    take_readings([Report(terminal.serial, at + 22 * MINUTE)], at=at + 22 * MINUTE)
    assert not TerminalState.objects.exclude(silent_since=None).exists()


@pytest.mark.django_db
def test_days_too_old_go_whole(terminal, at, settings) -> None:
    settings.TELEMETRY_DAYS = 7
    take_readings([Report(terminal.serial, at)], at=at)
    keep_readings(at=at)
    assert Reading.objects.count() == 1  # moved out of the part for what has none
    keep_readings(at=at + timedelta(days=7))
    assert Reading.objects.count() == 1
    keep_readings(at=at + timedelta(days=8))
    assert Reading.objects.count() == 0
    assert take_readings([Report(terminal.serial, at)], at=at + timedelta(days=8)).refused


@pytest.mark.django_db(transaction=True)
def test_batches_at_once_over_the_same_terminals_neither_double_nor_lock_each_other_up(terminal, others, at) -> None:
    serials = [each.serial for each in (terminal, *others)]

    def send(number: int) -> int:
        batch = [Report(serial, at + n * MINUTE, n) for n in range(10) for serial in serials]
        return take_readings(batch[number:] + batch[:number], at=at).kept

    assert sum(at_once(8, send)) == 40
    assert Reading.objects.count() == 40


@pytest.mark.django_db
def test_the_office_sees_what_a_terminal_said_and_which_are_silent(client, keeper, terminal, others, at) -> None:
    client.force_login(keeper)
    page = f"/office/terminals/{terminal.serial}/telemetry/"
    with time_machine.travel(at + 60 * MINUTE):
        assert b"never reported" in client.get(page).content
        take_readings([Report(each.serial, at + 59 * MINUTE) for each in others], at=at + 59 * MINUTE)
        take_readings([Report(terminal.serial, at - n * 90 * MINUTE, n, 40 + n) for n in range(4)], at=at)
        mark_silent(at=at + 60 * MINUTE)
        shown = client.get(page)
        assert [point for each in shown.context["chart"]["data"] for point in each["y"]] == [43, 42, 41, 40]
        assert "silent for 1\xa0hour" in shown.content.decode()
        for minutes, found in [("0", 1), ("1440", 0), ("", 4)]:
            listed = client.get("/office/terminals/", {"silent": minutes, "columns": "serial,last_heard_at"})
            assert len(listed.context["table"].page.object_list.data) == found
