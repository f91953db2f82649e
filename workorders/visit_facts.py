"""The facts of a visit, out of order, answers, photos and journal."""

from datetime import datetime, timedelta
from statistics import median

from django.db.models import F, Max

from assets.models import normal_code
from evidence.models import Capture
from evidence.queries import seen_elsewhere
from journal.models import Entry
from procedures.steps import StepKind
from routing.geo import distance_m
from workorders.authenticity import Facts, speed_kmh
from workorders.challenges import coded_photos, has_right_code
from workorders.lifecycle import DONE
from workorders.models import CodeReview, WorkOrder
from workorders.serials import serials_for

SHORTLY_BEFORE = timedelta(hours=12)
LOOSE = timedelta(minutes=5)  # between a phone's time and ours


def facts_of(order: WorkOrder) -> Facts:
    photos = list(order.captures.filter(kind=Capture.Kind.PHOTO))
    accuracies = [photo.accuracy_m for photo in photos if photo.accuracy_m is not None]
    scans, scans_on_site = _scans(order)
    coded = coded_photos(order)
    right = {photo.pk for photo in coded if has_right_code(order, photo)}
    missing = CodeReview.objects.filter(visit__order=order, capture__in=right, found=CodeReview.Found.NOT_SEEN)
    return Facts(
        is_place_known=order.lat is not None,
        distance_m=order.arrival_distance_m,
        accuracy_m=median(accuracies) if accuracies else None,
        scans=scans,
        scans_on_site=scans_on_site,
        photos=len(photos),
        live_photos=sum(photo.source == Capture.Source.CAMERA for photo in photos),
        duplicates=seen_elsewhere(photos),
        codes=len(coded),
        codes_right=len(right),
        codes_missing=missing.count(),
        speed_kmh=_speed_kmh(order),
        ahead_s=_ahead_s(order),
    )


def _scans(order: WorkOrder) -> tuple[int, int]:
    """Those given, and those with a serial that belongs here, given between arrival and completion."""
    asked = {step["key"]: step for step in order.run.steps if step["kind"] == StepKind.SCAN} if order.run else {}
    if not asked or order.arrived_at is None or order.completed_at is None:
        return 0, 0
    fitting = 0
    given = list(order.run.answers.current().filter(step__in=asked))
    for answer in given:
        wanted = asked[answer.step].get("equal") or ""
        serials = {normal_code(serial) for serial in serials_for(order, wanted)} if wanted else None
        at: datetime = answer.device_at or answer.at
        is_then = order.arrived_at - LOOSE <= at <= order.completed_at + LOOSE
        fitting += is_then and (serials is None or normal_code(str(answer.value)) in serials)
    return len(given), fitting


def _speed_kmh(order: WorkOrder) -> float | None:
    """As the crow flies, from the end of the engineer's visit before to this arrival."""
    if order.arrived_at is None or order.lat is None:
        return None
    before = (
        WorkOrder.objects.filter(
            engineer=order.engineer_id, status__in=DONE, lat__isnull=False,
            completed_at__range=(order.arrived_at - SHORTLY_BEFORE, order.arrived_at),
        )
        .exclude(pk=order.pk)
        .order_by("-completed_at")
        .first()
    )  # fmt: skip
    if before is None:
        return None
    metres = float(distance_m(before.lat, before.lon, order.lat, order.lon))
    return speed_kmh(metres, order.arrived_at - before.completed_at)


def _ahead_s(order: WorkOrder) -> float | None:
    """The most by which a step was taken later by the phone's clock than it came to us. Behind is only out of reach."""
    entries = Entry.objects.about(order).filter(actor=order.engineer_id, device_at__isnull=False)
    ahead = entries.aggregate(most=Max(F("device_at") - F("at")))["most"]
    return ahead.total_seconds() if ahead is not None else None
