from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from journal.actions import differences, record, record_all
from journal.reveals import record_reveal
from merchants.models import Merchant, Trade
from prospecting.attribution import credit
from prospecting.lifecycle import HUNTED, NEXT_OF_LEAD, LeadStatus
from prospecting.models import Campaign, Lead, Opportunity, Stop, Visit
from prospecting.places import cells_at
from toolkit.errors import Refused
from toolkit.numbers import next_numbers
from toolkit.secrets import normalize_phone
from workforce.models import Region, User

CLAIMED_FOR = timedelta(days=30)
MOST_CLAIMED = 200
CHANGEABLE = {
    "name", "region", "trade", "address", "lat", "lon", "location_accuracy_m", "contact_name", "phone", "campaign",
    "potential", "note", "external_id",
}  # fmt: skip
LEARNED = ("trade", "address", "contact_name", "phone", "campaign", "potential", "external_id", "merchant", "owner")


class NewLead(TypedDict, total=False):
    """What is left out is as in the model."""

    name: Required[str]
    region: Required[Region]
    source: Required[str]
    trade: Trade | None
    address: str
    lat: float | None
    lon: float | None
    location_accuracy_m: float | None
    contact_name: str
    phone: str
    campaign: Campaign | None
    external_id: str
    potential: int | None
    merchant: Merchant | None
    owner: User | None
    note: str
    material_code: str


def make_lead(*, by: User | None, at: datetime, captures: Iterable[Capture] = (), **new: Unpack[NewLead]) -> Lead:
    """A prospector who notes it has claimed it."""
    if by is not None and by.is_field:
        new["owner"] = by
    (lead,) = make_leads([new], by=by, at=at)
    lead.captures.set(captures)
    return lead


def make_leads(
    news: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime, verb: str = "prospecting.make_lead"
) -> list[Lead]:
    """All or none of them; `news` are `NewLead`. Each comes into the cell it lies in, or into the pool.

    The campaign that brought it is found by the code on its material, or by its cell: see prospecting/attribution.py.
    """
    codes = [new.get("material_code", "") for new in news]
    leads = [
        Lead(created_at=at, created_by=by, **{name: new[name] for name in new if name != "material_code"})
        for new in news
    ]
    for lead in leads:
        _check(lead)
        lead.index_phone()
        if lead.owner_id:
            lead.claimed_until = at + CLAIMED_FOR
    with transaction.atomic():
        _put_into_cells(leads)
        credit(leads, codes)
        for lead, number in zip(leads, next_numbers("L", len(leads)), strict=True):
            lead.number = number
        try:
            with transaction.atomic():
                Lead.objects.bulk_create(leads)
        except IntegrityError as clash:
            if "lead_external_id_once" not in str(clash):
                raise
            raise Refused(_("A lead with this outside number exists already."), field="external_id") from clash
        ids = [lead.merchant_id for lead in leads]
        record_all(verb, leads, by=by, at=at, merchant_ids=ids)
        return leads


