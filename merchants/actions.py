from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from journal.actions import differences, record
from journal.models import Entry
from merchants.holidays import DayKind, chinese_calendar_exceptions
from merchants.models import CalendarDay, Contact, Contract, Merchant, ServiceCalendar, Trade
from merchants.queries import rows_pointing_at_merchants
from toolkit.errors import Refused
from toolkit.numbers import next_number
from toolkit.secrets import normalize_phone
from workforce.models import Region, User

CHANGEABLE = {
    "name", "external_id", "parent", "trade", "tier", "status", "region", "address",
    "lat", "lon", "location_source", "location_accuracy_m", "note",
}  # fmt: skip
REVEALS_PER_HOUR = 60  # more than a person needs, fewer than a list is copied with


def create_merchant(
    *,
    name: str,
    region: Region,
    by: User | None,
    at: datetime,
    external_id: str = "",
    trade: Trade | None = None,
    tier: str = Merchant.Tier.STANDARD,
    address: str = "",
    lat: float | None = None,
    lon: float | None = None,
    location_source: str = "",
    location_accuracy_m: float | None = None,
    parent: Merchant | None = None,
    status: str = Merchant.Status.ACTIVE,
    note: str = "",
) -> Merchant:
    merchant = Merchant(
        name=name.strip(), region=region, external_id=external_id.strip(), trade=trade, tier=tier,
        address=address.strip(), lat=lat, lon=lon, location_source=location_source,
        location_accuracy_m=location_accuracy_m, parent=parent, status=status, note=note, created_at=at,
    )  # fmt: skip
    _refuse_impossible(merchant)
    with transaction.atomic():
        merchant.number = next_number("M")
        _save(merchant)
        record("merchants.create_merchant", merchant, by=by, at=at, merchant_id=merchant.pk)
        return merchant


