"""The ledger by part, place and month. Nothing in the ledger changes, so what came after the mark is added once."""

from time import sleep

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from spareparts.models import LedgerMark, Movement

AT_ONCE = 1_000_000  # moves in one transaction
WAITS, WAIT_S = 20, 0.1

NAMES = ("came", "came_value", "went", "went_value", "received", "received_value", "used", "used_value")
END = """
SELECT part_id, {place}_id AS place_id, at, {columns} FROM spareparts_movement
WHERE id > %(after)s AND id <= %(until)s AND {place}_id IS NOT NULL
"""
BY_MONTH = """
SELECT part_id, place_id, date_trunc('month', at AT TIME ZONE %(zone)s)::date AS month, {sums}
FROM ({target} UNION ALL {source}) ends GROUP BY 1, 2, 3
""".format(
    sums=", ".join(f"sum({name}) AS {name}" for name in NAMES),
    target=END.format(
        place="target",
        columns="quantity AS came, value AS came_value, 0 AS went, 0 AS went_value, "
        "CASE kind WHEN 'receive' THEN quantity ELSE 0 END AS received, "
        "CASE kind WHEN 'receive' THEN value ELSE 0 END AS received_value, 0 AS used, 0 AS used_value",
    ),
    source=END.format(
        place="source",
        columns="0, 0, quantity, value, 0, 0, CASE kind WHEN 'use' THEN quantity ELSE 0 END, "
        "CASE kind WHEN 'use' THEN value ELSE 0 END",
    ),
)
ADD = """
INSERT INTO spareparts_stockmonth AS known (part_id, place_id, month, {names})
{by_month} ORDER BY 1, 2, 3
ON CONFLICT (part_id, place_id, month) DO UPDATE SET {added}
""".format(
    names=", ".join(NAMES),
    by_month=BY_MONTH,
    added=", ".join(f"{name} = known.{name} + excluded.{name}" for name in NAMES),
)
WRITERS = """
SELECT virtualtransaction FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE datname = current_database() AND relation = 'spareparts_movement'::regclass AND mode = 'RowExclusiveLock'
    AND granted AND pid IS DISTINCT FROM pg_backend_pid()
"""


def follow_ledger() -> int:
    """Brings StockMonth up to the ledger. Any process, any time: the mark moves with what is added. Returns how many
    keys of moves it went over."""
    begun = LedgerMark.objects.get_or_create(pk=1)[0].movement
    until = _settled(begun)
    mark = begun
    while mark < until:
        mark = _add_until(min(mark + AT_ONCE, until))
    return mark - begun


def _settled(mark: int) -> int:
    """The newest move when it is certain that none with a lower key is still to appear: whoever was writing when it was
    read has ended. Else the mark, and the next run tries again."""
    newest = Movement.objects.aggregate(key=Max("pk"))["key"] or 0
    writers = _writers() if newest > mark else set()
    for _wait in range(WAITS):
        if not writers or not writers & _writers():
            return newest
        sleep(WAIT_S)
    return mark


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS)
        return {row[0] for row in cursor.fetchall()}


def _add_until(until: int) -> int:
    with transaction.atomic():
        mark = LedgerMark.objects.select_for_update().get(pk=1)
        if mark.movement < until:
            with connection.cursor() as cursor:
                cursor.execute(ADD, {"after": mark.movement, "until": until, "zone": settings.TIME_ZONE})
            mark.movement = until
            mark.save(update_fields=["movement"])
        return mark.movement
