"""What is to be done on the day of a plan, what it needs, and who may do it."""

from collections import defaultdict
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from dispatch.plans.day import Day, Kind, Row
from dispatch.slots import WHOLE_S
from workforce.models import Organisation
from workorders.lifecycle import UNDER_WAY, WITH_ENGINEER, Status
from workorders.models import PartNeed, Priority, Rejection, SkillNeed, WorkOrder

SHORTEST_REST_S = 10 * 60  # work in progress takes this much longer, whatever was planned
AT_WORK = {Status.IN_PROGRESS: 0, Status.ON_SITE: 1, Status.EN_ROUTE: 2, Status.PAUSED: 3}  # what comes first is done
DAYTIME = ("07:00", "21:00")
NOBODY = "nobody"  # a group no person is in


def to_plan(day: Day) -> QuerySet[WorkOrder]:
    """Open ones; those planned for the day or missed on days before; and what people are at."""
    that_day = Q(booking__during__startswith__gte=day.begins, booking__during__startswith__lt=day.ends)
    today = day.at.astimezone(day.begins.tzinfo).replace(hour=0, minute=0, second=0, microsecond=0)
    missed = Q(booking__during__endswith__lte=min(day.begins, today)) | Q(booking=None)
    given = [status for status in WITH_ENGINEER if status not in UNDER_WAY]
    wanted = Q(status=Status.OPEN) | (Q(status__in=given) & (that_day | missed))
    if day.is_today:
        wanted |= Q(status__in=UNDER_WAY)
    return WorkOrder.objects.filter(wanted, region__in=day.regions)


def read_orders(day: Day, limit: int) -> list[Row]:
    rows = to_plan(day).annotate(start=Lower("booking__during")).order_by("pk")
    found = rows.values(
        "id", "number", "status", "priority", "region_id", "type_id", "lat", "lon", "duration_min", "is_locked",
        "engineer_id", "booking_id", "start", "response_due_at", "resolution_due_at", "arrived_at", "started_at",
        "needed_skills", "needed_parts", merchant_number=F("merchant__number"), zone=F("sla__calendar__time_zone"),
        hours=F(f"sla__calendar__weekly__{day.plan.on.weekday()}"),
        differing_hours=F(f"sla__calendar__days__{day.plan.on}"),
    )  # fmt: skip
    return [dict(row) for row in found[:limit]]


def order_rows(day: Day, orders: list[Row], people: Mapping[int, Row]) -> list[Row]:
    """The rows of a plan; what it cannot do anything with is left out."""
    skills, parts = _needs_of_types(orders)
    refused_by, at_work, groups = _refusals(day, orders, people), _at_work(orders), _Groups(day, people)
    rows = []
    for order in orders:
        if (code := _why_left_out(order, people)) is not None:
            day.leave_out("order", order["number"], *code)
            continue
        own_skills, own_parts = order["needed_skills"], order["needed_parts"]
        rows.append(
            {
                "id": order["id"],
                "number": order["number"],
                "place": [order["lat"], order["lon"]],
                "priority": order["priority"],
                **_when(day, order, at_work),
                **_window(day, order),
                "due": _due(day, order),
                "skills": skills[order["type_id"]] if own_skills is None else own_skills,
                "parts": parts[order["type_id"]] if own_parts is None else own_parts,
                "groups": groups.of(order["region_id"], order["type_id"]),
                "refused_by": refused_by[order["id"]],
                "with": order["engineer_id"],
            }
        )
    return rows


def with_whom(day: Day, rows: list[Row], working: set[int]) -> list[Row]:
    """Without what is fixed to people who do not work that day."""
    kept = []
    for row in rows:
        if row["with"] not in working and row["state"] in ("running", "begun", "locked"):
            day.leave_out("order", row["number"], "not_at_work", "office:work-order-detail", row["number"])
        else:
            kept.append(row)
    return kept


