"""One row of a customer's spreadsheet: read, judged, and put in through the apps' actions."""

import re
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.models import Terminal, TerminalModel
from integrations.models import Import
from merchants import actions as merchants
from merchants.models import PHONE, Contact, Merchant, Trade
from routing.datum import bd09_to_wgs84, gcj02_to_wgs84
from routing.geo import distance_m
from toolkit.errors import Refused
from toolkit.search import pieces, plain
from toolkit.secrets import blind_index, normalize_phone
from workforce.models import Region, User

FAR_FROM_REGION_M = 150_000
ALIKE = 0.6  # share of two-character pieces that two names of one shop have in common
NEAR_M = 300
COMPARED = 200  # rows of a neighbourhood that a new row is compared with
DATUMS: dict[str, Callable] = {"wgs84": lambda lat, lon: (lat, lon), "gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}


@dataclass
class Row:
    """`values` are the action's keyword arguments; a row with errors is not put in, remarks are only told."""

    line: int
    raw: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    existing: Any = None
    outcome: str = ""  # created, updated, unchanged, failed


class Reader:
    """Judges rows of one import; knows regions, trades and models by every name they go by."""

    def __init__(self, job: Import) -> None:
        self.job = job
        self.first_lines: dict[tuple, int] = {}

    def text(self, raw: dict[str, str], name: str) -> str:
        header = self.job.mapping.get(name)
        return " ".join(raw.get(header, "").replace("\u3000", " ").split()) if header else ""

    @cached_property
    def regions(self) -> list[tuple[str, Region]]:
        """(spelling, region), deepest first."""
        found = Region.objects.within(self.job.region).order_by("-path")
        pairs = [
            (plain(name), region)
            for region in found
            for name in [region.name, region.code, *region.aliases.split(",")]
            if plain(name)
        ]
        return sorted(pairs, key=lambda pair: -pair[1].depth)

    def region(self, row: Row, address: str = "") -> Region:
        """The deepest region named: the region column first, a district at the beginning of the address within it."""
        named = plain(self.text(row.raw, "region"))
        match = next((region for spelling, region in self.regions if named and spelling == named), None)
        if named and match is None:
            row.remarks.append(
                _("Region “%(name)s” is not known: put into %(region)s.")
                % {"name": self.text(row.raw, "region"), "region": self.job.region}
            )
        base = match or self.job.region
        start = plain(address)[:16]
        district = next(
            (
                region
                for spelling, region in self.regions
                if len(spelling) > 1 and spelling in start and region.path.startswith(base.path)
            ),
            None,
        )
        return district or base

    def double_of_earlier(self, row: Row, *keys: tuple) -> int | None:
        """The line of an earlier row with the same key, and remembers this one's."""
        lines = [self.first_lines.setdefault(key, row.line) for key in keys]
        return next((line for line in lines if line != row.line), None)

    def read(self, batch: list[tuple[int, dict[str, str]]]) -> list[Row]:
        rows = [self.judge(Row(line=line, raw=raw)) for line, raw in batch]
        self.match(rows)
        return rows

    def judge(self, row: Row) -> Row:
        raise NotImplementedError

    def match(self, rows: list[Row]) -> None:
        raise NotImplementedError


class MerchantReader(Reader):
    @cached_property
    def trades(self) -> dict[str, Trade]:
        return {plain(spelling): trade for trade in Trade.objects.all() for spelling in (trade.name, trade.code)}

    @cached_property
    def tiers(self) -> dict[str, str]:
        return {plain(str(spelling)): tier.value for tier in Merchant.Tier for spelling in (tier.label, tier.value)}

    def near_namesake(self, row: Row) -> int | None:
        """The line of an earlier row with much the same name at much the same place; remembers this row."""
        if row.values.get("lat") is None:
            return None
        lat, lon, accuracy_m = (row.values[name] for name in ("lat", "lon", "location_accuracy_m"))
        name = set(pieces(row.values["name"]))
        here = (int(lat * 50), int(lon * 50))  # cells of about two kilometres
        around = [(here[0] + down, here[1] + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        namesake = next(
            (
                line
                for cell in around
                for line, other, other_lat, other_lon in self.seen[cell]
                if len(name & other) >= ALIKE * len(name | other)
                and distance_m(lat, lon, other_lat, other_lon) <= NEAR_M + accuracy_m
            ),
            None,
        )
        self.seen[here].append((row.line, name, lat, lon))
        return namesake

    @cached_property
    def seen(self) -> defaultdict[tuple, deque]:
        return defaultdict(lambda: deque(maxlen=COMPARED))

    @cached_property
    def chains(self) -> dict[str, Merchant]:
        return {}

    def judge(self, row: Row) -> Row:
        get = partial(self.text, row.raw)
        address = get("address")
        row.values = {
            "name": get("name")[:160], "external_id": get("external_id")[:60], "address": address[:300],
            "region": self.region(row, address), "note": get("note"),
        }  # fmt: skip
        if not row.values["name"]:
            row.errors.append(_("The name is missing."))
        if trade := get("trade"):
            if plain(trade) in self.trades:
                row.values["trade"] = self.trades[plain(trade)]
            else:
                row.remarks.append(_("Trade “%(name)s” is not known: left empty.") % {"name": trade})
        if tier := get("tier"):
            if plain(tier) in self.tiers:
                row.values["tier"] = self.tiers[plain(tier)]
            else:
                row.remarks.append(_("Tier “%(name)s” is not known: standard.") % {"name": tier})
        self.place(row, get("lat"), get("lon"))
        self.contact(row, get("contact"), get("phone"), get("email"))
        keys = [("external", row.values["external_id"])] if row.values["external_id"] else []
        if keys and (line := self.double_of_earlier(row, *keys)):
            row.errors.append(_("The outside number is that of line %(line)s.") % {"line": line})
        shop = ("shop", plain(row.values["name"]), plain(address))
        if address and (line := self.double_of_earlier(row, shop)):
            row.remarks.append(_("Possible double: same name and address as line %(line)s.") % {"line": line})
        elif line := self.near_namesake(row):
            row.remarks.append(_("Possible double: much the same name and place as line %(line)s.") % {"line": line})
        return row

    def place(self, row: Row, lat_text: str, lon_text: str) -> None:
        if not (lat_text or lon_text):
            return
        try:
            lat, lon = float(lat_text), float(lon_text)
        except ValueError:
            row.remarks.append(
                _("“%(lat)s, %(lon)s” are no coordinates: left empty.") % {"lat": lat_text, "lon": lon_text}
            )
            return
        if abs(lat) > 90 and abs(lon) <= 90:
            lat, lon = lon, lat
            row.remarks.append(_("Latitude and longitude were swapped: turned round."))
        if abs(lat) > 90 or abs(lon) > 180 or (lat == 0 and lon == 0):
            row.remarks.append(_("The coordinates are not on earth: left empty."))
            return
        decimals = max(len(text.partition(".")[2]) for text in (lat_text, lon_text))
        accuracy_m = {0: 110_000, 1: 11_000, 2: 1_100, 3: 110}.get(decimals, 20)
        if decimals < 4:
            row.remarks.append(_("Coordinates with %(decimals)s decimals: good to about %(metres)s m.") % {"decimals": decimals, "metres": accuracy_m})  # fmt: skip
        lat, lon = DATUMS[self.job.datum](lat, lon)
        region = row.values["region"]
        if region.lat is not None and distance_m(lat, lon, region.lat, region.lon) > FAR_FROM_REGION_M:
            row.remarks.append(_("The coordinates lie far outside %(region)s.") % {"region": region})
        row.values |= {"lat": lat, "lon": lon, "location_accuracy_m": float(accuracy_m), "location_source": "import"}

    def contact(self, row: Row, name: str, phone: str, email: str) -> None:
        if phone and normalize_phone(phone) is None:
            row.remarks.append(_("“%(phone)s” is no phone number: left out.") % {"phone": phone})
            phone = ""
        try:
            if email:
                validate_email(email)
        except ValidationError:
            row.remarks.append(_("“%(email)s” is no mail address: left out.") % {"email": email})
            email = ""
        if phone and (line := self.double_of_earlier(row, ("phone", normalize_phone(phone)))):
            row.remarks.append(_("Possible double: same phone as line %(line)s.") % {"line": line})
        row.values["contact"] = {"name": name[:80], "phone": phone, "email": email} if name or phone or email else None

    def match(self, rows: list[Row]) -> None:
        """Finds the merchants these rows already are: by outside number, else by name and address."""
        by_external = {
            merchant.external_id: merchant
            for merchant in Merchant.objects.not_merged().filter(
                external_id__in=[row.values["external_id"] for row in rows if row.values["external_id"]]
            )
        }
        by_name: dict[tuple, Merchant] = {}
        for merchant in (
            Merchant.objects.not_merged().filter(name__in=[row.values["name"] for row in rows]).order_by("-pk")
        ):
            by_name[(merchant.name, merchant.address)] = merchant
        phones = {
            blind_index(normalize_phone(row.values["contact"]["phone"]) or "", PHONE): row
            for row in rows
            if row.values["contact"] and row.values["contact"]["phone"]
        }
        owners = {
            contact.phone_index: contact.merchant
            for contact in Contact.objects.filter(phone_index__in=list(phones)).select_related("merchant")
        }
        for row in rows:
            external = row.values["external_id"]
            named = by_name.get((row.values["name"], row.values["address"]))
            row.existing = by_external.get(external) or (
                named if named and not (external and named.external_id) else None
            )
            if row.existing is None and named is not None:
                row.remarks.append(
                    _("Possible double of %(number)s: same name and address.") % {"number": named.number}
                )
        for index, row in phones.items():
            owner = owners.get(index)
            if owner and owner != row.existing:
                row.remarks.append(_("Possible double of %(number)s: same phone.") % {"number": owner.number})

    def put_in(self, row: Row, *, by: User, at: datetime) -> str:
        """Creates or changes the merchant; "unchanged" when the file says nothing new."""
        values = dict(row.values)
        contact = values.pop("contact")
        if chain := self.text(row.raw, "chain"):
            values["parent"] = self.head_office(chain, by=by, at=at)
        if row.existing is None:
            merchant = merchants.create_merchant(**values, by=by, at=at)
            if contact:
                merchants.set_contact(merchant, **contact, is_primary=True, by=by, at=at)
            return "created"
        told = {name: value for name, value in values.items() if value not in ("", None)}
        changed = {name: value for name, value in told.items() if getattr(row.existing, name) != value}
        is_new_contact = bool(contact) and not row.existing.contacts.exists()
        if changed:
            merchants.change_merchant(row.existing, **changed, by=by, at=at)
        if is_new_contact:
            merchants.set_contact(row.existing, **contact, is_primary=True, by=by, at=at)
        return "updated" if changed or is_new_contact else "unchanged"

    def head_office(self, name: str, *, by: User, at: datetime) -> Merchant:
        if name not in self.chains:
            known = Merchant.objects.not_merged().filter(name=name, parent=None, children__isnull=False).first()
            known = known or Merchant.objects.not_merged().filter(name=name, parent=None, address="").first()
            self.chains[name] = known or merchants.create_merchant(
                name=name, region=self.job.region, tier="key", by=by, at=at
            )
        return self.chains[name]


class TerminalReader(Reader):
    SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,39}")

    @cached_property
    def models(self) -> dict[str, TerminalModel]:
        return {
            plain(spelling): model
            for model in TerminalModel.objects.all()
            for spelling in (model.name, model.code, f"{model.maker} {model.name}")
        }

    def judge(self, row: Row) -> Row:
        get = partial(self.text, row.raw)
        serial = get("serial").upper()
        row.values = {
            "serial": serial, "tid": get("tid")[:20], "firmware": get("firmware")[:30], "region": self.region(row),
            "merchant_number": get("merchant"), "received_on": self.day(row, get("received_on")),
        }  # fmt: skip
        if not self.SERIAL.fullmatch(serial):
            row.errors.append(_("“%(serial)s” is no serial number: 4 to 40 letters and digits.") % {"serial": serial})
        elif line := self.double_of_earlier(row, ("serial", serial)):
            row.errors.append(_("The serial number stands in line %(line)s already.") % {"line": line})
        row.values["model"] = self.models.get(plain(get("model")))
        if row.values["model"] is None:
            row.errors.append(_("The model “%(model)s” is not known. Add it under Administration, or correct the row.") % {"model": get("model")})  # fmt: skip
        if row.values["tid"] and (line := self.double_of_earlier(row, ("tid", row.values["tid"]))):
            row.errors.append(_("The terminal number (TID) stands in line %(line)s already.") % {"line": line})
        return row

    def day(self, row: Row, text: str) -> date | None:
        if not text:
            return None
        try:
            found = parse_date(re.sub(r"[./年月]", "-", text[:10].rstrip("日")))
        except ValueError:
            found = None
        if found is None:
            row.remarks.append(_("“%(text)s” is no day: today is taken.") % {"text": text})
        return found

    def match(self, rows: list[Row]) -> None:
        serials = [row.values["serial"] for row in rows]
        known = {t.serial: t for t in Terminal.objects.filter(serial__in=serials).prefetch_related("bindings")}
        tids = {
            t.tid: t.serial
            for t in Terminal.objects.filter(tid__in=[row.values["tid"] for row in rows if row.values["tid"]])
        }
        numbers = {row.values["merchant_number"] for row in rows} - {""}
        found: dict[str, Merchant] = {}
        visible = Merchant.objects.not_merged().filter(region__path__startswith=self.job.region.path)
        for merchant in visible.filter(external_id__in=numbers):
            found[merchant.external_id] = merchant
        for merchant in visible.filter(number__in=numbers):
            found[merchant.number] = merchant
        for row in rows:
            row.existing = known.get(row.values["serial"])
            if tids.get(row.values["tid"], row.values["serial"]) != row.values["serial"]:
                row.errors.append(
                    _("The terminal number (TID) belongs to %(serial)s.") % {"serial": tids[row.values["tid"]]}
                )
            number = row.values.pop("merchant_number")
            row.values["merchant"] = found.get(number)
            if number and row.values["merchant"] is None:
                row.errors.append(
                    _("There is no merchant “%(number)s”. Import the merchants first.") % {"number": number}
                )

    def put_in(self, row: Row, *, by: User, at: datetime) -> str:
        values = dict(row.values)
        merchant, received_on = values.pop("merchant"), values.pop("received_on")
        terminal = row.existing
        if terminal is None:
            day = received_on or values["region"].service_date(at)
            terminal = assets.receive_terminal(**values, received_on=day, by=by, at=at)
        told = {name: values[name] for name in ("tid", "firmware") if values[name] and row.existing}
        changed = {name: value for name, value in told.items() if getattr(terminal, name) != value}
        if changed:
            terminal = assets.change_terminal(terminal, **changed, by=by, at=at)
        here = terminal.live_binding if row.existing else None
        if merchant and here and here.merchant_id != merchant.pk:
            raise Refused(
                _("%(serial)s is live at %(merchant)s. Unbind it there first.")
                % {"serial": terminal.serial, "merchant": here.merchant.number}
            )
        is_bound_now = bool(merchant and here is None)
        if is_bound_now:
            assets.bind_terminal(terminal, merchant=merchant, by=by, at=at, tid=values["tid"])
        if row.existing is None:
            return "created"
        return "updated" if changed or is_bound_now else "unchanged"


READERS: dict[str, type] = {"merchants": MerchantReader, "terminals": TerminalReader}
