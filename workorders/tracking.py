"""What a merchant may know of an order: where it stands, when somebody comes, and how far away they are."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evidence.models import Capture
from routing.geo import GreatCircleTravel, distance_m
from workforce.models import Badge, Position
from workorders.lifecycle import WITH_ENGINEER
from workorders.lifecycle import Status as S
from workorders.models import Request, WorkOrder

STAGES = [
    (gettext_lazy("Report received"), "opened_at", {S.HELD, S.OPEN}),
    (gettext_lazy("Engineer assigned"), "assigned_at", {S.ASSIGNED, S.ACCEPTED}),
    (gettext_lazy("On the way"), "departed_at", {S.EN_ROUTE}),
    (gettext_lazy("On site"), "arrived_at", {S.ON_SITE, S.IN_PROGRESS, S.PAUSED}),
    (gettext_lazy("Done"), "completed_at", {S.COMPLETED, S.CLOSED}),
]
SENTENCES = {
    S.HELD: gettext_lazy("Your documents are being looked at; then we choose an engineer."),
    S.OPEN: gettext_lazy("We have your report and are choosing an engineer."),
    S.ASSIGNED: gettext_lazy("An engineer will come to you."),
    S.ACCEPTED: gettext_lazy("An engineer will come to you."),
    S.EN_ROUTE: gettext_lazy("The engineer is on the way to you."),
    S.ON_SITE: gettext_lazy("The engineer is with you."),
    S.IN_PROGRESS: gettext_lazy("The engineer is working on it."),
    S.PAUSED: gettext_lazy("The work is paused."),
    S.COMPLETED: gettext_lazy("The work is done."),
    S.CLOSED: gettext_lazy("The work is done."),
    S.CANCELLED: gettext_lazy("This order was cancelled."),
}
COMPASS = [
    gettext_lazy("north"), gettext_lazy("north-east"), gettext_lazy("east"), gettext_lazy("south-east"),
    gettext_lazy("south"), gettext_lazy("south-west"), gettext_lazy("west"), gettext_lazy("north-west"),
]  # fmt: skip
RINGS_M = [200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]
JUST_DONE = timedelta(hours=12)
POSITION_AGE = timedelta(minutes=10)  # an older one says nothing about where somebody is


@dataclass(frozen=True)
class Stage:
    label: Any
    time: str  # empty when it has not been reached
    is_reached: bool
    is_current: bool


def stages(order: WorkOrder, at: datetime) -> list[Stage]:
    """The five steps a merchant sees. A cancelled order stands nowhere: what was reached has its time."""
    current = next((index for index, (_label, _field, held) in enumerate(STAGES) if order.status in held), -1)
    found = []
    for index, (label, field, _held) in enumerate(STAGES):
        instant = getattr(order, field)
        is_reached = instant is not None if current < 0 else index <= current
        time = short_time(instant, at, order.region.zone) if is_reached and instant else ""
        found.append(Stage(label, time, is_reached, index == current))
    return found


@dataclass(frozen=True)
class Approach:
    """Where the engineer is, seen from the shop. `x` and `y` are on a dial of radius 100 whose rim is `ring_m` away."""

    distance: str
    direction: str
    ring: str
    half_ring: str
    x: float
    y: float
    expected_at: datetime


def approach(order: WorkOrder, at: datetime) -> Approach | None:
    """Only between departure and arrival, from a position reported after the departure and not old."""
    if order.status != S.EN_ROUTE or order.lat is None or order.lon is None or order.departed_at is None:
        return None
    since = max(order.departed_at, at - POSITION_AGE)
    position = Position.objects.filter(person=order.engineer_id, at__gte=since).first()
    if position is None:
        return None
    metres = float(distance_m(order.lat, order.lon, position.lat, position.lon))
    bearing = _bearing(order.lat, order.lon, position.lat, position.lon)
    ring_m = next((ring for ring in RINGS_M if ring >= metres), RINGS_M[-1])
    radius = min(100.0, 100 * metres / ring_m)
    way_s = float(GreatCircleTravel().matrix([(position.lat, position.lon)], [(order.lat, order.lon)])[0, 0])
    return Approach(
        distance=spoken_distance(metres),
        direction=str(COMPASS[round(bearing / 45) % 8]),
        ring=spoken_distance(ring_m),
        half_ring=spoken_distance(ring_m / 2),
        x=round(radius * math.sin(math.radians(bearing)), 1),
        y=round(-radius * math.cos(math.radians(bearing)), 1),
        expected_at=_to_five_minutes(max(at, position.at + timedelta(seconds=way_s))),
    )


def _to_five_minutes(instant: datetime) -> datetime:
    """Rounded up: nobody knows it better."""
    return datetime.fromtimestamp(math.ceil(instant.timestamp() / 300) * 300, instant.tzinfo)


def _bearing(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    """Degrees from north, clockwise; flat enough for one city."""
    east = (to_lon - lon) * math.cos(math.radians(lat))
    return math.degrees(math.atan2(east, to_lat - lat)) % 360


def spoken_distance(metres: float) -> str:
    """'350 m', '2.4 km': no finer than it is known."""
    if metres < 1000:
        return _("%(metres)s m") % {"metres": max(50, round(metres / 50) * 50)}
    return _("%(kilometres)s km") % {"kilometres": f"{metres / 1000:.1f}".removesuffix(".0")}


def spoken_time(instant: datetime, at: datetime, zone: ZoneInfo) -> str:
    """'today 14:30', 'tomorrow 09:00', else '20 November, 14:30', in the shop's own time."""
    day, today = instant.astimezone(zone).date(), at.astimezone(zone).date()
    if day == today:
        return _("today %(time)s") % {"time": short_time(instant, at, zone)}
    if day == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": f"{instant.astimezone(zone):%H:%M}"}
    return short_time(instant, at, zone)


def short_time(instant: datetime, at: datetime, zone: ZoneInfo) -> str:
    """'14:30' when it is today, else with the day."""
    local = instant.astimezone(zone)
    if local.date() == at.astimezone(zone).date():
        return f"{local:%H:%M}"
    return _("%(day)s, %(time)s") % {"day": date_format(local, "MONTH_DAY_FORMAT"), "time": f"{local:%H:%M}"}


def photos_and_voices(request: Request) -> tuple[int, int]:
    """How many of each came along."""
    voices = sum(capture.kind == Capture.Kind.AUDIO for capture in request.captures.all())
    return len(request.captures.all()) - voices, voices


def planned_arrival(order: WorkOrder) -> datetime | None:
    """The beginning of the time booked for it, until somebody sets off."""
    return order.booking.during.lower if order.booking and order.status in (S.ASSIGNED, S.ACCEPTED) else None


def is_real(*, badge: str, number: str, at: datetime) -> bool:
    """Whether who has this badge has this order now, or has done it today.

    Both are looked up whatever the other one says: how long the answer takes tells nothing.
    """
    held = WorkOrder.objects.filter(Q(status__in=WITH_ENGINEER) | Q(completed_at__gte=at - JUST_DONE))
    engineer = held.filter(number=number.strip().upper()).values_list("engineer").first()
    bearer = Badge.objects.filter(code=Badge.code_of(badge), person__is_active=True).values_list("person").first()
    return engineer is not None and engineer == bearer
