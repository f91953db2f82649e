"""Who works on the day of a plan, from when until when, with what, and from where."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Lower, Upper

from dispatch.plans.day import Day, Kind, Row
from dispatch.queries.people import CLOCK_SKEW, FRESH_FOR
from merchants.models import CalendarDay, ServiceCalendar
from spareparts.models import Stock
from workforce.models import Booking, PersonSkill, Position, Region, Shift, User
from workorders.lifecycle import DONE
from workorders.models import SlaPolicy, TerritoryCalendar, WorkOrder

LUNCH_EARLIER_S = 30 * 60
LONGEST_LUNCH_S = 60 * 60

Lunch = tuple[int, int, int]  # earliest, latest, duration


def engineers(day: Day) -> dict[int, Row]:
    rows = User.objects.engineers().filter(region__in=day.regions).order_by("pk")
    wanted = ("id", "name", "username", "region_id", "organisation_id", "start_lat", "start_lon")
    return {row["id"]: row for row in rows.values(*wanted)}


def working(
    day: Day, people: Mapping[int, Row], orders: list[Row], booked: set[int | None], most_orders: int
) -> list[Row]:
    """The rows of those who work that day. `orders`: rows of the plan; `booked`: the keys of their bookings, which are
    no absences."""
    stretches, bookings, lunch = _stretches(day, people), _bookings(day, people), _lunch(day)
    skills, bags = _skills(day, people), _bags(people)
    seen = _last_places(day, people) if day.is_today else {}
    fixed: dict[int, list[Row]] = defaultdict(list)
    for order in orders:
        if order["state"] in ("running", "locked"):
            fixed[order["with"]].append(order)
    rows = []
    for key, person in people.items():
        free = [each for each in bookings[key] if each["id"] not in booked]
        row = _hours(day, key, stretches[key], free, fixed[key], lunch)
        if row is None:
            continue
        place = _start(day, person, fixed[key], seen.get(key) if row["opens"] > stretches[key][0][0] else None)
        if place is None:
            day.leave_out("person", person["name"], "no_start", "office:person-edit", person["username"])
            continue
        rows.append(
            {
                "id": key,
                "name": person["name"],
                "start": place,
                **row,
                "skills": skills[key],
                "parts": bags[key],
                "kind": Kind(person["region_id"], person["organisation_id"]).key,
                "max_orders": most_orders,
            }
        )
    return rows


def _stretches(day: Day, people: Mapping[int, Row]) -> dict[int, list[list[int]]]:
    """The shifts of the day by person, joined where one ends as the next begins."""
    found: dict[int, list[list[int]]] = defaultdict(list)
    shifts = Shift.objects.filter(person__in=people, weekday=day.plan.on.weekday()).order_by("person_id", "starts_at")
    for person, opens, closes in shifts.values_list("person_id", "starts_at", "ends_at"):
        zone = day.regions[people[person]["region_id"]].zone
        begin, end = (day.local(clock, zone) for clock in (opens, closes))
        if found[person] and begin - found[person][-1][1] <= 60:
            found[person][-1][1] = end
        else:
            found[person].append([begin, end])
    return found


def _bookings(day: Day, people: Mapping[int, Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    during = f"[{day.begins.isoformat()},{day.ends.isoformat()})"
    rows = Booking.objects.filter(person__in=people, during__overlap=during).order_by("person_id", "during")
    rows = rows.exclude(work_order__status__in=DONE).annotate(start=Lower("during"), end=Upper("during"))
    for row in rows.values("id", "person_id", "kind", "label", "start", "end"):
        found[row["person_id"]].append(dict(row))
    return found


def _skills(day: Day, people: Mapping[int, Row]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    held = PersonSkill.objects.filter(Q(expires_on=None) | Q(expires_on__gte=day.plan.on), person__in=people)
    for person, skill, level in held.values_list("person_id", "skill__code", "level"):
        found[person][skill] = level
    return found


def _bags(people: Mapping[int, Row]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Stock.objects.there().filter(place__person__in=people)
    for person, part, quantity in rows.values_list("place__person_id", "part__code", "quantity"):
        found[person][part] = quantity
    return found


def _last_places(day: Day, people: Mapping[int, Row]) -> dict[int, tuple[float, float]]:
    """Where people are: what the phone told lately, else the last order they went to today."""
    gone = WorkOrder.objects.filter(
        engineer__in=people, departed_at__gte=day.begins, departed_at__lte=day.at, lat__isnull=False
    ).order_by("departed_at")
    found = {person: (lat, lon) for person, lat, lon in gone.values_list("engineer_id", "lat", "lon")}
    told = Position.objects.filter(person__in=people, at__range=(day.at - FRESH_FOR, day.at + CLOCK_SKEW))
    return found | {person: (lat, lon) for person, lat, lon in told.values_list("person_id", "lat", "lon")}


def _calendar(region: Region) -> ServiceCalendar | None:
    """The territory's, else the one most promises are counted by."""
    own = TerritoryCalendar.objects.filter(region__path__in=region.line).select_related("calendar")
    if territory := own.order_by("-region__path").first():
        return territory.calendar
    policy = SlaPolicy.objects.filter(order_type=None, service_level="", tier="").order_by("pk").first()
    return policy.calendar if policy else ServiceCalendar.objects.order_by("pk").first()


