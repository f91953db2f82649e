from assets.models.custody import Custody
from assets.models.filings import Filing, FilingReport
from assets.models.mismatches import Mismatch
from assets.models.stickers import Sticker, StickerSheet, new_token
from assets.models.telemetry import Reading, TerminalState, TerminalStateQuerySet
from assets.models.terminals import Binding, BindingQuerySet, Terminal, TerminalModel, TerminalQuerySet, normal_code

__all__ = [
    "Binding",
    "BindingQuerySet",
    "Custody",
    "Filing",
    "FilingReport",
    "Mismatch",
    "Reading",
    "Sticker",
    "StickerSheet",
    "Terminal",
    "TerminalModel",
    "TerminalQuerySet",
    "TerminalState",
    "TerminalStateQuerySet",
    "new_token",
    "normal_code",
]
