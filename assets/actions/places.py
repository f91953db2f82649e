"""Where a terminal is live: the binding freezes what was agreed, and ends for a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from assets.actions.custody import (
    MOVED,
    Turn,
    all_locked,
    change_terminal,
    locked,
    save_terminals,
    turn,
    whereabouts,
    write_custody,
)
from assets.actions.filings import file_changes
from assets.actions.stickers import move_sticker
from assets.agreements import agreed
from assets.lifecycle import IN_A_BAG, Step, TerminalStatus
from assets.models import Binding, Filing, Terminal, normal_code
from journal.actions import record, record_all
from journal.reveals import record_reveal
from merchants.actions import take_turns
from merchants.models import Merchant
from toolkit.errors import Refused
from workforce.models import Region, User

AGREEMENT = ("acquirer_code", "merchant_code", "credit_code", "settlement_account")


def bind_terminal(
    terminal: Terminal,
    *,
    merchant: Merchant,
    by: User | None,
    at: datetime,
    tid: str = "",
    note: str = "",
    order_number: str = "",
    holder: User | None = None,
    is_reported: bool = False,
    **agreement: str,
) -> Binding:
    """From stock, or from the bag of whoever binds it or of `holder`. Refused with the merchant's name where it is live
    already.

    `agreement` is what assets.agreements.agreed() takes: acquirer, merchant and credit code, settlement account.
    """
    new = {"terminal": terminal, "merchant": merchant, "tid": tid, "note": note, "holder": holder, **agreement}
    return bind_terminals([{**new, "order_number": order_number}], by=by, at=at, is_reported=is_reported)[0]


def bind_terminals(
    news: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime, is_reported: bool = False
) -> list[Binding]:
    """All or none of them; `news` are arguments of bind_terminal. Refused for the first that cannot be.

    `is_reported`: the acquirer knows of them already, since they were bound in another system.
    """
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
        save_terminals(list(terminals.values()), MOVED)
        bindings = Binding.objects.bulk_create(binding for binding, _turned in bound)
        for binding, turned in bound:
            turned.custody.binding = binding
        write_custody(turned for _binding, turned in bound)
        if not is_reported:
            file_changes(Filing.Kind.BIND, bindings, at=at)
        record_all(
            "assets.bind_terminal", [binding.terminal for binding in bindings], by=by, at=at,
            merchant_ids=[binding.merchant_id for binding in bindings],
            changes=[turned.changes for _binding, turned in bound], notes=[new.get("note", "") for new in news],
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
    order_number: str = "",
    holder: User | None = None,
    **agreement: str,
) -> tuple[Binding, Turn]:
    """A terminal's binding and its turn, all yet to be saved."""
    frozen = agreed(**agreement)
    if merchant.is_merged:
        raise Refused(
            _("%(name)s was merged into %(number)s. Please bind the terminal there.")
            % {"name": merchant.name, "number": merchant.merged_into.number},
            field="merchant",
        )
    if merchant.status == Merchant.Status.CLOSED:
        raise Refused(_("%(name)s is closed and gets no terminals.") % {"name": merchant.name}, field="merchant")
    if terminal.status in IN_A_BAG and terminal.holder_id not in (by and by.pk, holder and holder.pk):
        raise Refused(
            _("Terminal %(serial)s is in the bag of %(name)s. Take it back into stock first.")
            % {"serial": terminal.serial, "name": terminal.holder.name}
        )
    if TerminalStatus.LIVE == terminal.status:
        raise Refused(
            _("Terminal %(serial)s cannot be bound. %(where)s Unbind it there first.")
            % {"serial": terminal.serial, "where": whereabouts(terminal)}
        )
    if terminal.status == TerminalStatus.RETRIEVED and terminal.bindings.first().merchant_id != merchant.pk:
        raise Refused(
            _("Terminal %(serial)s comes from another merchant. It is wiped and tested before anybody else gets it.")
            % {"serial": terminal.serial}
        )
    turned = turn(
        terminal, TerminalStatus.LIVE, Step.BIND, by=by, at=at, order_number=order_number, note=note,
        region=merchant.region, tid=normal_code(tid) or terminal.tid,
    )  # fmt: skip
    turned.custody.region = merchant.region
    turned.changes["merchant"] = [None, merchant.name]
    binding = Binding(
        terminal=terminal, merchant=merchant, started_at=at, bound_by=by, tid=terminal.tid, address=merchant.address,
        lat=merchant.lat, lon=merchant.lon, **frozen,
    )  # fmt: skip
    if binding.settlement_account:
        turned.changes["settlement account"] = [None, binding.masked_account]
    return binding, turned


