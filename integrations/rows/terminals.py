import re
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assets import actions as assets
from assets.agreements import agreed
from assets.models import Binding, Terminal, TerminalModel, normal_code
from integrations.rows.reader import Reader, Row
from merchants.models import Merchant
from toolkit.errors import Refused
from toolkit.search import plain
from toolkit.secrets import mask_account
from workforce.models import Region, User

AGREEMENT = ("acquirer_code", "merchant_code", "credit_code", "settlement_account")


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
        serial = normal_code(get("serial"))
        row.values = {
            "serial": serial, "tid": normal_code(get("tid"))[:20], "firmware": get("firmware")[:30], "region": self.region(row),
            "merchant_number": get("merchant"), "received_on": self.day(row, get("received_on"), _("“%(text)s” is no day: today is taken.")),
        }  # fmt: skip
        if not self.SERIAL.fullmatch(serial):
            row.errors.append(_("“%(serial)s” is no serial number: 4 to 40 letters and digits.") % {"serial": serial})
        elif line := self.double_of_earlier(row, ("serial", serial)):
            row.errors.append(_("The serial number stands in line %(line)s already.") % {"line": line})
        row.values["agreement"] = self.agreement(row)
        row.values["model"] = self.models.get(plain(get("model")))
        if row.values["model"] is None:
            row.errors.append(_("The model “%(model)s” is not known. Add it under Administration, or correct the row.") % {"model": get("model")})  # fmt: skip
        if row.values["tid"] and (line := self.double_of_earlier(row, ("tid", row.values["tid"]))):
            row.errors.append(_("The terminal number (TID) stands in line %(line)s already.") % {"line": line})
        return row

    def agreement(self, row: Row) -> dict[str, str]:
        """What a binding freezes. The account is masked in the row, which is kept where there is something to tell."""
        given = {name: self.text(row.raw, name) for name in AGREEMENT}
        if given["settlement_account"]:
            header = self.job.mapping["settlement_account"]
            row.raw = {**row.raw, header: mask_account(given["settlement_account"])}
        for name in ("acquirer_code", "merchant_code"):
            field: Any = Binding._meta.get_field(name)
            if len(given[name]) > field.max_length:
                names = {"code": given[name], "most": field.max_length}
                row.errors.append(_("“%(code)s” is too long: at most %(most)d characters.") % names)
        try:
            return {name: value for name, value in agreed(**given).items() if value}
        except Refused as refusal:
            row.errors.append(str(refusal))
            return {}

    def match(self, rows: Sequence[Row]) -> None:
        known = {
            terminal.serial: terminal
            for terminal in Terminal.objects.filter(serial__in={row.values["serial"] for row in rows})
            .defer("bigrams")
            .with_live_bindings()
        }
        tids = {row.values["tid"] for row in rows}
        owners = dict(Terminal.objects.filter(tid__in=tids).exclude(tid="").values_list("tid", "serial"))
        found = self.merchants({row.values["merchant_number"] for row in rows} - {""})
        for row in rows:
            row.existing = known.get(row.values["serial"])
            if row.existing and row.existing.region_id not in self.in_sight:
                row.errors.append(_("This terminal is in a region outside yours."))
            if owners.get(row.values["tid"], row.values["serial"]) != row.values["serial"]:
                row.errors.append(
                    _("The terminal number (TID) belongs to %(serial)s.") % {"serial": owners[row.values["tid"]]}
                )
            number, row.values["merchant"] = row.values.pop("merchant_number"), None
            if number in found:
                row.values["merchant"] = self.follow(row, *found[number])
            elif number:
                row.errors.append(
                    _("There is no merchant “%(number)s”. Import the merchants first.") % {"number": number}
                )
            self.match_agreement(row)

    def match_agreement(self, row: Row) -> None:
        agreement, here = row.values["agreement"], next(iter(row.existing.live_bindings if row.existing else ()), None)
        if not agreement:
            return
        if here and any(getattr(here, name) != value for name, value in agreement.items()):
            row.remarks.append(_("It is bound already: what was agreed then stays."))
        elif not (here or row.values["merchant"]):
            row.remarks.append(_("Without a merchant nothing is agreed: codes and account are left out."))

    def merchants(self, numbers: set[str]) -> dict[str, tuple[Merchant, Merchant]]:
        """By our number, else by the outside number."""
        by_external = self.with_kept(Q(external_id__in=numbers) & ~Q(external_id=""))
        by_number = self.with_kept(Q(number__in=numbers))
        visible = set(Region.objects.within(self.job.region).values_list("pk", flat=True))
        return {
            number: pair
            for number, pair in [
                *((pair[0].external_id, pair) for pair in by_external),
                *((pair[0].number, pair) for pair in by_number),
            ]
            if pair[1].region_id in visible
        }

    def create(self, rows: Sequence[Row], *, by: User, at: datetime) -> None:
        news = [{name: row.values[name] for name in ("serial", "model", "region", "tid", "firmware")} for row in rows]
        for new, row in zip(news, rows, strict=True):
            new["received_on"] = row.values["received_on"] or new["region"].service_date(at)
            new["is_in_use"] = row.values["merchant"] is not None
        bound = [
            {
                "terminal": terminal,
                "merchant": row.values["merchant"],
                "tid": row.values["tid"],
                **row.values["agreement"],
            }
            for terminal, row in zip(assets.receive_terminals(news, by=by, at=at), rows, strict=True)
            if row.values["merchant"]
        ]
        assets.bind_terminals(bound, by=by, at=at, is_reported=True)

    def says_something_new(self, row: Row) -> bool:
        here = next(iter(row.existing.live_bindings), None)
        merchant = row.values["merchant"]
        return bool(self.changes(row)) or bool(merchant and (here is None or here.merchant_id != merchant.pk))

    def changes(self, row: Row) -> dict[str, str]:
        told = {name: row.values[name] for name in ("tid", "firmware") if row.values[name]}
        return {name: value for name, value in told.items() if getattr(row.existing, name) != value}

    def update(self, row: Row, *, by: User, at: datetime) -> None:
        terminal, merchant = row.existing, row.values["merchant"]
        if changes := self.changes(row):
            terminal = assets.change_terminal(terminal, **changes, by=by, at=at)
        here = terminal.live_binding
        if merchant and here and here.merchant_id != merchant.pk:
            raise Refused(
                _("%(serial)s is live at %(merchant)s. Unbind it there first.")
                % {"serial": terminal.serial, "merchant": here.merchant.number}
            )
        if merchant and here is None:
            assets.bind_terminal(
                terminal,
                merchant=merchant,
                by=by,
                at=at,
                tid=row.values["tid"],
                is_reported=True,
                **row.values["agreement"],
            )
