"""Tables in parts by UTC day, which are thrown away whole. What has no part yet waits in `<table>_default`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

DAYS_AHEAD = 7
DAY = timedelta(days=1)


def first_day_kept(days: int, at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date() - timedelta(days=days), time.min, UTC)


def keep_day_parts(table: str, *, days: int, at: datetime) -> None:
    """Makes the parts of the days to come and drops those too old to be kept; the table is parted by its column `at`.

    What was reported while no part was made waits in the default part and moves over. Safe to run at any time and
    twice at once. Where a table is busy it gives up after two seconds: the next run goes on.
    """
    oldest, today = first_day_kept(days, at), at.astimezone(UTC).date()
    with _patient_cursor() as cursor:
        cursor.execute(f"LOCK TABLE ONLY {table} IN SHARE UPDATE EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM {table}_default WHERE at < %s", [oldest])
        cursor.execute(f"SELECT DISTINCT (at AT TIME ZONE 'UTC')::date FROM {table}_default")
        wanted = {day for (day,) in cursor.fetchall()} | {today + n * DAY for n in range(DAYS_AHEAD + 1)}
        there = _parts(cursor, table)
        for day in sorted(wanted - there.keys()):
            _make_part(cursor, table, day)
    for day, name in there.items():
        if day < oldest.date():
            with _patient_cursor() as cursor:  # by itself: a part goes with a lock on the whole table
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


@contextmanager
def _patient_cursor() -> Iterator[CursorWrapper]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        yield cursor


def _parts(cursor: CursorWrapper, table: str) -> dict[date, str]:
    cursor.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass AND inhrelid <> %s::regclass",
        [table, f"{table}_default"],
    )
    return {datetime.strptime(name[-8:], "%Y%m%d").date(): name for (name,) in cursor.fetchall()}


def _make_part(cursor: CursorWrapper, table: str, day: date) -> None:
    """Nothing is reported into the default part between moving its rows over and attaching the new one."""
    name = f"{table}_{day:%Y%m%d}"
    bounds = [datetime.combine(day, time.min, UTC), datetime.combine(day + DAY, time.min, UTC)]
    cursor.execute(f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")
    cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
    cursor.execute(
        f"WITH waiting AS (DELETE FROM {table}_default WHERE at >= %s AND at < %s RETURNING *)"
        f" INSERT INTO {name} SELECT * FROM waiting",
        bounds,
    )
    cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)
