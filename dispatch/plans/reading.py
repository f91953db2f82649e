"""What a day plan is made from, read with a fixed number of queries and kept as plain values.

Seconds count from the midnight the day begins with, in the region of the plan. The rows of people and orders are what a
plan is compared with before it is applied: equal rows mean that nothing it rests on has changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext as _

from dispatch.models import RuleSet
from dispatch.plans.models import DayPlan
from dispatch.queries.people import CLOCK_SKEW, FRESH_FOR
from dispatch.slots import WHOLE_S
from merchants.models import CalendarDay, ServiceCalendar
from routing.planning import Weights
from spareparts.models import Place, Stock
from toolkit.errors import Refused
from workforce.models import Booking, Organisation, PersonSkill, Position, Region, Shift, User
from workorders.lifecycle import DONE, ONGOING, UNDER_WAY, WITH_ENGINEER, Status
from workorders.models import PartNeed, Rejection, SkillNeed, SlaPolicy, WorkOrder

MOST_ORDERS, MOST_PEOPLE = 6_000, 600
LUNCH_EARLIER_S = 30 * 60
LONGEST_LUNCH_S = 60 * 60
SHORTEST_REST_S = 10 * 60  # work in progress takes this much longer, whatever was planned
CALM = 4  # times the usual price of moving an order
AT_WORK = {Status.IN_PROGRESS: 0, Status.ON_SITE: 1, Status.EN_ROUTE: 2, Status.PAUSED: 3}  # what comes first is done
NOBODY = "nobody"  # a group no person is in

Row = dict[str, Any]


class LeftOut(NamedTuple):
    """A row that is not planned with: `code` is one of plans.words.LEFT_OUT; `url_name` leads to where it is mended."""

    kind: str  # person or order
    label: str
    code: str
    url_name: str
    number: str


class Kinds(NamedTuple):
    """Who is alike when it comes to where and what somebody may work: region and organisation."""

    region: int
    organisation: int | None

    @property
    def key(self) -> str:
        return f"{self.region}/{self.organisation or ''}"


def read_day(plan: DayPlan, at: datetime) -> tuple[Row, list[LeftOut]]:
    """The inputs of a plan as they stand now, seen from `at`; and what is left out, with the reason."""
    return _Reading(plan, at).read()


class _Reading:
    def __init__(self, plan: DayPlan, at: datetime) -> None:
        self.plan, self.at, self.on = plan, at, plan.on
        self.midnight = plan.midnight
        self.begins = self.midnight.timestamp()
        next_day = plan.on + timedelta(days=1)
        self.ends = datetime(next_day.year, next_day.month, next_day.day, tzinfo=plan.region.zone).timestamp()
        self.now_s = ceil((at.timestamp() - self.begins) / WHOLE_S) * WHOLE_S
        self.is_today = 0 <= self.now_s < self.ends - self.begins
        self.regions = {region.pk: region for region in Region.objects.within(plan.region)}
        self.left_out: list[LeftOut] = []

    def read(self) -> tuple[Row, list[LeftOut]]:
        people = self._people()
        orders = self._orders(people)
        bookings = self._bookings(people)
        rules = _rules(self.plan.region)
        lunch = self._lunch()
        organisations = {each.pk: each for each in Organisation.objects.prefetch_related("regions", "order_types")}
        classes = {Kinds(person["region_id"], person["organisation_id"]) for person in people.values()}
        order_rows = self._order_rows(orders, people, classes, organisations)
        fixed = self._fixed(order_rows)
        mine = {order["booking_id"] for order in orders if order["id"] in {row["id"] for row in order_rows}}
        seen = self._last_places(people, orders) if self.is_today else {}
        stretches, skills, parts = self._stretches(people), self._skills(people), self._bags(people)
        working: list[Row] = []
        for key, person in people.items():
            row = self._person_row(
                person, stretches.get(key, []), [b for b in bookings[key] if b["id"] not in mine], seen.get(key),
                fixed[key], lunch,
            )  # fmt: skip
            if row is not None:
                kind = Kinds(person["region_id"], person["organisation_id"]).key
                row |= {"skills": skills[key], "parts": parts[key], "kind": kind, "max_orders": rules.max_orders}
                working.append(row)
        order_rows = self._with_whom(order_rows, people, {row["id"] for row in working})
        if len(working) > MOST_PEOPLE or len(order_rows) > MOST_ORDERS:
            raise Refused(
                _("%(orders)d orders and %(people)d people are more than one plan can hold. Plan its parts one by one.")
                % {"orders": len(order_rows), "people": len(working)}
            )
        return {
            "now_s": self.now_s if self.is_today else 0,
            "people": working,
            "orders": order_rows,
            "depots": self._depots(order_rows),
            "weights": asdict(weights_of(rules, is_calm=self.plan.is_calm)),
            "overtime_s": self.plan.overtime_min * 60,
        }, self.left_out

    def _seconds(self, instant: datetime) -> int:
        return round(instant.timestamp() - self.begins)

    # -- people ---------------------------------------------------------------------------------------

    def _people(self) -> dict[int, Row]:
        rows = User.objects.engineers().filter(region__in=self.regions).order_by("pk")
        wanted = ("id", "name", "username", "region_id", "organisation_id", "start_lat", "start_lon")
        return {row["id"]: row for row in rows.values(*wanted)[: MOST_PEOPLE * 4]}

    def _stretches(self, people: Mapping[int, Row]) -> dict[int, list[list[int]]]:
        """The shifts of the day by person, joined where one ends as the next begins."""
        found: dict[int, list[list[int]]] = defaultdict(list)
        shifts = Shift.objects.filter(person__in=people, weekday=self.on.weekday()).order_by("person_id", "starts_at")
        for person, opens, closes in shifts.values_list("person_id", "starts_at", "ends_at"):
            zone = self.regions[people[person]["region_id"]].zone
            begin, end = (self._local(clock, zone) for clock in (opens, closes))
            if found[person] and begin - found[person][-1][1] <= 60:
                found[person][-1][1] = end
            else:
                found[person].append([begin, end])
        return found

    def _local(self, clock: time, zone: ZoneInfo) -> int:
        return self._seconds(datetime.combine(self.on, clock, tzinfo=zone))

    def _bookings(self, people: Mapping[int, Row]) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        rows = Booking.objects.filter(person__in=people, during__overlap=self._day()).order_by("person_id", "during")
        rows = rows.exclude(work_order__status__in=DONE).annotate(start=Lower("during"), end=Upper("during"))
        for row in rows.values("id", "person_id", "kind", "label", "start", "end"):
            found[row["person_id"]].append(row)
        return found

    def _day(self) -> str:
        begin, end = (datetime.fromtimestamp(each, self.midnight.tzinfo) for each in (self.begins, self.ends))
        return f"[{begin.isoformat()},{end.isoformat()})"

    def _skills(self, people: Mapping[int, Row]) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = defaultdict(dict)
        held = PersonSkill.objects.filter(Q(expires_on=None) | Q(expires_on__gte=self.on), person__in=people)
        for person, skill, level in held.values_list("person_id", "skill__code", "level"):
            found[person][skill] = level
        return found

    def _bags(self, people: Mapping[int, Row]) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = defaultdict(dict)
        rows = Stock.objects.there().filter(place__person__in=people)
        for person, part, quantity in rows.values_list("place__person_id", "part__code", "quantity"):
            found[person][part] = quantity
        return found

    def _last_places(self, people: Mapping[int, Row], orders: Iterable[Row]) -> dict[int, tuple[float, float]]:
        """Where people are: what the phone told lately, else the last order they went to today."""
        gone = WorkOrder.objects.filter(
            engineer__in=people, departed_at__gte=self.midnight, departed_at__lte=self.at, lat__isnull=False
        ).order_by("departed_at")
        found = {person: (lat, lon) for person, lat, lon in gone.values_list("engineer_id", "lat", "lon")}
        told = Position.objects.filter(person__in=people, at__range=(self.at - FRESH_FOR, self.at + CLOCK_SKEW))
        return found | {person: (lat, lon) for person, lat, lon in told.values_list("person_id", "lat", "lon")}

    def _lunch(self) -> tuple[int, int, int] | None:
        """(earliest, latest, duration) from the break of the calendar most promises are counted by."""
        policy = SlaPolicy.objects.filter(order_type=None, service_level="", tier="").order_by("pk").first()
        calendar = policy.calendar if policy else ServiceCalendar.objects.order_by("pk").first()
        if calendar is None:
            return None
        differs = CalendarDay.objects.filter(calendar=calendar, date=self.on).values_list("hours", flat=True).first()
        hours = calendar.weekly.get(str(self.on.weekday()), []) if differs is None else differs
        if len(hours) < 2:
            return None
        zone = ZoneInfo(calendar.time_zone)
        begin, end = (self._local(time.fromisoformat(clock), zone) for clock in (hours[0][1], hours[1][0]))
        return begin - LUNCH_EARLIER_S, end, min(end - begin, LONGEST_LUNCH_S)

    def _person_row(
        self,
        person: Row,
        stretches: list[list[int]],
        bookings: list[Row],
        seen: tuple[float, float] | None,
        fixed: list[Row],
        lunch: tuple[int, int, int] | None,
    ) -> Row | None:
        """None for who does not work that day, or no more."""
        if not stretches:
            return None
        opens, closes = stretches[0][0], stretches[-1][1]
        has_begun = self.is_today and self.now_s > opens
        opens = max(opens, self.now_s) if self.is_today else opens
        gaps = [[before[1], after[0], "break", ""] for before, after in pairwise(stretches)]
        away = [[self._seconds(b["start"]), self._seconds(b["end"]), b["kind"], b["label"]] for b in bookings]
        if self.plan.absent_id == person["id"]:
            away.append([self._seconds(self.plan.absent_from), closes, Booking.Kind.LEAVE, ""])
        absences = sorted([max(begin, opens), min(end, closes), *rest] for begin, end, *rest in gaps + away)
        absences = [each for each in absences if each[0] < each[1]]
        if opens >= closes or _covered(opens, closes, absences):
            return None
        running = next((row for row in fixed if row["state"] == "running"), None)
        region = self.regions[person["region_id"]]
        places = [running and running["place"], has_begun and seen, (person["start_lat"], person["start_lon"])]
        place = next((each for each in places if each and None not in each), (region.lat, region.lon))
        if None in place:
            self._leave_out("person", person["name"], "no_start", "office:person-edit", person["username"])
            return None
        busy = absences + [
            [row["start"], row["start"] + row["duration_s"]] for row in fixed if row["start"] is not None
        ]
        return {
            "id": person["id"],
            "name": person["name"],
            "start": list(place),
            "opens": opens,
            "closes": closes,
            "absences": absences,
            "lunch": _fitting_lunch(lunch, opens, closes, busy) if len(stretches) == 1 else None,
        }

    # -- orders ---------------------------------------------------------------------------------------

    def _orders(self, people: Mapping[int, Row]) -> list[Row]:
        """Open ones; those planned for the day or missed before it; those people are at."""
        starts_today = Q(booking__during__startswith__gte=self.midnight) & Q(
            booking__during__startswith__lt=datetime.fromtimestamp(self.ends, self.midnight.tzinfo)
        )
        today = self.at.astimezone(self.midnight.tzinfo).replace(hour=0, minute=0, second=0, microsecond=0)
        missed = Q(booking__during__endswith__lte=min(self.midnight, today)) | Q(booking=None)
        wanted = Q(status=Status.OPEN) | (
            Q(status__in=WITH_ENGINEER) & ~Q(status__in=UNDER_WAY) & (starts_today | missed)
        )
        if self.is_today:
            wanted |= Q(status__in=UNDER_WAY)
        rows = WorkOrder.objects.filter(wanted, status__in=ONGOING, region__in=self.regions).order_by("pk")
        rows = rows.annotate(start=Lower("booking__during"), end=Upper("booking__during"))
        return list(
            rows.values(
                "id", "number", "status", "priority", "region_id", "type_id", "lat", "lon", "duration_min", "is_locked",
                "engineer_id", "booking_id", "start", "end", "response_due_at", "resolution_due_at", "arrived_at",
                "started_at", "departed_at", "needed_skills", "needed_parts", merchant_number=F("merchant__number"),
            )[: MOST_ORDERS + 1]
        )  # fmt: skip

    def _order_rows(
        self,
        orders: list[Row],
        people: Mapping[int, Row],
        classes: set[Kinds],
        organisations: Mapping[int, Organisation],
    ) -> list[Row]:
        skills, parts = _needs_of_types(orders)
        refusals: dict[int, list[int]] = defaultdict(list)
        told = Rejection.objects.filter(
            order__in=[order["id"] for order in orders], until__gt=self.at, person__in=people
        )
        for order, person in told.order_by("person_id").values_list("order_id", "person_id"):
            refusals[order].append(person)
        at_work = _at_work(orders)
        groups: dict[tuple[int, int], list[str]] = {}
        rows = []
        for order in orders:
            if (code := self._why_left_out(order, people)) is not None:
                self._leave_out("order", order["number"], *code)
                continue
            kind = (order["region_id"], order["type_id"])
            if kind not in groups:
                groups[kind] = self._groups(*kind, classes, organisations)
            rows.append(
                {
                    "id": order["id"],
                    "number": order["number"],
                    "place": [order["lat"], order["lon"]],
                    "priority": order["priority"],
                    **self._when(order, at_work),
                    "due": self._due(order),
                    "skills": order["needed_skills"]
                    if order["needed_skills"] is not None
                    else skills[order["type_id"]],
                    "parts": order["needed_parts"] if order["needed_parts"] is not None else parts[order["type_id"]],
                    "groups": groups[kind],
                    "refused_by": refusals[order["id"]],
                    "with": order["engineer_id"],
                }
            )
        return rows

    def _why_left_out(self, order: Row, people: Mapping[int, Row]) -> tuple[str, str, str] | None:
        """(code, name of the page that mends it, number there)."""
        here = ("office:work-order-detail", order["number"])
        if order["engineer_id"] is not None and order["engineer_id"] not in people:
            return "elsewhere", *here
        if order["lat"] is None or order["lon"] is None:
            return "no_place", "office:merchant-edit", order["merchant_number"]
        if not order["duration_min"]:
            return "no_duration", "office:work-order-edit", order["number"]
        if order["is_locked"] and order["engineer_id"] is None:
            return "locked_in_pool", *here
        return None

    def _when(self, order: Row, at_work: set[int]) -> Row:
        """Its state, how long it takes, and when it is planned or was begun."""
        duration = order["duration_min"] * 60
        start = self._seconds(order["start"]) if order["start"] and order["start"] >= self.midnight else None
        if order["id"] in at_work:
            begun = order["started_at"] or order["arrived_at"]
            start = self._seconds(begun) // WHOLE_S * WHOLE_S if begun else max(self.now_s, start or 0)
            return {
                "state": "running",
                "start": start,
                "duration_s": max(duration, self.now_s - start + SHORTEST_REST_S),
            }
        if order["status"] in UNDER_WAY:
            return {"state": "begun", "start": None, "duration_s": duration}
        if order["is_locked"]:  # to the person alone, once its time has passed
            is_to_come = start is not None and (not self.is_today or start >= self.now_s)
            return {"state": "locked", "start": start if is_to_come else None, "duration_s": duration}
        return {"state": "planned" if order["engineer_id"] else "open", "start": start, "duration_s": duration}

    def _due(self, order: Row) -> int | None:
        """When the work must begin so that neither promise is broken."""
        response = None if order["arrived_at"] else order["response_due_at"]
        resolution = order["resolution_due_at"]
        dues = [self._seconds(response)] if response else []
        dues += [self._seconds(resolution) - order["duration_min"] * 60] if resolution else []
        return min(dues, default=None)

    def _groups(
        self, region: int, order_type: int, classes: set[Kinds], organisations: Mapping[int, Organisation]
    ) -> list[str]:
        """The kinds of people that may do such an order; empty when all may."""
        path = self.regions[region].path
        fit = {kind for kind in classes if self._may(kind, path, order_type, organisations)}
        return [] if fit == classes else sorted(kind.key for kind in fit) or [NOBODY]

    def _may(self, kind: Kinds, path: str, order_type: int, organisations: Mapping[int, Organisation]) -> bool:
        theirs = self.regions[kind.region].path
        if not (theirs.startswith(path) or path.startswith(theirs)):
            return False
        if kind.organisation is None:
            return True
        organisation = organisations[kind.organisation]
        return (
            (organisation.ends_on is None or organisation.ends_on >= self.on)
            and any(each.pk == order_type for each in organisation.order_types.all())
            and any(path.startswith(each.path) for each in organisation.regions.all())
        )

    def _fixed(self, rows: Iterable[Row]) -> dict[int, list[Row]]:
        """What each person has that no plan moves."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            if row["state"] in ("running", "locked"):
                found[row["with"]].append(row)
        return found

    def _with_whom(self, rows: list[Row], people: Mapping[int, Row], working: set[int]) -> list[Row]:
        """Without what is fixed to people who do not work that day."""
        kept = []
        for row in rows:
            if row["with"] not in working and row["state"] in ("running", "begun", "locked"):
                self._leave_out("order", row["number"], "not_at_work", "office:work-order-detail", row["number"])
            else:
                kept.append(row)
        return kept

    def _depots(self, orders: list[Row]) -> list[Row]:
        """Where the parts are that the orders need."""
        needed = {part for order in orders for part in order["parts"]}
        if not needed:
            return []
        near = Q(region__in=self.regions) | Q(region__path__in=self.plan.region.line)
        places = Place.objects.depots().filter(near, lat__isnull=False).select_related("calendar").order_by("pk")
        found = {place.pk: place for place in places.prefetch_related("calendar__days")}
        stock: dict[int, dict[str, int]] = defaultdict(dict)
        rows = Stock.objects.there().filter(place__in=found, part__code__in=needed)
        for place, part, quantity in rows.values_list("place_id", "part__code", "quantity"):
            stock[place][part] = quantity
        depots = []
        for key, parts in stock.items():
            if (hours := self._opening(found[key])) is not None:
                place = [found[key].lat, found[key].lon]
                depots.append({"id": key, "name": found[key].name, "place": place, "hours": hours, "parts": parts})
        return depots

    def _opening(self, place: Place) -> list[int] | None:
        """From when until when somebody can be served; None on a closed day."""
        if place.calendar is None:
            return [0, round(self.ends - self.begins)]
        differs = [day.hours for day in place.calendar.days.all() if day.date == self.on]
        hours = differs[0] if differs else place.calendar.weekly.get(str(self.on.weekday()), [])
        if not hours:
            return None
        zone = ZoneInfo(place.calendar.time_zone)
        closes = "23:59" if hours[-1][1] == "24:00" else hours[-1][1]
        return [self._local(time.fromisoformat(hours[0][0]), zone), self._local(time.fromisoformat(closes), zone)]

    def _leave_out(self, kind: str, label: str, code: str, url_name: str, number: str) -> None:
        self.left_out.append(LeftOut(kind, label, code, url_name, number))


