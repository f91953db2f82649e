"""A terminal that is not where it is registered: found, blocked, verified, resolved."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from assets.actions.custody import locked, save_terminals
from assets.models import Mismatch, Terminal
from journal.actions import record
from routing.geo import distance_m
from toolkit.errors import Refused
from workforce.models import User

NEAR_M = 300  # as far as a phone in a shopping centre errs


def report_place(
    terminal: Terminal,
    *,
    lat: float,
    lon: float,
    by: User | None,
    at: datetime,
    accuracy_m: float | None = None,
    note: str = "",
) -> Mismatch | None:
    """Somebody or something says where it is. Far from the registered place it is blocked until that is resolved.

    Nothing where it fits, or is not known; the open mismatch where there is one already.
    """
    with transaction.atomic():
        terminal = locked(terminal)
        binding = terminal.live_binding
        if opened := terminal.mismatches.open().first():
            return opened
        if binding is None or binding.lat is None:
            return None
        distance = float(distance_m(binding.lat, binding.lon, lat, lon))
        if distance <= NEAR_M + (accuracy_m or 0):
            return None
        mismatch = Mismatch.objects.create(
            terminal=terminal, binding=binding, lat=lat, lon=lon, accuracy_m=accuracy_m, distance_m=distance,
            reported_at=at, reported_by=by, note=note.strip()[:200],
        )  # fmt: skip
        _save_block(terminal, True)
        record(
            "assets.report_place", terminal, by=by, at=at, merchant_id=binding.merchant_id, note=note.strip(),
            changes={"distance_m": [None, round(distance)]},
        )  # fmt: skip
        return mismatch


def resolve_mismatch(mismatch: Mismatch, *, outcome: str, finding: str, by: User | None, at: datetime) -> Mismatch:
    """Says what is so; the terminal is free again. That it was moved or taken away must have been entered before."""
    if not finding.strip():
        raise Refused(_("Say what was found."), field="finding")
    with transaction.atomic():
        terminal = locked(mismatch.terminal)
        mismatch = Mismatch.objects.select_for_update().get(pk=mismatch.pk)
        if mismatch.resolved_at:
            raise Refused(_("%(name)s has resolved this already.") % {"name": mismatch.resolved_by})
        here = terminal.live_binding
        is_as_registered = here is not None and here.pk == mismatch.binding_id
        if outcome == Mismatch.Outcome.RELOCATED and (here is None or is_as_registered):
            raise Refused(_("Its new place is not registered yet: relocate it first."), field="outcome")
        if outcome == Mismatch.Outcome.TAKEN_AWAY and is_as_registered:
            raise Refused(_("It is still registered at the merchant: take it away first."), field="outcome")
        if outcome == Mismatch.Outcome.IN_PLACE and not is_as_registered:
            raise Refused(_("It is not registered there any more."), field="outcome")
        mismatch.outcome, mismatch.finding = outcome, finding.strip()[:200]
        mismatch.resolved_at, mismatch.resolved_by = at, by
        mismatch.save()
        mismatch.terminal = terminal
        _save_block(terminal, _is_held_back(terminal))
        record(
            "assets.resolve_mismatch", terminal, by=by, at=at, merchant_id=mismatch.binding.merchant_id,
            changes={"outcome": [None, outcome]}, note=mismatch.finding,
        )  # fmt: skip
        return mismatch


def refresh_block(terminal: Terminal, *, by: User | None, at: datetime, note: str) -> Terminal:
    """Blocked as long as there is a reason: an open mismatch, or what a room above knows (config/followers.py)."""
    with transaction.atomic():
        terminal = locked(terminal)
        is_blocked = _is_held_back(terminal)
        if is_blocked != terminal.is_blocked:
            _save_block(terminal, is_blocked)
            binding = terminal.live_binding
            record(
                "assets.refresh_block", terminal, by=by, at=at, note=note,
                merchant_id=binding.merchant_id if binding else None,
                changes={"is_blocked": [not is_blocked, is_blocked]},
            )  # fmt: skip
        return terminal


def _is_held_back(terminal: Terminal) -> bool:
    asked = (import_string(path) for path in import_string(settings.FOLLOWERS)["terminal is held back"])
    return terminal.mismatches.open().exists() or any(is_held(terminal) for is_held in asked)


def _save_block(terminal: Terminal, is_blocked: bool) -> None:
    terminal.is_blocked = is_blocked
    save_terminals([terminal], ["is_blocked"])
