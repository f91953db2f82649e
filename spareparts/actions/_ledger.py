"""The one way in which stock changes: entries of the ledger and their levels, under the locks of the levels.

Money is exact to the cent: a level knows its value, a move takes of it in proportion and the last one takes the rest, so
that what the ledger adds up to is what the levels are worth.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from spareparts.holding import held
from spareparts.models import Movement, Part, Place, Requisition, Stock
from toolkit.errors import Refused
from workforce.models import User

CENT = Decimal("0.01")
Kind = Movement.Kind
Levels = Mapping[tuple[int, int], Stock]  # by keys of part and place
SAVE = """
UPDATE spareparts_stock AS level SET quantity = now.quantity, value = now.value
FROM unnest(%s::bigint[], %s::int[], %s::numeric[]) AS now (id, quantity, value) WHERE level.id = now.id
"""


@dataclass(frozen=True, kw_only=True)
class Move:
    """`value`: what it is worth where that is known; else the source's share, or the average of the part."""

    kind: str
    part: Part
    quantity: int
    source: Place | None = None
    target: Place | None = None
    value: Decimal | None = None
    requisition: Requisition | None = None  # that holds them
    has_serials: bool = False  # of card keys: whoever writes the move says which ones they are
    by: User | None
    at: datetime
    note: str = ""
    order_number: str = ""
    reference: str = ""

    @property
    def places(self) -> list[Place]:
        return [place for place in (self.source, self.target) if place]


def write_moves(moves: Sequence[Move]) -> list[Movement]:
    """All of them or none, in their order. The caller writes the journal."""
    with transaction.atomic():
        levels = locked_levels((move.part, place) for move in moves for place in move.places)
        held = _held_for_others(moves)
        written = [_written(move, levels, held) for move in moves]
        _save(levels.values())
        Movement.objects.bulk_create(written, batch_size=1000)
        if received := {move.part.pk: move.part for move in moves if move.kind == Kind.RECEIVE}:
            _follow_averages(received)
        return written


def locked_levels(pairs: Iterable[tuple[Part, Place]]) -> Levels:
    """The levels under row locks, taken in the order of part and place whoever asks; at nought where there was none."""
    wanted = sorted({(part.pk, place.pk) for part, place in pairs})
    parts, places = ({pair[end] for pair in wanted} for end in (0, 1))
    rows = Stock.objects.filter(part__in=parts, place__in=places)
    there = set(rows.values_list("part_id", "place_id"))
    missing = [Stock(part_id=part, place_id=place) for part, place in wanted if (part, place) not in there]
    Stock.objects.bulk_create(missing, ignore_conflicts=True)
    locked = rows.select_for_update(no_key=True).order_by("part_id", "place_id")
    return {(row.part_id, row.place_id): row for row in locked}


def _held_for_others(moves: Sequence[Move]) -> dict[tuple[int, int], int]:
    from_shelves = [move for move in moves if move.source and move.source.kind in Place.SHELVES]
    if not from_shelves:
        return {}
    pairs = {(move.part.pk, move.source.pk) for move in from_shelves if move.source}
    return held(pairs, at=from_shelves[0].at, but=from_shelves[0].requisition)


def _written(move: Move, levels: Levels, held: Mapping[tuple[int, int], int]) -> Movement:
    if move.quantity < 1:
        raise Refused(_("The quantity must be at least 1."), field="quantity")
    if move.part.is_card_key and not move.has_serials:
        raise Refused(
            _("%(part)s are handed out by their serials, under Channels.") % {"part": move.part}, field="part"
        )
    source = levels[move.part.pk, move.source.pk] if move.source else None
    target = levels[move.part.pk, move.target.pk] if move.target else None
    if source and move.source:
        free = source.quantity - held.get((source.part_id, source.place_id), 0)
        if free < move.quantity:
            raise Refused(too_few(move.part, move.source, free, move.quantity, move.at), field="quantity")
    value = move.value
    if value is None:
        value = share_of(source, move.quantity) if source else to_cent(move.part.average_cost * move.quantity)
    if source:
        source.quantity -= move.quantity
        source.value -= value
    if target:
        target.quantity += move.quantity
        target.value += value
    return Movement(
        kind=move.kind, part=move.part, quantity=move.quantity, source=move.source, target=move.target, value=value,
        source_left=source.quantity if source else None, target_left=target.quantity if target else None, by=move.by, at=move.at,
        note=move.note[:200], order_number=move.order_number, reference=move.reference,
    )  # fmt: skip


def _save(levels: Collection[Stock]) -> None:
    columns = ([getattr(level, name) for level in levels] for name in ("pk", "quantity", "value"))
    with connection.cursor() as cursor:
        cursor.execute(SAVE, list(columns))


def share_of(level: Stock, quantity: int) -> Decimal:
    """What so many of them are worth; all of them the whole value."""
    return level.value if quantity == level.quantity else to_cent(level.value * quantity / level.quantity)


def to_cent(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def _follow_averages(received: Mapping[int, Part]) -> None:
    """The moving average of a part over all places; its lock comes after those of the levels."""
    rows = Part.objects.filter(pk__in=received).select_for_update(no_key=True).order_by("pk")
    parts = {part.pk: part for part in rows}
    sums = Stock.objects.filter(part__in=parts, quantity__gt=0).exclude(place__kind=Place.Kind.SCRAP)
    for row in sums.values("part").annotate(quantity=Sum("quantity"), worth=Sum("value")):
        average = (row["worth"] / row["quantity"]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        parts[row["part"]].average_cost = received[row["part"]].average_cost = average
    Part.objects.bulk_update(parts.values(), ["average_cost"])


def too_few(part: Part, place: Place, free: int, wanted: int, at: datetime) -> str:
    """Says who has it, and where there is more."""
    sentences = [_("Only %(left)d × %(part)s left: %(place)s.") % {"left": max(free, 0), "part": part, "place": place}]
    live = Requisition.objects.live(at).filter(source=place, lines__part=part).select_related("person")
    gone = Movement.objects.filter(source=place, part=part).select_related(
        "by", "target__person", "target__leads_to__person"
    )
    if place.kind in Place.SHELVES and (holder := live.first()):
        names = {"name": holder.person.name, "order": holder.order_number}
        sentences.append(_("%(name)s has asked for the last ones, for %(order)s.") % names)
    elif (last := gone.first()) and last.by:
        names = {"name": last.by.name, "where": last.target or last.order_number or last.reference}
        sentences.append(_("%(name)s took the last ones: %(where)s.") % names)
    others = Stock.objects.filter(part=part, quantity__gte=wanted, place__in=Place.objects.depots())
    depot = others.exclude(place=place).select_related("place").order_by("-quantity").first()
    if depot:
        sentences.append(_("There are %(count)d at %(place)s.") % {"count": depot.quantity, "place": depot.place})
    return " ".join(sentences)


def as_lines(lines: Mapping[Part, int]) -> list[tuple[Part, int]]:
    """What is asked for, in the order of the locks."""
    if not lines:
        raise Refused(_("Name at least one part."), field="part")
    if any(quantity < 1 for quantity in lines.values()):
        raise Refused(_("The quantity must be at least 1."), field="quantity")
    return sorted(lines.items(), key=lambda line: line[0].pk)


def in_words(lines: Iterable[tuple[Part, int]]) -> str:
    return ", ".join(f"{quantity} × {part}" for part, quantity in lines)