def unbind_terminal(
    terminal: Terminal,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    to_holder: User | None = None,
    merchant: Merchant | None = None,
    order_number: str = "",
) -> Terminal:
    """Into the bag of `to_holder`, else to the returns shelf. Refused where it is not at `merchant`, if that is given."""
    if not reason.strip():
        raise Refused(_("Say why the terminal leaves the merchant."), field="reason")
    with transaction.atomic():
        terminal = locked(terminal)
        binding = _live_at(terminal, merchant)
        to = TerminalStatus.RETURNED if to_holder is None else TerminalStatus.RETRIEVED
        turned = turn(
            terminal, to, Step.UNBIND, by=by, at=at, holder=to_holder, left=binding, order_number=order_number,
            note=reason.strip(),
        )  # fmt: skip
        save_terminals([terminal], MOVED)
        _end(binding, at, reason.strip())
        write_custody([turned])
        file_changes(Filing.Kind.REMOVE, [binding], at=at)
        record(
            "assets.unbind_terminal", terminal, by=by, at=at, merchant_id=binding.merchant_id,
            changes={**turned.changes, "merchant": [binding.merchant.name, None]}, note=reason.strip(),
        )  # fmt: skip
        return terminal


def swap_terminals(
    old: Terminal,
    new: Terminal,
    *,
    merchant: Merchant,
    by: User,
    at: datetime,
    reason: str,
    to_holder: User | None = None,
    order_number: str = "",
    tid: str = "",
    moves_sticker: bool = False,
    **agreement: str,
) -> Binding:
    """The old one leaves the merchant, the new one takes its place with what was agreed: both, or nothing happens.
    The bag the old one goes into is also where the new one may come from.

    TID and codes go along unless others are given.
    """
    if old.pk == new.pk:
        raise Refused(_("A terminal cannot be swapped for itself: scan the new one."))
    with transaction.atomic():
        take_turns([merchant.pk])
        rows = all_locked([old, new])
        before = _live_at(rows[old.pk], merchant)
        known = {name: getattr(before, name) for name in AGREEMENT}
        unbind_terminal(
            old, by=by, at=at, reason=reason, to_holder=to_holder, merchant=merchant, order_number=order_number
        )
        if before.tid and not tid and not rows[new.pk].tid:
            tid = before.tid
            change_terminal(rows[old.pk], by=by, at=at, tid="")
        binding = bind_terminal(
            new, merchant=merchant, by=by, at=at, tid=tid, note=reason, order_number=order_number, holder=to_holder,
            **known | {name: value for name, value in agreement.items() if value},
        )  # fmt: skip
        if moves_sticker:
            move_sticker(old, new, by=by, at=at)
        return binding


def relocate_terminal(
    terminal: Terminal,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    address: str = "",
    lat: float | None = None,
    lon: float | None = None,
    merchant: Merchant | None = None,
    order_number: str = "",
) -> Binding:
    """Another place of the same merchant, by default where it is registered now; what was agreed goes along."""
    if not reason.strip():
        raise Refused(_("Say why it is moved."), field="reason")
    with transaction.atomic():
        terminal = locked(terminal)
        before = _live_at(terminal, merchant)
        place = (address.strip(), lat, lon) if address.strip() else _registered(before.merchant)
        if place == (before.address, before.lat, before.lon):
            raise Refused(
                _("%(serial)s is registered at this place already. File a change of the merchant's place first.")
                % {"serial": terminal.serial}
            )
        _end(before, at, reason.strip())
        kept = {name: getattr(before, name) for name in ("terminal", "merchant", "tid", *AGREEMENT)}
        after = Binding.objects.create(**kept, started_at=at, bound_by=by, address=place[0], lat=place[1], lon=place[2])
        turned = turn(
            terminal, TerminalStatus.LIVE, Step.RELOCATE, by=by, at=at, left=before, order_number=order_number,
            note=reason.strip(),
        )  # fmt: skip
        turned.custody.binding = after
        save_terminals([terminal], MOVED)
        write_custody([turned])
        file_changes(Filing.Kind.CHANGE, [after], at=at)
        record(
            "assets.relocate_terminal", terminal, by=by, at=at, merchant_id=after.merchant_id,
            changes={"address": [before.address, after.address]}, note=reason.strip(),
        )  # fmt: skip
        return after


def _live_at(terminal: Terminal, merchant: Merchant | None) -> Binding:
    binding = terminal.live_binding
    if binding is None or (merchant and binding.merchant_id != merchant.pk):
        raise Refused(
            (
                _("Terminal %(serial)s is not at this merchant. %(where)s")
                if merchant
                else _("Terminal %(serial)s is not at a merchant. %(where)s")
            )
            % {"serial": terminal.serial, "where": whereabouts(terminal)}
        )
    binding.terminal = terminal
    return binding


def _registered(merchant: Merchant) -> tuple[str, float | None, float | None]:
    return merchant.address, merchant.lat, merchant.lon


def _end(binding: Binding, at: datetime, reason: str) -> None:
    binding.ended_at, binding.end_reason = at, reason[:200]
    binding.save(update_fields=["ended_at", "end_reason"])


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
