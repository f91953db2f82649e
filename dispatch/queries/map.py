"""What the live map shows: people in shift, open orders and where orders come from, gathered in cells by the database.

No answer holds more than PEOPLE + ORDERS + HEAT features, however many there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Case, F, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dispatch.map_forms import Doing, Heat, MapFilter, Show
from dispatch.map_track import Line
from dispatch.queries.people import FRESH_FOR
from toolkit.map_view import View
from workforce.models import PersonSkill, Position, Region, User, UserQuerySet, in_shift
from workforce.positions import zone_of
from workorders.lifecycle import WITH_ENGINEER, Status
from workorders.models import Priority, WorkOrder, WorkOrderQuerySet

PEOPLE, ORDERS, HEAT = 200, 200, 100
CELL_PX = 44  # at least: what a finger hits
FEW = 5  # so many of a cell are named
LISTED = 40  # of each kind, as text beside the map
NAMES = 300
SEEN_WITHIN = timedelta(hours=12)  # an older position says nothing of this shift
SOON = timedelta(hours=1)
MONTH = timedelta(days=29)  # and today


class Pressing(models.TextChoices):
    """How pressing an open order is, the worst first."""

    LATE = "late", _("Late")
    SOON = "soon", _("Due within the hour")
    URGENT = "urgent", _("Urgent")
    OPEN = "open", _("Other open order")


@dataclass(frozen=True)
class Feature:
    """What lies in one cell: how many of which kind, around where, and of a few of them who."""

    lat: float
    lon: float
    box: tuple[float, float, float, float]  # south, west, north, east
    keys: list[int]
    counts: dict[str, int]


@dataclass(frozen=True)
class Gathered:
    """`first` are the keys of those to be listed, each with its kind."""

    features: list[Feature]
    first: list[tuple[int, str]]

    @property
    def count(self) -> int:
        return sum(sum(feature.counts.values()) for feature in self.features)

    @property
    def named(self) -> set[int]:
        """Of whom more is to be known: those listed, and the few of a cell."""
        return {key for key, _kind in self.first} | {key for feature in self.features for key in feature.keys}


def gather(places: QuerySet, view: View, kinds: Iterable[str], most: int, first_by: str = "pk") -> Gathered:
    """`places` have `key`, `lat`, `lon`, `kind`. The same places make the same features in the same order.

    One statement, since what is shown is looked at once: the cells, and the first LISTED places by `first_by`.
    """
    rows = places.order_by().annotate(rank=F(first_by)).values("key", "lat", "lon", "kind", "rank")
    sql, params = rows.query.sql_with_params()
    side, kinds = view.square(most, CELL_PX), list(kinds)
    counts = ", ".join("count(*) FILTER (WHERE kind = %s)" for _kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH place AS MATERIALIZED ({sql}) (SELECT avg(lat), avg(lon), min(lat), min(lon), max(lat), max(lon),"
            f" CASE WHEN count(*) <= {FEW} THEN array_agg(key) END, NULL::text[], {counts}"
            f" FROM place GROUP BY floor(lon / %s), floor(lat / %s) ORDER BY count(*) DESC LIMIT %s)"
            f" UNION ALL SELECT {'NULL, ' * 6} array_agg(key), array_agg(kind) {', NULL' * len(kinds)}"
            f" FROM (SELECT key, kind FROM place ORDER BY rank, key LIMIT {LISTED}) listed",
            [*params, *kinds, side, side, most],
        )
        *cells, listed = cursor.fetchall()
    features = [_feature(kinds, *cell[:7], *cell[8:]) for cell in cells]
    features.sort(key=lambda feature: (-sum(feature.counts.values()), feature.lat, feature.lon))
    return Gathered(features, list(zip(listed[6] or (), listed[7] or (), strict=True)))


def _feature(
    kinds: list[str],
    lat: float,
    lon: float,
    south: float,
    west: float,
    north: float,
    east: float,
    keys: list[int] | None,
    *numbers: int,
) -> Feature:
    counts = {kind: number for kind, number in zip(kinds, numbers, strict=True) if number}
    return Feature(round(lat, 5), round(lon, 5), (south, west, north, east), sorted(keys or ()), counts)


@dataclass(frozen=True)
class Names:
    """(name, user name) of the first LISTED, and how many there are."""

    count: int = 0
    first: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class LiveMap:
    """The map as one person may see it; `asked` is what MapFilter has checked."""

    user: User
    at: datetime
    asked: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(MapFilter.base_fields, ""))

    @property
    def staff(self) -> UserQuerySet:
        """In shift or not."""
        staff = User.objects.visible_to(self.user).engineers().order_by()
        if region := self.asked["region"]:
            staff = staff.filter(region__in=Region.objects.within(region).values("pk"))
        if skill := self.asked["skill"]:
            held = PersonSkill.objects.filter(skill=skill).exclude(expires_on__lt=self.user_day)
            staff = staff.filter(pk__in=held.values("person"))
        return staff.search(self.asked["q"]) if self.asked["q"] else staff

    @cached_property
    def in_shift(self) -> QuerySet:
        return in_shift(self.at)

    @cached_property
    def people(self) -> QuerySet[Position]:
        def with_order(*statuses: Status) -> Q:
            return Q(person__in=WorkOrder.objects.with_engineer().filter(status__in=statuses).values("engineer"))

        seen = Position.objects.filter(person__in=self.staff.values("pk"), at__gte=self.at - SEEN_WITHIN)
        seen = seen.filter(person__in=self.in_shift)
        seen = seen.annotate(
            key=F("person"),
            kind=Case(
                When(with_order(Status.ON_SITE, Status.IN_PROGRESS), then=Value(Doing.ON_SITE)),
                When(with_order(Status.EN_ROUTE), then=Value(Doing.EN_ROUTE)),
                When(with_order(Status.PAUSED), then=Value(Doing.PAUSED)),
                default=Value(Doing.FREE),
            ),
            is_stale=Q(at__lt=self.at - FRESH_FOR),
        )
        return seen.filter(kind=self.asked["doing"]) if self.asked["doing"] else seen

    def is_stale(self, seen_at: datetime) -> bool:
        return seen_at < self.at - FRESH_FOR

    def not_drawn(self) -> tuple[Names, Names]:
        """Who is in shift without a position, and who is out of shift: where they are is nobody's business."""
        seen = Position.objects.filter(at__gte=self.at - SEEN_WITHIN).values("person")
        people = self.staff.annotate(in_shift=Case(When(pk__in=self.in_shift, then=True), default=False))
        sql, params = (
            people.exclude(in_shift=True, pk__in=seen)
            .values("pk", "name", "username", "in_shift")
            .query.sql_with_params()
        )
        first = f"SELECT ARRAY[name, username] FROM person WHERE in_shift IS %s ORDER BY name, pk LIMIT {LISTED}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH person AS MATERIALIZED ({sql})"
                f" SELECT count(*) FILTER (WHERE in_shift), count(*), ARRAY({first}), ARRAY({first}) FROM person",
                [*params, True, False],
            )
            silent, count, *names = cursor.fetchone()
        return Names(silent, names[0]), Names(count - silent, names[1])

    @property
    def orders(self) -> WorkOrderQuerySet:
        late = Q(response_due_at__lt=self.at, arrived_at=None) | Q(resolution_due_at__lt=self.at)
        soon = Q(due_at__lt=self.at + SOON)
        return (
            self._orders()
            .clocked()
            .annotate(
                key=F("pk"),
                due_at=Case(When(arrived_at=None, then="response_due_at"), default="resolution_due_at"),
                kind=Case(
                    When(late, then=Value(Pressing.LATE)),
                    When(soon, then=Value(Pressing.SOON)),
                    When(priority=Priority.URGENT, then=Value(Pressing.URGENT)),
                    default=Value(Pressing.OPEN),
                ),
            )
        )

    @property
    def heat(self) -> WorkOrderQuerySet:
        since = self.user_day - MONTH if self.asked["heat"] == Heat.MONTH else self.user_day
        opened = self._orders().filter(service_date__gte=since).exclude(status=Status.CANCELLED)
        return opened.annotate(key=F("pk"), kind=Value("order"))

    @property
    def user_day(self) -> date:
        return self.at.astimezone(zone_of(self.user)).date()

    def _orders(self) -> WorkOrderQuerySet:
        orders = WorkOrder.objects.visible_to(self.user).filter(lat__isnull=False, lon__isnull=False)
        if region := self.asked["region"]:
            orders = orders.filter(region__in=Region.objects.within(region).values("pk"))
        return orders.filter(type=self.asked["type"]) if self.asked["type"] else orders

    def shows(self, what: Show) -> bool:
        return self.asked["show"] in ("", what)


