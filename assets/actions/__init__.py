"""Every write to terminals, bindings and stickers: custody, then places, then stickers."""

from assets.actions.custody import (
    change_terminal,
    issue_terminal,
    receive_terminal,
    scrap_terminal,
    take_back_terminal,
)
from assets.actions.places import bind_terminal, reveal_account, unbind_terminal
from assets.actions.stickers import bind_sticker, print_stickers
from assets.queries import find_by_code

__all__ = [
    "bind_sticker",
    "bind_terminal",
    "change_terminal",
    "find_by_code",
    "issue_terminal",
    "print_stickers",
    "receive_terminal",
    "reveal_account",
    "scrap_terminal",
    "take_back_terminal",
    "unbind_terminal",
]
