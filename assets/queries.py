"""Reads that need more than one table."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from assets.models import Binding, BindingQuerySet, Sticker, Terminal, normal_code
from workforce.models import User


def find_by_code(text: str, user: User) -> Sticker | Terminal | None:
    """What a scanned or typed code means: a sticker's address, token or number, or a serial number.

    A sticker is returned itself, bound or not. What is on a terminal is found in the regions of the person, since
    field staff scan what stands before them, not only what is in their bag.
    """
    code = text.strip()
    if not code:
        return None
    token = urlsplit(code).path.rstrip("/").rsplit("/", 1)[-1]
    stickers = Sticker.objects.select_related("terminal__model", "terminal__holder")
    sticker = stickers.filter(token=token).first() or stickers.filter(number=normal_code(code)).first()
    seen = Terminal.objects.select_related("model", "holder").found_by(user)
    if sticker is not None:
        is_seen = sticker.terminal_id is None or seen.filter(pk=sticker.terminal_id).exists()
        return sticker if is_seen else None
    return seen.filter(serial=normal_code(code)).first()


def where_on(terminal: Terminal, day: date) -> BindingQuerySet:
    """Where a terminal was on a day of its region's calendar, in one query: none, one or, when it moved, several."""
    start = datetime.combine(day, time.min, terminal.region.zone)
    end = datetime.combine(day + timedelta(days=1), time.min, terminal.region.zone)
    return (
        Binding.objects.filter(terminal=terminal)
        .during(start, end)
        .select_related("merchant", "bound_by")
        .order_by("started_at")
    )