def where_it_happens(live: LiveMap) -> list[list[float]]:
    """Corners around nine tenths of the people in shift, else of the open orders, else of the regions."""
    for places in (live.people, live.orders):
        sql, params = places.order_by().values("lat", "lon").query.sql_with_params()
        share = "percentile_cont(ARRAY[0.05, 0.95]) WITHIN GROUP (ORDER BY {})"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {share.format('lat')}, {share.format('lon')} FROM ({sql}) place", params)
            lat, lon = cursor.fetchone()
        if lat:
            return [[lat[0], lon[0]], [lat[1], lon[1]]]
    regions = Region.objects.visible_to(live.user).filter(lat__isnull=False, lon__isnull=False)
    box = regions.aggregate(Min("lat"), Min("lon"), Max("lat"), Max("lon"))
    return (
        [[box["lat__min"], box["lon__min"]], [box["lat__max"], box["lon__max"]]] if box["lat__min"] is not None else []
    )


def inside(view: View) -> Q:
    lon = Q(lon__range=(view.west, view.east))
    if view.west > view.east:
        lon = Q(lon__gte=view.west) | Q(lon__lte=view.east)
    return Q(lat__range=(view.south, view.north)) & lon


def names_of_regions(user: User) -> list[dict[str, Any]]:
    """What a map without tiles says of places, the larger first."""
    regions = Region.objects.visible_to(user).filter(lat__isnull=False, lon__isnull=False).order_by("path")
    found = [{"lat": each.lat, "lon": each.lon, "name": each.name, "depth": each.depth} for each in regions[:NAMES]]
    return sorted(found, key=lambda each: each["depth"])


