"""A prospector's day: which shops, in which order, how far from one to the next."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from prospecting.lifecycle import LeadStatus
from prospecting.models import Cell, Lead, ProspectingTask, Round, Stop, Visit
from routing.geo import GreatCircleTravel, Place, distance_m
from routing.round import order_from
from workforce.models import Position, User
from workforce.positions import zone_of

MOST = 20  # shops: more than anybody calls on in a day
WALK, RIDE = GreatCircleTravel(speed_kmh=4.8), GreatCircleTravel(speed_kmh=15)
WALKED_M = 1200  # what is farther is ridden
POSITION_AGE = timedelta(hours=1)
HEAVY = ("bigrams", "phone_grams")


@dataclass(frozen=True)
class Leg:
    """The way from the shop before, or from where the prospector stood."""

    metres: float

    @property
    def is_walked(self) -> bool:
        return self.metres <= WALKED_M

    @property
    def minutes(self) -> int:
        speed_kmh = (WALK if self.is_walked else RIDE).speed_kmh
        return max(1, round(self.metres * 0.06 / speed_kmh))

    def __str__(self) -> str:
        if self.is_walked:
            return _("%(metres)d m, %(minutes)d min on foot") % {
                "metres": round(self.metres, -1),
                "minutes": self.minutes,
            }
        return _("%(km)s km, %(minutes)d min by bike") % {
            "km": number_format(self.metres / 1000, 1),
            "minutes": self.minutes,
        }


@dataclass(frozen=True)
class Call:
    """One shop of the round. `due_on`: its next step, or the earliest of its tasks."""

    lead: Lead
    tasks: list[str]
    leg: Leg | None


@dataclass(frozen=True)
class DayRound:
    day: date
    tasks: list[ProspectingTask]
    calls: list[Call]
    visits: list[Visit]
    start: Place | None
    ordered_at: datetime | None


def today_of(prospector: User, at: datetime) -> date:
    return at.astimezone(zone_of(prospector)).date()


def open_tasks(prospector: User) -> list[ProspectingTask]:
    """With how many shops they have and how many of them were visited."""
    counted = ProspectingTask.objects.open().filter(prospector=prospector).order_by("due_on", "pk")
    return list(counted.annotate(stops_count=Count("stops"), made=Count("stops", filter=Q(stops__visit__isnull=False))))


def day_round(prospector: User, at: datetime) -> DayRound:
    today = today_of(prospector, at)
    noted = Round.objects.filter(prospector=prospector, day=today).first()
    midnight = at.astimezone(zone_of(prospector)).replace(hour=0, minute=0, second=0, microsecond=0)
    visits = list(prospector.visits.filter(at__gte=midnight).select_related("lead").order_by("-at"))
    start = _start(prospector, noted, visits, at)
    leads = in_order(_wanted(prospector, today, start, set(noted.skipped) if noted else set()), noted, start)
    tasks_of = defaultdict(list)
    stops = Stop.objects.filter(lead__in=leads, visit=None, task__prospector=prospector, task__status="open")
    for lead_id, number in stops.values_list("lead", "task__number"):
        tasks_of[lead_id].append(number)
    calls = [Call(lead, tasks_of[lead.pk], leg) for lead, leg in zip(leads, _legs(leads, start), strict=True)]
    return DayRound(today, open_tasks(prospector), calls, visits, start, noted.ordered_at if noted else None)


def _start(prospector: User, noted: Round | None, visits: Sequence[Visit], at: datetime) -> Place | None:
    """Where they were last seen at work: the order was asked for, a shop was visited. Else where the shift began."""
    last = next((visit for visit in visits if visit.lat is not None), None)
    if noted and noted.lat is not None and (last is None or noted.ordered_at >= last.at):
        return noted.lat, noted.lon
    if last:
        return last.lat, last.lon
    first = Position.objects.filter(person=prospector, at__range=(at - POSITION_AGE, at)).order_by("at").first()
    return (first.lat, first.lon) if first else None


def _wanted(prospector: User, today: date, start: Place | None, skipped: set[int]) -> list[Lead]:
    """What was agreed for today, then the shops of the tasks, then new ones of the own cells; each the nearest first."""
    visible = Lead.objects.visible_to(prospector).filter(merged_into=None).exclude(pk__in=skipped).defer(*HEAVY)
    agreed = visible.alive().filter(owner=prospector, next_step_on__lte=today).order_by("next_step_on", "pk")
    open_stops = Q(stops__visit=None, stops__task__prospector=prospector, stops__task__status="open")
    of_tasks = visible.hunted().filter(open_stops).annotate(due_on=Min("stops__task__due_on")).order_by("due_on", "pk")
    unseen = visible.filter(status=LeadStatus.NEW, cell__in=Cell.objects.visible_to(prospector).values("pk"))
    found = {lead.pk: lead for lead in agreed[:MOST]}
    for more in (of_tasks, unseen.order_by("pk")):
        if len(found) >= MOST:
            break
        for lead in _nearest(more.exclude(pk__in=list(found))[:500], start)[: MOST - len(found)]:
            found[lead.pk] = lead
    return list(found.values())


def _nearest(leads: Iterable[Lead], start: Place | None) -> list[Lead]:
    if start is None:
        return list(leads)
    return sorted(leads, key=lambda lead: float("inf") if lead.lat is None else _away_m(start, lead))


def _away_m(start: Place, lead: Lead) -> float:
    return float(distance_m(*start, lead.lat, lead.lon))


def in_order(leads: Sequence[Lead], noted: Round | None, start: Place | None) -> list[Lead]:
    """As noted; what is not noted is worked out and comes after it, what has no place last."""
    known = {pk: place for place, pk in enumerate(noted.leads)} if noted else {}
    first = sorted((lead for lead in leads if lead.pk in known), key=lambda lead: known[lead.pk])
    placed = [lead for lead in leads if lead.pk not in known and lead.lat is not None]
    lost = [lead for lead in leads if lead.pk not in known and lead.lat is None]
    end = next(((lead.lat, lead.lon) for lead in reversed(first) if lead.lat is not None), start)
    order = order_from(end, [(lead.lat, lead.lon) for lead in placed], WALK)
    return [*first, *(placed[index] for index in order), *lost]


def _legs(leads: Sequence[Lead], start: Place | None) -> list[Leg | None]:
    legs: list[Leg | None] = []
    here = start
    for lead in leads:
        placed = lead.lat is not None
        legs.append(Leg(WALK.road_factor * _away_m(here, lead)) if here and placed else None)
        here = (lead.lat, lead.lon) if placed else here
    return legs
