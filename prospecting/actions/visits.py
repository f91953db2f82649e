from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from evidence.queries import seen_elsewhere
from journal.actions import record_all
from merchants.models import Trade
from prospecting.actions.leads import CLAIMED_FOR, make_lead, move_lead
from prospecting.actions.tasks import tick_off
from prospecting.attribution import normal
from prospecting.lifecycle import LeadStatus
from prospecting.models import Cell, Competitor, Handout, Lead, Objection, SeenTerminal, Visit
from prospecting.places import cell_at
from routing.geo import distance_m
from toolkit.errors import Refused
from toolkit.numbers import next_numbers
from workforce.models import User
from workorders.authenticity import Facts, Thresholds, parts_of, score_of, speed_kmh
from workorders.models import VisitRules

SHORTLY_BEFORE = timedelta(hours=12)
TOLD = (  # what a lead learns from a visit
    "visits_count", "last_visited_at", "last_visited_by", "next_step", "next_step_on", "intention", "status", "owner",
    "claimed_until", "lat", "lon", "location_accuracy_m",
)  # fmt: skip
SURE_M = 50  # a phone this sure of its place tells where a shop is


class NewVisit(TypedDict, total=False):
    """What is left out is as in the model."""

    outcome: Required[str]
    captures: Iterable[Capture]
    device_at: datetime | None
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    reason: str  # for being outside the fence
    intention: int | None
    objections: Iterable[Objection]
    seen: Mapping[Competitor, int] | None
    next_step: str
    next_step_on: date | None
    note: str


def record_visit(lead: Lead, *, by: User, at: datetime, **new: Unpack[NewVisit]) -> Visit:
    """A prospector was there, with a photo; outside the fence only with a reason. It begins their claim anew."""
    new["captures"] = list(new.get("captures", ()))
    if not _photos(new):
        raise Refused(_("Take a photo of the shop."), field="captures")
    return record_visits([(lead, new)], by=by, at=at)[0]


def record_visits(news: Sequence[tuple[Lead, NewVisit]], *, by: User, at: datetime) -> list[Visit]:
    """A prospector's visits, all or none, in the order in which they were made. Those from a list may have no photo."""
    with transaction.atomic():
        locked = Lead.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([lead.pk for lead, _new in news])
        rules, ways = VisitRules.in_force(), _Ways(by, [_moment(new, at) for _lead, new in news])
        visits, changes = [], []
        for (lead, new), number in zip(news, next_numbers("V", len(news)), strict=True):
            visit = _allowed_visit(locked[lead.pk], new, rules, by=by, at=at)
            visit.number = number
            parts = parts_of(_facts(visit, new, ways, at=at), rules)
            visit.score, visit.score_parts = score_of(parts), [asdict(part) for part in parts]
            visits.append(visit)
            changes.append({"visit": [None, number], "outcome": [None, visit.outcome], **_tell_lead(visit.lead, visit)})
        _save(visits, news)
        for told in locked.values():
            told.save(update_fields=TOLD)
        tick_off(visits, by=by, at=at)
        record_all(
            "prospecting.record_visit", [visit.lead for visit in visits], by=by, at=at, changes=changes,
            merchant_ids=[visit.lead.merchant_id for visit in visits], notes=[visit.note for visit in visits],
            device_ats=[new.get("device_at") for _lead, new in news],
        )  # fmt: skip
        return visits


def _moment(new: NewVisit, at: datetime) -> datetime:
    return min(new.get("device_at") or at, at)


def _photos(new: NewVisit) -> list[Capture]:
    return [capture for capture in new.get("captures", ()) if capture.kind == Capture.Kind.PHOTO]


