from django.db import connection

from merchants.models import Merchant

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


def move_days(merged: Merchant, kept: Merchant) -> int:
    """One shop under two numbers took what both took. Returns how many days moved."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"merged": merged.pk, "kept": kept.pk})
        return cursor.rowcount
