"""Every write to terminals, bindings and stickers: custody, then places, then stickers."""

from assets.actions.custody import (
    change_terminal,
    issue_terminal,
    receive_terminal,
    receive_terminals,
    scrap_terminal,
    take_back_terminal,
)
from assets.actions.places import bind_terminal, bind_terminals, follow_merchant, reveal_account, unbind_terminal
from assets.actions.stickers import bind_sticker, bind_stickers, print_stickers
from assets.queries import find_by_code

__all__ = [
    "bind_sticker",
    "bind_stickers",
    "bind_terminal",
    "bind_terminals",
    "change_terminal",
    "find_by_code",
    "follow_merchant",
    "issue_terminal",
    "print_stickers",
    "receive_terminal",
    "receive_terminals",
    "reveal_account",
    "scrap_terminal",
    "take_back_terminal",
    "unbind_terminal",
]
