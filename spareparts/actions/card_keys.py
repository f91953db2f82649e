"""Card keys by their serials: received, handed on, activated. A serial is in one place, and activated once.

Locks: the batch first, then the levels of the ledger, then the channels.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import F
from django.utils.translation import gettext as _

from journal.actions import record, record_all
from spareparts.actions._ledger import Kind, Move, to_cent, write_moves
from spareparts.actions.moves import refuse_other_than_depot, refuse_unless_ways_on, transfer_kind
from spareparts.models import Channel, KeyActivation, KeyBatch, KeyHolding, Part, Place, UsageFlag, parse_serial
from toolkit.errors import Refused
from workforce.models import User

MOST_KEYS = 10_000_000
NIGHT_ENDS, NIGHT_BEGINS = 5, 23  # hours of the channel's clock


def receive_batch(
    part: Part, *, first: str, count: int, face_value: Decimal, target: Place, by: User | None, at: datetime,
    unit_cost: Decimal | None = None,
) -> KeyBatch:  # fmt: skip
    """A new range of serials comes into a depot. Their secrets stay with whoever made them."""
    refuse_other_than_depot(target, "target")
    prefix, width, start = _parsed(first)
    if not part.is_card_key:
        raise Refused(_("%(part)s is no card key. Mark it as one under Parts first.") % {"part": part}, field="part")
    if not 0 < count <= MOST_KEYS:
        raise Refused(_("A batch has 1 to %(most)d card keys.") % {"most": MOST_KEYS}, field="count")
    if start + count > 10**width:
        raise Refused(_("A serial of %(width)d digits does not go that far.") % {"width": width}, field="count")
    serials = NumericRange(start, start + count)
    try:
        with transaction.atomic():
            batch = KeyBatch.objects.create(
                part=part, prefix=prefix, width=width, serials=serials, face_value=face_value, received_by=by,
                received_at=at,
            )  # fmt: skip
            KeyHolding.objects.create(batch=batch, place=target, serials=serials, since=at, by=by)
            value = None if unit_cost is None else to_cent(unit_cost * count)
            write_moves([
                Move(kind=Kind.RECEIVE, part=part, quantity=count, target=target, value=value, by=by, at=at,
                     reference=batch.number, has_serials=True)
            ])  # fmt: skip
            changes = {"serials": [None, batch.printed(serials)], "place": [None, str(target)]}
            record("spareparts.receive_batch", batch, by=by, at=at, changes=changes)
            return batch
    except IntegrityError as clash:
        there = KeyBatch.objects.filter(prefix=prefix, width=width, serials__overlap=serials).first()
        if there is None:
            raise
        raise Refused(_("Serials of these are in %(batch)s already.") % {"batch": there}, field="first") from clash


def hand_out_keys(first: str, *, count: int, target: Place, by: User, at: datetime, note: str = "") -> KeyBatch:
    """So many serials from the first one on go from where they are, all in one place that `by` may see, to another.

    Once they are out they go no further but back into a depot; out of a bag its own person delivers them.
    """
    prefix, width, start = _parsed(first)
    if count < 1:
        raise Refused(_("The quantity must be at least 1."), field="count")
    with transaction.atomic():
        serials = NumericRange(start, start + count)
        rows = KeyBatch.objects.select_for_update(no_key=True, of=("self",)).select_related("part")
        batch = rows.filter(prefix=prefix, width=width, serials__contains=start).first()
        if batch is None:
            raise Refused(_("No batch has the serial %(serial)s.") % {"serial": first.strip().upper()}, field="first")
        if serials.upper > batch.serials.upper:
            left = {"batch": batch.number, "count": batch.serials.upper - start, "serial": batch.serial(start)}
            raise Refused(_("%(batch)s has only %(count)d from %(serial)s on.") % left, field="count")
        held = list(
            batch.holdings.live().filter(serials__overlap=serials).select_related("place__person").order_by("serials")
        )
        source = _one_place(batch, held, by)
        refuse_unless_ways_on(source, target)
        if not (target.kind in Place.SHELVES or source.kind in Place.SHELVES or source.person_id == by.pk):
            text = _("%(serials)s are out already: %(place)s. They are taken back into a depot first.")
            raise Refused(text % {"serials": held[0], "place": source}, field="first")
        used = batch.activations.filter(serial__gte=start, serial__lt=serials.upper).order_by("serial").first()
        if used:
            text = _("%(serial)s was activated on %(day)s: it cannot be handed on.")
            raise Refused(text % {"serial": batch.serial(used.serial), "day": used.on}, field="first")
        _hand_on(batch, held, serials, target, by=by, at=at)
        write_moves([
            Move(kind=_kind(source, target), part=batch.part, quantity=count, source=source, target=target, by=by, at=at,
                 note=note.strip(), reference=batch.number, has_serials=True)
        ])  # fmt: skip
        changes = {"serials": [None, batch.printed(serials)], "place": [str(source), str(target)]}
        record("spareparts.hand_out_keys", batch, by=by, at=at, changes=changes, note=note.strip())
        return batch


def _parsed(first: str) -> tuple[str, int, int]:
    parsed = parse_serial(first)
    if parsed is None:
        raise Refused(_("A serial is letters, then up to 18 digits, such as CK000123."), field="first")
    return parsed


def _one_place(batch: KeyBatch, held: Sequence[KeyHolding], by: User) -> Place:
    source = held[0].place
    if other := next((each for each in held if each.place_id != source.pk), None):
        names = {"first": batch.serial(held[0].serials.lower), "place": source, "serial": other, "other": other.place}
        raise Refused(
            _("They are not in one place: %(serial)s: %(other)s; before them: %(place)s.") % names, field="count"
        )
    if not Place.objects.visible_to(by).filter(pk=source.pk).exists():
        raise Refused(_("%(serials)s are not with you.") % {"serials": held[0]}, field="first")
    return source


def _kind(source: Place, target: Place) -> Kind:
    if target.kind == Place.Kind.CHANNEL:
        return Kind.ISSUE
    return Kind.RETURN if target.kind in Place.SHELVES else transfer_kind(source, target)


def _hand_on(
    batch: KeyBatch, held: Sequence[KeyHolding], serials: NumericRange, target: Place, *, by: User, at: datetime
) -> None:
    """What is not handed on stays where it was, since when it was there."""
    new = [KeyHolding(batch=batch, place=target, serials=serials, since=at, by=by)]
    for each in held:
        for lower, upper in ((each.serials.lower, serials.lower), (serials.upper, each.serials.upper)):
            if lower < upper:
                rest = NumericRange(lower, upper)
                new.append(KeyHolding(batch=batch, place=each.place, serials=rest, since=each.since, by_id=each.by_id))
    KeyHolding.objects.filter(pk__in=[each.pk for each in held]).update(ended_at=at)
    KeyHolding.objects.bulk_create(new)


# -- activations ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Activated:
    """`at` where the file knows the hour."""

    batch: KeyBatch
    serial: int
    on: date
    at: datetime | None = None


@dataclass(frozen=True)
class Held:
    place: Place
    since: datetime


def held_by(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Held]:
    """Where serials are, by batch and serial; one query for all of them, each by the index of the holdings."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT asked.batch, asked.serial, holding.place_id, holding.since
            FROM unnest(%s::bigint[], %s::bigint[]) AS asked (batch, serial)
            JOIN spareparts_keyholding holding
                ON holding.batch_id = asked.batch AND holding.serials @> asked.serial AND holding.ended_at IS NULL
            """,
            [[batch for batch, _serial in keys], [serial for _batch, serial in keys]],
        )
        rows = cursor.fetchall()
    places = Place.objects.select_related("region", "person__region", "channel").in_bulk(
        {place for *_, place, _at in rows}
    )
    return {(batch, serial): Held(places[place], since) for batch, serial, place, since in rows}


def known_activations(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], date]:
    """The days of those that were told before, by batch and serial."""
    by_batch: dict[int, list[int]] = defaultdict(list)
    for batch, serial in keys:
        by_batch[batch].append(serial)
    return {
        (batch, serial): on
        for batch, serials in by_batch.items()
        for serial, on in KeyActivation.objects.filter(batch=batch, serial__in=serials).values_list("serial", "on")
    }


def activate_keys(keys: Sequence[Activated], *, by: User | None, at: datetime, reference: str = "") -> int:
    """What was not told before is noted, leaves the channel's stock and counts as sold there. Returns how many that were.

    What is activated without having been handed out, or before, is noted too, and flagged.
    """
    with transaction.atomic():
        locked = KeyBatch.objects.select_for_update(no_key=True).filter(pk__in={key.batch.pk for key in keys})
        batches = {batch.pk: batch for batch in locked.order_by("pk")}
        asked = {(key.batch.pk, key.serial): key for key in keys}
        known, held = known_activations(list(asked)), held_by(list(asked))
        new = [key for pair, key in asked.items() if pair not in known and pair in held]
        places = [held[key.batch.pk, key.serial] for key in new]
        sold = [(key, each) for key, each in zip(new, places, strict=True) if each.place.kind == Place.Kind.CHANNEL]
        KeyActivation.objects.bulk_create(
            KeyActivation(
                batch_id=key.batch.pk, serial=key.serial, on=key.on, at=key.at,
                channel=each.place.channel if each.place.kind == Place.Kind.CHANNEL else None,
            )
            for key, each in zip(new, places, strict=True)
        )  # fmt: skip
        per_batch = Counter(key.batch.pk for key in new)
        for pk, count in sorted(per_batch.items()):
            KeyBatch.objects.filter(pk=pk).update(activated=F("activated") + count)
        parts = {part.pk: part for part in Part.objects.filter(pk__in={batch.part_id for batch in batches.values()})}
        amounts = Counter((key.batch.part_id, each.place) for key, each in sold)
        write_moves([
            Move(kind=Kind.SELL, part=parts[part], quantity=count, source=place, by=by, at=at, reference=reference,
                 has_serials=True)
            for (part, place), count in amounts.items()
        ])  # fmt: skip
        count_as_sold(
            [(each.place.channel, key.batch.part_id, key.on, _is_at_night(key, each.place)) for key, each in sold]
        )
        _flag(new, places, at=at)
        touched = [batches[pk] for pk in sorted(per_batch)]
        changes = [{"activated": [None, per_batch[batch.pk]]} for batch in touched]
        record_all("spareparts.activate_keys", touched, by=by, at=at, changes=changes)
        return len(new)


def count_as_sold(sold: Sequence[tuple[Channel, int, date, bool]]) -> None:
    """Channel, key of the part, day, whether at night: added to the channel's days, whoever else adds at the same time."""
    days: Counter = Counter((channel.pk, part, day) for channel, part, day, _night in sold)
    nights: Counter = Counter((channel.pk, part, day) for channel, part, day, is_night in sold if is_night)
    if not days:
        return
    counted = [(*key, count, nights[key]) for key, count in sorted(days.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO spareparts_channelday AS known (channel_id, part_id, day, sold, at_night)
            SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::int[], %s::int[])
            ON CONFLICT (channel_id, part_id, day)
            DO UPDATE SET sold = known.sold + excluded.sold, at_night = known.at_night + excluded.at_night
            """,
            [list(column) for column in zip(*counted, strict=True)],
        )
    rows = Channel.objects.filter(pk__in={channel for channel, _part, _day in days})
    keys = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Channel.objects.filter(pk__in=keys, is_unchecked=False).update(is_unchecked=True)


def _is_at_night(key: Activated, place: Place) -> bool:
    if key.at is None or place.region is None:
        return False
    return not NIGHT_ENDS <= key.at.astimezone(place.region.zone).hour < NIGHT_BEGINS


def _flag(new: Sequence[Activated], places: Sequence[Held], *, at: datetime) -> None:
    """One open flag per batch, place and day, which counts on."""
    found: dict[tuple, list[int]] = defaultdict(list)
    for key, each in zip(new, places, strict=True):
        if each.place.kind != Place.Kind.CHANNEL:
            found[UsageFlag.Kind.LOOSE.value, each.place.pk, key.batch.part_id, key.batch.pk, key.on].append(key.serial)
        elif each.place.region and key.on < each.place.region.service_date(each.since):
            found[UsageFlag.Kind.EARLY.value, each.place.pk, key.batch.part_id, key.batch.pk, key.on].append(key.serial)
    if not found:
        return
    rows = [(*key, min(serials), len(serials), at) for key, serials in sorted(found.items())]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO spareparts_usageflag AS known
                (kind, place_id, part_id, batch_id, "on", first, count, found_at, note)
            SELECT *, '' FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::date[], %s::bigint[], %s::int[],
                %s::timestamptz[])
            ON CONFLICT (kind, place_id, batch_id, "on") WHERE batch_id IS NOT NULL AND settled_at IS NULL
            DO UPDATE SET count = known.count + excluded.count, first = least(known.first, excluded.first)
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )
