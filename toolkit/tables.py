"""Customers' spreadsheets: CSV in the encodings Excel and Chinese software write, and XLSX, row by row."""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from itertools import chain, islice
from math import ceil
from operator import itemgetter
from statistics import median_high
from typing import IO, Any

import openpyxl
from django.utils.translation import gettext as _

from toolkit.errors import Refused
from toolkit.exports import DANGEROUS

MAX_COLUMNS = 256
MAX_ROWS = 1_048_576  # what a sheet of Excel holds
MAX_SHEET_BYTES = 1024 * 1024 * 1024  # unpacked, of an XLSX: a sheet is streamed
MAX_PART_BYTES = 100 * 1024 * 1024  # everything else is held in memory
MAX_RATIO, RATIO_COUNTS_FROM_BYTES = 200, 10 * 1024 * 1024  # sheets shrink to a 5th or a 50th, bombs to a 1000th
MAX_CELL = 32_767  # characters, what a cell of Excel holds
SAMPLE_ROWS, SAMPLE_BYTES = 50, 256 * 1024
HEAD_ROWS = 20  # the headers are among the first so many
CONTROL = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f]")
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200e\u200f\ufeff"
VALUE = re.compile(r"\d{4}|^[\d.,%-]+$")  # what labels seldom are: a date, an amount
DELIMITERS = ",;\t|"


class Row(list[str]):
    """As many cells as there are headers; more when the line holds more, which a stray delimiter does."""

    number: int  # as the spreadsheet program counts, from 1


@dataclass(frozen=True)
class Table:
    headers: list[str]
    rows: Iterator[Row]  # without empty ones; may still raise Refused, for what is found far down


