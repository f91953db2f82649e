"""What an engineer should know before setting off. It warns and never keeps anybody from going."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.lifecycle import TerminalStatus
from assets.models import Terminal
from merchants.models import Merchant
from procedures.steps import Equal
from spareparts.queries import carried_by
from workorders.clock import calendar_of
from workorders.experience import likely_parts
from workorders.lifecycle import Status
from workorders.models import WorkOrder
from workorders.sla import add_service_time

BRINGS_A_TERMINAL = ("install", "swap")  # codes of order types
MOMENT = timedelta(minutes=1)
BEFORE_DEPARTURE = (Status.ASSIGNED, Status.ACCEPTED)


@dataclass(frozen=True)
class Caution:
    code: str  # for the journal
    sentence: str


def warnings_before(order: WorkOrder, *, at: datetime) -> list[Caution]:
    """Nothing once somebody is under way."""
    if order.status not in BEFORE_DEPARTURE:
        return []
    checks = (_no_terminal, _no_part, _likely_part, _closed_window, _no_procedure, _no_place, _not_reviewed)
    return [warning for check in checks if (warning := check(order, at))]


def _no_terminal(order: WorkOrder, at: datetime) -> Caution | None:
    if order.engineer is None or not brings_a_terminal(order):
        return None
    names = {"engineer": order.engineer.name}
    bag = Terminal.objects.filter(holder=order.engineer, status=TerminalStatus.ISSUED)
    if order.terminal and order.type.code == "swap" and not bag.filter(model=order.terminal.model_id).exists():
        sentence = _("There is no %(model)s in the bag of %(engineer)s. Fetch one from the warehouse first.")
        return Caution("no_terminal", sentence % {**names, "model": order.terminal.model})
    if bag.exists():
        return None
    return Caution(
        "no_terminal", _("There is no terminal in the bag of %(engineer)s. Fetch one from the warehouse first.") % names
    )


def _no_part(order: WorkOrder, at: datetime) -> Caution | None:
    if order.engineer is None or not order.needs.parts:
        return None
    carried = carried_by(order.engineer, {need.id for need in order.needs.parts})
    missing = [need for need in order.needs.parts if carried.get(need.id, 0) < need.quantity]
    if not missing:
        return None
    names = {
        "parts": ", ".join(f"{need.quantity - carried.get(need.id, 0)} × {need.label}" for need in missing),
        "engineer": order.engineer.name,
        "place": order.pick_up_at,
    }
    if order.pick_up_at:
        return Caution("no_part", _("Collect on the way, at %(place)s: %(parts)s.") % names)
    return Caution("no_part", _("Missing in the bag of %(engineer)s: %(parts)s. Fetch it from a depot first.") % names)


def _likely_part(order: WorkOrder, at: datetime) -> Caution | None:
    """By what orders like it used up, beside what it is known to need."""
    if order.engineer is None:
        return None
    needed = {need.id for need in order.needs.parts}
    found = likely_parts([order])[order.pk] if order.likely is None else order.likely
    likely = [each for each in found if each.part.pk not in needed]
    carried = carried_by(order.engineer, {each.part.pk for each in likely}) if likely else {}
    missing = [f"{each.part} ({each.chance.percent} %)" for each in likely if not carried.get(each.part.pk)]
    if not missing:
        return None
    return Caution(
        "likely_part",
        _("Likely needed and not in the bag of %(engineer)s: %(parts)s.")
        % {"engineer": order.engineer.name, "parts": ", ".join(missing)},
    )


def brings_a_terminal(order: WorkOrder) -> bool:
    """By its type, or because its checklist asks for the serial of a new one."""
    steps = order.run.steps if order.run else []
    return order.type.code in BRINGS_A_TERMINAL or any(step.get("equal") == Equal.NEW_TERMINAL for step in steps)


def _closed_window(order: WorkOrder, at: datetime) -> Caution | None:
    """At the time it is planned for, or now where that is past; by the hours that were copied into the order."""
    calendar = calendar_of(order)
    if calendar is None:
        return None
    start = max(order.booking.during.lower, at) if order.booking else at
    opens = add_service_time(calendar, start, MOMENT) - MOMENT
    if opens <= start:
        return None
    return Caution(
        "closed",
        _("Outside the service hours of the merchant: perhaps nobody is there before %(time)s.")
        % {"time": date_format(opens.astimezone(order.region.zone), "SHORT_DATETIME_FORMAT")},
    )


def _no_procedure(order: WorkOrder, at: datetime) -> Caution | None:
    if order.type.procedure_id is None or order.run_id is not None:
        return None
    return Caution("no_procedure", _("The procedure of this work is not published, so there is no checklist."))


def _no_place(order: WorkOrder, at: datetime) -> Caution | None:
    if order.lat is not None:
        return None
    return Caution("no_place", _("The place of the merchant is not known. Call first and ask for the way."))


def _not_reviewed(order: WorkOrder, at: datetime) -> Caution | None:
    if order.type.code != "install" or order.merchant.status == Merchant.Status.ACTIVE:
        return None
    return Caution(
        "not_reviewed",
        _("The merchant is “%(status)s”: the review has not passed.") % {"status": order.merchant.get_status_display()},
    )


CODES = ("no_terminal", "no_part", "likely_part", "closed", "no_procedure", "no_place", "not_reviewed")


def known_codes(text: str) -> list[str]:
    """Of what a phone says was seen: 'no_terminal closed'."""
    return [code for code in CODES if code in text.split()]
