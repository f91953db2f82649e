"""Arriving and completing happen at the merchant's; elsewhere only with a reason and a photo, and it is counted."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evidence.models import Capture
from routing.geo import distance_m
from toolkit.errors import Refused
from workorders.models import VisitRules, WorkOrder


@dataclass(frozen=True)
class Presence:
    """How far from the merchant somebody is; reason and photo only where that is outside the fence or not known."""

    distance_m: float | None
    reason: str = ""
    photo: Capture | None = None

    def changes(self, name: str) -> dict[str, Any]:
        """For the journal."""
        changes: dict[str, Any] = {}
        if self.distance_m is not None:
            changes[f"{name}_distance_m"] = [None, round(self.distance_m)]
        if self.reason:
            changes |= {f"{name}_reason": [None, self.reason], "photos": [None, 1]}
        return changes


def presence(
    order: WorkOrder,
    *,
    lat: float | None,
    lon: float | None,
    accuracy_m: float | None,
    reason: str,
    photo: Capture | None,
) -> Presence:
    places = (order.lat, order.lon, lat, lon)
    away_m = None if None in places else float(distance_m(*places))
    if not (sentence := _why_not_here(order, away_m, accuracy_m)):
        return Presence(away_m)
    reason = reason.strip()[:200]
    if not reason:
        raise Refused(sentence, field="reason")
    if photo is None or photo.kind != Capture.Kind.PHOTO:
        raise Refused(
            _("Add a photo of where you are: away from the merchant a reason alone is not enough."), field="photo"
        )
    return Presence(away_m, reason, photo)


def _why_not_here(order: WorkOrder, away_m: float | None, accuracy_m: float | None) -> str:
    """What keeps this from counting as on site; empty when nothing does, or the merchant's place is not known."""
    if order.lat is None:
        return ""
    if away_m is None:
        return _("Your phone gave no position. Switch it on, or say why you go on without it and add a photo.")
    allowed_m = VisitRules.in_force().allowed_m(accuracy_m)
    if away_m <= allowed_m:
        return ""
    return _(
        "You are %(distance)d m from the merchant; up to %(allowed)d m is on site. "
        "Go there, or say why not and add a photo."
    ) % {"distance": round(away_m), "allowed": round(allowed_m)}
