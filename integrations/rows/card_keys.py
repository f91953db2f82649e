"""Activations of card keys: a serial and a day. Whatever else a file holds may be a secret, and is not kept."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _

from integrations.columns import COLUMNS
from integrations.rows.reader import Reader, Row
from spareparts.actions.card_keys import Activated, activate_keys, held_by, known_activations
from spareparts.models import KeyBatch, parse_serial
from toolkit.errors import Refused
from toolkit.search import plain
from toolkit.tables import Row as Cells
from toolkit.tables import Table
from workforce.models import User

MOMENT = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[ T]+(\d{1,2}:\d{2})(?::\d{2})?.*)?")
SHOWN = 4  # characters of what is no serial and may be a secret


def without_secrets(table: Table) -> Table:
    """The table with serials and days in it and nothing else: refused where it has another column, cut to the first
    characters where a cell is neither."""
    spelled = {plain(header) for column in COLUMNS["card_keys"] for header in column.headers}
    labels = {plain(str(column.label)) for column in COLUMNS["card_keys"]}
    if strange := next((header for header in table.headers if plain(header) not in spelled | labels), None):
        raise Refused(
            _("Only a serial and a day are asked for, but the file also has “%(column)s”. Secrets of card keys must never"
              " leave whoever made them: nothing of the file was kept. Take every other column out and upload it again.")
            % {"column": strange}, field="file",
        )  # fmt: skip

    def rows() -> Iterator[Cells]:
        for cells in table.rows:
            if any(cells[len(table.headers) :]):
                raise Refused(
                    _("Line %(line)d has more cells than the table has columns: nothing of the file was kept.")
                    % {"line": cells.number}, field="file",
                )  # fmt: skip
            kept = Cells(cell if parse_serial(cell) or MOMENT.fullmatch(cell) else _cut(cell) for cell in cells)
            kept.number = cells.number
            yield kept

    return Table(table.headers, rows())


def _cut(text: str) -> str:
    return f"{text[:SHOWN]}…" if text else ""


class CardKeyReader(Reader):
    def judge(self, row: Row) -> Row:
        serial = self.text(row.raw, "serial")
        parsed = parse_serial(serial)
        row.values = {"parsed": parsed, **self._moment(row)}
        if parsed is None:
            row.errors.append(_("“%(serial)s” is no serial: letters, then up to 18 digits.") % {"serial": serial})
        elif line := self.double_of_earlier(row, parsed):
            row.errors.append(_("The serial stands in line %(line)s already.") % {"line": line})
        return row

    def _moment(self, row: Row) -> dict:
        """The day, and the instant where the file knows the hour, by the clock of the import's region."""
        text, zone = self.text(row.raw, "on"), self.job.region.zone
        found = MOMENT.fullmatch(text)
        try:
            day = parse_date("-".join(found.group(1, 2, 3))) if found else None
            hour = parse_time(found[4]) if found and found[4] else None
        except ValueError:
            day = hour = None
        if day is None or day > self.job.region.service_date(self.job.created_at + timedelta(days=1)):
            row.errors.append(_("“%(text)s” is no day until today.") % {"text": text})
            return {}
        return {"on": day, "at": datetime.combine(day, hour, zone) if isinstance(hour, time) else None}

    def match(self, rows: Sequence[Row]) -> None:
        batches = self._batches(rows)
        for row in rows:
            if row.values["parsed"] is None:
                continue
            prefix, width, serial = row.values["parsed"]
            series = batches[prefix, width]
            at = bisect_right(series, serial, key=lambda batch: batch.serials.lower) - 1
            batch = series[at] if at >= 0 and serial < series[at].serials.upper else None
            row.values["batch"] = batch
            if batch is None:
                text = _("No batch has the serial %(serial)s.")
                row.errors.append(text % {"serial": self.text(row.raw, "serial").upper()})
        found = [row for row in rows if not row.errors]
        keys = {id(row): (row.values["batch"].pk, row.values["parsed"][2]) for row in found}
        known, held = known_activations(list(keys.values())), held_by(list(keys.values()))
        for row in found:
            key = keys[id(row)]
            home = held[key].place.home if key in held else None
            if home and home.pk not in self.in_sight:
                row.errors.append(_("This serial is in a region outside yours."))
            elif key in known:
                row.existing = known[key]
                if known[key] != row.values["on"]:
                    row.remarks.append(_("Activated on %(day)s by an earlier file: that stays.") % {"day": known[key]})

    def _batches(self, rows: Sequence[Row]) -> dict[tuple[str, int], list[KeyBatch]]:
        """Those the serials can be of, by series, in the order of their serials."""
        spans: dict[tuple[str, int], list[int]] = defaultdict(list)
        for row in rows:
            if row.values["parsed"]:
                prefix, width, serial = row.values["parsed"]
                spans[prefix, width].append(serial)
        return {
            (prefix, width): list(
                KeyBatch.objects.filter(
                    prefix=prefix, width=width, serials__overlap=(min(serials), max(serials) + 1)
                ).order_by("serials")
            )
            for (prefix, width), serials in spans.items()
        }

    def create(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        keys = [
            Activated(row.values["batch"], row.values["parsed"][2], row.values["on"], row.values["at"]) for row in rows
        ]
        activate_keys(keys, by=by, at=at, reference=self.job.number)

    def says_something_new(self, row: Row) -> bool:
        return False
