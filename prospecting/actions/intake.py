"""Where leads come from besides the street: lists and the public page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from journal.actions import differences, record
from merchants.models import PHONE, Merchant, Trade
from prospecting import notices
from prospecting.actions.leads import CLAIMED_FOR, change_lead, make_leads, move_lead
from prospecting.doubles import doubles_of
from prospecting.lifecycle import LeadStatus
from prospecting.models import Campaign, CellOwner, Lead, Visit
from prospecting.places import cells_at, region_of
from toolkit.errors import Refused
from toolkit.secrets import blind_index, normalize_phone
from workforce.models import User

PLACE = ("lat", "lon", "location_accuracy_m")


def import_leads(news: Sequence[Mapping[str, Any]], *, by: User, at: datetime) -> list[Lead]:
    """From a list: nobody has claimed them."""
    rows = [{**new, "source": Lead.Source.IMPORTED} for new in news]
    return make_leads(rows, by=by, at=at, verb="prospecting.import_leads")


def unknown_of(lead: Lead, told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told and the lead does not know. A place is known or not as a whole."""
    known = PLACE if lead.lat is not None else ()
    return {
        name: value
        for name, value in told.items()
        if value not in ("", None) and name not in known and lead.serializable_value(name) in ("", None)
    }


def inform_lead(lead: Lead, *, by: User, at: datetime, **told: Any) -> Lead:
    """Adds what the lead does not know; what it knows stays as it is."""
    with transaction.atomic():
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        return change_lead(lead, **unknown_of(lead, told), by=by, at=at)


def ask_for_terminal(
    *,
    name: str,
    phone: str,
    at: datetime,
    trade: Trade | None = None,
    address: str = "",
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    note: str = "",
    campaign: Campaign | None = None,
) -> Lead:
    """Somebody wants a terminal: a new lead for whoever has the cell, or a sign of interest of one that is known.

    Known is who has the same phone, or a similar name close by and no phone yet. Of somebody else's shop nothing is
    changed by a stranger: the lead stands beside it, and its page shows the likeness.
    """
    if normalize_phone(phone) is None:
        raise Refused(_("“%(phone)s” is not a phone number that can be dialled.") % {"phone": phone}, field="phone")
    with transaction.atomic():
        _take_turns(phone)
        known, merchant = _known(name, phone, lat, lon)
        if known:
            return _ask_again(known, phone=phone, note=note, campaign=campaign, at=at)
        place = {"lat": lat, "lon": lon, "location_accuracy_m": accuracy_m}
        cell = cells_at([(lat, lon)])[0] if lat is not None and lon is not None else None
        region = region_of(cell, lat, lon, address)
        (lead,) = make_leads(
            [{
                "name": name, "phone": phone, "trade": trade, "address": address, "note": note, "campaign": campaign,
                "region": region, "merchant": merchant, "source": Lead.Source.WEB, "owner": _owner_of(cell), **place,
            }],
            by=None, at=at, verb="prospecting.ask_for_terminal",
        )  # fmt: skip
        lead.next_step, lead.next_step_on = Visit.NextStep.CALL, region.service_date(at)
        lead.save(update_fields=["next_step", "next_step_on"])
        notices.tell_asked(lead, at=at)
        return lead


def _take_turns(phone: str) -> None:
    """Askings with one phone come one after the other, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"ask_for_terminal {_index(phone)}"])


def _index(phone: str) -> str:
    return blind_index(normalize_phone(phone) or "", PHONE)


def _known(name: str, phone: str, lat: float | None, lon: float | None) -> tuple[Lead | None, Merchant | None]:
    """The lead this is about; else the merchant who wants one more, with a lead of theirs that is open."""
    doubles = doubles_of(
        name=name, phone=phone, lat=lat, lon=lon,
        leads=Lead.objects.exclude(status=LeadStatus.WON), merchants=Merchant.objects.all(),
    )  # fmt: skip
    for double in doubles:
        if double.is_lead and (double.has_same_phone or not double.of.phone_index):
            return double.of, None
    merchant = next((double.of for double in doubles if not double.is_lead and double.has_same_phone), None)
    return (merchant and merchant.leads.alive().first()), merchant


def _ask_again(lead: Lead, *, phone: str, note: str, campaign: Campaign | None, at: datetime) -> Lead:
    lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    changes: dict[str, list] = {}
    if not lead.phone_index:
        lead.phone = phone
        lead.index_phone()
        changes["phone"] = ["", lead.masked_phone]
    if lead.status == LeadStatus.DISCARDED:
        changes |= move_lead(lead, LeadStatus.NEW)
    if lead.owner is None and (owner := _owner_of(lead.cell_id)):
        changes |= differences(lead, {"owner": owner})
        lead.claimed_until = at + CLAIMED_FOR
    if campaign and lead.campaign is None:
        changes |= differences(lead, {"campaign": campaign})
    today = lead.region.service_date(at)
    changes |= differences(lead, {"next_step": Visit.NextStep.CALL, "next_step_on": today})
    lead.save()
    record(
        "prospecting.ask_again", lead, by=None, at=at, merchant_id=lead.merchant_id, changes=changes, note=note[:500]
    )
    notices.tell_asked(lead, at=at)
    return lead


def _owner_of(cell: int | None) -> User | None:
    now = CellOwner.objects.filter(cell=cell, during__upper_inf=True, prospector__is_active=True)
    row = now.select_related("prospector").first() if cell else None
    return row.prospector if row else None
