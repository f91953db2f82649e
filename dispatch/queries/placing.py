"""What speaks against an order at a certain time in a certain person's day, and the driving it adds."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dispatch.models import RuleSet
from dispatch.queries.board import TRAVEL, Day
from dispatch.queries.ranking import inputs_of, look_at
from routing.geo import Place
from workforce.models import Booking, Shift, User
from workorders.lifecycle import UNDER_WAY
from workorders.models import WorkOrder

OF_NOW = {"off_shift", "leave", "training", "no_time", "too_far"}  # limits for an assignment at once


@dataclass(frozen=True)
class Placing:
    """Keys of board_words with what they name; limits are those of the rules, as `words.reason_in_words` takes them."""

    conflicts: list[tuple[str, dict[str, Any]]]
    limits: list[str]
    standing: dict[str, Any] | None
    inputs: dict[str, Any]
    way_min: int | None
    added_min: int | None


def place(order: WorkOrder, engineer: User, start: datetime, day: Day, at: datetime) -> Placing:
    minutes = _length(order)
    end = start + timedelta(minutes=minutes)
    rule_set = RuleSet.objects.for_order(order)
    standing = look_at(order, engineer, rule_set, at)
    bookings = list(
        Booking.objects.filter(person=engineer, during__overlap=(min(day.start, start), max(day.end, end)))
        .exclude(pk=order.booking_id)
        .select_related("work_order")
        .order_by("during")
    )
    conflicts = [*_of_order(order, start, end, day), *_of_shift(engineer, start, end)]
    for booking in bookings:
        if booking.during.lower < end and booking.during.upper > start:
            when = {"start": _clock(booking.during.lower, day), "end": _clock(booking.during.upper, day)}
            is_work = booking.kind == Booking.Kind.WORK
            what = booking.label or booking.get_kind_display()
            conflicts.append(("taken" if is_work else "away", when | {"what": what}))
    way, added, tight = _driving(order, engineer, start, end, bookings)
    return Placing(
        conflicts + tight,
        _limits(standing, start.astimezone(day.region.zone).date()) if standing else [],
        standing,
        inputs_of(order, rule_set),
        way,
        added,
    )


def _limits(standing: dict[str, Any], on: date) -> list[str]:
    """Those of the rules, and what will have run out until that day."""
    limits = [reason for reason in standing["reasons"] if reason not in OF_NOW]
    ended = [f"expired_skill:{code}" for code, (_level, ends) in standing["skills"].items() if ends and ends < str(on)]
    if (sender := standing["organisation"]) and sender[1] and sender[1] < str(on):
        ended.append("organisation_ended")
    return limits + [reason for reason in ended if reason not in limits]


def _length(order: WorkOrder) -> float:
    if order.booking:
        return (order.booking.during.upper - order.booking.during.lower).total_seconds() / 60
    return order.duration_min


def _of_order(order: WorkOrder, start: datetime, end: datetime, day: Day) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if order.status in UNDER_WAY:
        found.append(("under_way", {"order": order.number, "status": order.get_status_display()}))
    if order.is_locked:
        found.append(("locked", {}))
    response = None if order.arrived_at else order.response_due_at
    latest = [response] if response else []
    if order.resolution_due_at:
        latest.append(order.resolution_due_at - (end - start))
    if latest and start > min(latest):
        found.append(("late", {"time": _clock(min(latest), day)}))
    return found


def _of_shift(engineer: User, start: datetime, end: datetime) -> list[tuple[str, dict[str, Any]]]:
    zone = engineer.region.zone
    first, last = start.astimezone(zone), end.astimezone(zone)
    shifts = list(Shift.objects.filter(person=engineer, weekday=first.weekday()))
    if not shifts:
        return [("off_day", {})]
    inside = any(
        shift.starts_at <= first.time() and last.date() == first.date() and last.time() <= shift.ends_at
        for shift in shifts
    )
    return [] if inside else [("off_shift", {})]


def _driving(
    order: WorkOrder, engineer: User, start: datetime, end: datetime, bookings: list[Booking]
) -> tuple[int | None, int | None, list[tuple[str, dict[str, Any]]]]:
    """Minutes of the way there, minutes the day's driving grows by, and where there is too little time for a way."""
    if order.lat is None or order.lon is None:
        return None, None, []
    known = [each for each in bookings if getattr(each, "work_order", None) and each.work_order.lat is not None]
    before = next((each for each in reversed(known) if each.during.upper <= start), None)
    after = next((each for each in known if each.during.lower >= end), None)
    here: Place | None = None
    if before:
        here = (before.work_order.lat, before.work_order.lon)
    elif engineer.start_lat is not None and engineer.start_lon is not None:
        here = (engineer.start_lat, engineer.start_lon)
    there = (order.lat, order.lon)
    onward = (after.work_order.lat, after.work_order.lon) if after else None
    way = _minutes(here, there) if here else None
    tight: list[tuple[str, dict[str, Any]]] = []
    if before and way is not None and (gap := _gap(before.during.upper, start)) < way:
        tight.append(("way_there", {"way": way, "gap": gap}))
    on = _minutes(there, onward) if onward else 0
    if after and (gap := _gap(end, after.during.lower)) < on:
        tight.append(("way_on", {"way": on, "gap": gap}))
    saved = _minutes(here, onward) if here and onward else 0
    return way, None if way is None else max(way + on - saved, 0), tight


def _gap(end: datetime, start: datetime) -> int:
    return int((start - end).total_seconds() // 60)


def _minutes(origin: Place, destination: Place) -> int:
    return round(float(TRAVEL.matrix([origin], [destination])[0, 0]) / 60)


def _clock(instant: datetime, day: Day) -> str:
    local = instant.astimezone(day.region.zone)
    return f"{local:%H:%M}" if local.date() == day.on else f"{local:%m-%d %H:%M}"