def _rules(region: Region) -> RuleSet:
    """Those in force there for all types; without any, the standard values."""
    fitting = RuleSet.objects.in_force().filter(Q(region=None) | Q(region__path__in=region.line), order_type=None)
    return max(
        fitting.select_related("region"), key=lambda rules: len(rules.region.path) if rules.region else 0,
        default=RuleSet(),
    )  # fmt: skip


def weights_of(rules: RuleSet, *, is_calm: bool) -> Weights:
    """The usual prices, in the proportion the rules give to short ways, being in time and an even load."""
    usual, standard = Weights(), RuleSet()
    punctual = rules.lateness_weight / standard.lateness_weight
    return Weights(
        late=tuple(price * punctual for price in usual.late),  # type: ignore[arg-type]
        travel=max(usual.travel * rules.travel_weight / standard.travel_weight, 0.05),
        imbalance=usual.imbalance * rules.load_weight / standard.load_weight,
        moved=usual.moved * (CALM if is_calm else 1),
        later=usual.later * (CALM if is_calm else 1),
    )


def _needs_of_types(orders: list[Row]) -> tuple[dict[int, dict[str, int]], dict[int, dict[str, int]]]:
    """Skills and parts by type, for the orders that hold none of their own."""
    skills: dict[int, dict[str, int]] = defaultdict(dict)
    parts: dict[int, dict[str, int]] = defaultdict(dict)
    types = {order["type_id"] for order in orders}
    for kind, skill, level in SkillNeed.objects.filter(type__in=types).values_list("type_id", "skill__code", "level"):
        skills[kind][skill] = level
    for kind, part, count in PartNeed.objects.filter(type__in=types).values_list("type_id", "part__code", "quantity"):
        parts[kind][part] = count
    return skills, parts


