"""Two ways to say what is where and what it is worth, which must agree: by the ledger, and by the levels."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from spareparts.models import Part, Place

DIFFERENCES = """
SELECT part_id, place_id, coalesce(ledger.quantity, 0), coalesce(level.quantity, 0),
    coalesce(ledger.value, 0), coalesce(level.value, 0)
FROM (
    SELECT part_id, place_id, sum(quantity) AS quantity, sum(value) AS value FROM (
        SELECT part_id, target_id AS place_id, quantity, value FROM spareparts_movement WHERE target_id IS NOT NULL
        UNION ALL
        SELECT part_id, source_id, -quantity, -value FROM spareparts_movement WHERE source_id IS NOT NULL
    ) ends GROUP BY part_id, place_id
) ledger
FULL JOIN spareparts_stock level USING (part_id, place_id)
WHERE coalesce(ledger.quantity, 0) <> coalesce(level.quantity, 0) OR coalesce(ledger.value, 0) <> coalesce(level.value, 0)
ORDER BY part_id, place_id LIMIT 1
"""
SUMS = """
SELECT (SELECT count(*) FROM spareparts_movement), count(*), coalesce(sum(quantity), 0), coalesce(sum(value), 0)
FROM spareparts_stock WHERE quantity > 0
"""


@dataclass(frozen=True)
class Difference:
    """The ledger's figure, then the level's."""

    part: Part
    place: Place
    quantity: tuple[int, int]
    value: tuple[Decimal, Decimal]


def first_difference() -> Difference | None:
    """None when the two agree to the piece and the cent. Reads the whole ledger in one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES)
        row = cursor.fetchone()
    if row is None:
        return None
    part, place, by_ledger, by_level, ledger_value, level_value = row
    return Difference(
        Part.objects.get(pk=part), Place.objects.select_related("person", "leads_to__person").get(pk=place),
        (int(by_ledger), by_level), (ledger_value, level_value),
    )  # fmt: skip


def sums() -> tuple[int, int, int, Decimal]:
    """Moves; levels with something in them; pieces; value."""
    with connection.cursor() as cursor:
        cursor.execute(SUMS)
        return cursor.fetchone()
