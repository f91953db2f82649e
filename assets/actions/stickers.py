from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.actions.custody import all_locked
from assets.lifecycle import TerminalStatus
from assets.models import Binding, Sticker, StickerSheet, Terminal
from journal.actions import record, record_all
from toolkit.errors import Refused
from toolkit.numbers import next_number, next_numbers
from workforce.models import Region, User

MOST_STICKERS = 240  # 10 pages, drawn in a few seconds


def print_stickers(*, count: int, region: Region, by: User, at: datetime) -> StickerSheet:
    if not 1 <= count <= MOST_STICKERS:
        raise Refused(_("Make between 1 and %(most)s stickers at a time.") % {"most": MOST_STICKERS}, field="count")
    with transaction.atomic():
        sheet = StickerSheet.objects.create(
            number=next_number("SS"), region=region, count=count, made_at=at, made_by=by
        )
        Sticker.objects.bulk_create(Sticker(number=number, sheet=sheet) for number in next_numbers("ST", count))
        record("assets.print_stickers", sheet, by=by, at=at, changes={"count": [None, count]})
        return sheet


def bind_sticker(sticker: Sticker, *, terminal: Terminal, by: User | None, at: datetime) -> Sticker:
    """Voids the sticker the terminal had before. Repeating it changes nothing."""
    return bind_stickers([(sticker, terminal)], by=by, at=at)[0]


def bind_stickers(pairs: Sequence[tuple[Sticker, Terminal]], *, by: User | None, at: datetime) -> list[Sticker]:
    """All or none of them, one after the other. Refused for the first that cannot be."""
    with transaction.atomic():
        terminals = all_locked(terminal for _sticker, terminal in pairs)
        asked = Q(pk__in={sticker.pk for sticker, _terminal in pairs}) | Q(terminal__in=terminals, voided_at=None)
        stickers = {sticker.pk: sticker for sticker in Sticker.objects.select_for_update().filter(asked).order_by("pk")}
        stuck = {sticker.terminal_id: sticker for sticker in stickers.values() if not sticker.voided_at}
        merchants = dict(Binding.objects.live().filter(terminal__in=terminals).values_list("terminal", "merchant"))
        voided, bound, changes = [], [], []
        for asked_sticker, asked_terminal in pairs:
            sticker, terminal = stickers[asked_sticker.pk], terminals[asked_terminal.pk]
            _refuse_sticker(sticker, terminal)
            if sticker.terminal_id == terminal.pk:
                continue
            if before := stuck.get(terminal.pk):
                before.voided_at = at
                voided.append(before)
            sticker.terminal, sticker.bound_at = terminal, at
            stuck[terminal.pk] = sticker
            bound.append(sticker)
            changes.append({"sticker": [before.number if before else None, sticker.number]})
        for part in (voided, bound):  # a terminal has one sticker at any moment
            Sticker.objects.bulk_create(
                part, update_conflicts=True, unique_fields=["id"], update_fields=["terminal", "bound_at", "voided_at"]
            )
        stuck_on = [sticker.terminal for sticker in bound]
        ids = [merchants.get(terminal.pk) for terminal in stuck_on]
        record_all("assets.bind_sticker", stuck_on, by=by, at=at, merchant_ids=ids, changes=changes)
        return [stickers[sticker.pk] for sticker, _terminal in pairs]


def move_sticker(old: Terminal, new: Terminal, *, by: User | None, at: datetime) -> Sticker | None:
    """The sticker of a terminal that is swapped goes onto the one that takes its place, and replaces what it had."""
    with transaction.atomic():
        terminals = all_locked([old, new])
        stuck = Sticker.objects.select_for_update().filter(terminal__in=terminals, voided_at=None).order_by("pk")
        by_terminal = {sticker.terminal_id: sticker for sticker in stuck}
        sticker, before = by_terminal.get(old.pk), by_terminal.get(new.pk)
        if sticker is None:
            return None
        if before:
            before.voided_at = at
            before.save(update_fields=["voided_at"])
        sticker.terminal, sticker.bound_at = terminals[new.pk], at
        sticker.save(update_fields=["terminal", "bound_at"])
        merchant_id = Binding.objects.live().filter(terminal=new).values_list("merchant", flat=True).first()
        record(
            "assets.bind_sticker", sticker.terminal, by=by, at=at, merchant_id=merchant_id,
            changes={"sticker": [before.number if before else None, sticker.number]},
        )  # fmt: skip
        return sticker


def hand_out_stickers(stickers: Iterable[Sticker], *, holder: User, by: User | None, at: datetime) -> list[Sticker]:
    """So that it is known whose hands free stickers are in. Those in use, replaced or lost are left out."""
    if not (holder.is_active and holder.is_field):
        raise Refused(_("%(name)s does not work in the field, so has no bag.") % {"name": holder.name}, field="holder")
    with transaction.atomic():
        free = Sticker.objects.select_for_update().filter(
            pk__in=[sticker.pk for sticker in stickers], terminal=None, voided_at=None
        )
        handed = list(free.exclude(holder=holder).select_related("sheet").order_by("pk"))
        if not handed:
            raise Refused(_("None of these stickers is free to be handed out."))
        Sticker.objects.filter(pk__in=[each.pk for each in handed]).update(holder=holder, handed_out_at=at)
        for sheet in dict.fromkeys(each.sheet for each in handed):
            count = sum(each.sheet_id == sheet.pk for each in handed)
            record("assets.hand_out_stickers", sheet, by=by, at=at, changes={holder.name: [None, count]})
        return handed


def lose_stickers(stickers: Iterable[Sticker], *, reason: str, by: User | None, at: datetime) -> list[Sticker]:
    """Their links say so from now on, and they are never bound again; a terminal that had one needs another."""
    if not reason.strip():
        raise Refused(_("Say how they were lost."), field="reason")
    with transaction.atomic():
        asked = Sticker.objects.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in stickers])
        lost = list(asked.filter(lost_at=None).select_related("sheet").order_by("pk"))
        if not lost:
            raise Refused(_("These stickers were reported lost already."))
        for sticker in lost:
            sticker.lost_at, sticker.voided_at = at, sticker.voided_at or at
        Sticker.objects.bulk_update(lost, ["lost_at", "voided_at"])
        for sheet in dict.fromkeys(each.sheet for each in lost):
            numbers = [each.number for each in lost if each.sheet_id == sheet.pk]
            record(
                "assets.lose_stickers", sheet, by=by, at=at, changes={"lost": [None, ", ".join(numbers)]},
                note=reason.strip(),
            )  # fmt: skip
        return lost


def _refuse_sticker(sticker: Sticker, terminal: Terminal) -> None:
    if sticker.lost_at:
        raise Refused(_("Sticker %(number)s was reported lost. Use a new one.") % {"number": sticker.number})
    if sticker.voided_at:
        raise Refused(_("Sticker %(number)s was replaced by another. Use a new one.") % {"number": sticker.number})
    if sticker.terminal_id == terminal.pk:
        return
    if sticker.terminal_id:
        raise Refused(
            _("Sticker %(number)s is on terminal %(serial)s already. Use a new one.")
            % {"number": sticker.number, "serial": sticker.terminal.serial}
        )
    if terminal.status == TerminalStatus.SCRAPPED:
        raise Refused(_("Terminal %(serial)s was scrapped.") % {"serial": terminal.serial})
