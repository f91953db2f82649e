"""Who has a terminal: stock, a bag, the scrap heap."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Required, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assets.lifecycle import NEXT, TerminalStatus
from assets.models import Terminal, TerminalModel, normal_code
from journal.actions import differences, record, record_all
from toolkit.errors import Refused
from workforce.models import Region, User

CHANGEABLE = {"model", "region", "tid", "firmware", "received_on"}


class NewTerminal(TypedDict, total=False):
    serial: Required[str]
    model: Required[TerminalModel]
    region: Required[Region]
    received_on: Required[date]
    tid: str
    firmware: str


def receive_terminal(*, by: User | None, at: datetime, **new: Unpack[NewTerminal]) -> Terminal:
    return receive_terminals([new], by=by, at=at)[0]


def receive_terminals(news: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime) -> list[Terminal]:
    """All or none of them; `news` are `NewTerminal`. Refused for the first that cannot be."""
    terminals = [_new_terminal(**new) for new in news]
    with transaction.atomic():
        with _codes_once(terminals):
            Terminal.objects.bulk_create(terminals)
        record_all("assets.receive_terminal", terminals, by=by, at=at)
        return terminals


def change_terminal(terminal: Terminal, *, by: User | None, at: datetime, **values: Any) -> Terminal:
    if unknown := values.keys() - CHANGEABLE:
        raise TypeError(f"change_terminal() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        terminal = locked(terminal)
        if "tid" in values:
            values["tid"] = normal_code(values["tid"])
        if changes := differences(terminal, values):
            save_terminal(terminal, list(changes))
            record("assets.change_terminal", terminal, by=by, at=at, changes=changes)
        return terminal


def issue_terminal(terminal: Terminal, *, holder: User, by: User | None, at: datetime) -> Terminal:
    if not (holder.is_active and holder.is_field):
        raise Refused(_("%(name)s does not work in the field, so has no bag.") % {"name": holder.name}, field="holder")
    with transaction.atomic():
        terminal = locked(terminal)
        if terminal.status != TerminalStatus.IN_STOCK:
            raise Refused(_("Only a terminal in stock can be issued. %(where)s") % {"where": whereabouts(terminal)})
        changes = move(terminal, TerminalStatus.ISSUED, holder=holder)
        record("assets.issue_terminal", terminal, by=by, at=at, changes=changes)
        return terminal


def take_back_terminal(terminal: Terminal, *, by: User | None, at: datetime) -> Terminal:
    """From a bag, or from the returns shelf, into stock."""
    with transaction.atomic():
        terminal = locked(terminal)
        changes = move(terminal, TerminalStatus.IN_STOCK)
        record("assets.take_back_terminal", terminal, by=by, at=at, changes=changes)
        return terminal


def scrap_terminal(terminal: Terminal, *, by: User | None, at: datetime, reason: str) -> Terminal:
    with transaction.atomic():
        terminal = locked(terminal)
        changes = move(terminal, TerminalStatus.SCRAPPED)
        record("assets.scrap_terminal", terminal, by=by, at=at, changes=changes, note=reason)
        return terminal


def _new_terminal(*, serial: str, tid: str = "", firmware: str = "", **more: Any) -> Terminal:
    terminal = Terminal(serial=normal_code(serial), tid=normal_code(tid), firmware=firmware.strip(), **more)
    if not terminal.serial:
        raise Refused(_("A terminal needs a serial number."), field="serial")
    if len(terminal.serial) > 40:
        raise Refused(_("A serial number has at most 40 characters."), field="serial")
    return terminal


def locked(terminal: Terminal) -> Terminal:
    """A fresh copy under its row lock."""
    return all_locked([terminal])[terminal.pk]


def all_locked(terminals: Iterable[Terminal]) -> dict[int, Terminal]:
    """Fresh copies by key, under their row locks, which are taken in the order of the keys.

    Holders are read after that: joined, they could be from before we waited.
    """
    keys = {terminal.pk for terminal in terminals}
    list(Terminal.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    return Terminal.objects.select_related("holder").defer("bigrams").in_bulk(keys)


def move(terminal: Terminal, to: TerminalStatus, *, holder: User | None = None, **values: Any) -> dict[str, list]:
    """Turns the terminal's status, saves, and returns what changed. Refused says where it is."""
    changes = turn(terminal, to, holder=holder, **values)
    save_terminal(terminal, list(changes))
    return changes


def turn(terminal: Terminal, to: TerminalStatus, *, holder: User | None = None, **values: Any) -> dict[str, list]:
    """The one place where a terminal's status changes, without saving. Refused says where it is."""
    if to not in NEXT[TerminalStatus(terminal.status)]:
        raise Refused(
            _("This cannot be done now with %(serial)s. %(where)s")
            % {"serial": terminal.serial, "where": whereabouts(terminal)}
        )
    return differences(terminal, {"status": str(to), "holder": holder, **values})


def whereabouts(terminal: Terminal) -> str:
    """A sentence that says where a terminal is."""
    status = TerminalStatus(terminal.status)
    if status is TerminalStatus.LIVE:
        merchant = terminal.live_binding.merchant
        return _("It is live at %(name)s (%(number)s).") % {"name": merchant.name, "number": merchant.number}
    if status is TerminalStatus.ISSUED:
        return _("It is in the bag of %(name)s.") % {"name": terminal.holder.name}
    return {
        TerminalStatus.IN_STOCK: _("It is in stock."),
        TerminalStatus.RETURNED: _("It came back and was not yet taken into stock."),
        TerminalStatus.SCRAPPED: _("It was scrapped."),
    }[status]


def save_terminal(terminal: Terminal, fields: list[str]) -> None:
    """Refused when the TID is another terminal's."""
    with _codes_once([terminal]):
        terminal.save(update_fields=fields)


def save_terminals(terminals: Sequence[Terminal], fields: list[str]) -> None:
    """The same for many under their locks, in one statement: they exist, so all of them are updates."""
    with _codes_once(terminals):
        Terminal.objects.bulk_create(terminals, update_conflicts=True, unique_fields=["id"], update_fields=fields)


@contextmanager
def _codes_once(terminals: Sequence[Terminal]) -> Iterator[None]:
    """Around what saves them: refused for the first whose serial number or TID is another's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as double:
        serials, tids = {t.serial for t in terminals}, {t.tid for t in terminals} - {""}
        owners = list(Terminal.objects.filter(Q(serial__in=serials) | Q(tid__in=tids)))
        by_serial = {owner.serial: owner for owner in owners}
        by_tid = {owner.tid: owner for owner in owners if owner.tid}
        for terminal in terminals:
            if by_serial.setdefault(terminal.serial, terminal) != terminal:
                raise Refused(
                    _("Terminal %(serial)s was received already.") % {"serial": terminal.serial}, field="serial"
                ) from double
            if terminal.tid and (other := by_tid.setdefault(terminal.tid, terminal)) != terminal:
                raise Refused(
                    _("The TID %(tid)s belongs to terminal %(serial)s already.")
                    % {"tid": terminal.tid, "serial": other.serial},
                    field="tid",
                ) from double
        raise
