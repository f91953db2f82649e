"""The SLA clock of an order: which policy counts, what is copied from it, when response and resolution are due.

Of the policies that fit, the most specific counts. One for the contract's service level goes before one for the order
type, that before one for the tier, that before one for a region, that before one for a priority; of two regions the
deeper; of equals the stricter.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext as _

from merchants.models import Merchant, ServiceCalendar
from workforce.models import Region
from workorders import sla
from workorders.lifecycle import CLOCKED
from workorders.models import (
    Pause,
    Percent,
    SlaPolicy,
    Target,
    TerritoryCalendar,
    WorkOrder,
    WorkOrderType,
)

KNOWN_DAYS_AHEAD = 366  # holidays copied into an order


def fitting_policy(
    type: WorkOrderType, merchant: Merchant, on: date, *, priority: int | None = None
) -> SlaPolicy | None:
    contract = (
        merchant.contracts.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)
        .order_by("-starts_on")
        .first()
    )
    level = contract.service_level if contract else ""
    policies = SlaPolicy.objects.filter(
        Q(service_level="") | Q(service_level=level),
        Q(order_type=None) | Q(order_type=type),
        Q(tier="") | Q(tier=merchant.tier),
        Q(priority=None) | Q(priority=priority),
    ).select_related("region", "calendar")
    fitting = [each for each in policies if each.region is None or merchant.region.path.startswith(each.region.path)]
    return max(fitting, key=_specificity, default=None)


def _specificity(policy: SlaPolicy) -> tuple:
    return (
        bool(policy.service_level),
        policy.order_type_id is not None,
        bool(policy.tier),
        len(policy.region.path) if policy.region else 0,
        policy.priority is not None,
        -policy.response_min,
        -policy.resolution_min,
        -policy.pk,
    )


def start_clock(order: WorkOrder) -> None:
    """Copies policy and calendar hours into the order and sets its due times; does not save."""
    _promise(order, fitting_policy(order.type, order.merchant, order.service_date, priority=order.priority))
    set_due_times(order)


def follow_priority(order: WorkOrder, before: int) -> None:
    """Another policy where there is one for the new priority; otherwise what was promised stays. Does not save."""
    was, now = (
        fitting_policy(order.type, order.merchant, order.service_date, priority=priority)
        for priority in (before, order.priority)
    )
    if now != was:
        _promise(order, now)


def _promise(order: WorkOrder, policy: SlaPolicy | None) -> None:
    order.sla_policy = policy
    order.sla = {} if policy is None else {
        "policy": policy.name,
        "response_min": policy.response_min,
        "resolution_min": policy.resolution_min,
        "calendar": _hours(calendar_for(policy, order.region), order.service_date),
    }  # fmt: skip


def calendar_for(policy: SlaPolicy, region: Region) -> ServiceCalendar:
    """The policy's, unless it follows the territory and the deepest one around the place has hours of its own."""
    if policy.follows_territory:
        own = TerritoryCalendar.objects.filter(region__path__in=region.line).select_related("calendar")
        if territory := own.order_by("-region__path").first():
            return territory.calendar
    return policy.calendar


def _hours(calendar: ServiceCalendar, since: date) -> dict:
    days = calendar.days.filter(date__range=(since - timedelta(days=1), since + timedelta(days=KNOWN_DAYS_AHEAD)))
    return {
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "weekly": calendar.weekly,
        "days": {str(day): hours for day, hours in days.values_list("date", "hours")},
    }


def set_due_times(order: WorkOrder) -> None:
    """Computes both from what the order holds; does not save. None while a pause goes on or where no SLA was promised.

    Sets when the next warning is due as well.
    """
    reached = _reached(order)
    order.response_due_at, order.resolution_due_at = reached[Percent.DUE]
    given = set(order.sla_warnings.values_list("target", "percent")) if order.pk and order.sla else set()
    coming = (mark.at for mark in _marks(order, reached) if (mark.target, mark.percent) not in given)
    order.next_warning_at = min(coming, default=None)
    kept = _still_to_keep(order)
    order.warned_percent = max((percent for target, percent in given if target in kept), default=0)


def _reached(order: WorkOrder) -> dict[int, sla.Due]:
    """When each share of the promised times is used up."""
    if not order.sla:
        return dict.fromkeys(Percent.values, sla.Due(None, None))
    pauses, policy = _pauses(order), _policy(order)
    return {
        percent: sla.due_times(
            pauses, policy, order.opened_at, responded_at=order.arrived_at, resolved_at=order.completed_at,
            percent=percent,
        )
        for percent in Percent.values
    }  # fmt: skip


def _still_to_keep(order: WorkOrder) -> list[Target]:
    if not order.sla or order.status not in CLOCKED:
        return []
    return [Target.RESOLUTION] if order.arrived_at else [Target.RESPONSE, Target.RESOLUTION]