def change_lead(lead: Lead, *, by: User, at: datetime, **values: Any) -> Lead:
    if unknown := values.keys() - CHANGEABLE:
        raise TypeError(f"change_lead() cannot change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        lead = _locked(lead)
        masked = lead.masked_phone
        changes = differences(lead, values)
        if not changes:
            return lead
        _check(lead)
        if changes.keys() & {"lat", "lon"}:
            _put_into_cells([lead])
        lead.save()
        if "phone" in changes:
            changes["phone"] = [masked, lead.masked_phone]
        record("prospecting.change_lead", lead, by=by, at=at, merchant_id=lead.merchant_id, changes=changes)
        return lead


def claim_lead(lead: Lead, *, owner: User, by: User, at: datetime) -> Lead:
    """The owner has it for CLAIMED_FOR; every visit begins that anew. Somebody else's can only be handed on in the office."""
    with transaction.atomic():
        lead = _locked(lead)
        if lead.status not in HUNTED:
            raise Refused(
                _("%(lead)s is “%(status)s” and cannot be claimed.")
                % {"lead": lead, "status": lead.get_status_display()}
            )
        if by.is_field and (lead.owner_id not in (None, by.pk) or owner != by):
            raise Refused(_("%(lead)s belongs to %(owner)s.") % {"lead": lead, "owner": lead.owner})
        if by.is_field and Lead.objects.hunted().filter(owner=by)[:MOST_CLAIMED].count() >= MOST_CLAIMED:
            raise Refused(_("You have claimed %(count)d leads. Give some back first.") % {"count": MOST_CLAIMED})
        before, lead.owner, lead.claimed_until = lead.owner, owner, at + CLAIMED_FOR
        lead.save(update_fields=["owner", "claimed_until"])
        changes = {"owner": [str(before) if before else None, str(owner)]}
        record("prospecting.claim_lead", lead, by=by, at=at, merchant_id=lead.merchant_id, changes=changes)
        return lead


def release_lead(lead: Lead, *, by: User | None, at: datetime) -> Lead:
    """Back to its cell, or into the pool."""
    with transaction.atomic():
        lead = _locked(lead)
        if lead.owner is None:
            return lead
        if by is not None and by.is_field and lead.owner_id != by.pk:
            raise Refused(_("%(lead)s belongs to %(owner)s.") % {"lead": lead, "owner": lead.owner})
        if lead.status == LeadStatus.OPPORTUNITY:
            raise Refused(_("%(lead)s has an open opportunity. Hand that on first.") % {"lead": lead})
        changes = {"owner": [str(lead.owner), None]}
        lead.owner = lead.claimed_until = None
        lead.save(update_fields=["owner", "claimed_until"])
        record("prospecting.release_lead", lead, by=by, at=at, merchant_id=lead.merchant_id, changes=changes)
        return lead


def release_expired_claims(*, at: datetime, limit: int = 500) -> int:
    """Claims nobody acted on in time end; those somebody is busy with have their turn next time. Returns how many."""
    with transaction.atomic():
        over = Lead.objects.hunted().claim_over(at).select_related("owner").order_by("claimed_until")
        leads = list(over.select_for_update(of=("self",), skip_locked=True)[:limit])
        Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(owner=None, claimed_until=None)
        record_all(
            "prospecting.release_lead", leads, by=None, at=at, merchant_ids=[lead.merchant_id for lead in leads],
            changes=[{"owner": [str(lead.owner), None]} for lead in leads],
        )  # fmt: skip
        return len(leads)


def discard_lead(lead: Lead, *, reason: str, by: User, at: datetime) -> Lead:
    with transaction.atomic():
        lead = _locked(lead)
        reason = reason.strip()
        if not reason:
            raise Refused(_("Say why it is discarded."), field="reason")
        changes = move_lead(lead, LeadStatus.DISCARDED)
        lead.save()
        record("prospecting.discard_lead", lead, by=by, at=at, changes=changes, note=reason[:200])
        return lead


def merge_leads(kept: Lead, merged: Lead, *, by: User, at: datetime) -> Lead:
    """What `merged` has becomes that of `kept`, which learns what it does not know."""
    if kept.pk == merged.pk:
        raise Refused(_("A lead cannot be merged with itself."))
    with transaction.atomic():
        both = Lead.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([kept.pk, merged.pk])
        kept, merged = both[kept.pk], both[merged.pk]
        if merged.opportunities.open().exists() and kept.opportunities.open().exists():
            raise Refused(_("Both have an open opportunity. Lose one of them first."))
        if merged.status == LeadStatus.OPPORTUNITY:
            kept, merged = merged, kept
        changes = {"number": [merged.number, kept.number], "status": move_lead(merged, LeadStatus.MERGED)["status"]}
        external, merged.external_id, merged.merged_into = merged.external_id, "", kept
        merged.save()
        values = {name: getattr(merged, name) for name in LEARNED if getattr(merged, name) not in (None, "")}
        if external:
            values["external_id"] = external
        learned = {name: value for name, value in values.items() if getattr(kept, name) in (None, "")}
        if "owner" in learned:
            learned["claimed_until"] = merged.claimed_until
        changes |= {name: change for name, change in differences(kept, learned).items() if name != "phone"}
        Visit.objects.filter(lead=merged).update(lead=kept)
        Opportunity.objects.filter(lead=merged).update(lead=kept)
        Stop.objects.filter(lead=merged).exclude(task__stops__lead=kept).update(lead=kept)
        kept.captures.add(*merged.captures.all())
        kept.visits_count += merged.visits_count
        if merged.last_visited_at and (kept.last_visited_at is None or merged.last_visited_at > kept.last_visited_at):
            kept.last_visited_at, kept.last_visited_by = merged.last_visited_at, merged.last_visited_by
        if kept.status == LeadStatus.NEW and kept.visits_count:
            move_lead(kept, LeadStatus.VISITED)
        kept.save()
        record("prospecting.merge_leads", kept, by=by, at=at, merchant_id=kept.merchant_id, changes=changes)
        return kept


def reveal_phone(lead: Lead, *, by: User, at: datetime) -> str:
    """The number in clear, for one person, written down; so many an hour and no more."""
    record_reveal("prospecting.reveal_phone", lead, by=by, at=at, merchant_id=lead.merchant_id)
    return lead.phone


def move_lead(lead: Lead, status: LeadStatus) -> dict[str, list]:
    """The only place where a lead's status is assigned. Returns the change for the journal; the caller saves."""
    before = LeadStatus(lead.status)
    if status not in NEXT_OF_LEAD[before]:
        raise Refused(
            _("%(lead)s is “%(status)s” and cannot become “%(wanted)s”.")
            % {"lead": lead, "status": before.label, "wanted": status.label}
        )
    lead.status = status
    if status not in HUNTED:
        lead.claimed_until = None
    return {"status": [before, status]}


def _locked(lead: Lead) -> Lead:
    return Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)


def _check(lead: Lead) -> None:
    lead.name = lead.name.strip()
    if not lead.name:
        raise Refused(_("Give the shop's name."), field="name")
    if lead.phone and normalize_phone(lead.phone) is None:
        raise Refused(
            _("“%(phone)s” is not a phone number that can be dialled.") % {"phone": lead.phone}, field="phone"
        )


def _put_into_cells(leads: Sequence[Lead]) -> None:
    placed = [lead for lead in leads if lead.lat is not None and lead.lon is not None]
    for lead, cell in zip(placed, cells_at([(lead.lat, lead.lon) for lead in placed]), strict=True):
        lead.cell_id = cell
