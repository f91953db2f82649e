from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from integrations.namesakes import Namesakes
from integrations.rows.reader import Reader, Row
from merchants import actions as merchants
from merchants.models import PHONE, Contact, Merchant, Trade
from merchants.permissions import ENTER_LIVE
from routing.datum import bd09_to_wgs84, gcj02_to_wgs84
from routing.geo import distance_m
from toolkit.search import pieces, plain
from toolkit.secrets import blind_index, normalize_phone
from workforce.models import User

FAR_FROM_REGION_M = 150_000
DATUMS: dict[str, Callable] = {"wgs84": lambda lat, lon: (lat, lon), "gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}


class MerchantReader(Reader):
    @cached_property
    def trades(self) -> dict[str, Trade]:
        return {plain(spelling): trade for trade in Trade.objects.all() for spelling in (trade.name, trade.code)}

    @cached_property
    def tiers(self) -> dict[str, str]:
        return {plain(str(spelling)): tier.value for tier in Merchant.Tier for spelling in (tier.label, tier.value)}

    @cached_property
    def may_enter_live(self) -> bool:
        return self.job.created_by.has_perm(ENTER_LIVE)

    @cached_property
    def namesakes(self) -> Namesakes:
        return Namesakes()

    @cached_property
    def chains(self) -> dict[str, Merchant]:
        """Head offices by name, filled as rows ask."""
        return {}

    def judge(self, row: Row) -> Row:
        get = partial(self.text, row.raw)
        address = get("address")
        row.values = {
            "name": get("name")[:160], "external_id": get("external_id")[:60], "address": address[:300],
            "region": self.region(row, address), "note": get("note"), "acquirer_code": get("acquirer_code")[:20],
            "first_transaction_on": self.day(
                row, get("first_transaction_on"), _("“%(text)s” is no day: left empty.")
            ),
        }  # fmt: skip
        if row.values["acquirer_code"] and not self.may_enter_live:
            row.errors.append(
                _(
                    "You may not enter merchants that are live already. Without an acquirer code they begin with their review."
                )
            )
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

    def near_namesake(self, row: Row) -> int | None:
        if row.values.get("lat") is None:
            return None
        lat, lon, accuracy_m = (row.values[name] for name in ("lat", "lon", "location_accuracy_m"))
        return self.namesakes.earlier(row.line, pieces(row.values["name"]), lat, lon, accuracy_m)

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

    def match(self, rows: Sequence[Row]) -> None:
        """By outside number, else by name and address; merged ones lead to what they were merged into."""
        externals = {row.values["external_id"] for row in rows} - {""}
        by_external = {
            pair[0].external_id: pair for pair in self.with_kept(Q(external_id__in=externals) & ~Q(external_id=""))
        }
        asked = Q(name__in={row.values["name"] for row in rows})
        named = [pair for pair in self.with_kept(asked) if pair[1].region_id in self.in_sight]
        named.sort(key=lambda pair: (not pair[0].is_merged, -pair[0].pk))  # the oldest that is not merged wins
        by_name = {(pair[0].name, pair[0].address): pair for pair in named}
        for row in rows:
            external = row.values["external_id"]
            namesake = by_name.get((row.values["name"], row.values["address"]))
            pair = by_external.get(external)
            if pair and pair[1].region_id not in self.in_sight:
                row.errors.append(_("The outside number belongs to a merchant outside your regions."))
            elif pair:
                row.existing = self.follow(row, *pair)
                if row.existing.external_id != external:
                    row.values["external_id"] = ""  # stays with the merged one
            elif namesake and not (external and namesake[1].external_id):
                row.existing = self.follow(row, *namesake)
            elif namesake:
                row.remarks.append(
                    _("Possible double of %(number)s: same name and address.") % {"number": namesake[1].number}
                )
        self.match_phones(rows)

    def match_phones(self, rows: Sequence[Row]) -> None:
        phones = {
            blind_index(normalize_phone(row.values["contact"]["phone"]) or "", PHONE): row
            for row in rows
            if row.values["contact"] and row.values["contact"]["phone"]
        }
        owners = {
            contact.phone_index: contact.merchant
            for contact in Contact.objects.filter(
                phone_index__in=list(phones), merchant__region__in=self.in_sight
            ).select_related("merchant")
        }
        for index, row in phones.items():
            owner = owners.get(index)
            if owner and owner != row.existing:
                row.remarks.append(_("Possible double of %(number)s: same phone.") % {"number": owner.number})

    def prepare(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        """Head offices: the newest of the name that has branches, else the newest without an address, else new, and live
        if one of the branches is."""
        names = {row.line: self.text(row.raw, "chain")[:160] for row in rows}
        asked = set(names.values()) - self.chains.keys() - {""}
        roots = Merchant.objects.not_merged().filter(name__in=asked, parent=None).order_by("pk")
        for known in (roots.filter(address=""), roots.filter(Exists(Merchant.objects.filter(parent=OuterRef("pk"))))):
            self.chains |= {merchant.name: merchant for merchant in known}
        codes = {names[row.line]: row.values["acquirer_code"] for row in rows if row.values["acquirer_code"]}
        new = [
            {"name": name, "region": self.job.region, "tier": "key", "acquirer_code": codes.get(name, "")}
            for name in sorted(asked - self.chains.keys())
        ]
        self.chains |= {head.name: head for head in merchants.create_merchants(new, by=by, at=at)}
        for row in rows:
            if name := names[row.line]:
                row.values["parent"] = self.chains[name]

    def create(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        merchants.create_merchants([row.values for row in rows], by=by, at=at)

    def says_something_new(self, row: Row) -> bool:
        return bool(self.changes(row)) or self.brings_contact(row)

    def changes(self, row: Row) -> dict[str, Any]:
        """What the file says and we do not. What it leaves empty stays as it is, the region where it names none."""
        aside = {"contact", "acquirer_code"} | (set() if row.names_region else {"region"})
        told = {name: value for name, value in row.values.items() if name not in aside and value not in ("", None)}
        return {
            name: value
            for name, value in told.items()
            if row.existing.serializable_value(name) != getattr(value, "pk", value)
        }

    def brings_contact(self, row: Row) -> bool:
        return bool(row.values["contact"]) and not row.existing.has_contact

    def update(self, row: Row, *, by: User, at: datetime) -> None:
        if changes := self.changes(row):
            merchants.change_merchant(row.existing, **changes, by=by, at=at)
        if self.brings_contact(row):
            merchants.set_contact(row.existing, **row.values["contact"], is_primary=True, by=by, at=at)