def stops_on(person: User, day: date) -> QuerySet[WorkOrder]:
    """What the person did, does and is to do on a day in the zone of their region, in order."""
    begin, end = (datetime.combine(each, time.min, zone_of(person)) for each in (day, day + timedelta(days=1)))
    within = DateTimeTZRange(begin, end)
    done = Q(departed_at__gte=begin, departed_at__lt=end) | Q(arrived_at__gte=begin, arrived_at__lt=end)
    orders = person.work_orders.filter(Q(booking__during__overlap=within, status__in=WITH_ENGINEER) | done)
    first = Coalesce("arrived_at", "departed_at", "booking__during__startswith")
    return orders.select_related("merchant", "type", "booking").annotate(first_at=first).order_by("first_at", "pk")


@dataclass(frozen=True)
class Row:
    """A line of the day: seen for the first or last time, a visit, or a gap. `until` is missing while it lasts."""

    kind: str  # begin, visit, planned, gap, end
    at: datetime
    until: datetime | None = None
    order: WorkOrder | None = None
    number: int = 0  # of the stop on the map

    @property
    def lasted(self) -> timedelta | None:
        return self.until - self.at if self.until else None


def day_in_rows(line: Line, stops: Iterable[Any]) -> list[Row]:
    """`stops` are those of stops_on."""
    rows = [Row("gap", before.end, after.begin) for before, after in line.gaps]
    if line.pieces:
        rows += [Row("begin", line.pieces[0].begin), Row("end", line.pieces[-1].end)]
    for number, stop in enumerate(stops, 1):
        if stop.arrived_at:
            rows.append(Row("visit", stop.arrived_at, stop.completed_at or stop.cancelled_at, stop, number))
        else:
            rows.append(Row("planned", stop.first_at, None, stop, number))
    return sorted(rows, key=lambda row: row.at)
