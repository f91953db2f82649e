from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.actions.custody import locked
from assets.lifecycle import TerminalStatus
from assets.models import Sticker, StickerSheet, Terminal
from journal.actions import record
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, User

MOST_STICKERS = 240  # 10 pages, drawn in a few seconds


def print_stickers(*, count: int, region: Region, by: User, at: datetime) -> StickerSheet:
    if not 1 <= count <= MOST_STICKERS:
        raise Refused(_("Make between 1 and %(most)s stickers at a time.") % {"most": MOST_STICKERS}, field="count")
    with transaction.atomic():
        sheet = StickerSheet.objects.create(
            number=next_number("SS"), region=region, count=count, made_at=at, made_by=by
        )
        Sticker.objects.bulk_create(Sticker(number=next_number("ST"), sheet=sheet) for _n in range(count))
        record("assets.print_stickers", sheet, by=by, at=at, changes={"count": [None, count]})
        return sheet


def bind_sticker(sticker: Sticker, *, terminal: Terminal, by: User | None, at: datetime) -> Sticker:
    """Voids the sticker the terminal had before. Repeating it changes nothing."""
    with transaction.atomic():
        terminal = locked(terminal)
        sticker = Sticker.objects.select_for_update().get(pk=sticker.pk)
        if sticker.voided_at:
            raise Refused(_("Sticker %(number)s was replaced by another. Use a new one.") % {"number": sticker.number})
        if sticker.terminal_id == terminal.pk:
            return sticker
        if sticker.terminal_id:
            raise Refused(
                _("Sticker %(number)s is on terminal %(serial)s already. Use a new one.")
                % {"number": sticker.number, "serial": sticker.terminal.serial}
            )
        if terminal.status == TerminalStatus.SCRAPPED:
            raise Refused(_("Terminal %(serial)s was scrapped.") % {"serial": terminal.serial})
        before = terminal.stickers.filter(voided_at=None).first()
        if before:
            before.voided_at = at
            before.save(update_fields=["voided_at"])
        sticker.terminal, sticker.bound_at = terminal, at
        sticker.save(update_fields=["terminal", "bound_at"])
        binding = terminal.live_binding
        record(
            "assets.bind_sticker", terminal, by=by, at=at, merchant_id=binding.merchant_id if binding else None,
            changes={"sticker": [before.number if before else None, sticker.number]},
        )  # fmt: skip
        return sticker
