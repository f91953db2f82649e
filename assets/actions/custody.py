"""Who has a terminal: stock, a bag. What every move begins and ends with; staging.py does the work of the depot."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Required, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from assets.actions.filings import file_changes
from assets.lifecycle import IN_A_BAG, NEXT, TAKEN_BACK, Step, TerminalStatus
from assets.models import Binding, Custody, Filing, Terminal, TerminalModel, normal_code
from journal.actions import differences, record, record_all
from toolkit.errors import Refused
from workforce.models import Region, User

CHANGEABLE = {"model", "region", "tid", "firmware", "received_on", "sim_iccid", "warranty_ends_on", "owner"}
MOVED = ["status", "holder", "region", "tid", "since", "tested_at"]  # what a move may change
ICCID = re.compile(r"89\d{16,19}F?")
WAYS_ON = {  # what can be done with a terminal where it is
    TerminalStatus.RECEIVED: _l("It was received and is not staged yet: stage it first."),
    TerminalStatus.STAGED: _l("It is staged and not yet keyed or tested: do that first."),
    TerminalStatus.KEYED: _l("It is keyed and not yet tested: test it first."),
    TerminalStatus.TESTED: _l("It is in stock, tested."),
    TerminalStatus.RETURNED: _l("It came back and was not wiped yet: wipe it first."),
    TerminalStatus.WIPED: _l("It is wiped: stage, key and test it again first, or scrap it."),
    TerminalStatus.SCRAPPED: _l("It was scrapped."),
}


class NewTerminal(TypedDict, total=False):
    serial: Required[str]
    model: Required[TerminalModel]
    region: Required[Region]
    received_on: Required[date]
    tid: str
    firmware: str
    warranty_ends_on: date | None
    owner: str
    is_in_use: bool  # taken over from another system, where it was staged, keyed and tested


def receive_terminal(*, by: User | None, at: datetime, **new: Unpack[NewTerminal]) -> Terminal:
    return receive_terminals([new], by=by, at=at)[0]


def receive_terminals(news: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime) -> list[Terminal]:
    """All or none of them; `news` are `NewTerminal`. Refused for the first that cannot be."""
    terminals = [_new_terminal(at, **new) for new in news]
    with transaction.atomic():
        with _codes_once(terminals):
            Terminal.objects.bulk_create(terminals)
        Custody.objects.bulk_create(
            Custody(terminal=terminal, step=Step.RECEIVE, status=terminal.status, region=terminal.region, by=by, at=at)
            for terminal in terminals
        )
        came = [{"status": [None, str(terminal.status)]} for terminal in terminals]
        record_all("assets.receive_terminal", terminals, by=by, at=at, changes=came)
        return terminals


def change_terminal(terminal: Terminal, *, by: User | None, at: datetime, **values: Any) -> Terminal:
    """A new TID of a live terminal is to be reported."""
    if unknown := values.keys() - CHANGEABLE:
        raise TypeError(f"change_terminal() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        terminal = locked(terminal)
        if "tid" in values:
            values["tid"] = normal_code(values["tid"])
        if "sim_iccid" in values:
            values["sim_iccid"] = iccid(values["sim_iccid"])
        if changes := differences(terminal, values):
            save_terminal(terminal, list(changes))
            record("assets.change_terminal", terminal, by=by, at=at, changes=changes)
            if "tid" in changes and (binding := terminal.live_binding):
                file_changes(Filing.Kind.CHANGE, [binding], at=at)
        return terminal


def issue_terminal(terminal: Terminal, *, holder: User, by: User | None, at: datetime, note: str = "") -> Terminal:
    return issue_terminals([terminal], holder=holder, by=by, at=at, note=note)[0]


def issue_terminals(
    terminals: Sequence[Terminal], *, holder: User, by: User | None, at: datetime, note: str = ""
) -> list[Terminal]:
    """Into a bag; only tested ones."""
    if not (holder.is_active and holder.is_field):
        raise Refused(_("%(name)s does not work in the field, so has no bag.") % {"name": holder.name}, field="holder")
    return move_all(
        terminals, TerminalStatus.ISSUED, Step.ISSUE, "assets.issue_terminal", by=by, at=at, holder=holder, note=note
    )


def take_back_terminal(terminal: Terminal, *, by: User | None, at: datetime) -> Terminal:
    return take_back_terminals([terminal], by=by, at=at)[0]


def take_back_terminals(terminals: Sequence[Terminal], *, by: User | None, at: datetime) -> list[Terminal]:
    """Out of a bag: what was not used into stock, what comes from a merchant to the returns shelf."""

    def to(terminal: Terminal) -> TerminalStatus:
        return TAKEN_BACK.get(TerminalStatus(terminal.status), TerminalStatus.TESTED)

    return move_all(terminals, to, Step.TAKE_BACK, "assets.take_back_terminal", by=by, at=at)


def _new_terminal(
    at: datetime, *, serial: str, tid: str = "", firmware: str = "", is_in_use: bool = False, **more: Any
) -> Terminal:
    terminal = Terminal(
        serial=normal_code(serial), tid=normal_code(tid), firmware=firmware.strip(), since=at,
        status=TerminalStatus.TESTED if is_in_use else TerminalStatus.RECEIVED, tested_at=at if is_in_use else None, **more,
    )  # fmt: skip
    if not terminal.serial:
        raise Refused(_("A terminal needs a serial number."), field="serial")
    if len(terminal.serial) > 40:
        raise Refused(_("A serial number has at most 40 characters."), field="serial")
    return terminal


def iccid(text: str) -> str:
    """The number of a SIM in one spelling; empty stays empty."""
    number = normal_code(text)
    if number and not ICCID.fullmatch(number):
        raise Refused(
            _("“%(code)s” is not the number of a SIM: it begins with 89 and has 19 or 20 digits.") % {"code": text},
            field="sim_iccid",
        )
    return number


def locked(terminal: Terminal) -> Terminal:
    """A fresh copy under its row lock."""
    return all_locked([terminal])[terminal.pk]


def all_locked(terminals: Iterable[Terminal]) -> dict[int, Terminal]:
    """Fresh copies by key, under their row locks, which are taken in the order of the keys.

    Holders are read after that: joined, they could be from before we waited.
    """
    keys = {terminal.pk for terminal in terminals}
    list(Terminal.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    return Terminal.objects.select_related("holder", "model", "region").defer("bigrams").in_bulk(keys)


def move_all(
    terminals: Iterable[Terminal],
    to: TerminalStatus | Callable[[Terminal], TerminalStatus],
    step: Step,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    holder: User | None = None,
    run: str = "",
    note: str = "",
    look: Callable[[Terminal], None] = lambda terminal: None,
    **values: Any,
) -> list[Terminal]:
    """All or none of them go the same way, with custody and journal; `look` refuses what the step does not suit."""
    with transaction.atomic():
        rows = list(all_locked(terminals).values())
        turns = []
        for terminal in rows:
            look(terminal)
            status = to(terminal) if callable(to) else to
            turns.append(turn(terminal, status, step, by=by, at=at, holder=holder, run=run, note=note, **values))
        save_terminals(rows, [*MOVED, *values])
        write_custody(turns)
        record_all(
            verb, rows, by=by, at=at, changes=[{**turned.changes, **_run(run)} for turned in turns],
            notes=[note] * len(rows),
        )  # fmt: skip
        return rows


def _run(run: str) -> dict[str, list]:
    return {"run": ["", run]} if run else {}


@dataclass(frozen=True)
class Turn:
    """A move that is yet to be saved."""

    changes: dict[str, list]
    custody: Custody


def turn(
    terminal: Terminal,
    to: TerminalStatus,
    step: Step,
    *,
    by: User | None,
    at: datetime,
    holder: User | None = None,
    left: Binding | None = None,
    order_number: str = "",
    run: str = "",
    note: str = "",
    **values: Any,
) -> Turn:
    """The one place where a terminal's status changes, without saving. Refused says where it is, and what to do.

    `left` is the binding that ends; the one that begins is put into the custody record by who saves it.
    """
    before, had = TerminalStatus(terminal.status), terminal.holder_id
    if to not in NEXT[before] and step not in (Step.UNDO, Step.RELOCATE):
        raise Refused(
            _("This cannot be done now with %(serial)s. %(where)s")
            % {"serial": terminal.serial, "where": whereabouts(terminal)}
        )
    if terminal.is_blocked and step in (Step.ISSUE, Step.BIND):
        raise Refused(
            _(
                "%(serial)s is blocked: it is away from its place, was tampered with, or an inspection found something "
                "serious. See its page."
            )
            % {"serial": terminal.serial}
        )
    if to in (TerminalStatus.STAGED, TerminalStatus.KEYED, TerminalStatus.WIPED):
        terminal.tested_at = None
    if step == Step.TEST:
        terminal.tested_at = at
    terminal.since = at
    changes = differences(terminal, {"status": str(to), "holder": holder, **values})
    custody = Custody(
        terminal=terminal, step=step, at=at, by=by, from_status=before, from_holder_id=had, from_binding=left,
        status=to, holder=holder, region_id=terminal.region_id, order_number=order_number, run=run, note=note[:200],
    )  # fmt: skip
    return Turn(changes, custody)


def write_custody(turns: Iterable[Turn]) -> None:
    Custody.objects.bulk_create(turned.custody for turned in turns)


def whereabouts(terminal: Terminal) -> str:
    """A sentence that says where a terminal is, and what is to be done with it there."""
    status = TerminalStatus(terminal.status)
    if status is TerminalStatus.LIVE:
        merchant = terminal.live_binding.merchant
        return _("It is live at %(name)s (%(number)s).") % {"name": merchant.name, "number": merchant.number}
    if status in IN_A_BAG:
        return _("It is in the bag of %(name)s.") % {"name": terminal.holder.name}
    return str(WAYS_ON[status])


def save_terminal(terminal: Terminal, fields: list[str]) -> None:
    """Refused when a code is another terminal's."""
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
        serials, tids, sims = ({getattr(t, name) for t in terminals} - {""} for name in ("serial", "tid", "sim_iccid"))
        owners = list(Terminal.objects.filter(Q(serial__in=serials) | Q(tid__in=tids) | Q(sim_iccid__in=sims)))
        by_serial = {owner.serial: owner for owner in owners}
        by_tid = {owner.tid: owner for owner in owners if owner.tid}
        by_sim = {owner.sim_iccid: owner for owner in owners if owner.sim_iccid}
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
            if terminal.sim_iccid and (other := by_sim.setdefault(terminal.sim_iccid, terminal)) != terminal:
                raise Refused(
                    _("The SIM %(number)s is in terminal %(serial)s already.")
                    % {"number": terminal.sim_iccid, "serial": other.serial},
                    field="sim_iccid",
                ) from double
        raise
