"""The work of the depot: staged, keyed, tested, wiped, scrapped, each signed by whoever did it.

Of a run only its number is kept. No key, nor anything that could be one, is ever taken in.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.actions.custody import MOVED, iccid, locked, move_all, save_terminals, turn, whereabouts, write_custody
from assets.lifecycle import UNDONE, Step, TerminalStatus
from assets.models import Terminal
from assets.models.custody import KEY_LIKE
from journal.actions import record
from toolkit.errors import Refused
from workforce.models import User

UNDO_WITHIN = timedelta(minutes=15)
LONGEST_RUN = 60


def stage_terminals(
    terminals: Sequence[Terminal],
    *,
    by: User,
    at: datetime,
    run: str,
    firmware: str = "",
    warranty_ends_on: date | None = None,
) -> list[Terminal]:
    """Software and parameters are on them. What is left empty stays as it is."""
    values: dict[str, Any] = {"firmware": firmware.strip(), "warranty_ends_on": warranty_ends_on}
    given = {name: value for name, value in values.items() if value}
    return move_all(
        terminals, TerminalStatus.STAGED, Step.STAGE, "assets.stage_terminal", by=by, at=at, run=_run(run), **given
    )


def key_terminals(terminals: Sequence[Terminal], *, by: User, at: datetime, run: str) -> list[Terminal]:
    return move_all(terminals, TerminalStatus.KEYED, Step.KEY, "assets.key_terminal", by=by, at=at, run=_run(run))


def test_terminals(terminals: Sequence[Terminal], *, by: User, at: datetime, run: str = "") -> list[Terminal]:
    """They work, says who signs. Only then can they be issued."""

    def look(terminal: Terminal) -> None:
        if terminal.status == TerminalStatus.STAGED and terminal.model.needs_keys:
            raise Refused(_("%(serial)s has no keys yet: key it first.") % {"serial": terminal.serial})

    return move_all(
        terminals, TerminalStatus.TESTED, Step.TEST, "assets.test_terminal", by=by, at=at, run=_checked(run), look=look
    )


def wipe_terminals(terminals: Sequence[Terminal], *, by: User, at: datetime, run: str = "") -> list[Terminal]:
    """Nothing of a merchant and no key is left on them; a broken one is wiped by destroying what held it."""
    return move_all(terminals, TerminalStatus.WIPED, Step.WIPE, "assets.wipe_terminal", by=by, at=at, run=_checked(run))


def scrap_terminal(terminal: Terminal, *, by: User | None, at: datetime, reason: str) -> Terminal:
    return scrap_terminals([terminal], by=by, at=at, reason=reason)[0]


def scrap_terminals(terminals: Sequence[Terminal], *, by: User | None, at: datetime, reason: str) -> list[Terminal]:
    """For ever; what had keys was wiped before."""
    if not reason.strip():
        raise Refused(_("Say why it is scrapped."), field="reason")
    return move_all(
        terminals,
        TerminalStatus.SCRAPPED,
        Step.SCRAP,
        "assets.scrap_terminal",
        by=by,
        at=at,
        note=_no_key(reason, "reason"),
    )


def put_sim(terminal: Terminal, *, sim_iccid: str, by: User, at: datetime) -> Terminal:
    """The SIM that was put into it while it was staged."""
    with transaction.atomic():
        terminal = locked(terminal)
        if terminal.status not in (TerminalStatus.RECEIVED, TerminalStatus.STAGED, TerminalStatus.WIPED):
            raise Refused(_("A SIM is put in while a terminal is staged. %(where)s") % {"where": whereabouts(terminal)})
        before, terminal.sim_iccid = terminal.sim_iccid, iccid(sim_iccid)
        if before != terminal.sim_iccid:
            save_terminals([terminal], ["sim_iccid"])
            record(
                "assets.change_terminal", terminal, by=by, at=at, changes={"sim_iccid": [before, terminal.sim_iccid]}
            )
        return terminal


def undo_step(terminal: Terminal, *, by: User, at: datetime) -> Terminal:
    """Takes a mistaken scan back: one's own last step, within 15 minutes. Both stay in the custody record."""
    with transaction.atomic():
        terminal = locked(terminal)
        last = terminal.custody.select_related("from_holder").order_by("-at", "-id").first()
        if last is None or last.by_id != by.pk or at - last.at > UNDO_WITHIN or last.step == Step.UNDO:
            raise Refused(
                _("Only your own last step with %(serial)s can be taken back, within 15 minutes. %(where)s")
                % {"serial": terminal.serial, "where": whereabouts(terminal)}
            )
        if last.from_status not in UNDONE.get(TerminalStatus(terminal.status), ()):
            raise Refused(
                _("“%(step)s” cannot be taken back. %(where)s")
                % {"step": last.get_step_display(), "where": whereabouts(terminal)}
            )
        before = TerminalStatus(last.from_status)
        turned = turn(terminal, before, Step.UNDO, by=by, at=at, holder=last.from_holder, note=str(last.step))
        save_terminals([terminal], MOVED)
        write_custody([turned])
        record("assets.undo_terminal", terminal, by=by, at=at, changes=turned.changes)
        return terminal


def _run(run: str) -> str:
    if not run.strip():
        raise Refused(_("Give the number of the run."), field="run")
    return _checked(run)


def _checked(run: str) -> str:
    run = _no_key(run, "run")
    if len(run) > LONGEST_RUN:
        raise Refused(_("The number of a run has at most %(most)d characters.") % {"most": LONGEST_RUN}, field="run")
    return run


def _no_key(text: str, field: str) -> str:
    text = text.strip()
    if re.search(KEY_LIKE, re.sub(r"\s", "", text)):
        raise Refused(
            _("This looks like a key. Keys are never kept here: give only the number of the run."), field=field
        )
    return text
