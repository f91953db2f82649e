from collections.abc import Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.actions import record
from merchants.models import ChangedDay, CityDay, Merchant, TransactionBatch
from merchants.months import oldest_day
from toolkit.errors import Refused
from workforce.models import User

DAY = timedelta(days=1)
MONTH = 31 * DAY

ROWS = """unnest(%(ids)s::bigint[], %(days)s::date[], %(counts)s::int[], %(cents)s::bigint[], %(refunds)s::bigint[],
    %(terminals)s::smallint[]) AS row (merchant_id, day, count, cents, refunds_cents, terminals)"""
TAKE = """
WITH told AS (
    SELECT merchant_id, day, sum(count) AS count, sum(cents) AS cents, sum(refunds_cents) AS refunds_cents,
        sum(terminals) AS terminals
    FROM {rows} GROUP BY merchant_id, day
), changed AS (
    INSERT INTO merchants_changedday (day) SELECT DISTINCT day FROM told
)
INSERT INTO merchants_merchantday AS known
    (merchant_id, day, count, cents, refunds_cents, terminals, region_id, batch_id)
SELECT merchant_id, day, count, cents, refunds_cents, terminals, region_id, %(batch)s
FROM told JOIN merchants_merchant ON merchants_merchant.id = merchant_id ORDER BY merchant_id, day
ON CONFLICT (merchant_id, day) DO UPDATE
SET batch_id = excluded.batch_id,
    count = excluded.count + (known.batch_id = excluded.batch_id)::int * known.count,
    cents = excluded.cents + (known.batch_id = excluded.batch_id)::int * known.cents,
    refunds_cents = excluded.refunds_cents + (known.batch_id = excluded.batch_id)::int * known.refunds_cents,
    terminals = coalesce(excluded.terminals + (known.batch_id = excluded.batch_id)::int * known.terminals,
        excluded.terminals)
"""
BEGIN = """
WITH begun AS (
    SELECT merchant_id, min(day) AS day FROM {rows} WHERE count > 0 GROUP BY merchant_id
), locked AS (
    SELECT id, day FROM merchants_merchant JOIN begun ON merchant_id = id
    WHERE first_transaction_on IS NULL OR first_transaction_on > day ORDER BY id FOR NO KEY UPDATE OF merchants_merchant
)
UPDATE merchants_merchant SET first_transaction_on = locked.day FROM locked WHERE locked.id = merchants_merchant.id
"""
ROLL_UP = """
WITH cities AS MATERIALIZED (
    SELECT region.id, city.id AS city_id FROM workforce_region region
    JOIN workforce_region city ON city.path = substring(region.path FROM '^(?:[^/]+/){1,3}')
)
INSERT INTO merchants_cityday (day, city_id, trade_id, merchants, count, cents)
SELECT day, city_id, trade_id, count(*) FILTER (WHERE count > 0), sum(count), sum(cents)
FROM merchants_merchantday
JOIN merchants_merchant ON merchants_merchant.id = merchant_id
JOIN cities ON cities.id = merchants_merchantday.region_id
WHERE day = ANY(%s) GROUP BY day, city_id, trade_id
"""
MOVE = """
WITH moved AS (
    DELETE FROM merchants_merchantday WHERE merchant_id = %(merged)s RETURNING *
), changed AS (
    INSERT INTO merchants_changedday (day) SELECT day FROM moved
)
INSERT INTO merchants_merchantday AS known
    (merchant_id, day, count, cents, refunds_cents, terminals, region_id, batch_id)
SELECT %(kept)s, day, count, cents, refunds_cents, terminals, region_id, batch_id FROM moved ORDER BY day
ON CONFLICT (merchant_id, day) DO UPDATE
SET count = known.count + excluded.count, cents = known.cents + excluded.cents,
    refunds_cents = known.refunds_cents + excluded.refunds_cents,
    terminals = coalesce(known.terminals + excluded.terminals, known.terminals, excluded.terminals)
"""


class Takings(NamedTuple):
    """What a merchant took on a day, by the acquirer's calendar; cents before refunds."""

    merchant_id: int
    day: date
    transactions: int
    cents: int
    refunds_cents: int = 0
    terminals: int | None = None


def take_transactions(
    rows: Sequence[Takings], *, by: User | None, at: datetime, source: str, batch: TransactionBatch | None = None
) -> TransactionBatch:
    """Of a merchant's day the latest batch counts, whole; rows of one batch on the same day are added up.

    Safe to call again with the same rows. `batch` goes on with what an earlier call began: a file, piece by piece.
    """
    today = timezone.localdate(at)
    if any(not oldest_day(today) <= row.day <= today + DAY for row in rows):
        raise Refused(_("Days are taken from %(oldest)s until today.") % {"oldest": oldest_day(today)}, field="day")
    if any(min(row.transactions, row.cents, row.refunds_cents, row.terminals or 0) < 0 for row in rows):
        raise Refused(
            _("Numbers and amounts cannot be below zero: refunds have a figure of their own."), field="amount"
        )
    with transaction.atomic():
        batch = batch or _begin_batch(source, by=by, at=at)
        names = ("ids", "days", "counts", "cents", "refunds", "terminals")
        columns = map(list, zip(*rows, strict=True)) if rows else [[]] * len(names)
        return _take(ROWS, dict(zip(names, columns, strict=True)), batch)


def take_table(table: str, *, by: User | None, at: datetime, source: str) -> TransactionBatch:
    """Rows of a temporary table with the columns of MerchantDay that a batch tells; what cannot be is not looked for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        return _take(table, {}, _begin_batch(source, by=by, at=at))


def _begin_batch(source: str, *, by: User | None, at: datetime) -> TransactionBatch:
    batch = TransactionBatch.objects.create(source=source[:60], by=by, at=at)
    record("merchants.take_transactions", batch, by=by, at=at)
    return batch


def _take(rows: str, params: dict[str, Any], batch: TransactionBatch) -> TransactionBatch:
    with connection.cursor() as cursor:
        cursor.execute(BEGIN.format(rows=rows), params)
        cursor.execute(TAKE.format(rows=rows), params | {"batch": batch.pk})
        batch.rows += cursor.rowcount
    batch.save(update_fields=["rows"])
    return batch


def recompute_changed_days(*, seconds: float = 300) -> None:
    """The roll-up of every day that changed, computed anew, those of a month in one transaction, the oldest first.

    Safe to run at any time; of two at once one leaves it to the other. What changes meanwhile is a row of its own.
    """
    until = monotonic() + seconds
    while monotonic() < until:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('days of cities', 0))")
            oldest = ChangedDay.objects.order_by("day").values_list("day", flat=True).first()
            if not cursor.fetchone()[0] or oldest is None:
                return
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute(
                "DELETE FROM merchants_changedday WHERE day >= %s AND day < %s RETURNING day", [oldest, oldest + MONTH]
            )
            days = sorted({day for (day,) in cursor.fetchall()})
            CityDay.objects.filter(day__in=days).delete()
            cursor.execute(ROLL_UP, [days])


def move_days(merged: Merchant, kept: Merchant) -> int:
    """One shop under two numbers took what both took. Returns how many days moved."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"merged": merged.pk, "kept": kept.pk})
        return cursor.rowcount
