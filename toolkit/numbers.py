"""Human numbers: WO-2611-000042. A database sequence each, so that two people never get the same one."""

from datetime import date

from django.db import connection, migrations


def number_sequence(prefix: str) -> migrations.RunSQL:
    """The migration operation that makes the sequence behind a prefix."""
    name = f"number_{prefix.lower()}"
    return migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")


def next_number(prefix: str, on: date | None = None) -> str:
    """The next number of this prefix, with the year and month of `on` in it if given. Gaps are normal."""
    return next_numbers(prefix, 1, on)[0]


def next_numbers(prefix: str, count: int, on: date | None = None) -> list[str]:
    """So many numbers of this prefix, in one query."""
    stem = f"{prefix}-{on:%y%m}" if on else prefix
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"number_{prefix.lower()}", count])
        return [f"{stem}-{value:06d}" for (value,) in cursor.fetchall()]