def open_table(file: IO[bytes], name: str) -> Table:
    """`name` is only for the sentences: what the file is, is read from its content."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head.strip(b"\0 \r\n\t"):
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            _("“%(name)s” is in Excel's old format or has a password. Save it as XLSX or CSV without a password.")
            % {"name": name}
        )
    if head.startswith(b"PK\x03\x04"):
        return _table(_xlsx_lines(file, name), name)
    return _table(_csv_lines(file, name), name)


def _unreadable(name: str) -> Refused:
    return Refused(_("“%(name)s” cannot be read as a table. Save it as XLSX or CSV.") % {"name": name})


# -- what was read, kept to be read again ---------------------------------------------------------------


def keep_table(table: Table, file: IO[bytes]) -> int:
    """Writes a table as plain CSV, each row with its number, and returns how many rows there are.

    A workbook takes minutes to read where this takes seconds, and nothing is left to guess.
    """
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(["", *table.headers])
    count = 0
    for count, row in enumerate(table.rows, 1):
        writer.writerow([row.number, *(cell[:MAX_CELL] for cell in row)])
    text.detach()
    return count


def open_kept_table(file: IO[bytes]) -> Table:
    """What keep_table wrote."""
    reader = csv.reader(io.TextIOWrapper(file, "utf-8", newline=""))

    def rows() -> Iterator[Row]:
        for number, *cells in reader:
            row = Row(cells)
            row.number = int(number)
            yield row

    return Table(next(reader)[1:], rows())


# -- headers -------------------------------------------------------------------------------------------


def _table(lines: Iterator[tuple[int, list[str]]], name: str) -> Table:
    """From the numbered lines that are not empty."""
    sample = list(islice(lines, SAMPLE_ROWS))
    if not sample:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    at = _header_position([cells for _number, cells in sample])
    labels, data = sample[at][1], sample[at + 1 :]
    width = max(len(labels), median_high(len(cells) for _number, cells in data) if data else 0)
    if width > MAX_COLUMNS:
        raise Refused(
            _("“%(name)s” has more than %(limit)d columns. Keep only those that are to be imported.")
            % {"name": name, "limit": MAX_COLUMNS}
        )
    return Table(_unique(labels, width), _rows(chain(data, lines), width))


def _rows(lines: Iterable[tuple[int, list[str]]], width: int) -> Iterator[Row]:
    for number, cells in lines:
        row = Row(cells)
        row.extend([""] * (width - len(cells)))
        row.number = number
        yield row


def _header_position(sample: Sequence[list[str]]) -> int:
    """The first row that is about as wide as the table and is made of labels; above it may stand titles and notes."""
    widest = max(_filled(cells) for cells in sample)
    for position, cells in enumerate(sample[:HEAD_ROWS]):
        enough = ceil(widest * (0.7 if any(map(VALUE.search, cells)) else 0.5))
        if _filled(cells) >= max(enough, min(2, widest)) and not _is_note(cells):
            return position
    return 0


def _filled(cells: Sequence[str]) -> int:
    return sum(map(bool, cells))


def _is_note(cells: Sequence[str]) -> bool:
    """Made by: | Zhang San | Date: | …"""
    asking = sum(cell.endswith((":", "\uff1a")) for cell in cells)
    return 0 < asking < _filled(cells)


def _unique(cells: Sequence[str], width: int) -> list[str]:
    headers: list[str] = []
    taken: Counter[str] = Counter()
    for place in range(width):
        label = " ".join(cells[place].split()) if place < len(cells) else ""
        label = candidate = label or f"#{place + 1}"  # in no language: an import is read again by a worker
        while candidate in taken:
            taken[label] += 1
            candidate = f"{label} ({taken[label]})"
        taken[candidate] += 1
        headers.append(candidate)
    return headers


def _tidy(text: str) -> str:
    """Without the blanks and invisible characters around, and without the quote our own exports put before = + - @."""
    text = text.replace("\0", "").strip(BLANKS)
    return text[1:] if text[:1] == "'" and text[1:2] in DANGEROUS else text


def _cut(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


# -- CSV -----------------------------------------------------------------------------------------------


def _csv_lines(file: IO[bytes], name: str) -> Iterator[tuple[int, list[str]]]:
    encoding = _encoding(file, name)
    file.seek(0)
    sample = codecs.getincrementaldecoder(encoding)().decode(file.read(SAMPLE_BYTES))
    if re.match(r"\s*<(?:!doctype|html|table|\?xml|meta)", sample, re.IGNORECASE):
        raise _unreadable(name)  # the "XLS" of web applications
    directive = re.match(r"sep=(.)\r?\n", sample)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, newline="")
    reader = csv.reader(text, delimiter=directive[1] if directive else _delimiter(sample))
    try:
        for number, raw in enumerate(reader, 1):
            if number > MAX_ROWS:
                raise _too_many_rows(name)
            cells = _cut([_tidy(cell) for cell in raw])
            if cells and not (directive and number == 1):
                yield number, cells
    except csv.Error as error:
        raise Refused(
            _("Line %(line)d of “%(name)s” cannot be read: look for a quotation mark that is not closed.")
            % {"line": reader.line_num, "name": name}
        ) from error
    finally:
        if not file.closed:
            text.detach()


def _too_many_rows(name: str) -> Refused:
    return Refused(
        _("“%(name)s” has more than %(limit)d rows. Split it into several files.") % {"name": name, "limit": MAX_ROWS}
    )


def _encoding(file: IO[bytes], name: str) -> str:
    head = file.read(SAMPLE_BYTES)
    even, odd = head[::2].count(0), head[1::2].count(0)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif even + odd > len(head) / 20:
        candidates = ["utf-16-le" if odd > even else "utf-16-be"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise Refused(
        _("The characters of “%(name)s” cannot be read. Save it as XLSX, or as CSV in UTF-8.") % {"name": name}
    )


def _decodes(file: IO[bytes], encoding: str) -> bool:
    """The whole file, and into text: nearly every file decodes as GB18030, most of them into nonsense."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        piece = file.read(SAMPLE_BYTES)
        text = decoder.decode(piece)
        if CONTROL.search(text) or (encoding == "gb18030" and not _is_chinese(piece, text)):
            return False
        while piece := file.read(SAMPLE_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(piece: bytes, text: str) -> bool:
    """In Western 8-bit encodings high bytes stand alone between letters; in GB18030 they come in pairs."""
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", piece))
    return alone <= sum(character > "\x7f" for character in text) / 2


def _delimiter(sample: str) -> str:
    """The one that splits most rows, then splits most rows into equally many cells, then into most cells."""

    def merit(delimiter: str) -> tuple[int, int, int]:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        try:
            widths = Counter(len(cells) for cells in islice(rows, SAMPLE_ROWS) if len(cells) > 1)
        except csv.Error:
            return 0, 0, 0
        width, rows_of_it = max(widths.items(), key=itemgetter(1), default=(1, 0))
        return widths.total(), rows_of_it, width

    return max(DELIMITERS, key=merit)


# -- XLSX ----------------------------------------------------------------------------------------------


def _xlsx_lines(file: IO[bytes], name: str) -> Iterator[tuple[int, list[str]]]:
    """Of the first sheet that is not empty; hidden ones come last."""
    book = None
    try:
        _check_parts(file, name)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        for sheet in sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible"):
            sheet.reset_dimensions()  # what a file says of its size is not to be trusted
            is_empty = True
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                if number > MAX_ROWS:
                    raise _too_many_rows(name)
                if cells := _cut([_text(value) for value in values]):
                    is_empty = False
                    yield number, cells
            if not is_empty:
                return
    except Refused:
        raise
    except Exception as error:  # openpyxl raises anything at what is not a workbook
        raise _unreadable(name) from error
    finally:
        if book:
            book.close()


def _check_parts(file: IO[bytes], name: str) -> None:
    """Before anything is unpacked: zipfile never gives more than the size a part is listed with."""
    with zipfile.ZipFile(file) as archive:
        for part in archive.infolist():
            limit = MAX_SHEET_BYTES if part.filename.startswith("xl/worksheets/") else MAX_PART_BYTES
            if part.file_size > RATIO_COUNTS_FROM_BYTES:
                limit = min(limit, part.compress_size * MAX_RATIO)
            if part.file_size > limit:
                raise Refused(_("“%(name)s” becomes too large when it is opened. Save it as CSV.") % {"name": name})


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():  # Excel shows 15 digits and keeps 17
            return f"{Decimal(format(value, '.15g')):f}"
        case datetime():
            value = value.replace(microsecond=0)
            return str(value.date() if value.time() == time() else value)
        case _:
            return _tidy(str(value))
