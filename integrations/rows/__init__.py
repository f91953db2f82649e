"""Rows of a customer's spreadsheet: read, judged, and put in through the apps' actions."""

from integrations.rows.card_keys import CardKeyReader, without_secrets
from integrations.rows.leads import LeadReader
from integrations.rows.merchants import MerchantReader
from integrations.rows.reader import Reader, Row
from integrations.rows.terminals import TerminalReader
from integrations.rows.transactions import TransactionReader

__all__ = [
    "READERS",
    "CardKeyReader",
    "LeadReader",
    "MerchantReader",
    "Reader",
    "Row",
    "TerminalReader",
    "TransactionReader",
    "without_secrets",
]

READERS: dict[str, type[Reader]] = {
    "merchants": MerchantReader,
    "terminals": TerminalReader,
    "leads": LeadReader,
    "card_keys": CardKeyReader,
    "takings": TransactionReader,
}
