"""Where somebody was in their shift, and on an order outside of it, too: a phone collects it and sends many fixes at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mobile.clock import is_believable
from workforce.models import User
from workforce.positions import CLOCK_SKEW, Reported, Stretch, duty, less, on_duty_until, record_positions, zone_of
from workorders.models import WorkOrder

MOST_FIXES = 500


def fix_of(row: Any) -> Reported:
    """Of [ISO time, latitude, longitude, metres or null]; raises ValueError or TypeError."""
    time, lat, lon, accuracy_m = row
    instant = parse_datetime(time)
    if instant is None or timezone.is_naive(instant):
        raise ValueError(time)
    return instant, float(lat), float(lon), None if accuracy_m is None else float(accuracy_m)


class Told(NamedTuple):
    """What became of the fixes of one message."""

    kept: int
    dropped: int


def tell_positions(
    person: User, *, fixes: Sequence[Reported], by: User, at: datetime, device_at: datetime | None = None
) -> Told:
    """Those from a shift or from the work on an order are kept; the others are not looked at, only counted."""
    believable = [fix for fix in fixes if is_believable(fix[0], at)]
    at_work = times_at_work(person, min((fix[0] for fix in believable), default=at), at)
    recorded = record_positions(person, believable, besides=at_work, at=at)
    return Told(kept := recorded.kept + recorded.repeated, len(fixes) - kept)


def times_at_work(person: User, since: datetime, at: datetime) -> list[Stretch]:
    """From setting off to the end of each of the person's orders that was under way after `since`, less its pauses."""
    orders = WorkOrder.objects.visible_to(person).filter(departed_at__isnull=False).prefetch_related("pauses")
    ended = orders.annotate(ended_at=Coalesce("completed_at", "cancelled_at"))
    soon = at + CLOCK_SKEW
    return [
        stretch
        for order in ended.filter(Q(ended_at=None) | Q(ended_at__gte=since))
        for stretch in less(
            [(order.departed_at, order.ended_at or soon)],
            [(pause.started_at, pause.ended_at or soon) for pause in order.pauses.all()],
        )
    ]


def shifts_of(person: User, at: datetime) -> list[list[str]]:
    """Of today and tomorrow, for the phone: from, until, and the latter as people read it."""
    shifts = duty(person, at, at + timedelta(days=1))
    return [[start.isoformat(), end.isoformat(), _clock(end, person)] for start, end in shifts if at < end]


def sharing_now(person: User, at: datetime) -> str:
    """The sentence that says until when and why; nothing while the position is not shared. field_share.js says the same."""
    if end := on_duty_until(person, at):
        return _("Your position is shared until %(time)s, the end of your shift.") % {"time": _clock(end, person)}
    if any(start <= at < end for start, end in times_at_work(person, at, at)):
        return _("An order is under way: your position is shared until it is paused or done, also outside your shift.")
    return ""


def _clock(instant: datetime, person: User) -> str:
    return date_format(instant.astimezone(zone_of(person)), "H:i")
