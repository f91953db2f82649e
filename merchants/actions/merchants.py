from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, Required, TypedDict, Unpack

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from journal.actions import differences, record, record_all
from journal.reveals import record_reveal
from merchants.actions._locked import locked, refuse_merged
from merchants.actions.contracts import new_contract, save_contracts
from merchants.actions.review import begin_reviews
from merchants.actions.transactions import move_days
from merchants.lifecycle import ReviewState
from merchants.models import Contact, Merchant, MerchantDay, Review, Terms, Trade
from merchants.permissions import ENTER_LIVE
from merchants.queries import rows_pointing_at_merchants
from toolkit.errors import Refused
from toolkit.numbers import next_numbers
from toolkit.secrets import normalize_phone
from workforce.models import Region, User

CHANGEABLE = {
    "name", "external_id", "parent", "trade", "tier", "status", "region", "address",
    "lat", "lon", "location_source", "location_accuracy_m", "note", "first_transaction_on",
}  # fmt: skip


class NewMerchant(TypedDict, total=False):
    """What is left out is as in the model; `contact`, `contract` and `review` are arguments of set_contact, sign_contract
    and begin_review."""

    name: Required[str]
    region: Required[Region]
    external_id: str
    trade: Trade | None
    tier: str
    address: str
    lat: float | None
    lon: float | None
    location_source: str
    location_accuracy_m: float | None
    parent: Merchant | None
    note: str
    first_transaction_on: date | None
    acquirer_code: str  # under which it is live already
    contact: Mapping[str, Any] | None
    contract: Mapping[str, Any] | None
    review: Mapping[str, Any]


def create_merchant(*, by: User | None, at: datetime, **new: Unpack[NewMerchant]) -> Merchant:
    return create_merchants([new], by=by, at=at)[0]


def create_merchants(news: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime) -> list[Merchant]:
    """All or none of them; `news` are `NewMerchant`. Refused for the first that cannot be.

    Who is live with an acquirer already stays so, on the word of somebody who may say that; all others begin with their
    onboarding review.
    """
    codes = [new.get("acquirer_code", "").strip() for new in news]
    if any(codes) and by and not by.has_perm(ENTER_LIVE):
        raise Refused(
            _(
                "You may not enter merchants that are live already. Without an acquirer code they begin with their review."
            ),
            field="acquirer_code",
        )
    merchants = [_new_merchant(created_at=at, **new) for new in news]
    contacts = [Contact(merchant=merchant) for merchant, _values in _with(merchants, news, "contact")]
    told = [
        _fill_contact(contact, {**values, "is_primary": True})
        for contact, (_merchant, values) in zip(contacts, _with(merchants, news, "contact"), strict=True)
    ]
    contracts = [new_contract(merchant, **values) for merchant, values in _with(merchants, news, "contract")]
    with transaction.atomic():
        for merchant, number in zip(merchants, next_numbers("M", len(merchants)), strict=True):
            merchant.number = number
        with _external_ids_once(merchants):
            Merchant.objects.bulk_create(merchants)
        came = [
            {"status": [None, str(merchant.status)]} | ({"acquirer_code": [None, code]} if code else {})
            for merchant, code in zip(merchants, codes, strict=True)
        ]
        ids = [merchant.pk for merchant in merchants]
        record_all("merchants.create_merchant", merchants, by=by, at=at, merchant_ids=ids, changes=came)
        begin_reviews(
            [
                (merchant, new.get("review", {}))
                for merchant, new in zip(merchants, news, strict=True)
                if merchant.status == Merchant.Status.ONBOARDING
            ],
            by=by,
            at=at,
        )
        Contact.objects.bulk_create(contacts)
        ids = [contact.merchant_id for contact in contacts]
        record_all("merchants.set_contact", contacts, by=by, at=at, merchant_ids=ids, changes=told)
        save_contracts(contracts)
        ids = [contract.merchant_id for contract in contracts]
        record_all("merchants.sign_contract", contracts, by=by, at=at, merchant_ids=ids)
        return merchants


