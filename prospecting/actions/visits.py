from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from evidence.queries import seen_elsewhere
from journal.actions import record
from merchants.models import Trade
from prospecting.actions.leads import CLAIMED_FOR, make_lead, move_lead
from prospecting.actions.tasks import tick_off
from prospecting.lifecycle import LeadStatus
from prospecting.models import Cell, Competitor, Lead, Objection, SeenTerminal, Visit
from prospecting.places import cell_at
from routing.geo import distance_m
from toolkit.errors import Refused
from workforce.models import User
from workorders.authenticity import Facts, parts_of, score_of, speed_kmh
from workorders.models import VisitRules

SHORTLY_BEFORE = timedelta(hours=12)
SURE_M = 50  # a phone this sure of its place tells where a shop is


def record_visit(
    lead: Lead,
    *,
    outcome: str,
    by: User,
    at: datetime,
    captures: Iterable[Capture] = (),
    device_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    reason: str = "",
    intention: int | None = None,
    objections: Iterable[Objection] = (),
    seen: Mapping[Competitor, int] | None = None,
    next_step: str = Visit.NextStep.NONE,
    next_step_on: date | None = None,
    note: str = "",
) -> Visit:
    """A prospector was there, with a photo; outside the fence only with a reason. It begins their claim anew."""
    captures = list(captures)
    photos = [capture for capture in captures if capture.kind == Capture.Kind.PHOTO]
    if not photos:
        raise Refused(_("Take a photo of the shop."), field="captures")
    if (next_step == Visit.NextStep.NONE) != (next_step_on is None):
        raise Refused(_("Say on which day the next step is."), field="next_step_on")
    happened_at = min(device_at or at, at)
    with transaction.atomic():
        lead = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
        if lead.merged_into_id:
            raise Refused(_("%(lead)s was merged. Visit %(kept)s.") % {"lead": lead, "kept": lead.merged_into})
        if lead.owner_id not in (None, by.pk):
            raise Refused(_("%(lead)s belongs to %(owner)s.") % {"lead": lead, "owner": lead.owner})
        away_m = None if None in (lead.lat, lat) else float(distance_m(lead.lat, lead.lon, lat, lon))
        rules = VisitRules.in_force()
        allowed_m = rules.allowed_m(accuracy_m)
        if lead.lat is not None and (away_m is None or away_m > allowed_m) and not reason.strip():
            raise Refused(_outside(away_m, allowed_m), field="reason")
        visit = Visit(
            lead=lead, prospector=by, at=happened_at, received_at=at, lat=lat, lon=lon, accuracy_m=accuracy_m,
            distance_m=away_m, away_reason=reason.strip()[:200], outcome=outcome, intention=intention,
            next_step=next_step, next_step_on=next_step_on, note=note.strip()[:500],
        )  # fmt: skip
        parts = parts_of(_facts(visit, photos, at=at, device_at=device_at), rules)
        visit.score, visit.score_parts = score_of(parts), [asdict(part) for part in parts]
        visit.save()
        visit.captures.set(captures)
        visit.objections.set(objections)
        SeenTerminal.objects.bulk_create(
            SeenTerminal(visit=visit, competitor=competitor, count=count) for competitor, count in (seen or {}).items()
        )
        changes = _tell_lead(lead, visit)
        tick_off(visit, at=at)
        record(
            "prospecting.record_visit", lead, by=by, at=at, device_at=device_at, merchant_id=lead.merchant_id,
            changes={"visit": [None, visit.number], "outcome": [None, outcome], **changes}, note=visit.note,
        )  # fmt: skip
        return visit


def note_lead(
    prospector: User,
    *,
    name: str,
    captures: Iterable[Capture],
    by: User,
    at: datetime,
    trade: Trade | None = None,
    phone: str = "",
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    **visit: Any,
) -> Visit:
    """A shop seen on the street, and the first visit to it: `visit` is the rest of `record_visit`."""
    captures, cell = list(captures), cell_at(lat, lon)
    with transaction.atomic():
        lead = make_lead(
            name=name, region=Cell.objects.get(pk=cell).region if cell else prospector.region, source=Lead.Source.STREET,
            trade=trade, phone=phone, lat=lat, lon=lon, location_accuracy_m=accuracy_m, captures=captures, by=by, at=at,
        )  # fmt: skip
        return record_visit(lead, captures=captures, lat=lat, lon=lon, accuracy_m=accuracy_m, by=by, at=at, **visit)


def _outside(away_m: float | None, allowed_m: float) -> str:
    if away_m is None:
        return _("Your phone gave no position. Switch it on, or say why you go on without it.")
    return _("You are %(distance)d m from the shop; up to %(allowed)d m counts. Go there, or say why not.") % {
        "distance": round(away_m),
        "allowed": round(allowed_m),
    }


def _tell_lead(lead: Lead, visit: Visit) -> dict[str, list]:
    """What the lead knows after a visit; visits that arrive late do not undo what came after them."""
    changes: dict[str, list] = {}
    lead.visits_count += 1
    if lead.last_visited_at is None or visit.at >= lead.last_visited_at:
        lead.last_visited_at, lead.last_visited_by = visit.at, visit.prospector
        lead.next_step, lead.next_step_on = visit.next_step, visit.next_step_on
        if visit.intention:
            changes["intention"] = [lead.intention, visit.intention]
            lead.intention = visit.intention
    if visit.outcome == Visit.Outcome.GONE and lead.status in (LeadStatus.NEW, LeadStatus.VISITED):
        changes |= move_lead(lead, LeadStatus.DISCARDED)
    elif lead.status in (LeadStatus.NEW, LeadStatus.LOST):
        changes |= move_lead(lead, LeadStatus.VISITED)
    if lead.lat is None and visit.lat is not None and (visit.accuracy_m or SURE_M + 1) <= SURE_M:
        lead.lat, lead.lon, lead.location_accuracy_m = visit.lat, visit.lon, visit.accuracy_m
        changes["place"] = [None, [round(lead.lat, 5), round(lead.lon, 5)]]
    if lead.status == LeadStatus.VISITED:
        lead.owner, lead.claimed_until = visit.prospector, visit.at + CLAIMED_FOR
    lead.save()
    return changes


def _facts(visit: Visit, photos: list[Capture], *, at: datetime, device_at: datetime | None) -> Facts:
    return Facts(
        is_place_known=visit.lead.lat is not None,
        distance_m=visit.distance_m,
        accuracy_m=visit.accuracy_m,
        photos=len(photos),
        live_photos=sum(photo.source == Capture.Source.CAMERA for photo in photos),
        duplicates=seen_elsewhere(photos),
        speed_kmh=_speed_kmh(visit),
        ahead_s=None if device_at is None else (device_at - at).total_seconds(),
    )


def _speed_kmh(visit: Visit) -> float | None:
    """As the crow flies, from the prospector's visit before."""
    if visit.lat is None:
        return None
    recent = visit.prospector.visits.filter(lat__isnull=False, at__range=(visit.at - SHORTLY_BEFORE, visit.at))
    before = recent.order_by("-at").first()
    if before is None:
        return None
    metres = float(distance_m(before.lat, before.lon, visit.lat, visit.lon))
    return speed_kmh(metres, visit.at - before.at)
