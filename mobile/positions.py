"""Where somebody was while an order was under way: a phone collects it and sends many fixes at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mobile.clock import is_believable
from mobile.queries import times_under_way
from workforce.models import User
from workforce.positions import Reported, record_positions

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
    """Those from a shift, while an order was under way, are kept; the others are not looked at, only counted."""
    believable = [fix for fix in fixes if is_believable(fix[0], at)]
    under_way = times_under_way(person, since=min((fix[0] for fix in believable), default=at))
    found = [fix for fix in believable if any(start <= fix[0] <= (end or at) for start, end in under_way)]
    recorded = record_positions(person, found, at=at)
    return Told(kept := recorded.kept + recorded.repeated, len(fixes) - kept)
