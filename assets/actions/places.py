"""Where a terminal is live: the binding freezes what was agreed, and ends for a reason."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assets.actions.custody import locked, move, whereabouts
from assets.agreements import agreed
from assets.lifecycle import TerminalStatus
from assets.models import Binding, Terminal, normal_code
from journal.actions import record
from journal.reveals import record_reveal
from merchants.models import Merchant
from toolkit.errors import Refused
from workforce.models import User


def bind_terminal(
    terminal: Terminal,
    *,
    merchant: Merchant,
    by: User | None,
    at: datetime,
    tid: str = "",
    note: str = "",
    **agreement: str,
) -> Binding:
    """From stock, or from the bag of whoever binds it. Refused with the merchant's name where it is live already.

    `agreement` is what assets.agreements.agreed() takes: acquirer, merchant and credit code, settlement account.
    """
    frozen = agreed(**agreement)
    with transaction.atomic():
        terminal = locked(terminal)
        merchant = Merchant.objects.select_for_update(of=("self",)).get(pk=merchant.pk)
        if merchant.is_merged:
            raise Refused(
                _("%(name)s was merged into %(number)s. Please bind the terminal there.")
                % {"name": merchant.name, "number": merchant.merged_into.number},
                field="merchant",
            )
        if merchant.status == Merchant.Status.CLOSED:
            raise Refused(_("%(name)s is closed and gets no terminals.") % {"name": merchant.name}, field="merchant")
        if terminal.status == TerminalStatus.ISSUED and (by is None or terminal.holder_id != by.pk):
            raise Refused(
                _("Terminal %(serial)s is in the bag of %(name)s. Take it back into stock first.")
                % {"serial": terminal.serial, "name": terminal.holder.name}
            )
        if TerminalStatus.LIVE == terminal.status:
            raise Refused(
                _("Terminal %(serial)s cannot be bound. %(where)s Unbind it there first.")
                % {"serial": terminal.serial, "where": whereabouts(terminal)}
            )
        changes = move(terminal, TerminalStatus.LIVE, region=merchant.region, tid=normal_code(tid) or terminal.tid)
        binding = Binding.objects.create(
            terminal=terminal, merchant=merchant, started_at=at, bound_by=by, tid=terminal.tid,
            address=merchant.address, lat=merchant.lat, lon=merchant.lon, **frozen,
        )  # fmt: skip
        changes["merchant"] = [None, merchant.name]
        if binding.settlement_account:
            changes["settlement account"] = [None, binding.masked_account]
        record("assets.bind_terminal", terminal, by=by, at=at, merchant_id=merchant.pk, changes=changes, note=note)
        return binding


def unbind_terminal(
    terminal: Terminal, *, by: User | None, at: datetime, reason: str, to_holder: User | None = None
) -> Terminal:
    """Into the bag of `to_holder`, else to the returns shelf."""
    if not reason.strip():
        raise Refused(_("Say why the terminal leaves the merchant."), field="reason")
    with transaction.atomic():
        terminal = locked(terminal)
        binding = terminal.live_binding
        if binding is None:
            raise Refused(
                _("Terminal %(serial)s is not at a merchant. %(where)s")
                % {"serial": terminal.serial, "where": whereabouts(terminal)}
            )
        if to_holder is None:
            changes = move(terminal, TerminalStatus.RETURNED)
        else:
            changes = move(terminal, TerminalStatus.ISSUED, holder=to_holder)
        binding.ended_at, binding.end_reason = at, reason.strip()
        binding.save(update_fields=["ended_at", "end_reason"])
        changes["merchant"] = [binding.merchant.name, None]
        record(
            "assets.unbind_terminal", terminal, by=by, at=at, merchant_id=binding.merchant_id, changes=changes,
            note=reason.strip(),
        )  # fmt: skip
        return terminal


def reveal_account(binding: Binding, *, by: User, at: datetime) -> str:
    """The settlement account in clear, for one person, written down; so many an hour and no more."""
    record_reveal("assets.reveal_account", binding.terminal, by=by, at=at, merchant_id=binding.merchant_id)
    return binding.settlement_account
