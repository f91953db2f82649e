"""What merchants took by day: an acquirer's daily file."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Binding
from integrations.rows.reader import Reader, Row
from merchants.actions import Takings, take_transactions
from merchants.models import Merchant, MerchantDay, TransactionBatch
from merchants.months import oldest_day
from workforce.models import User

AMOUNT = re.compile(r"(-?)[¥￥]?(\d{1,13})(?:\.(\d{1,2})0*)?")
WHOLE = re.compile(r"\d{1,9}(?=(?:\.0+)?$)")
DAY = timedelta(days=1)
MOST_TERMINALS = 32_767
NO_DAY: Any = gettext_lazy("“%(text)s” is no day.")  # put into words for the rows that need it


class Name(NamedTuple):
    """A number of ours, an outside number, or the code an acquirer knows a merchant by."""

    number: str
    acquirer_code: str = ""


def merchants_named(names: set[Name], in_sight: set[int] | None = None) -> dict[Name, set[int]]:
    """The keys of whom each name can mean, of those in these regions, or of all: our number, else the outside number, else the
    merchant code. Who was merged is the one that was kept."""
    numbers = {name.number for name in names}
    columns = ("pk", "region_id", "merged_into_id")
    by_number = {
        text: found
        for field in ("external_id", "number")  # ours weighs more
        for text, *found in Merchant.objects.filter(**{f"{field}__in": numbers}).values_list(field, *columns)
        if text
    }
    coded: defaultdict[Name, list] = defaultdict(list)
    if codes := {name.number for name in names} - by_number.keys() - {""}:
        of_bindings = ["merchant__" + column for column in columns]
        bindings = Binding.objects.filter(merchant_code__in=codes).distinct()
        for code, acquirer, *found in bindings.values_list("merchant_code", "acquirer_code", *of_bindings):
            for name in (Name(code), Name(code, acquirer)):
                coded[name].append(found)
    known = {
        pk: (region, kept)
        for pk, region, kept in [*by_number.values(), *(one for each in coded.values() for one in each)]
    }
    while missing := {kept for _region, kept in known.values()} - known.keys() - {None}:
        merged = Merchant.objects.filter(pk__in=missing).values_list(*columns)
        known |= {pk: (region, kept) for pk, region, kept in merged}

    def kept(pk: int) -> int:
        return kept(known[pk][1]) if known[pk][1] else pk

    found = {name: {kept(by_number[name.number][0])} if name.number in by_number else {kept(one[0]) for one in coded[name]}
             for name in names}  # fmt: skip
    return {name: {pk for pk in keys if in_sight is None or known[pk][0] in in_sight} for name, keys in found.items()}


class TransactionReader(Reader):
    chunk = 5000

    @cached_property
    def days(self) -> tuple[date, date]:
        today = timezone.localdate(self.job.created_at)
        return oldest_day(today), today

    @cached_property
    def batch(self) -> TransactionBatch | None:
        """What the first piece of this run began."""
        return TransactionBatch.objects.filter(source=self.job.number).first() if self.job.done else None

    def judge(self, row: Row) -> Row:
        name = Name(self.text(row.raw, "merchant"), self.text(row.raw, "acquirer_code"))
        day = self.day(row, self.text(row.raw, "day"), NO_DAY)
        row.errors, row.remarks = row.remarks, []
        if day is None and not row.errors:
            row.errors.append(_("The day is missing."))
        elif day and not self.days[0] <= day <= self.days[1]:
            row.errors.append(_("Days are taken from %(oldest)s until today.") % {"oldest": self.days[0]})
        count, terminals = self.whole(row, "count"), self.whole(row, "terminals")
        cents, refunds = self.cents(row, "amount"), self.cents(row, "refunds")
        if terminals and terminals > MOST_TERMINALS:
            row.errors.append(_("“%(text)s” is no whole number.") % {"text": terminals})
        if refunds is not None:
            refunds = abs(refunds)  # some write what goes back below zero
        if count is None or cents is None:
            row.errors.append(_("Number and amount of the transactions are missing.")) if not row.errors else None
        elif cents < 0:
            row.errors.append(_("The amount is below zero: refunds have a column of their own."))
        if not name.number:
            row.errors.append(_("The merchant is missing."))
        elif day and (line := self.double_of_earlier(row, (*name, day))):
            row.errors.append(_("Merchant and day stand in line %(line)s already.") % {"line": line})
        row.values = {"name": name, "takings": (day, count, cents, refunds or 0, terminals)}
        return row

    def whole(self, row: Row, name: str) -> int | None:
        text = self.text(row.raw, name).replace(",", "")
        if found := WHOLE.match(text):
            return int(found[0])
        if text:
            row.errors.append(_("“%(text)s” is no whole number.") % {"text": text})
        return None

    def cents(self, row: Row, name: str) -> int | None:
        text = self.text(row.raw, name).replace(",", "").replace(" ", "")
        if found := AMOUNT.fullmatch(text):
            sign, whole, part = found.groups("")
            return int(f"{sign}{whole}{part:0<2}")
        if text:
            row.errors.append(_("“%(text)s” is no amount with at most two decimals.") % {"text": text})
        return None

    def match(self, rows: Sequence[Row]) -> None:
        good = [row for row in rows if not row.errors]
        named = merchants_named({row.values["name"] for row in good}, self.in_sight)
        for row in good:
            name = row.values["name"]
            if len(named[name]) == 1:
                row.values["takings"] = Takings(next(iter(named[name])), *row.values["takings"])
            elif named[name]:
                text = _("“%(number)s” is the code of several merchants: name the acquirer too.")
                row.errors.append(text % {"number": name.number})
            else:
                text = _("There is no merchant “%(number)s”. Import the merchants first.")
                row.errors.append(text % {"number": name.number})
        self.compare([row for row in good if not row.errors])

    def compare(self, rows: Sequence[Row]) -> None:
        """With what is known of the day; several rows of one merchant's day count together."""
        takings: list[Takings] = [row.values["takings"] for row in rows]
        told: dict[tuple[int, date], list[int]] = {}
        for merchant, day, *figures in takings:
            sums = told.setdefault((merchant, day), [0, 0, 0])
            for place, figure in enumerate(figures[:3]):
                sums[place] += figure
        known = {
            (merchant, day): figures
            for merchant, day, *figures in MerchantDay.objects.filter(
                merchant__in={each.merchant_id for each in takings}, day__in={each.day for each in takings}
            ).values_list("merchant_id", "day", "count", "cents", "refunds_cents")
        }
        for row, each in zip(rows, takings, strict=True):
            key = each.merchant_id, each.day
            row.existing = known.get(key)
            row.outcome = "created" if key not in known else "unchanged" if known[key] == told[key] else "updated"

    def put_in(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        takings = [row.values["takings"] for row in rows if not row.errors]
        self.batch = take_transactions(takings, by=by, at=at, source=self.job.number, batch=self.batch)