def _allowed_visit(lead: Lead, new: NewVisit, rules: Thresholds, *, by: User, at: datetime) -> Visit:
    next_step, next_step_on = new.get("next_step", Visit.NextStep.NONE), new.get("next_step_on")
    if (next_step == Visit.NextStep.NONE) != (next_step_on is None):
        raise Refused(_("Say on which day the next step is."), field="next_step_on")
    if lead.merged_into_id:
        raise Refused(_("%(lead)s was merged. Visit %(kept)s.") % {"lead": lead, "kept": lead.merged_into})
    if lead.owner_id not in (None, by.pk):
        raise Refused(_("%(lead)s belongs to %(owner)s.") % {"lead": lead, "owner": lead.owner})
    lat, lon, accuracy_m, reason = new.get("lat"), new.get("lon"), new.get("accuracy_m"), new.get("reason", "").strip()
    away_m = None if None in (lead.lat, lat) else float(distance_m(lead.lat, lead.lon, lat, lon))
    allowed_m = rules.allowed_m(accuracy_m)
    if lead.lat is not None and (away_m is None or away_m > allowed_m) and not reason:
        raise Refused(_outside(away_m, allowed_m), field="reason")
    return Visit(
        lead=lead, prospector=by, at=_moment(new, at), received_at=at, lat=lat, lon=lon,
        accuracy_m=accuracy_m, distance_m=away_m, away_reason=reason[:200], outcome=new["outcome"],
        intention=new.get("intention"), next_step=next_step, next_step_on=next_step_on,
        note=new.get("note", "").strip()[:500],
    )  # fmt: skip


def _save(visits: Sequence[Visit], news: Sequence[tuple[Lead, NewVisit]]) -> None:
    Visit.objects.bulk_create(visits)
    made = [(visit, new) for visit, (_lead, new) in zip(visits, news, strict=True)]
    photo, objection = Visit.captures.through, Visit.objections.through
    photo.objects.bulk_create(
        photo(visit=visit, capture=each) for visit, new in made for each in new.get("captures", ())
    )
    objection.objects.bulk_create(
        objection(visit=visit, objection=each) for visit, new in made for each in new.get("objections", ())
    )
    SeenTerminal.objects.bulk_create(
        SeenTerminal(visit=visit, competitor=competitor, count=count)
        for visit, new in made
        for competitor, count in (new.get("seen") or {}).items()
    )


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
    material_code: str = "",
    **visit: Any,
) -> Visit:
    """A shop seen on the street, and the first visit to it: `visit` is the rest of `record_visit`. A code of no material
    is kept in the lead's note: whoever typed it may have left the shop long ago."""
    captures, cell = list(captures), cell_at(lat, lon)
    is_known = Handout.objects.filter(code=normal(material_code)).exclude(code="").exists()
    odd = "" if is_known or not material_code.strip() else _("No material has the code “%(code)s”.") % {"code": material_code[:40]}  # fmt: skip
    with transaction.atomic():
        lead = make_lead(
            name=name, region=Cell.objects.get(pk=cell).region if cell else prospector.region, source=Lead.Source.STREET,
            trade=trade, phone=phone, lat=lat, lon=lon, location_accuracy_m=accuracy_m, captures=captures, by=by, at=at,
            material_code=material_code if is_known else "", note=odd,
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
    return changes


def _facts(visit: Visit, new: NewVisit, ways: "_Ways", *, at: datetime) -> Facts:
    photos, device_at = _photos(new), new.get("device_at")
    return Facts(
        is_place_known=visit.lead.lat is not None,
        distance_m=visit.distance_m,
        accuracy_m=visit.accuracy_m,
        photos=len(photos),
        live_photos=sum(photo.source == Capture.Source.CAMERA for photo in photos),
        duplicates=seen_elsewhere(photos),
        speed_kmh=ways.speed_kmh(visit),
        ahead_s=None if device_at is None else (device_at - at).total_seconds(),
    )


class _Ways:
    """From one visit of a prospector to the next, as the crow flies."""

    def __init__(self, prospector: User, moments: Sequence[datetime]) -> None:
        """Between these moments."""
        around = (min(moments) - SHORTLY_BEFORE, max(moments))
        known = prospector.visits.filter(lat__isnull=False, at__range=around)
        self.places = list(known.values_list("at", "lat", "lon"))

    def speed_kmh(self, visit: Visit) -> float | None:
        """To this visit, from the one before."""
        if visit.lat is None:
            return None
        recent = [place for place in self.places if visit.at - SHORTLY_BEFORE <= place[0] <= visit.at]
        self.places.append((visit.at, visit.lat, visit.lon))
        if not recent:
            return None
        at, lat, lon = max(recent)
        return speed_kmh(float(distance_m(lat, lon, visit.lat, visit.lon)), visit.at - at)
