"""Counting and scrapping: one says so, another approves."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from journal.actions import record
from spareparts import notices
from spareparts.actions._ledger import Kind, Move, in_words, locked_levels, write_moves
from spareparts.actions.moves import is_in_use
from spareparts.models import Part, Place, Scrapping, Stock, Stocktake, StocktakeLine
from toolkit.errors import Refused
from workforce.models import User

Row = TypeVar("Row", Stocktake, Scrapping)


def start_stocktake(place: Place, *, by: User, at: datetime) -> Stocktake:
    if not is_in_use(place) or place.kind == Place.Kind.TRANSIT:
        raise Refused(_("%(place)s is not counted. Choose a depot or a bag.") % {"place": place}, field="place")
    try:
        with transaction.atomic():
            stocktake = Stocktake.objects.create(place=place, started_by=by, started_at=at)
            record("spareparts.start_stocktake", stocktake, by=by, at=at, changes={"place": [None, str(place)]})
            return stocktake
    except IntegrityError as clash:
        open_one = Stocktake.objects.get(place=place, state__in=["counting", "counted"])
        text = _("%(place)s is being counted already: finish %(stocktake)s first.")
        raise Refused(text % {"place": place, "stocktake": open_one}, field="place") from clash


def hand_in_count(stocktake: Stocktake, *, counts: Mapping[Part, int], by: User, at: datetime) -> Stocktake:
    """Every part of which there should be some is counted, if only as 0; others as they are found."""
    with transaction.atomic():
        stocktake = _locked(stocktake, Stocktake.State.COUNTING)
        if any(count < 0 for count in counts.values()):
            raise Refused(_("A count is not below zero."))
        known = [row.part for row in Stock.objects.there().filter(place=stocktake.place).select_related("part")]
        levels = locked_levels((part, stocktake.place) for part in {*known, *counts})
        expected = {part: levels[part.pk, stocktake.place_id].quantity for part in {*known, *counts}}
        if missing := [str(part) for part in expected if part not in counts]:
            raise Refused(_("Not counted yet: %(parts)s.") % {"parts": ", ".join(sorted(missing))})
        StocktakeLine.objects.bulk_create(
            StocktakeLine(stocktake=stocktake, part=part, counted=counts[part], expected=expected[part])
            for part in sorted(expected, key=lambda part: part.pk)
        )
        stocktake.state, stocktake.counted_by, stocktake.counted_at = Stocktake.State.COUNTED, by, at
        stocktake.save(update_fields=["state", "counted_by", "counted_at"])
        entry = record("spareparts.hand_in_count", stocktake, by=by, at=at)
        notices.tell_counted(stocktake, sum(counts[part] != expected[part] for part in expected), entry)
        return stocktake


def approve_stocktake(stocktake: Stocktake, *, by: User, at: datetime) -> Stocktake:
    """The differences are moved; what was moved since the count stays as it is."""
    with transaction.atomic():
        stocktake = _decided(stocktake, Stocktake.State.COUNTED, Stocktake.State.APPROVED, by, at)
        lines = [line for line in stocktake.lines.select_related("part") if line.difference]
        place = stocktake.place
        write_moves([
            Move(kind=Kind.ADJUST, part=line.part, quantity=abs(line.difference), by=by, at=at,
                 source=place if line.difference < 0 else None, target=place if line.difference > 0 else None,
                 reference=stocktake.number)
            for line in lines
        ])  # fmt: skip
        changes = {"parts": [None, in_words((line.part, line.difference) for line in lines)]} if lines else {}
        record("spareparts.approve_stocktake", stocktake, by=by, at=at, changes=changes)
        return stocktake


def refuse_stocktake(stocktake: Stocktake, *, refusal: str, by: User, at: datetime) -> Stocktake:
    """It is counted again, as another one."""
    with transaction.atomic():
        refusal = _required(refusal)
        stocktake = _decided(stocktake, Stocktake.State.COUNTED, Stocktake.State.REFUSED, by, at)
        stocktake.refusal = refusal
        stocktake.save(update_fields=["refusal"])
        record("spareparts.refuse_stocktake", stocktake, by=by, at=at, note=refusal)
        return stocktake


def ask_to_scrap(
    part: Part, *, quantity: int, place: Place, target: Place, reason: str, by: User, at: datetime
) -> Scrapping:
    """Nothing is moved before another person has approved it."""
    if target.kind != Place.Kind.SCRAP or not target.is_active:
        raise Refused(_("%(place)s is no place for scrap.") % {"place": target}, field="target")
    if quantity < 1:
        raise Refused(_("The quantity must be at least 1."), field="quantity")
    if not reason.strip():
        raise Refused(_("Say why they are scrapped."), field="reason")
    with transaction.atomic():
        scrapping = Scrapping.objects.create(
            part=part,
            quantity=quantity,
            place=place,
            target=target,
            reason=reason.strip()[:200],
            asked_by=by,
            asked_at=at,
        )
        changes = {"parts": [None, in_words([(part, quantity)])], "place": [str(place), str(target)]}
        entry = record("spareparts.ask_to_scrap", scrapping, by=by, at=at, changes=changes, note=scrapping.reason)
        notices.tell_to_scrap(scrapping, in_words([(part, quantity)]), entry)
        return scrapping


def approve_scrapping(scrapping: Scrapping, *, by: User, at: datetime) -> Scrapping:
    with transaction.atomic():
        scrapping = _decided(
            scrapping, Scrapping.State.ASKED, Scrapping.State.APPROVED, by, at
        )  # fmt: skip
        write_moves([
            Move(kind=Kind.SCRAP, part=scrapping.part, quantity=scrapping.quantity, source=scrapping.place, target=scrapping.target, by=by,
                 at=at, note=scrapping.reason, reference=scrapping.number)
        ])  # fmt: skip
        record("spareparts.approve_scrapping", scrapping, by=by, at=at)
        return scrapping


def refuse_scrapping(scrapping: Scrapping, *, refusal: str, by: User, at: datetime) -> Scrapping:
    with transaction.atomic():
        refusal = _required(refusal)
        scrapping = _decided(scrapping, Scrapping.State.ASKED, Scrapping.State.REFUSED, by, at)
        scrapping.refusal = refusal
        scrapping.save(update_fields=["refusal"])
        record("spareparts.refuse_scrapping", scrapping, by=by, at=at, note=refusal)
        return scrapping


def _required(refusal: str) -> str:
    if not refusal.strip():
        raise Refused(_("Say why it is refused."), field="refusal")
    return refusal.strip()[:200]


def _locked(row: Row, state: str) -> Row:
    fresh = type(row).objects.select_for_update(of=("self",)).select_related("place__person").get(pk=row.pk)
    if fresh.state != state:
        raise Refused(_("%(row)s is “%(state)s” already.") % {"row": fresh, "state": fresh.get_state_display()})
    return fresh


def _decided(row: Row, now: str, then: str, by: User, at: datetime) -> Row:
    row = _locked(row, now)
    maker = row.counted_by_id if isinstance(row, Stocktake) else row.asked_by_id
    if maker == by.pk:
        raise Refused(_("You have made this yourself: somebody else decides."))
    row.state, row.decided_by, row.decided_at = then, by, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row
