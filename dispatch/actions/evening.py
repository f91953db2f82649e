"""Day plans nobody asks for: in the evening, for the next working day, where the rules say so."""

from datetime import date, datetime, time, timedelta

from django.db.models import Min, Q

from dispatch.actions.plans import request_plan, restart_plan
from dispatch.models import RuleSet
from dispatch.plans.day import Day
from dispatch.plans.models import DayPlan
from dispatch.plans.orders import to_plan
from dispatch.plans.people import closed_days
from toolkit.errors import Refused
from workforce.models import Region, Shift, User

LOOKED_AHEAD = timedelta(days=14)
AGAIN_AFTER = timedelta(minutes=10)
DAY = timedelta(days=1)
Status = DayPlan.Status


def propose_next_days(*, at: datetime) -> int:
    """Puts one plan in line for each region whose hour has come, until people begin to work there; run twice or by two
    workers, it is one. None where nothing is to be done, or where that day has been planned and applied."""
    made = _restart_interrupted(at)
    for rules in RuleSet.objects.in_force().exclude(plans_at=None).select_related("region").order_by("pk"):
        region = rules.region
        on = _day_due(region, rules.plans_at, at)
        if on and not _is_planned(region, on) and to_plan(Day(DayPlan(region=region, on=on), at)).exists():
            try:
                request_plan(region=region, on=on, by=None, at=at, seconds=DayPlan.Limit.LONG, is_of_the_evening=True)
            except Refused:
                continue  # somebody was faster
            made += 1
    return made


def _restart_interrupted(at: datetime) -> int:
    """Its worker has died. Not at once, for it may have died of the plan."""
    died = DayPlan.objects.of_the_evening().filter(status=Status.INTERRUPTED, finished_at__lt=at - AGAIN_AFTER)
    plans = [plan for plan in died.filter(on__gte=at.date()).select_related("region") if at < plan.midnight]
    for plan in plans:
        restart_plan(plan, by=None, at=at)
    return len(plans)


def _day_due(region: Region, hour: time, at: datetime) -> date | None:
    """The working day after the last evening that has begun, unless people are at work already."""
    now = at.astimezone(region.zone)
    evening = now.date() if now.time() >= hour else now.date() - DAY
    shifts = Shift.objects.filter(person__in=User.objects.engineers().filter(region__in=Region.objects.within(region)))
    begins = dict(shifts.order_by().values_list("weekday").annotate(Min("starts_at")))
    ahead = [evening + DAY * n for n in range(1, LOOKED_AHEAD.days)]
    closed = closed_days(region, ahead[0], ahead[-1])
    on = next((day for day in ahead if day.weekday() in begins and day not in closed), None)
    if on is None or on < now.date() or (on == now.date() and now.time() >= begins[on.weekday()]):
        return None
    return on


def _is_planned(region: Region, on: date) -> bool:
    here = Q(is_of_the_evening=True) | Q(status__in=[Status.WAITING, Status.RUNNING])
    wider = Q(region__path__in=region.line, status=Status.APPLIED)
    return DayPlan.objects.filter(Q(here, region=region) | wider, on=on).exists()
