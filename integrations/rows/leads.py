from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from integrations.models import Import
from integrations.rows.merchants import MerchantReader
from integrations.rows.reader import Row
from merchants.models import Merchant
from prospecting.actions import intake
from prospecting.doubles import Shop, first_doubles
from prospecting.models import Cell, Lead
from prospecting.places import cells_at
from toolkit.search import plain
from toolkit.secrets import normalize_phone
from workforce.models import User

Identity = tuple[str, tuple]  # outside number; name and address, else what else is known


def described(name: str, address: str, phone: str, lat: float | None, lon: float | None) -> tuple:
    return (name, address) if address else (name, normalize_phone(phone), lat, lon)


class LeadReader(MerchantReader):
    """Shops, read as merchants are. What is here already only learns what it does not know.

    A possible double is left out, merged or put in all the same, as was chosen for the import; a row that has been in
    the system under its own outside number, or name and address, is no double but the same.
    """

    def __init__(self, job: Import) -> None:
        super().__init__(job)
        self.identities: dict[int, Identity] = {}  # by line; a double has that of the line it doubles
        self.doubled: set[int] = set()  # lines

    def judge(self, row: Row) -> Row:
        get = partial(self.text, row.raw)
        address = get("address")
        row.values = {
            "name": get("name")[:160], "external_id": get("external_id")[:60], "address": address[:300],
            "region": self.region(row, address), "note": get("note"),
        }  # fmt: skip
        if trade := get("trade"):
            if plain(trade) in self.trades:
                row.values["trade"] = self.trades[plain(trade)]
            else:
                row.remarks.append(_("Trade “%(name)s” is not known: left empty.") % {"name": trade})
        if potential := get("potential"):
            if potential.isdecimal() and int(potential) <= 100:
                row.values["potential"] = int(potential)
            else:
                row.remarks.append(_("“%(text)s” is no potential from 0 to 100: left empty.") % {"text": potential})
        self.place(row, get("lat"), get("lon"))
        row.values.pop("location_source", None)
        external = row.values["external_id"]
        if not row.values["name"]:
            row.errors.append(_("The name is missing."))
        elif external and (line := self.double_of_earlier(row, ("external", external))):
            row.errors.append(_("The outside number is that of line %(line)s.") % {"line": line})
        self.contact(row, get("contact_name"), get("phone"), "")
        contact = row.values.pop("contact") or {"name": "", "phone": ""}
        row.values |= {"contact_name": contact["name"], "phone": contact["phone"]}
        if not row.errors:
            self.look_back(row)
        return row

    def look_back(self, row: Row) -> None:
        """Is it a double of an earlier line? Then it stands for the same shop."""
        name, address, phone = (row.values[each] for each in ("name", "address", "phone"))
        by_phone = (
            self.double_of_earlier(row, ("phone", normalize_phone(phone))) if phone else None
        )  # told by contact()
        by_address = self.double_of_earlier(row, ("shop", plain(name), plain(address))) if address else None
        by_place = self.near_namesake(row)
        if by_address:
            row.remarks.append(_("Possible double: same name and address as line %(line)s.") % {"line": by_address})
        elif by_place:
            row.remarks.append(
                _("Possible double: much the same name and place as line %(line)s.") % {"line": by_place}
            )
        line = by_phone or by_address or by_place
        own = described(name, address, phone, row.values.get("lat"), row.values.get("lon"))
        self.identities[row.line] = (row.values["external_id"], own)
        if line in self.identities and self.job.doubles != Import.Doubles.NEW:
            self.identities[row.line] = self.identities[line]
            self.doubled.add(row.line)

    def match(self, rows: Sequence[Row]) -> None:
        good = [row for row in rows if not row.errors]
        self.recognise(good)
        doubled = [row for row in good if row.line in self.doubled]
        for row in doubled:
            row.values["external_id"] = ""
            row.outcome = "updated"  # once the earlier line is in
            self.say_what_becomes_of(row, is_merged=self.job.doubles == Import.Doubles.MERGE)
        new = [row for row in good if row.existing is None and row.line not in self.doubled]
        self.find_doubles(new)
        self.locate([row for row in new if row.existing is None and not row.outcome])

    def recognise(self, rows: Sequence[Row]) -> None:
        """By outside number, else by name and address; merged ones lead to what they were merged into."""
        wanted = [self.identities[row.line] for row in rows]
        externals = {external for external, _own in wanted} - {""}
        by_external = {lead.external_id: lead for lead in Lead.objects.filter(external_id__in=externals)}
        named = Lead.objects.filter(
            name__in={own[0] for _external, own in wanted}, region__in=self.in_sight,
            address__in={own[1] if len(own) == 2 else "" for _external, own in wanted},
        )  # fmt: skip
        by_name = {
            described(lead.name, lead.address, lead.phone, lead.lat, lead.lon): lead
            for lead in named.select_related("merged_into").order_by("-pk")
        }
        for row, (external, own) in zip(rows, wanted, strict=True):
            namesake = by_name.get(own)
            if lead := by_external.get(external):
                if lead.region_id not in self.in_sight:
                    row.errors.append(_("The outside number belongs to a lead outside your regions."))
                row.existing = lead
            elif namesake and not (external and namesake.external_id):
                row.existing = self.kept(row, namesake)

    def kept(self, row: Row, lead: Lead) -> Lead:
        while lead.merged_into:
            lead = lead.merged_into
            row.values["external_id"] = ""
        return lead

    def locate(self, rows: Sequence[Row]) -> None:
        """The region of the cell is taken where it is part of the one that is named."""
        placed = [row for row in rows if row.values.get("lat") is not None]
        cells = dict(
            zip(
                [row.line for row in placed],
                cells_at([(row.values["lat"], row.values["lon"]) for row in placed]),
                strict=True,
            )
        )
        regions = dict(Cell.objects.filter(pk__in=set(cells.values())).values_list("pk", "region"))
        allowed = {region.pk: region for _name, region in self.spellings}
        for row in rows:
            cell = cells.get(row.line)
            named = self.regions.get(plain(self.text(row.raw, "region")), self.job.region)
            region = allowed.get(regions.get(cell))
            if cell is None:
                row.remarks.append(_("Outside of the grid: it comes into the pool."))
            elif region and region.path.startswith(named.path):
                row.values["region"] = region

    def find_doubles(self, rows: Sequence[Row]) -> None:
        shops = [
            Shop(
                row.values["name"], row.values["phone"], row.values.get("lat"), row.values.get("lon"),
                row.values.get("location_accuracy_m", 0),
            )
            for row in rows
        ]  # fmt: skip
        found = first_doubles(
            shops,
            leads=Lead.objects.filter(region__in=self.in_sight),
            merchants=Merchant.objects.filter(region__in=self.in_sight),
        )
        for row, double in zip(rows, found, strict=True):
            if double is None:
                continue
            same = _("Possible double of %(number)s: same phone.")
            alike = _("Possible double of %(number)s: much the same name and place.")
            row.remarks.append((same if double.has_same_phone else alike) % {"number": double.of.number})
            if self.job.doubles == Import.Doubles.NEW:
                continue
            is_merged = double.is_lead and self.job.doubles == Import.Doubles.MERGE
            row.existing = double.of if is_merged else None
            self.say_what_becomes_of(row, is_merged=is_merged)

    def say_what_becomes_of(self, row: Row, *, is_merged: bool) -> None:
        if is_merged:
            row.remarks.append(_("Merged: what we do not know yet is added."))
        else:
            row.remarks.append(_("Left out."))
            row.outcome = "unchanged"

    def put_in(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        """Doubles of earlier lines after those."""
        doubled = [row for row in rows if not row.errors and row.line in self.doubled and row.outcome != "unchanged"]
        super().put_in([row for row in rows if not row.outcome], by=by, at=at)
        self.recognise(doubled)
        self.find_doubles([row for row in doubled if row.existing is None])
        super().put_in([row for row in doubled if row.outcome != "unchanged"], by=by, at=at)

    def prepare(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        """Leads have no head offices."""

    def create(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        intake.import_leads([row.values for row in rows], by=by, at=at)

    def says_something_new(self, row: Row) -> bool:
        return bool(intake.unknown_of(row.existing, row.values))

    def update(self, row: Row, *, by: User, at: datetime) -> None:
        intake.inform_lead(row.existing, **row.values, by=by, at=at)
