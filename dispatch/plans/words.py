"""A plan in words a dispatcher would use."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.plans.models import DayPlan, PlannedOrder
from routing.planning import Fault
from toolkit.templatetags.toolkit import duration

Change = PlannedOrder.Change

LEFT_OUT = {
    "no_place": gettext_lazy("The merchant's place is not known."),
    "no_duration": gettext_lazy("It has no planned minutes."),
    "locked_in_pool": gettext_lazy("It is locked in the pool: only a dispatcher may give it to somebody."),
    "elsewhere": gettext_lazy("Somebody from another region has it."),
    "locked": gettext_lazy("It is locked to a time that leaves no way there; it stays as it is."),
    "not_at_work": gettext_lazy("It is fixed to somebody who does not work that day."),
    "no_start": gettext_lazy("Nobody knows where the day begins: no start place, and none of the region."),
}

REASONS = {
    "no_people": gettext_lazy("No one works on %(day)s in %(region)s."),
    "pinned_absent": gettext_lazy("It is fixed to somebody who does not work on %(day)s."),
    "skill": gettext_lazy("No one with %(skill)s level %(level)d works on %(day)s in %(region)s."),
    "skills": gettext_lazy("No one with all of %(skills)s works on %(day)s in %(region)s."),
    "level": gettext_lazy(
        "No one with %(skill)s level %(level)d works on %(day)s in %(region)s; nearest, with level %(best)d: %(people)s."
    ),
    "group": gettext_lazy("No one who works on %(day)s may do such an order there: territory or contract."),
    "refused": gettext_lazy("Those who could do it did not take it: %(people)s."),
    "part": gettext_lazy("%(quantity)d × %(part)s needed: %(carried)d in a bag, %(in_stock)d in a depot at most."),
    "travel": gettext_lazy("There is no way there for %(people)s."),
    "window": gettext_lazy(
        "%(people)s could be there at %(arrival)s at the earliest; the work must begin by %(closes)s."
    ),
    "shift": gettext_lazy("The working hours are %(missing)s too short, even without other orders: %(people)s."),
    "day": gettext_lazy("Lunch, leave and ways leave nobody %(duration)s in one piece: %(people)s."),
    "without_window": gettext_lazy("At another time of the day it could be done by %(people)s."),
    "without_skills": gettext_lazy("They have time, but not the skills %(skills)s: %(people)s."),
    "without_group": gettext_lazy("They have time, but may not work there (territory or contract): %(people)s."),
    "without_refusal": gettext_lazy("They have time, but did not take it: %(people)s."),
    "without_part": gettext_lazy("They have time, but not the parts %(parts)s: %(people)s."),
    "without_pin": gettext_lazy("It is fixed to %(person)s; time would have %(people)s."),
    "max_orders": gettext_lazy("The rules allow no more orders for %(people)s."),
    "overtime": gettext_lazy("In overtime it could be done by %(people)s."),
    "full": gettext_lazy("Those who could do it have no time left: %(people)s."),
    "cancelled": gettext_lazy("The search was cancelled before it could be asked why."),
    "economy": gettext_lazy("It would take %(people)s longer than it is worth that day."),
}


def clock(instant: datetime, plan: DayPlan) -> str:
    """As the clock on the wall of the plan's region shows it."""
    return f"{timezone.localtime(instant, plan.region.zone):%H:%M}"


def lasts(seconds: float) -> str:
    return duration(timedelta(seconds=seconds))


def why(row: PlannedOrder, plan: DayPlan) -> str:
    """Why an order goes where the plan puts it, or why nobody does it."""
    if row.engineer_after_id is None:
        return " ".join(reason_in_words(code, values, plan) for code, values in row.reasons[:2])
    if row.change in (Change.KEPT, Change.FIXED):
        return ""
    said = []
    if plan.absent_id and row.engineer_before_id == plan.absent_id != row.engineer_after_id:
        said.append(_("%(name)s is away.") % {"name": row.engineer_before})
    if row.start_before and row.late_before_s and not row.late_after_s:
        said.append(_("In time, instead of %(time)s late.") % {"time": lasts(row.late_before_s)})
    elif row.start_before and row.late_before_s > row.late_after_s:
        said.append(_("%(time)s less late.") % {"time": lasts(row.late_before_s - row.late_after_s)})
    elif row.late_after_s:
        said.append(_("%(time)s late.") % {"time": lasts(row.late_after_s)})
    saved = row.travel_before_s - row.travel_after_s
    if row.start_before and saved >= 60:
        said.append(_("The way there is %(time)s shorter.") % {"time": lasts(saved)})
    if row.pick_up_at:
        said.append(_("Parts are collected at %(depot)s on the way.") % {"depot": row.pick_up_at})
    if not said and row.change == Change.NEW:
        said.append(_("%(time)s on the way there.") % {"time": lasts(row.travel_after_s)})
    return " ".join(said) or _("Makes room for other orders.")


def reason_in_words(code: str, values: Mapping[str, Any], plan: DayPlan) -> str:
    """One of routing.planning.reasons.CODES, with the names put in by plans.outcome."""
    names = {
        "day": date_format(plan.on, "l"),
        "region": plan.region.name,
        "people": ", ".join(values.get("people", ())),
        "person": values.get("person", ""),
        "skill": values.get("skill", ""),
        "level": values.get("level", 0),
        "best": values.get("best", 0),
        "skills": ", ".join(f"{skill} {level}" for skill, level in values.get("skills", {}).items()),
        "part": values.get("part", ""),
        "parts": ", ".join(f"{count} × {part}" for part, count in values.get("parts", {}).items()),
        "quantity": values.get("quantity", 0),
        "carried": values.get("carried", 0),
        "in_stock": values.get("in_stock", 0),
        "arrival": _clock(plan, values.get("arrival_s")),
        "opens": _clock(plan, values.get("opens_s")),
        "closes": _clock(plan, values.get("closes_s")),
        "missing": lasts(values.get("missing_s", 0)),
        "duration": lasts(values.get("duration_s", 0)),
    }
    return REASONS[code] % names


def _clock(plan: DayPlan, seconds: float | None) -> str:
    return "" if seconds is None else clock(plan.midnight + timedelta(seconds=seconds), plan)


def fault_in_words(fault: Fault, plan: DayPlan) -> str:
    """A row the engine cannot plan with, by its name."""
    rows = {"person": "people", "order": "orders", "depot": "depots"}
    inputs = plan.inputs[rows[fault.row]] if fault.row in rows else []
    name = next((row.get("number") or row.get("name") for row in inputs if row["id"] == fault.key), fault.row)
    return _("%(row)s cannot be planned with: %(code)s.") % {"row": name, "code": fault.code}
