"""A plan in words a dispatcher would use."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
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
    "not_at_work": gettext_lazy("It is fixed to somebody who does not work that day."),
    "no_start": gettext_lazy("Nobody knows where the day begins: no start place, and none of the region."),
}


def clock(instant: datetime, plan: DayPlan) -> str:
    """As the clock on the wall of the plan's region shows it."""
    return f"{timezone.localtime(instant, plan.region.zone):%H:%M}"


def lasts(seconds: float) -> str:
    return duration(timedelta(seconds=seconds))


def why(row: PlannedOrder, plan: DayPlan) -> str:
    """Why an order goes where the plan puts it, or why nobody does it."""
    if row.change in PlannedOrder.NOT_SERVED:
        return " ".join(reason_in_words(code, values, plan) for code, values in row.reasons[:2])
    if row.change in (Change.KEPT, Change.FIXED):
        return ""
    said = []
    if plan.absent_id and row.engineer_before_id == plan.absent_id != row.engineer_after_id:
        said.append(_("%(name)s is away.") % {"name": row.engineer_before})
    if row.late_before_s and not row.late_after_s:
        said.append(_("In time, instead of %(time)s late.") % {"time": lasts(row.late_before_s)})
    elif row.late_before_s > row.late_after_s:
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
    return code


def fault_in_words(fault: Fault, plan: DayPlan) -> str:
    """A row the engine cannot plan with, by its name."""
    rows = {"person": "people", "order": "orders", "depot": "depots"}
    inputs = plan.inputs[rows[fault.row]] if fault.row in rows else []
    name = next((row.get("number") or row.get("name") for row in inputs if row["id"] == fault.key), fault.row)
    return _("%(row)s cannot be planned with: %(code)s.") % {"row": name, "code": fault.code}
