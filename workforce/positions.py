"""Where people in shift are and have been: the latest position of each, and the tracks, in parts by UTC day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from math import inf
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from toolkit.day_parts import DAY, first_day_kept, keep_day_parts
from toolkit.errors import Refused
from workforce.models import Booking, Fix, User

CLOCK_SKEW = timedelta(minutes=2)  # so much may a phone be ahead of us
SEAM = timedelta(minutes=1)  # a shift until 23:59 goes on at 00:00

Reported = tuple[datetime, float, float, float | None]  # instant on the device, latitude, longitude, metres
Stretch = tuple[datetime, datetime]


RECORD = """
WITH track AS (
    INSERT INTO workforce_fix (person_id, at, lat, lon, accuracy_m)
    SELECT %s, * FROM unnest(%s::timestamptz[], %s::float8[], %s::float8[], %s::float8[])
    ON CONFLICT DO NOTHING RETURNING at
), latest AS (
    INSERT INTO workforce_position AS known (person_id, at, lat, lon, accuracy_m) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (person_id) DO UPDATE
    SET at = excluded.at, lat = excluded.lat, lon = excluded.lon, accuracy_m = excluded.accuracy_m
    WHERE known.at < excluded.at
)
SELECT count(*) FROM track
"""


class Recorded(NamedTuple):
    """How many fixes are new, were there already, and lay outside the shift or beyond what is kept."""

    kept: int
    repeated: int
    dropped: int


def record_positions(
    person: User, fixes: Sequence[Reported], *, besides: Sequence[Stretch] = (), at: datetime
) -> Recorded:
    """Keeps the track of a person in shift, and `besides`, and their latest position, which only moves forward.

    The same instant counts once, however often it comes. Refused as a whole when a place or a time cannot be.
    """
    for instant, lat, lon, accuracy_m in fixes:
        if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= (accuracy_m or 0) < inf):
            raise Refused(_("A position must lie between ±90° and ±180°, with an accuracy in metres."))
        if instant > at + CLOCK_SKEW:
            raise Refused(_("A position cannot be from the future. Please set the clock of the phone."))
    oldest = first_day_kept(settings.TRACK_DAYS, at)
    recent = [fix for fix in fixes if fix[0] >= oldest]
    instants = [fix[0] for fix in recent]
    hours = [*duty(person, min(instants), max(instants)), *besides] if instants else []
    found = [fix for fix in recent if any(start <= fix[0] < end for start, end in hours)]
    if not found:
        return Recorded(0, 0, len(fixes))
    with connection.cursor() as cursor:
        newest = max(found, key=lambda fix: fix[0])
        cursor.execute(RECORD, [person.pk, *map(list, zip(*found, strict=True)), person.pk, *newest])
        kept = cursor.fetchone()[0]
    return Recorded(kept, len(found) - kept, len(fixes) - len(found))


def duty(person: User, start: datetime, end: datetime) -> list[Stretch]:
    """The person's shifts, whole, of the days from `start` to `end` in the zone of the region, less leave and training.

    What touches is one stretch.
    """
    zone = zone_of(person)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    shifts = list(person.shifts.all())
    worked = sorted(
        (datetime.combine(day, shift.starts_at, zone), datetime.combine(day, shift.ends_at, zone))
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
        for shift in shifts
        if shift.weekday == day.weekday()
    )
    found: list[Stretch] = []
    for opens, closes in worked:
        if found and opens - found[-1][1] <= SEAM:
            earlier = found.pop()
            opens, closes = earlier[0], max(earlier[1], closes)
        found.append((opens, closes))
    around = DateTimeTZRange(datetime.combine(first, time.min, zone), datetime.combine(last + DAY, time.min, zone))
    away = person.bookings.exclude(kind=Booking.Kind.WORK).filter(during__overlap=around)
    return less(found, [(each.lower, each.upper) for each in away.values_list("during", flat=True)])


def less(stretches: Sequence[Stretch], away: Iterable[Stretch]) -> list[Stretch]:
    left = list(stretches)
    for lower, upper in away:
        pieces = [each for a, b in left for each in ((a, min(b, lower)), (max(a, upper), b))]
        left = [(opens, closes) for opens, closes in pieces if opens < closes]
    return left


def on_duty_until(person: User, at: datetime) -> datetime | None:
    """The end of the stretch the person works in now; None out of shift. Who never stops: a day ahead at most."""
    return next((end for start, end in duty(person, at, at + DAY) if start <= at < end), None)


def track_of(person: User, on: date) -> list[Fix]:
    """All fixes of a day in the zone of the person's region, in order."""
    begin, end = (datetime.combine(day, time.min, zone_of(person)) for day in (on, on + DAY))
    return list(Fix.objects.filter(person=person, at__gte=begin, at__lt=end).order_by("at"))


def zone_of(person: User) -> ZoneInfo:
    return person.region.zone if person.region else ZoneInfo(settings.TIME_ZONE)


def keep_tracks(*, at: datetime) -> None:
    keep_day_parts("workforce_fix", days=settings.TRACK_DAYS, at=at)