@dataclass(frozen=True)
class Mark:
    """When so much of a target's time will be, or was, used up."""

    target: Target
    percent: int
    at: datetime


def marks(order: WorkOrder) -> list[Mark]:
    """Of the targets still to be kept, the earliest first. A clock that stands still has none to come."""
    return _marks(order, _reached(order))


def _marks(order: WorkOrder, reached: dict[int, sla.Due]) -> list[Mark]:
    kept = _still_to_keep(order)
    found = [
        Mark(target, percent, at)
        for percent, instants in reached.items()
        for target, at in zip(Target, instants, strict=True)
        if target in kept and at is not None
    ]
    return sorted(found, key=lambda mark: mark.at)


@dataclass(frozen=True)
class NextDue:
    """What is due next of an order that goes on. `at` is None while the clock stands still."""

    label: str
    at: datetime | None


def next_due(order: WorkOrder) -> NextDue | None:
    if not order.sla or order.status not in CLOCKED:
        return None
    if order.arrived_at is None:
        return NextDue(_("Response"), order.response_due_at)
    return NextDue(_("Resolution"), order.resolution_due_at)


@dataclass(frozen=True)
class Clock:
    """One of the two targets at an instant; times are service time. `met_at` is None until it has happened."""

    label: str
    due_at: datetime | None
    met_at: datetime | None
    allowed: timedelta
    used: timedelta
    is_running: bool

    @property
    def left(self) -> timedelta:
        return max(self.allowed - self.used, timedelta(0))

    @property
    def over(self) -> timedelta:
        return max(self.used - self.allowed, timedelta(0))

    @property
    def percent(self) -> int:
        return min(100, self.used_percent)

    @property
    def used_percent(self) -> int:
        """Above 100 when it is late."""
        return int(100 * self.used / self.allowed)

    @property
    def state(self) -> str:
        """met, missed, late, paused, close (a quarter left), running or stopped."""
        if self.over:
            return "missed" if self.met_at else "late"
        if self.met_at:
            return "met"
        if not self.is_running:
            return "paused" if self.due_at is None else "stopped"
        return "close" if self.left * 4 <= self.allowed else "running"


def clocks(order: WorkOrder, at: datetime) -> list[Clock]:
    """Response and resolution; none where nothing was promised. A cancelled order's clocks stopped when it was."""
    if not order.sla:
        return []
    policy = _policy(order)
    used = sla.elapsed_share(
        _pauses(order),
        policy,
        order.opened_at,
        min(at, order.cancelled_at or at),
        responded_at=order.arrived_at,
        resolved_at=order.completed_at,
    )
    is_running = order.status in CLOCKED and order.resolution_due_at is not None
    return [
        Clock(
            _("Response"), order.response_due_at, order.arrived_at, policy.response, policy.response * used.response,
            is_running,
        ),
        Clock(
            _("Resolution"), order.resolution_due_at, order.completed_at, policy.resolution,
            policy.resolution * used.resolution, is_running,
        ),
    ]  # fmt: skip


def current_clock(order: WorkOrder, at: datetime) -> Clock | None:
    """Of what is due next, while work goes on."""
    if not _still_to_keep(order):
        return None
    response, resolution = clocks(order, at)
    return resolution if order.arrived_at else response


def calendar_of(order: WorkOrder) -> sla.ServiceCalendar | None:
    """The service hours that were copied into it."""
    return _policy(order).calendar if order.sla else None


def opening_hours(calendar: ServiceCalendar, since: date) -> sla.ServiceCalendar:
    """The hours of a calendar with its holidays from the day before on."""
    return _calendar(json.dumps(_hours(calendar, since), sort_keys=True))


def _pauses(order: WorkOrder) -> list[sla.Pause]:
    pauses: list[Pause] = list(order.pauses.all()) if order.pk else []
    return [sla.Pause(pause.started_at, pause.ended_at, pause.reason) for pause in pauses]


def _policy(order: WorkOrder) -> sla.SlaPolicy:
    return sla.SlaPolicy(
        timedelta(minutes=order.sla["response_min"]),
        timedelta(minutes=order.sla["resolution_min"]),
        _calendar(json.dumps(order.sla["calendar"], sort_keys=True)),
    )


@lru_cache(maxsize=64)
def _calendar(hours: str) -> sla.ServiceCalendar:
    """Orders of one week share their hours, and a calendar remembers the days it has worked out."""
    stored = json.loads(hours)
    return sla.ServiceCalendar(
        stored["time_zone"],
        {int(day): sla.hours_from(pairs) for day, pairs in stored["weekly"].items()},
        {date.fromisoformat(day): sla.hours_from(pairs) for day, pairs in stored["days"].items()},
    )
