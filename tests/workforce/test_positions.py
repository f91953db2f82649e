"""Positions from phones: in shift only, each once, the latest only forward; and the parts of the table of tracks."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from tests import factories as make
from toolkit.errors import Refused
from workforce.actions import book_time, set_shifts
from workforce.models import Fix, Position, User
from workforce.positions import duty, keep_tracks, on_duty_until, record_positions, track_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def fixes(at):
    """fixes(0, 1, …) are positions so many minutes after ten, each a little further north."""

    def of_minutes(*minutes: float):
        return [(at + timedelta(minutes=minute), 30.27 + minute / 1000, 120.15, 12.0) for minute in minutes]

    return of_minutes


def latest(person: User) -> datetime:
    return Position.objects.get(person=person).at


def parts() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'workforce_fix'::regclass")
        return sorted(name for (name,) in cursor.fetchall())


def rows_in(part: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ONLY {part}")
        return cursor.fetchone()[0]


def test_a_batch_makes_the_track_and_the_latest_position(engineer, fixes, at, hangzhou) -> None:
    later = at + timedelta(minutes=10)
    assert record_positions(engineer, fixes(5, 0, 3), at=later) == (3, 0, 0)
    assert [round((fix.at - at).total_seconds() / 60) for fix in track_of(engineer, hangzhou.service_date(at))] == [
        0,
        3,
        5,
    ]
    newest = Position.objects.get(person=engineer)
    assert (newest.at, newest.lat, newest.lon, newest.accuracy_m) == fixes(5)[0]


def test_what_comes_twice_or_late_is_harmless(engineer, fixes, at) -> None:
    later = at + timedelta(minutes=30)
    record_positions(engineer, fixes(0, 1, 20), at=later)
    assert record_positions(engineer, fixes(1, 20, 20, 10), at=later) == (1, 3, 0)
    assert latest(engineer) == at + timedelta(minutes=20)  # the fix of ten past is new in the track, yet not the latest
    assert engineer.track.count() == 4


def test_out_of_shift_and_on_leave_nothing_is_kept(engineer, manager, fixes, at) -> None:
    night = at + timedelta(hours=14)  # at midnight; the shift is 08:00 to 20:00
    assert record_positions(engineer, fixes(599, 600, 601), at=night) == (1, 0, 2)  # 19:59, 20:00, 20:01
    book_time(engineer, kind="leave", start=at, end=at + timedelta(hours=1), by=manager, at=at)
    assert record_positions(engineer, fixes(-1, 0, 59, 60), at=night) == (2, 0, 2)
    assert record_positions(engineer, fixes(30), at=night) == (0, 0, 1)
    assert latest(engineer) == at + timedelta(minutes=599)


def test_what_cannot_be_is_refused_as_a_whole(engineer, fixes, at) -> None:
    good = fixes(0)[0]
    soon = at + timedelta(minutes=2)
    assert record_positions(engineer, [(soon, *good[1:])], at=at).kept == 1
    for wrong, sentence in [
        ((soon + timedelta(seconds=1), *good[1:]), "cannot be from the future"),
        ((at, 90.1, 120.0, 5.0), "must lie between"),
        ((at, 30.0, -180.1, 5.0), "must lie between"),
        ((at, float("nan"), 120.0, 5.0), "must lie between"),
        ((at, 30.0, 120.0, -1.0), "must lie between"),
        ((at, 30.0, 120.0, float("inf")), "must lie between"),
    ]:
        with pytest.raises(Refused, match=sentence):
            record_positions(engineer, [good, wrong], at=at)
    assert engineer.track.count() == 1


def test_duty_follows_shifts_over_midnight_and_leave(engineer, manager, at) -> None:
    nights = [(day, *hours) for day in range(7) for hours in ((time(0), time(7)), (time(22), time(23, 59)))]
    set_shifts(engineer, shifts=nights, by=manager, at=at)
    engineer.refresh_from_db()
    midnight = datetime(2026, 11, 18, 16, tzinfo=UTC)  # in Hangzhou
    assert on_duty_until(engineer, midnight - timedelta(hours=1)) == midnight + timedelta(hours=7)
    assert on_duty_until(engineer, at) is None
    book_time(engineer, kind="leave", start=midnight, end=midnight + timedelta(hours=2), by=manager, at=at)
    ends = [(start, end) for start, end in duty(engineer, midnight, midnight) if start <= midnight + timedelta(hours=7)]
    assert ends == [(midnight + timedelta(hours=2), midnight + timedelta(hours=7))]
    is_on_duty = User.objects.on_duty
    assert engineer in is_on_duty(midnight - timedelta(hours=1))
    assert engineer not in is_on_duty(midnight + timedelta(hours=1))
    assert engineer in is_on_duty(midnight + timedelta(hours=3))
    book_time(engineer, kind="training", start=midnight + timedelta(hours=4), end=ends[0][1], by=manager, at=at)
    assert on_duty_until(engineer, midnight + timedelta(hours=3)) == midnight + timedelta(hours=4)
    assert engineer not in is_on_duty(midnight + timedelta(hours=5))


def test_each_is_on_duty_by_the_clock_of_their_own_region(engineer, at) -> None:
    kashgar = make.RegionFactory(code="kashgar", time_zone="Asia/Urumqi")  # two hours behind Hangzhou
    western = make.UserFactory(username="western", role="engineer", region=kashgar)
    make.shifts_of(western)  # 08:00 to 20:00 too
    early, late = at - timedelta(hours=1), at + timedelta(hours=11)  # 09:00 and 21:00 in Hangzhou
    assert set(User.objects.engineers().on_duty(early)) == {engineer}
    assert set(User.objects.engineers().on_duty(late)) == {western}


def test_parts_are_made_ahead_and_what_waited_moves_into_them(engineer, fixes, at) -> None:
    record_positions(engineer, fixes(0, 1), at=at + timedelta(minutes=5))
    assert rows_in("workforce_fix_default") == 2  # nothing is lost while no part is made
    keep_tracks(at=at)
    keep_tracks(at=at)
    days = [f"workforce_fix_202611{day}" for day in range(18, 26)]
    assert parts() == [*days, "workforce_fix_default"]
    assert (rows_in("workforce_fix_default"), rows_in("workforce_fix_20261118")) == (0, 2)
    assert record_positions(engineer, fixes(1, 2), at=at + timedelta(minutes=5)) == (1, 1, 0)
    assert rows_in("workforce_fix_20261118") == 3


def test_days_too_old_go_whole(engineer, fixes, at, settings) -> None:
    settings.TRACK_DAYS = 30
    record_positions(engineer, fixes(0), at=at)
    keep_tracks(at=at)
    month = timedelta(days=30)
    keep_tracks(at=at + month)
    assert "workforce_fix_20261118" in parts()
    assert record_positions(engineer, fixes(1), at=at + month).kept == 1
    keep_tracks(at=at + month + timedelta(days=1))
    assert "workforce_fix_20261118" not in parts()
    assert not Fix.objects.exists()
    assert record_positions(engineer, fixes(1), at=at + month + timedelta(days=1)) == (0, 0, 1)
