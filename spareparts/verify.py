"""Three ways to say what is where and what it is worth, which must agree: by the ledger, by the levels, by month."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import connection

from spareparts.actions.figures import BY_MONTH, NAMES
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
MONTHS = """
SELECT part_id, place_id, month, {ledger}, {kept}
FROM ({by_month}) ledger FULL JOIN spareparts_stockmonth kept USING (part_id, place_id, month)
WHERE ({ledger}) IS DISTINCT FROM ({kept})
ORDER BY part_id, place_id, month LIMIT 1
""".format(
    by_month=BY_MONTH.replace("%(until)s", "(SELECT movement FROM spareparts_ledgermark)"),
    ledger=", ".join(f"coalesce(ledger.{name}, 0)" for name in NAMES),
    kept=", ".join(f"coalesce(kept.{name}, 0)" for name in NAMES),
)
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


@dataclass(frozen=True)
class MonthDifference:
    """What differs, and the ledger's figures before those that are kept."""

    part: Part
    place: Place
    month: date
    figures: dict[str, tuple[Decimal, Decimal]]


def first_month_difference() -> MonthDifference | None:
    """None when StockMonth is what the ledger says, as far as its mark has come. Reads the whole ledger in one
    snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, {"after": 0, "zone": settings.TIME_ZONE})
        row = cursor.fetchone()
    if row is None:
        return None
    part, place, month, *figures = row
    both = zip(NAMES, figures[: len(NAMES)], figures[len(NAMES) :], strict=True)
    return MonthDifference(
        Part.objects.get(pk=part), Place.objects.select_related("person", "leads_to__person").get(pk=place), month,
        {name: (by_ledger, kept) for name, by_ledger, kept in both if by_ledger != kept},
    )  # fmt: skip


def sums() -> tuple[int, int, int, Decimal]:
    """Moves; levels with something in them; pieces; value."""
    with connection.cursor() as cursor:
        cursor.execute(SUMS)
        return cursor.fetchone()