def change_merchant(merchant: Merchant, *, by: User | None, at: datetime, **values: Any) -> Merchant:
    if unknown := values.keys() - CHANGEABLE:
        raise TypeError(f"change_merchant() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        region = values.get("region", merchant.region)
        is_moving = region.pk != merchant.region_id
        if is_moving:  # rows of the rooms above are locked before merchants
            _take_along(merchant, region, by=by, at=at)
        merchant = locked(merchant)
        was_onboarding = merchant.status == Merchant.Status.ONBOARDING
        if changes := differences(merchant, values):
            _refuse_impossible(merchant, at)
            if "status" in changes and merchant.status == Merchant.Status.ACTIVE:
                _refuse_without_review(merchant, was_onboarding)
            if "region" in changes and not is_moving:
                raise Refused(_("%(name)s has just been moved to another region. Try again.") % {"name": merchant})
            with _external_ids_once([merchant]):
                merchant.save(update_fields=list(changes))
            record("merchants.change_merchant", merchant, by=by, at=at, merchant_id=merchant.pk, changes=changes)
        return merchant


def take_turns(merchant_ids: Iterable[int]) -> None:
    """Until the end of the transaction nobody else moves one of these merchants, or binds a terminal there.

    Taken after the locks of orders, before those of terminals.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('place of merchant ' || id, 0))"
            " FROM (SELECT DISTINCT unnest(%s::bigint[]) AS id ORDER BY id) AS merchants",
            [list(merchant_ids)],
        )


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
    with transaction.atomic():
        merchant = locked(merchant)
        others = merchant.contacts.exclude(pk=contact.pk) if contact else merchant.contacts.all()
        is_primary = is_primary or not others.filter(is_primary=True).exists()
        if is_primary:
            others.filter(is_primary=True).update(is_primary=False)
        contact = merchant.contacts.select_for_update().get(pk=contact.pk) if contact else Contact(merchant=merchant)
        values = {"name": name, "role": role, "phone": phone, "email": email, "language": language,
                  "is_primary": is_primary}  # fmt: skip
        changes = _fill_contact(contact, values)
        if contact.pk and not changes:
            return contact
        contact.save()
        record("merchants.set_contact", contact, by=by, at=at, merchant_id=merchant.pk, changes=changes)
        return contact


def remove_contact(contact: Contact, *, by: User | None, at: datetime) -> None:
    """The oldest of the others becomes the main contact when the main one goes."""
    with transaction.atomic():
        merchant = locked(contact.merchant)
        contact = merchant.contacts.get(pk=contact.pk)
        record("merchants.remove_contact", contact, by=by, at=at, merchant_id=merchant.pk)
        contact.delete()
        if contact.is_primary and (heir := merchant.contacts.order_by("pk").first()):
            Contact.objects.filter(pk=heir.pk).update(is_primary=True)


def reveal_phone(contact: Contact, *, by: User, at: datetime) -> str:
    """The clear number, for one person, written down; so many an hour and no more."""
    record_reveal("merchants.reveal_phone", contact, by=by, at=at, merchant_id=contact.merchant_id)
    return contact.phone


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
        take_turns([kept.pk, merged.pk])
        both = Merchant.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([kept.pk, merged.pk])
        kept, merged = both[kept.pk], both[merged.pk]
        for merchant in (kept, merged):
            refuse_merged(merchant)
        if kept.status != Merchant.Status.ONBOARDING or kept.reviews.open().exists():
            untouched = merged.reviews.open().exclude(documents__capture__isnull=False)
            untouched.delete()  # begun for a double, and nothing was handed in
        if Review.objects.filter(merchant__in=both).exclude(state=ReviewState.PASSED).count() > 1:
            raise Refused(_("Both are in review. Finish one of the reviews first."))
        if merged.changes.open().filter(kind__in=kept.changes.open().values("kind")).exists():
            raise Refused(_("Changes of both wait for approval. Finish those of one first."))
        if Terms.objects.filter(merchant=kept).exists():
            Terms.objects.filter(merchant=merged).delete()
        changes = {"number": [merged.number, kept.number], **differences(kept, _learned(kept, merged))}
        kept.save()
        if kept.contacts.filter(is_primary=True).exists():
            merged.contacts.filter(is_primary=True).update(is_primary=False)
        for model, field in rows_pointing_at_merchants():
            if model is MerchantDay:
                moved = move_days(merged, kept)
            else:
                moved = model._base_manager.filter(**{field: merged}).update(**{field: kept})
            if moved:
                with override(None):  # the journal's readers choose the language
                    changes[str(model._meta.verbose_name_plural)] = [None, moved]
        merged.merged_into, merged.status = kept, Merchant.Status.CLOSED
        merged.save(update_fields=["merged_into", "status"])
        if kept.region_id != merged.region_id:
            _take_along(kept, kept.region, by=by, at=at)
        note = f"{merged.number} {merged.name}"
        record("merchants.merge_merchants", kept, by=by, at=at, merchant_id=kept.pk, changes=changes, note=note)
        return kept


def _take_along(merchant: Merchant, region: Region, *, by: User | None, at: datetime) -> None:
    """What stands or goes on at the merchant follows it into the region (config/followers.py)."""
    for follow in import_string(settings.FOLLOWERS)["merchant moves"]:
        import_string(follow)(merchant, region=region, by=by, at=at)


def _learned(kept: Merchant, merged: Merchant) -> dict[str, Any]:
    """Blank fields of `kept` that `merged` knows. A place comes whole or not at all."""
    learned = {name: getattr(merged, name) for name in ("trade", "address") if not getattr(kept, name)}
    if kept.lat is None and merged.lat is not None:
        place = ("lat", "lon", "location_source", "location_accuracy_m")
        learned |= {name: getattr(merged, name) for name in place}
    if merged.first_transaction_on and merged.first_transaction_on < (kept.first_transaction_on or date.max):
        learned["first_transaction_on"] = merged.first_transaction_on
    if kept.parent_id == merged.pk:
        learned["parent"] = None if merged.parent_id == kept.pk else merged.parent
    elif kept.parent_id is None and merged.parent_id != kept.pk:
        learned["parent"] = merged.parent
    return learned


def _refuse_without_review(merchant: Merchant, was_onboarding: bool) -> None:
    if was_onboarding or merchant.reviews.exclude(state=ReviewState.PASSED).exists():
        raise Refused(_("%(name)s goes live by passing its onboarding review.") % {"name": merchant}, field="status")


def _refuse_impossible(merchant: Merchant, at: datetime) -> None:
    if not merchant.name:
        raise Refused(_("A merchant needs a name."), field="name")
    if (merchant.lat is None) != (merchant.lon is None):
        raise Refused(_("A place needs latitude and longitude."), field="lat")
    if merchant.lat is not None and not (-90 <= merchant.lat <= 90 and -180 <= merchant.lon <= 180):
        raise Refused(_("This place is not on earth: latitude goes to 90, longitude to 180."), field="lat")
    if merchant.first_transaction_on and merchant.first_transaction_on > merchant.region.service_date(at):
        raise Refused(_("The first transaction cannot lie in the future."), field="first_transaction_on")
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


def _new_merchant(
    *, name: str, external_id: str = "", address: str = "", acquirer_code: str = "", contact: Any = None,
    contract: Any = None, review: Any = None, **more: Any,
) -> Merchant:  # fmt: skip
    more["status"] = Merchant.Status.ACTIVE if acquirer_code.strip() else Merchant.Status.ONBOARDING
    merchant = Merchant(name=name.strip(), external_id=external_id.strip(), address=address.strip(), **more)
    _refuse_impossible(merchant, merchant.created_at)
    return merchant


def _with(
    merchants: Sequence[Merchant], news: Sequence[Mapping[str, Any]], part: str
) -> list[tuple[Merchant, Mapping[str, Any]]]:
    """The new merchants that come with this part, and the part."""
    return [(merchant, new[part]) for merchant, new in zip(merchants, news, strict=True) if new.get(part)]


@contextmanager
def _external_ids_once(merchants: Sequence[Merchant]) -> Iterator[None]:
    """Around what saves them: refused for the first whose outside number is taken."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as double:
        if "merchant_external_id_once" not in str(double):
            raise
        numbers = [merchant.external_id for merchant in merchants if merchant.external_id]
        owners = {owner.external_id: owner for owner in Merchant.objects.filter(external_id__in=numbers)}
        for place, external in enumerate(numbers):
            if owner := owners.get(external):
                raise Refused(
                    _("The outside number “%(external)s” belongs to %(number)s %(name)s already.")
                    % {"external": external, "number": owner.number, "name": owner.name},
                    field="external_id",
                ) from double
            if external in numbers[:place]:
                raise Refused(
                    _("The outside number “%(external)s” is given to two merchants.") % {"external": external},
                    field="external_id",
                ) from double
        raise


def _fill_contact(contact: Contact, values: Mapping[str, Any]) -> dict[str, list]:
    """Sets the values without saving; returns what changed, phones as everybody may read them."""
    masked = contact.masked_phone
    changes = differences(contact, dict(values))
    if not (contact.name or contact.phone or contact.email):
        raise Refused(_("Give at least a name, a phone number or a mail address."), field="name")
    if contact.phone and normalize_phone(contact.phone) is None:
        raise Refused(
            _("“%(phone)s” is not a phone number that can be dialled.") % {"phone": contact.phone}, field="phone"
        )
    contact.index_phone()
    if "phone" in changes:
        changes["phone"] = [masked, contact.masked_phone]
    return changes