def closed_days(region: Region, first: date, last: date) -> set[date]:
    """Holidays."""
    days = CalendarDay.objects.filter(calendar=_calendar(region), date__range=(first, last), hours=[])
    return set(days.values_list("date", flat=True))


def _lunch(day: Day) -> Lunch | None:
    calendar = _calendar(day.plan.region)
    if calendar is None:
        return None
    differs = CalendarDay.objects.filter(calendar=calendar, date=day.plan.on).values_list("hours", flat=True).first()
    hours = calendar.weekly.get(str(day.plan.on.weekday()), []) if differs is None else differs
    if len(hours) < 2:
        return None
    zone = ZoneInfo(calendar.time_zone)
    begin, end = (day.clock(text, zone) for text in (hours[0][1], hours[1][0]))
    return begin - LUNCH_EARLIER_S, end, min(end - begin, LONGEST_LUNCH_S)


def _hours(
    day: Day, person: int, stretches: list[list[int]], bookings: list[Row], fixed: list[Row], lunch: Lunch | None
) -> Row | None:
    """When somebody works, less the time away; None for who does not work that day, or no more."""
    if not stretches:
        return None
    opens, closes = stretches[0][0], stretches[-1][1]
    opens = max(opens, day.now_s) if day.is_today else opens
    away: list[list[Any]] = [[before[1], after[0], "break"] for before, after in pairwise(stretches)]
    away += [[day.seconds(each["start"]), day.seconds(each["end"]), each["kind"]] for each in bookings]
    if day.plan.absent_id == person:
        away.append([day.seconds(day.plan.absent_from), closes, Booking.Kind.LEAVE])
    absences = sorted([max(begin, opens), min(end, closes), kind] for begin, end, kind in away)
    absences = [each for each in absences if each[0] < each[1]]
    if opens >= closes or _covered(opens, closes, absences):
        return None
    busy = absences + [[row["start"], row["start"] + row["duration_s"]] for row in fixed if row["start"] is not None]
    return {
        "opens": opens,
        "closes": closes,
        "absences": absences,
        "lunch": _fitting_lunch(lunch, opens, closes, busy) if len(stretches) == 1 else None,
    }


def _start(day: Day, person: Row, fixed: list[Row], seen: tuple[float, float] | None) -> list[float] | None:
    """Where they are at work, where they were seen, where their day begins, or the middle of their region."""
    running = next((row["place"] for row in fixed if row["state"] == "running"), None)
    region = day.regions[person["region_id"]]
    places = [running, seen, (person["start_lat"], person["start_lon"]), (region.lat, region.lon)]
    return next((list(place) for place in places if place and None not in place), None)


def _covered(opens: int, closes: int, absences: list[list]) -> bool:
    """Whether nothing of the day is left beside the absences."""
    at = opens
    for begin, end, *_rest in absences:
        if begin > at:
            return False
        at = max(at, end)
    return at >= closes


def _fitting_lunch(lunch: Lunch | None, opens: int, closes: int, busy: list[list]) -> list[int] | None:
    """Lunch for who works across it, if what cannot be moved leaves room for it."""
    if lunch is None or lunch[1] < opens or lunch[1] + lunch[2] > closes or lunch[0] < opens - LUNCH_EARLIER_S:
        return None
    earliest, latest, duration = max(lunch[0], opens), lunch[1], lunch[2]
    starts = [earliest, *(each[1] for each in busy if earliest <= each[1] <= latest)]
    for start in starts:
        if not any(each[0] < start + duration and start < each[1] for each in busy):
            return [earliest, latest, duration]
    return None
