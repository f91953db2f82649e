"""Reads that need more than one table."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

from assets.models import Custody, Sticker, Terminal, normal_code
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


MOST_MOVES = 60  # of a day, with the one before


@dataclass(frozen=True)
class Whereabouts:
    """Of one terminal on one day: where it was as the day began, and each move of the day."""

    day: date
    first: Custody | None
    moves: list[Custody]

    @property
    def last(self) -> Custody | None:
        """Where it was as the day ended; None: not received yet."""
        return self.moves[-1] if self.moves else self.first


def where_on(terminal: Terminal, day: date) -> Whereabouts:
    """Where a terminal was on a day of its region's calendar. One query."""
    start = datetime.combine(day, time.min, terminal.region.zone)
    end = datetime.combine(day + timedelta(days=1), time.min, terminal.region.zone)
    latest = list(Custody.objects.filter(terminal=terminal).until(end).told()[:MOST_MOVES])
    before = [row for row in latest if row.at < start]
    return Whereabouts(day, before[0] if before else None, [row for row in reversed(latest) if row.at >= start])
