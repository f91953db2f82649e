"""The parts of the table of days, one a month."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

MONTHS_AHEAD = 2


def oldest_day(today: date) -> date:
    """Kept are the running month and TRANSACTION_MONTHS before it."""
    return _month(today, -settings.TRANSACTION_MONTHS)


def keep_months(*, at: datetime) -> None:
    """Makes the parts of all months that are kept and of those to come, and drops those that are too old.

    Days that were told of while no part was made wait in the default part and move over. Safe to run at any time and
    twice at once. Where a table is busy it gives up after two seconds: the next run goes on.
    """
    today = timezone.localdate(at)
    oldest = oldest_day(today)
    wanted = {_month(today, n) for n in range(-settings.TRANSACTION_MONTHS, MONTHS_AHEAD + 1)}
    with _patient_cursor() as cursor:
        cursor.execute("LOCK TABLE ONLY merchants_merchantday IN SHARE UPDATE EXCLUSIVE MODE")
        cursor.execute("DELETE FROM merchants_merchantday_default WHERE day < %s", [oldest])
        there = _parts(cursor)
        missing = sorted(wanted - there.keys())
        if missing:
            cursor.execute("LOCK TABLE merchants_merchantday_default IN ACCESS EXCLUSIVE MODE")
        for month in missing:
            _make_part(cursor, month)
    for month, name in there.items():
        if month < oldest:
            with _patient_cursor() as cursor:  # by itself: a part goes with a lock on the whole table
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _month(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


@contextmanager
def _patient_cursor() -> Iterator[CursorWrapper]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        yield cursor


def _parts(cursor: CursorWrapper) -> dict[date, str]:
    cursor.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'merchants_merchantday'::regclass"
        " AND inhrelid <> 'merchants_merchantday_default'::regclass"
    )
    return {datetime.strptime(name[-6:], "%Y%m").date(): name for (name,) in cursor.fetchall()}


def _make_part(cursor: CursorWrapper, month: date) -> None:
    name, bounds = f"merchants_merchantday_{month:%Y%m}", [month, _month(month, 1)]
    cursor.execute(f"CREATE TABLE {name} (LIKE merchants_merchantday INCLUDING ALL)")
    cursor.execute(
        f"WITH waiting AS (DELETE FROM merchants_merchantday_default WHERE day >= %s AND day < %s RETURNING *)"
        f" INSERT INTO {name} SELECT * FROM waiting",
        bounds,
    )
    cursor.execute(f"ALTER TABLE merchants_merchantday ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds)