def _refusals(day: Day, orders: list[Row], people: Mapping[int, Row]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = Rejection.objects.filter(order__in=[each["id"] for each in orders], until__gt=day.at, person__in=people)
    for order, person in rows.order_by("person_id").values_list("order_id", "person_id").distinct():
        found[order].append(person)
    return found


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


def _why_left_out(order: Row, people: Mapping[int, Row]) -> tuple[str, str, str] | None:
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


def _when(day: Day, order: Row, at_work: set[int]) -> Row:
    """Its state, how long it takes, and when it is planned or was begun."""
    duration = order["duration_min"] * 60
    start = day.seconds(order["start"]) if order["start"] and order["start"] >= day.begins else None
    if order["id"] in at_work:
        begun = order["started_at"] or order["arrived_at"]
        start = day.seconds(begun) // WHOLE_S * WHOLE_S if begun else max(day.now_s, start or 0)
        return {
            "state": "running",
            "start": start,
            "duration_s": max(duration, day.now_s - start + SHORTEST_REST_S),
        }
    if order["status"] in UNDER_WAY:
        return {"state": "begun", "start": None, "duration_s": duration}
    if order["is_locked"]:  # to the person alone, once its time has passed
        is_to_come = start is not None and (not day.is_today or start >= day.now_s)
        return {"state": "locked", "start": start if is_to_come else None, "duration_s": duration}
    return {"state": "planned" if order["engineer_id"] else "open", "start": start, "duration_s": duration}


def _window(day: Day, order: Row) -> Row:
    """When the work may begin: within the service hours of its promise, by day where there are none; what is urgent or
    under way at any time."""
    if order["priority"] == Priority.URGENT or order["status"] in UNDER_WAY:
        return {"opens": None, "closes": None}
    hours = order["hours"] if order["differing_hours"] is None else order["differing_hours"]
    zone = ZoneInfo(order["zone"]) if order["zone"] else day.plan.region.zone
    opens, closes = (day.clock(text, zone) for text in ((hours[0][0], hours[-1][1]) if hours else DAYTIME))
    return {"opens": opens, "closes": max(opens, closes - order["duration_min"] * 60)}


def _due(day: Day, order: Row) -> int | None:
    """When the work must begin so that neither promise is broken."""
    response = None if order["arrived_at"] else order["response_due_at"]
    resolution = order["resolution_due_at"]
    dues = [day.seconds(response)] if response else []
    dues += [day.seconds(resolution) - order["duration_min"] * 60] if resolution else []
    return min(dues, default=None)


class _Groups:
    """Which kinds of people may do which orders."""

    def __init__(self, day: Day, people: Mapping[int, Row]) -> None:
        self.day = day
        self.kinds = {Kind(person["region_id"], person["organisation_id"]) for person in people.values()}
        organisations = Organisation.objects.filter(pk__in={kind.organisation for kind in self.kinds} - {None})
        self.organisations = {each.pk: each for each in organisations.prefetch_related("regions", "order_types")}
        self.known: dict[tuple[int, int], list[str]] = {}

    def of(self, region: int, order_type: int) -> list[str]:
        """Empty when everybody may."""
        if (region, order_type) not in self.known:
            fit = {kind for kind in self.kinds if self._may(kind, region, order_type)}
            found = [] if fit == self.kinds else sorted(kind.key for kind in fit) or [NOBODY]
            self.known[region, order_type] = found
        return self.known[region, order_type]

    def _may(self, kind: Kind, region: int, order_type: int) -> bool:
        there, theirs = self.day.regions[region], self.day.regions[kind.region]
        if not (theirs.path.startswith(there.path) or there.path.startswith(theirs.path)):
            return False
        if kind.organisation is None:
            return True
        organisation = self.organisations[kind.organisation]
        return (
            (organisation.ends_on is None or organisation.ends_on >= self.day.plan.on)
            and any(each.pk == order_type for each in organisation.order_types.all())
            and any(each.path in there.line for each in organisation.regions.all())
        )
