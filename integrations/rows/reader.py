import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from integrations.models import Import
from merchants.models import Contact, Merchant
from toolkit.errors import Refused
from toolkit.search import plain
from workforce.models import Region, User


@dataclass
class Row:
    """`values` are the action's keyword arguments; a row with errors is not put in, remarks are only told."""

    line: int
    raw: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    existing: Any = None
    names_region: bool = False  # in a column of its own, not by the address or the import
    outcome: str = ""  # created, updated, unchanged, failed


class Reader:
    """Judges rows of one import; knows regions, trades and models by every name they go by."""

    chunk = 1000  # rows of one transaction

    def __init__(self, job: Import) -> None:
        self.job = job
        self.first_lines: dict[tuple, int] = {}

    def read(self, batch: Iterable[tuple[int, dict[str, str]]]) -> list[Row]:
        rows = [self.judge(Row(line=line, raw=raw)) for line, raw in batch]
        self.match(rows)
        return rows

    def judge(self, row: Row) -> Row:
        """What can be said without the database; remembers the row for those that come after it."""
        raise NotImplementedError

    def match(self, rows: Sequence[Row]) -> None:
        """Finds what is here already, for all of them at once."""
        raise NotImplementedError

    def put_in(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        """New rows together, or where one of them is refused each on its own; then the others where they differ."""
        good = [row for row in rows if not row.errors]
        new = [row for row in good if row.existing is None]
        self.prepare(good, by=by, at=at)
        try:
            with transaction.atomic():
                self.create(new, by=by, at=at)
            for row in new:
                row.outcome = "created"
        except (Refused, IntegrityError):
            for row in new:
                self._put_in_alone(row, by=by, at=at)
        for row in good:
            if row.existing is not None:
                if self.says_something_new(row):
                    self._put_in_alone(row, by=by, at=at)
                else:
                    row.outcome = "unchanged"

    def _put_in_alone(self, row: Row, *, by: User, at: datetime) -> None:
        try:
            with transaction.atomic():
                if row.existing is None:
                    self.create([row], by=by, at=at)
                else:
                    self.update(row, by=by, at=at)
            row.outcome = "updated" if row.existing else "created"
        except Refused as refusal:
            row.errors.append(str(refusal))

    def prepare(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        """Makes what several rows share."""

    def create(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        raise NotImplementedError

    def says_something_new(self, row: Row) -> bool:
        """Whether a row differs from what it was matched with; without a query."""
        raise NotImplementedError

    def update(self, row: Row, *, by: User, at: datetime) -> None:
        raise NotImplementedError

    def text(self, raw: dict[str, str], name: str) -> str:
        header = self.job.mapping.get(name)
        return " ".join(raw.get(header, "").replace("\u3000", " ").split()) if header else ""

    def day(self, row: Row, text: str, remark: str) -> date | None:
        """`remark` says what happens to a text that is no day."""
        if not text:
            return None
        try:
            found = parse_date(re.sub(r"[./年月]", "-", text[:10].rstrip("日")))
        except ValueError:
            found = None
        if found is None:
            row.remarks.append(remark % {"text": text})
        return found

    @cached_property
    def spellings(self) -> list[tuple[str, Region]]:
        """Of the regions that rows may go to, deepest first."""
        found = Region.objects.within(self.job.region).order_by("-path")
        pairs = [
            (plain(name), region)
            for region in found
            for name in [region.name, region.code, *region.aliases.split(",")]
            if plain(name)
        ]
        return sorted(pairs, key=lambda pair: -pair[1].depth)

    @cached_property
    def in_sight(self) -> set[int]:
        """Keys of the regions of whoever imports: what lies outside is neither matched nor changed."""
        return set(Region.objects.visible_to(self.job.created_by).values_list("pk", flat=True))

    @cached_property
    def regions(self) -> dict[str, Region]:
        return dict(reversed(self.spellings))

    @cached_property
    def districts(self) -> dict[str, list[tuple[str, Region]]]:
        """{path: spellings within it}, filled as rows ask."""
        return {}

    def region(self, row: Row, address: str = "") -> Region:
        """The deepest region named: the region column first, a district at the beginning of the address within it."""
        named = plain(self.text(row.raw, "region"))
        match = self.regions.get(named)
        if named and match is None:
            row.remarks.append(
                _("Region “%(name)s” is not known: put into %(region)s.")
                % {"name": self.text(row.raw, "region"), "region": self.job.region}
            )
        row.names_region = match is not None
        base = match or self.job.region
        if base.path not in self.districts:
            self.districts[base.path] = [
                (name, region) for name, region in self.spellings if len(name) > 1 and region.path.startswith(base.path)
            ]
        start = plain(address)[:16]
        return next((region for name, region in self.districts[base.path] if name in start), base)

    def double_of_earlier(self, row: Row, *keys: tuple) -> int | None:
        """The line of an earlier row with the same key, and remembers this one's."""
        lines = [self.first_lines.setdefault(key, row.line) for key in keys]
        return next((line for line in lines if line != row.line), None)

    def with_kept(self, asked: Q) -> list[tuple[Merchant, Merchant]]:
        """The merchants asked for, each with what became of it: itself, or the last one it was merged into."""
        wanted = Merchant.objects.defer("bigrams").annotate(
            has_contact=Exists(Contact.objects.filter(merchant=OuterRef("pk")))
        )
        found = list(wanted.filter(asked))
        known = {merchant.pk: merchant for merchant in found}
        while missing := {merchant.merged_into_id for merchant in known.values()} - known.keys() - {None}:
            known |= wanted.in_bulk(missing)

        def kept(merchant: Merchant) -> Merchant:
            return kept(known[merchant.merged_into_id]) if merchant.is_merged else merchant

        return [(merchant, kept(merchant)) for merchant in found]

    def follow(self, row: Row, merchant: Merchant, kept: Merchant) -> Merchant:
        """The one that was kept; the row is told where that is another."""
        if merchant.pk != kept.pk:
            row.remarks.append(
                _("%(number)s was merged into %(kept)s: the row is taken for that one.")
                % {"number": merchant.number, "kept": kept.number}
            )
        return kept
