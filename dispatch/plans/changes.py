"""Whether a plan still fits what is: its inputs are read again and compared row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.plans.models import DayPlan, PlannedOrder
from dispatch.plans.problem import FIXED, Row
from dispatch.plans.reading import read_day
from routing.planning import Problem
from workorders.lifecycle import DONE
from workorders.models import WorkOrder

Change = PlannedOrder.Change


@dataclass(frozen=True)
class Changed:
    label: str
    what: str
    url: str


def changed_since(plan: DayPlan, planned: Sequence[PlannedOrder]) -> list[Changed]:
    """What the plan rests on and is no longer so. Call it under the locks of its orders and people."""
    fresh, _left_out = read_day(plan, plan.started_at)
    people = {row["id"] for row in plan.inputs["people"]}
    return [*_orders(plan.inputs, fresh, planned, people), *_people(plan.inputs, fresh, plan)]


def _orders(inputs: Row, fresh: Row, planned: Sequence[PlannedOrder], people: set[int]) -> list[Changed]:
    change = {row.order_id: row.change for row in planned}
    before, now = ({row["id"]: row for row in rows["orders"]} for rows in (inputs, fresh))
    gone = {
        order.pk: order
        for order in WorkOrder.objects.filter(pk__in=before.keys() - now.keys()).select_related("engineer")
    }
    found = []
    for key, row in before.items():
        other = now.get(key)
        if row["state"] in FIXED and row["state"] != "locked":
            continue  # work in progress goes on, or is over: no plan moves it
        if other == row or (
            other is None and change.get(key) in (Change.UNSERVED, Change.KEPT) and _is_over(gone, key)
        ):
            continue
        if change.get(key) == Change.UNSERVED and (other is None or other["with"] not in people):
            continue  # nobody's day rests on it
        if (
            change.get(key) == Change.KEPT
            and other is not None
            and (other["state"], other["with"]) == ("running", row["with"])
        ):
            continue  # they have begun what the plan leaves them
        found.append(_order(row, other, gone.get(key)))
    for key in now.keys() - before.keys():
        if now[key]["with"] in people and now[key]["start"] is not None:
            found.append(_changed_order(now[key]["number"], _("has been given to somebody meanwhile")))
    return found


def _is_over(gone: Mapping[int, WorkOrder], key: int) -> bool:
    return key in gone and gone[key].status in DONE


def _order(row: Row, other: Row | None, gone: WorkOrder | None) -> Changed:
    if other is None:
        what = _("is “%(status)s” now") % {"status": gone.get_status_display()} if gone else _("is no longer there")
    elif other["state"] in ("running", "begun") and row["state"] not in ("running", "begun"):
        what = _("has begun")
    elif other["with"] != row["with"]:
        what = _("has been given to somebody else") if other["with"] else _("has gone back into the pool")
    elif other["state"] == "locked" and row["state"] != "locked":
        what = _("has been locked")
    elif other["start"] != row["start"]:
        what = _("has another time")
    else:
        fields = {
            "priority": _("priority"), "duration_s": _("planned minutes"), "due": _("due time"), "opens": _("service hours"),  "place": _("place"),
            "skills": _("skills needed"), "parts": _("parts needed"), "refused_by": _("who refused it"),
            "groups": _("who may do it"), "state": _("lock"),
        }  # fmt: skip
        differing = ", ".join(label for name, label in fields.items() if row[name] != other[name])
        what = _("has changed: %(fields)s") % {"fields": differing}
    return _changed_order(row["number"], what)


def _changed_order(number: str, what: str) -> Changed:
    return Changed(number, what, reverse("office:work-order-detail", args=[number]))


def _people(inputs: Row, fresh: Row, plan: DayPlan) -> list[Changed]:
    now = {row["id"]: row for row in fresh["people"]}
    usernames = dict(plan.days.values_list("person_id", "person__username"))
    needed = {part for row in inputs["orders"] for part in row["parts"]}
    found = []
    for row in inputs["people"]:
        other = now.get(row["id"])
        if other is None or _rests_on(other) != _rests_on(row) or _lacks(row, other, needed):
            url = reverse("office:person-detail", args=[usernames[row["id"]]])
            found.append(Changed(row["name"], _person(row, other), url))
    return found


def _rests_on(row: Row) -> dict[str, Any]:
    """All but where somebody is just now."""
    return {name: value for name, value in row.items() if name not in ("start", "name", "parts")}


def _lacks(row: Row, other: Row, parts: set[str]) -> bool:
    return any(other["parts"].get(part, 0) < row["parts"].get(part, 0) for part in parts)


def _person(row: Row, other: Row | None) -> str:
    if other is None:
        return _("does not work that day")
    fields = {
        "opens": _("working hours"), "closes": _("working hours"), "absences": _("leave or bookings"),
        "lunch": _("lunch"), "skills": _("skills"), "kind": _("region or organisation"), "max_orders": _("most orders"),
    }  # fmt: skip
    differing = dict.fromkeys(label for name, label in fields.items() if row[name] != other[name])
    return _("has changed: %(fields)s") % {"fields": ", ".join(differing) or _("parts in the bag")}


def sequences(plan: DayPlan, problem: Problem) -> dict[int, list[int]] | None:
    """Where the search begins: the plan it continues, else the day as it is booked. None where there is neither."""
    known, people = {order.key for order in problem.orders}, {person.key for person in problem.people}
    pairs: list[tuple[Any, Any]]
    if plan.warm_start:
        rows = plan.warm_start.orders.exclude(engineer_after=None).order_by("start_after")
        pairs = list(rows.values_list("engineer_after_id", "order_id"))
    elif plan.is_calm:
        booked = [order for order in problem.orders if order.now_with is not None and order.now_start_s is not None]
        pairs = [(each.now_with, each.key) for each in sorted(booked, key=lambda each: each.now_start_s)]
    else:
        return None
    found: dict[int, list[int]] = {}
    for person, order in pairs:
        if person in people and order in known:
            found.setdefault(person, []).append(order)
    return found
