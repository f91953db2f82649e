"""Every write to terminals, bindings and stickers: custody, the depot's work, places, stickers, what is to be reported."""

from assets.actions.custody import (
    change_terminal,
    issue_terminal,
    issue_terminals,
    receive_terminal,
    receive_terminals,
    take_back_terminal,
    take_back_terminals,
)
from assets.actions.filings import make_filing_report, mark_reported
from assets.actions.mismatches import refresh_block, report_place, resolve_mismatch
from assets.actions.places import (
    bind_terminal,
    bind_terminals,
    follow_merchant,
    relocate_terminal,
    reveal_account,
    swap_terminals,
    unbind_terminal,
)
from assets.actions.staging import (
    key_terminals,
    put_sim,
    scrap_terminal,
    scrap_terminals,
    stage_terminals,
    test_terminals,
    undo_step,
    wipe_terminals,
)
from assets.actions.stickers import bind_sticker, bind_stickers, hand_out_stickers, lose_stickers, print_stickers
from assets.queries import find_by_code

__all__ = [
    "bind_sticker",
    "bind_stickers",
    "bind_terminal",
    "bind_terminals",
    "change_terminal",
    "find_by_code",
    "follow_merchant",
    "hand_out_stickers",
    "issue_terminal",
    "issue_terminals",
    "key_terminals",
    "lose_stickers",
    "make_filing_report",
    "mark_reported",
    "print_stickers",
    "put_sim",
    "receive_terminal",
    "receive_terminals",
    "refresh_block",
    "relocate_terminal",
    "report_place",
    "resolve_mismatch",
    "reveal_account",
    "scrap_terminal",
    "scrap_terminals",
    "stage_terminals",
    "swap_terminals",
    "take_back_terminal",
    "take_back_terminals",
    "test_terminals",
    "unbind_terminal",
    "undo_step",
    "wipe_terminals",
]
