"""Human numbers: WO-2611-000042. A database sequence each, so that two people never get the same one."""

from datetime import date

from django.db import connection, migrations


def number_sequence(prefix: str) -> migrations.RunSQL:
    """The migration operation that makes the sequence behind a prefix."""
    name = f"number_{prefix.lower()}"
    return migrations.RunSQL(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}")


def next_number(prefix: str, on: date | None = None) -> str:
    """The next number of this prefix, with the year and month of `on` in it if given. Gaps are normal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"number_{prefix.lower()}"])
        (value,) = cursor.fetchone()
    return f"{prefix}-{on:%y%m}-{value:06d}" if on else f"{prefix}-{value:06d}"
