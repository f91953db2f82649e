"""Rows out: CSV and XLSX that open in Excel without running anything a stranger typed."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from toolkit.errors import Refused

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")
PHONE = re.compile(r"\+\d[\d ]{5,18}")  # nothing a spreadsheet could compute
MAX_ROWS = 1_048_576  # of a sheet; what lies below would be left out in silence


def harmless(value: Any) -> Any:
    """The value as a cell: numbers and dates as they are, texts that a spreadsheet would compute are quoted."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if timezone.is_aware(value) else value
    if isinstance(value, float) and not isfinite(value):
        return ""
    if isinstance(value, bool | int | float | Decimal) or hasattr(value, "isoformat"):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) and not PHONE.fullmatch(text) else text


def write_csv(heads: list[str], rows: Iterable[list]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, which Excel needs; one piece per few hundred rows."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([harmless(head) for head in heads])
    for count, row in enumerate(rows, 1):
        writer.writerow([harmless(value) for value in row])
        if count % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(title: str, heads: list[str], rows: Iterable[list]) -> IO[bytes]:
    """A workbook with one sheet, written in constant memory to a temporary file that is returned rewound."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  (the response closes it)
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    sheet = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1")
    bold = book.add_format({"bold": True})
    when = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, [harmless(head) for head in heads], bold)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, 1):
        if line >= MAX_ROWS:
            raise Refused(_("A workbook holds no more than %(limit)d rows. Export as CSV.") % {"limit": MAX_ROWS - 1})
        for column, value in enumerate(map(harmless, row)):
            if isinstance(value, datetime):
                sheet.write_datetime(line, column, value, when)
            elif hasattr(value, "isoformat") and hasattr(value, "year"):
                sheet.write_datetime(line, column, value, day)
            elif isinstance(value, str):
                if value:
                    sheet.write_string(line, column, value)
            else:
                sheet.write(line, column, value)
    book.close()
    file.seek(0)
    return file
