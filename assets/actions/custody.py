"""Who has a terminal: stock, a bag, the scrap heap."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets.lifecycle import NEXT, TerminalStatus
from assets.models import Terminal, TerminalModel, normal_code
from journal.actions import differences, record
from toolkit.errors import Refused
from workforce.models import Region, User

CHANGEABLE = {"model", "region", "tid", "firmware", "received_on"}


def receive_terminal(
    *,
    serial: str,
    model: TerminalModel,
    region: Region,
    received_on: date,
    by: User | None,
    at: datetime,
    tid: str = "",
    firmware: str = "",
) -> Terminal:
    terminal = Terminal(
        serial=normal_code(serial), model=model, region=region, received_on=received_on, tid=normal_code(tid),
        firmware=firmware.strip(),
    )  # fmt: skip
    if not terminal.serial:
        raise Refused(_("A terminal needs a serial number."), field="serial")
    if len(terminal.serial) > 40:
        raise Refused(_("A serial number has at most 40 characters."), field="serial")
    with transaction.atomic():
        save_terminal(terminal)
        record("assets.receive_terminal", terminal, by=by, at=at)
        return terminal


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


def locked(terminal: Terminal) -> Terminal:
    """A fresh copy under its row lock. The holder is read after it: joined, it could be from before we waited."""
    Terminal.objects.select_for_update().values("pk").get(pk=terminal.pk)
    return Terminal.objects.select_related("holder").get(pk=terminal.pk)


def move(terminal: Terminal, to: TerminalStatus, *, holder: User | None = None, **values: Any) -> dict[str, list]:
    """The one place where a terminal's status changes; saves and returns what changed. Refused says where it is."""
    if to not in NEXT[TerminalStatus(terminal.status)]:
        raise Refused(
            _("This cannot be done now with %(serial)s. %(where)s")
            % {"serial": terminal.serial, "where": whereabouts(terminal)}
        )
    changes = differences(terminal, {"status": str(to), "holder": holder, **values})
    save_terminal(terminal, list(changes))
    return changes


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


def save_terminal(terminal: Terminal, fields: list[str] | None = None) -> None:
    """Refused when the serial number or the TID is somebody else's."""
    try:
        with transaction.atomic():
            terminal.save(update_fields=fields)
    except IntegrityError as double:
        if "terminal_tid_once" in str(double):
            other = Terminal.objects.get(tid=terminal.tid)
            raise Refused(
                _("The TID %(tid)s belongs to terminal %(serial)s already.")
                % {"tid": terminal.tid, "serial": other.serial},
                field="tid",
            ) from double
        if "serial" not in str(double):
            raise
        raise Refused(
            _("Terminal %(serial)s was received already.") % {"serial": terminal.serial}, field="serial"
        ) from double
