"""Where a terminal is live: the binding freezes what was agreed, and ends for a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from assets.actions.custody import all_locked, locked, move, save_terminals, turn, whereabouts
from assets.agreements import agreed
from assets.lifecycle import TerminalStatus
from assets.models import Binding, Terminal, normal_code
from journal.actions import record, record_all
from journal.reveals import record_reveal
from merchants.actions import take_turns
from merchants.models import Merchant
from toolkit.errors import Refused
from workforce.models import Region, User


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
    new = {"terminal": terminal, "merchant": merchant, "tid": tid, "note": note, **agreement}
    return bind_terminals([new], by=by, at=at)[0]


def bind_terminals(news: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime) -> list[Binding]:
    """All or none of them; `news` are arguments of bind_terminal. Refused for the first that cannot be."""
    with transaction.atomic():
        take_turns(new["merchant"].pk for new in news)
        terminals = all_locked(new["terminal"] for new in news)
        if len(terminals) < len(news):
            raise Refused(_("A terminal can be bound to one merchant only: one of these stands in the list twice."))
        in_order = Merchant.objects.select_for_update().prefetch_related("region").defer("bigrams").order_by("pk")
        prefetch_related_objects(list(terminals.values()), "region")
        merchants = in_order.in_bulk({new["merchant"].pk for new in news})
        fresh = [
            {**new, "terminal": terminals[new["terminal"].pk], "merchant": merchants[new["merchant"].pk]}
            for new in news
        ]
        bound = [_bound(**new, by=by, at=at) for new in fresh]
        save_terminals(list(terminals.values()), ["status", "holder", "region", "tid"])
        bindings = Binding.objects.bulk_create(binding for binding, _changes in bound)
        record_all(
            "assets.bind_terminal", [binding.terminal for binding in bindings], by=by, at=at,
            merchant_ids=[binding.merchant_id for binding in bindings], changes=[changes for _binding, changes in bound],
            notes=[new.get("note", "") for new in news],
        )  # fmt: skip
        return bindings


def _bound(
    terminal: Terminal,
    merchant: Merchant,
    *,
    by: User | None,
    at: datetime,
    tid: str = "",
    note: str = "",
    **agreement: str,
) -> tuple[Binding, dict[str, list]]:
    """A terminal and its binding, both yet to be saved, and what changes."""
    frozen = agreed(**agreement)
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
    changes = turn(terminal, TerminalStatus.LIVE, region=merchant.region, tid=normal_code(tid) or terminal.tid)
    changes["merchant"] = [None, merchant.name]
    binding = Binding(
        terminal=terminal, merchant=merchant, started_at=at, bound_by=by, tid=terminal.tid, address=merchant.address,
        lat=merchant.lat, lon=merchant.lon, **frozen,
    )  # fmt: skip
    if binding.settlement_account:
        changes["settlement account"] = [None, binding.masked_account]
    return binding, changes


def unbind_terminal(
    terminal: Terminal,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    to_holder: User | None = None,
    merchant: Merchant | None = None,
) -> Terminal:
    """Into the bag of `to_holder`, else to the returns shelf. Refused where it is not at `merchant`, if that is given."""
    if not reason.strip():
        raise Refused(_("Say why the terminal leaves the merchant."), field="reason")
    with transaction.atomic():
        terminal = locked(terminal)
        binding = terminal.live_binding
        if binding is None or (merchant and binding.merchant_id != merchant.pk):
            raise Refused(
                _("Terminal %(serial)s is not at this merchant. %(where)s")
                if merchant
                else _("Terminal %(serial)s is not at a merchant. %(where)s")
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


def follow_merchant(merchant: Merchant, *, region: Region, by: User | None, at: datetime) -> None:
    """The terminals that are live at a merchant go along into its new region, with those just being bound there."""
    take_turns([merchant.pk])
    live = merchant.bindings.live().values("terminal")
    moving = Terminal.objects.select_for_update(of=("self",)).filter(pk__in=live).exclude(region=region)
    terminals = list(moving.select_related("region").order_by("pk"))
    record_all(
        "assets.follow_merchant", terminals, by=by, at=at, merchant_ids=[merchant.pk] * len(terminals),
        changes=[{"region": [str(terminal.region), str(region)]} for terminal in terminals],
    )  # fmt: skip
    Terminal.objects.filter(pk__in=[terminal.pk for terminal in terminals]).update(region=region)


def reveal_account(binding: Binding, *, by: User, at: datetime) -> str:
    """The settlement account in clear, for one person, written down; so many an hour and no more."""
    record_reveal("assets.reveal_account", binding.terminal, by=by, at=at, merchant_id=binding.merchant_id)
    return binding.settlement_account