def change_merchant(merchant: Merchant, *, by: User | None, at: datetime, **values: Any) -> Merchant:
    if unknown := values.keys() - CHANGEABLE:
        raise TypeError(f"change_merchant() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        merchant = _locked(merchant)
        if changes := differences(merchant, values):
            _refuse_impossible(merchant)
            _save(merchant, list(changes))
            record("merchants.change_merchant", merchant, by=by, at=at, merchant_id=merchant.pk, changes=changes)
        return merchant


def set_contact(
    merchant: Merchant,
    *,
    by: User | None,
    at: datetime,
    contact: Contact | None = None,
    name: str = "",
    role: str = "",
    phone: str = "",
    email: str = "",
    language: str = "zh-hans",
    is_primary: bool = False,
) -> Contact:
    """Adds a contact, or changes the given one. The first contact is the main one; a new main one replaces the old."""
    if not (name or phone or email):
        raise Refused(_("Give at least a name, a phone number or a mail address."), field="name")
    if phone and normalize_phone(phone) is None:
        raise Refused(_("“%(phone)s” is not a phone number that can be dialled.") % {"phone": phone}, field="phone")
    with transaction.atomic():
        merchant = _locked(merchant)
        others = merchant.contacts.exclude(pk=contact.pk) if contact else merchant.contacts.all()
        is_primary = is_primary or not others.filter(is_primary=True).exists()
        if is_primary:
            others.filter(is_primary=True).update(is_primary=False)
        contact = merchant.contacts.select_for_update().get(pk=contact.pk) if contact else Contact(merchant=merchant)
        masked = contact.masked_phone
        values = {"name": name, "role": role, "phone": phone, "email": email, "language": language,
                  "is_primary": is_primary}  # fmt: skip
        changes = differences(contact, values)
        if contact.pk and not changes:
            return contact
        contact.save()
        if "phone" in changes:
            changes["phone"] = [masked, contact.masked_phone]
        record("merchants.set_contact", contact, by=by, at=at, merchant_id=merchant.pk, changes=changes)
        return contact


def remove_contact(contact: Contact, *, by: User | None, at: datetime) -> None:
    """The oldest of the others becomes the main contact when the main one goes."""
    with transaction.atomic():
        merchant = _locked(contact.merchant)
        contact = merchant.contacts.get(pk=contact.pk)
        record("merchants.remove_contact", contact, by=by, at=at, merchant_id=merchant.pk)
        contact.delete()
        if contact.is_primary and (heir := merchant.contacts.order_by("pk").first()):
            Contact.objects.filter(pk=heir.pk).update(is_primary=True)


def reveal_phone(contact: Contact, *, by: User, at: datetime) -> str:
    """The clear number, for one person, written down; so many an hour and no more."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)
        seen = Entry.objects.filter(actor=by, verb="merchants.reveal_phone", at__gt=at - timedelta(hours=1))
        if seen[:REVEALS_PER_HOUR].count() >= REVEALS_PER_HOUR:
            raise Refused(_("You have looked at many phone numbers within the last hour. Please go on later."))
        record("merchants.reveal_phone", contact, by=by, at=at, merchant_id=contact.merchant_id)
        return contact.phone


def sign_contract(
    merchant: Merchant,
    *,
    by: User | None,
    at: datetime,
    number: str,
    service_level: str,
    starts_on: date,
    ends_on: date | None = None,
    monthly_fee: Decimal | None = None,
) -> Contract:
    """A contract without an end that is still running ends the day before the new one starts."""
    if ends_on and ends_on < starts_on:
        raise Refused(_("The contract ends before it starts."), field="ends_on")
    with transaction.atomic():
        merchant = _locked(merchant)
        if merchant.status == Merchant.Status.CLOSED:
            raise Refused(_("%(name)s is closed. Open it again before you sign a contract.") % {"name": merchant})
        running = list(merchant.contracts.filter(ends_on=None, starts_on__lt=starts_on))
        changes = {}
        for contract in running:
            contract.ends_on = starts_on - timedelta(days=1)
            contract.save(update_fields=["ends_on"])
            changes[contract.number] = [None, contract.ends_on]
        clash = merchant.contracts.exclude(ends_on__lt=starts_on)
        if ends_on:
            clash = clash.exclude(starts_on__gt=ends_on)
        if other := clash.first():
            raise Refused(
                _("Contract %(number)s covers part of this time. Choose other days.") % {"number": other.number},
                field="starts_on",
            )
        try:
            with transaction.atomic():
                contract = Contract.objects.create(
                    merchant=merchant, number=number.strip(), service_level=service_level, starts_on=starts_on,
                    ends_on=ends_on, monthly_fee=monthly_fee,
                )  # fmt: skip
        except IntegrityError as double:
            raise Refused(
                _("There is a contract with the number “%(number)s” already.") % {"number": number}, field="number"
            ) from double
        record("merchants.sign_contract", contract, by=by, at=at, merchant_id=merchant.pk, changes=changes)
        return contract


def merge_merchants(kept: Merchant, merged: Merchant, *, by: User | None, at: datetime) -> Merchant:
    """Everything that points at `merged` points at `kept` afterwards; what `kept` does not know it learns from it.

    The journal stays as it was written: the timeline of `kept` reads both.
    """
    if kept.pk == merged.pk:
        raise Refused(_("A merchant cannot be merged with itself."))
    with transaction.atomic():
        for model, field in rows_pointing_at_merchants():
            if model._meta.app_label != "merchants":  # rows of the rooms above are locked before merchants
                list(model._base_manager.select_for_update().filter(**{field: merged}).order_by("pk").values_list("pk"))
        both = Merchant.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([kept.pk, merged.pk])
        kept, merged = both[kept.pk], both[merged.pk]
        for merchant in (kept, merged):
            _refuse_merged(merchant)
        changes = {"number": [merged.number, kept.number], **differences(kept, _learned(kept, merged))}
        kept.save()
        if kept.contacts.filter(is_primary=True).exists():
            merged.contacts.filter(is_primary=True).update(is_primary=False)
        for model, field in rows_pointing_at_merchants():
            moved = model._base_manager.filter(**{field: merged}).update(**{field: kept})
            if moved:
                with override(None):  # the journal's readers choose the language
                    changes[str(model._meta.verbose_name_plural)] = [None, moved]
        merged.merged_into, merged.status = kept, Merchant.Status.CLOSED
        merged.save(update_fields=["merged_into", "status"])
        note = f"{merged.number} {merged.name}"
        record("merchants.merge_merchants", kept, by=by, at=at, merchant_id=kept.pk, changes=changes, note=note)
        return kept


def load_holidays(calendar: ServiceCalendar, *, year: int, by: User | None, at: datetime) -> int:
    """Adds the public holidays and make-up workdays of a year; days the calendar has already stay as they are.

    On a make-up workday the hours of a Monday are worked. Returns how many days were added.
    """
    try:
        exceptions = chinese_calendar_exceptions(year)
    except ValueError as unknown:
        raise Refused(
            _("The public holidays of %(year)s are not known yet. Update the library chinesecalendar and try again.")
            % {"year": year},
            field="year",
        ) from unknown
    with transaction.atomic():
        calendar = ServiceCalendar.objects.select_for_update().get(pk=calendar.pk)
        known = set(calendar.days.filter(date__year=year).values_list("date", flat=True))
        added = [
            CalendarDay(calendar=calendar, date=day, name=_("Public holiday"))
            if kind == DayKind.HOLIDAY
            else CalendarDay(calendar=calendar, date=day, name=_("Make-up workday"), hours=calendar.weekly.get("0", []))
            for day, kind in exceptions.items()
            if day not in known
        ]
        CalendarDay.objects.bulk_create(added)
        if added:
            changes = {str(year): [None, len(added)]}
            record("merchants.load_holidays", calendar, by=by, at=at, changes=changes)
        return len(added)


def _learned(kept: Merchant, merged: Merchant) -> dict[str, Any]:
    """Blank fields of `kept` that `merged` knows. A place comes whole or not at all."""
    learned = {name: getattr(merged, name) for name in ("trade", "address") if not getattr(kept, name)}
    if kept.lat is None and merged.lat is not None:
        place = ("lat", "lon", "location_source", "location_accuracy_m")
        learned |= {name: getattr(merged, name) for name in place}
    if kept.parent_id == merged.pk:
        learned["parent"] = None if merged.parent_id == kept.pk else merged.parent
    elif kept.parent_id is None and merged.parent_id != kept.pk:
        learned["parent"] = merged.parent
    return learned


def _locked(merchant: Merchant) -> Merchant:
    merchant = Merchant.objects.select_for_update(of=("self",)).get(pk=merchant.pk)
    _refuse_merged(merchant)
    return merchant


def _refuse_merged(merchant: Merchant) -> None:
    if merchant.is_merged:
        raise Refused(
            _("%(name)s was merged into %(number)s. Please go on there.")
            % {"name": merchant.name, "number": merchant.merged_into.number}
        )


def _refuse_impossible(merchant: Merchant) -> None:
    if not merchant.name:
        raise Refused(_("A merchant needs a name."), field="name")
    if (merchant.lat is None) != (merchant.lon is None):
        raise Refused(_("A place needs latitude and longitude."), field="lat")
    if merchant.lat is not None and not (-90 <= merchant.lat <= 90 and -180 <= merchant.lon <= 180):
        raise Refused(_("This place is not on earth: latitude goes to 90, longitude to 180."), field="lat")
    above, seen = merchant.parent, {merchant.pk}
    if above is not None and above.is_merged:
        raise Refused(
            _("%(name)s was merged into another merchant. Choose that one.") % {"name": above}, field="parent"
        )
    while above is not None:
        if above.pk in seen:
            raise Refused(_("A head office cannot lie below its own branch."), field="parent")
        seen.add(above.pk)
        above = above.parent


def _save(merchant: Merchant, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            merchant.save(update_fields=fields)
    except IntegrityError as double:
        if "merchant_external_id_once" not in str(double):
            raise
        other = Merchant.objects.get(external_id=merchant.external_id)
        raise Refused(
            _("The outside number “%(external)s” belongs to %(number)s %(name)s already.")
            % {"external": merchant.external_id, "number": other.number, "name": other.name},
            field="external_id",
        ) from double