def _at_work(orders: list[Row]) -> set[int]:
    """The one order each person is at; what else they have begun waits, with them, for no fixed time."""
    first: dict[int, Row] = {}
    for order in orders:
        if order["status"] in AT_WORK:
            other = first.get(order["engineer_id"])
            if other is None or AT_WORK[order["status"]] < AT_WORK[other["status"]]:
                first[order["engineer_id"]] = order
    return {order["id"] for order in first.values()}


def _covered(opens: int, closes: int, absences: list[list]) -> bool:
    """Whether nothing of the day is left beside the absences."""
    at = opens
    for begin, end, *_rest in absences:
        if begin > at:
            return False
        at = max(at, end)
    return at >= closes


def _fitting_lunch(lunch: tuple[int, int, int] | None, opens: int, closes: int, busy: list[list]) -> list[int] | None:
    """Lunch for who works across it, if what cannot be moved leaves room for it."""
    if lunch is None or lunch[1] < opens or lunch[1] + lunch[2] > closes or lunch[0] < opens - LUNCH_EARLIER_S:
        return None
    earliest, latest, duration = max(lunch[0], opens), lunch[1], lunch[2]
    starts = [earliest, *(each[1] for each in busy if earliest <= each[1] <= latest)]
    for start in starts:
        if not any(each[0] < start + duration and start < each[1] for each in busy):
            return [earliest, latest, duration]
    return None
