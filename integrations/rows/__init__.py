"""Rows of a customer's spreadsheet: read, judged, and put in through the apps' actions."""

from integrations.rows.merchants import MerchantReader
from integrations.rows.reader import Reader
from integrations.rows.terminals import TerminalReader

READERS: dict[str, type[Reader]] = {"merchants": MerchantReader, "terminals": TerminalReader}
