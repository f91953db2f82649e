"""Plans and what they make due. Who makes, opens or takes back has locked the plan first."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from inspections.calendar import dues, phase_of
from inspections.criteria import REPAIR, SLOW, merchants_of, without_slow
from inspections.lifecycle import State
from inspections.models import Inspection, InspectionPlan
from inspections.models.plans import MOVES_DAYS
from journal.actions import differences, record, record_all
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import User
from workorders.actions import open_work_order
from workorders.lifecycle import DONE, Status
from workorders.models import WorkOrder

MERCHANTS_AT_ONCE = 5_000
INSERT = """
INSERT INTO inspections_inspection (plan_id, merchant_id, due_on, planned_on, state, finished_on)
SELECT %s, * FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::text[], %s::date[]) ON CONFLICT DO NOTHING
"""


def make_plan(*, by: User, at: datetime, **values: Any) -> InspectionPlan:
    """Not active yet: it can be looked at first."""
    with transaction.atomic():
        plan = InspectionPlan(number=next_number("IP"), **values)
        _check(plan)
        plan.save(force_insert=True)
        record("inspections.make_plan", plan, by=by, at=at, changes={"name": [None, plan.name]})
        return plan


def change_plan(plan: InspectionPlan, *, by: User, at: datetime, **values: Any) -> InspectionPlan:
    """What is due already or has its order stays; what lies ahead is made anew by what the plan says now."""
    with transaction.atomic():
        plan = _locked(plan)
        changes = differences(plan, values)
        _check(plan)
        if plan.is_active and MOVES_DAYS & changes.keys():
            changes["inspections"], today = [_take_back(plan, at), None], plan.region.service_date(at)
            plan.ensured_on = min(plan.ensured_on or today, today)  # a clock that went ahead owes these days again
            _begin_pass(plan, today)
        plan.save()
        if changes:
            record("inspections.change_plan", plan, by=by, at=at, changes=changes)
        return plan


def start_plan(plan: InspectionPlan, *, by: User, at: datetime) -> InspectionPlan:
    """From today on: for the days before nothing is owed."""
    with transaction.atomic():
        plan = _locked(plan)
        if plan.is_active:
            raise Refused(_("This plan is active already."))
        _check(plan)
        plan.is_active, plan.ensured_on = True, plan.region.service_date(at)
        _begin_pass(plan, plan.ensured_on)
        plan.save()
        record("inspections.start_plan", plan, by=by, at=at, changes={"is_active": [False, True]})
        return plan


def stop_plan(plan: InspectionPlan, *, by: User, at: datetime) -> InspectionPlan:
    """Work orders that are open stay; what is due without one is not opened until the plan is started again."""
    with transaction.atomic():
        plan = _locked(plan)
        if not plan.is_active:
            raise Refused(_("This plan is not active."))
        plan.is_active, plan.pass_on = False, None
        plan.save()
        changes = {"is_active": [True, False], "inspections": [_take_back(plan, at), None]}
        record("inspections.stop_plan", plan, by=by, at=at, changes=changes)
        return plan


def _locked(plan: InspectionPlan) -> InspectionPlan:
    return InspectionPlan.objects.select_for_update(of=("self",)).select_related("region", "calendar").get(pk=plan.pk)


def _begin_pass(plan: InspectionPlan, on: date) -> None:
    plan.pass_on, plan.pass_after = on, 0


def _take_back(plan: InspectionPlan, at: datetime) -> int:
    return plan.ahead(at).delete()[0]


def _check(plan: InspectionPlan) -> None:
    if 2 * plan.tolerance_days >= plan.rule.shortest_days:
        raise Refused(_("Choose a tolerance shorter than half of the period."), field="tolerance_days")
    if not any(plan.calendar.weekly.values()):
        raise Refused(_("This calendar has no working day."), field="calendar")
    if not plan.type.is_active:
        raise Refused(_("“%(type)s” is no longer offered.") % {"type": plan.type}, field="type")


def ensure_inspections(
    *, at: datetime, limit: int = MERCHANTS_AT_ONCE, plans: QuerySet[InspectionPlan] | None = None
) -> bool:
    """Everything up to today + horizon exists, once a day and after each change; so many merchants at a time.

    Run it as often and by as many as you like: a plan that somebody else is busy with is left to them, where the pass
    stopped the next one goes on, and a day that is there already is not made again. False: nothing is left to do.
    """
    for plan, today in _active(plans, at):
        if plan.pass_on is None and plan.ensured_on == today:
            continue
        with transaction.atomic():
            if plan := _claimed(plan):
                if plan.pass_on is None:
                    _begin_pass(plan, today)
                _ensure_some(plan, today, at, limit)
                plan.save(update_fields=["ensured_on", "pass_on", "pass_after"])
                return True
    return False


def _active(plans: QuerySet[InspectionPlan] | None, at: datetime) -> Iterator[tuple[InspectionPlan, date]]:
    """Of these, or of all."""
    plans = InspectionPlan.objects.all() if plans is None else plans
    for plan in plans.filter(is_active=True).select_related("region").order_by("pk"):
        yield plan, plan.region.service_date(at)


def _claimed(plan: InspectionPlan) -> InspectionPlan | None:
    free = InspectionPlan.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=plan.pk, is_active=True)
    return free.select_related("region", "calendar", "type").first()


def _ensure_some(plan: InspectionPlan, today: date, at: datetime, limit: int) -> None:
    ahead = merchants_of(plan.region, without_slow(plan.criteria), at).filter(pk__gt=plan.pass_after).order_by("pk")
    seen = merchants = list(ahead.values_list("pk", flat=True)[:limit])
    if SLOW & plan.criteria.keys():
        merchants = sorted(plan.merchants(at).filter(pk__in=seen).values_list("pk", flat=True))
    if seen:
        made = _insert(plan, [*_missing(plan, merchants, today)]) if merchants else 0
        plan.pass_after = seen[-1]
        if made:
            record("inspections.ensure_inspections", plan, by=None, at=at, changes={"inspections": [None, made]})
    if len(seen) < limit:
        plan.ensured_on, plan.pass_on = plan.pass_on, None


Row = tuple[int, date, date, str, date | None]  # merchant, due, planned for, state, over


def _missing(plan: InspectionPlan, merchants: list[int], today: date) -> Iterator[Row]:
    latest = plan.inspections.filter(merchant__gte=merchants[0], merchant__lte=merchants[-1])
    latest = latest.order_by("merchant", "-due_on").distinct("merchant")
    last = {merchant: days for merchant, *days in latest.values_list("merchant", "due_on", "finished_on")}
    load = plan.inspections.filter(planned_on__gte=today, state__in=[State.PLANNED, State.OPEN])
    taken = load.order_by().values_list("planned_on").annotate(Count("pk")) if plan.per_day else ()
    workdays, rule, until = plan.workdays(dict(taken)), plan.rule, today + timedelta(days=plan.horizon_days)
    for merchant in merchants:
        due_on, finished_on = last.get(merchant, (None, None))
        found = list(
            dues(
                rule, phase_of(merchant), since=min(plan.ensured_on, today), until=until, last=due_on,
                finished_on=finished_on,
            )
        )  # fmt: skip
        for due, following in zip_longest(found, found[1:]):
            if following and following <= today or _is_too_late(plan, due, today):
                yield merchant, due, due, State.MISSED, today
            else:
                yield merchant, due, workdays.take(max(due, today)), State.PLANNED, None


def _is_too_late(plan: InspectionPlan, planned_on: date, today: date) -> bool:
    return plan.catch_up == plan.CatchUp.SKIP and planned_on + timedelta(days=plan.tolerance_days) < today


def _insert(plan: InspectionPlan, rows: list[Row]) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [plan.pk, *map(list, zip(*rows, strict=True))])
        return cursor.rowcount


def open_due_inspections(*, at: datetime, limit: int = 50, plans: QuerySet[InspectionPlan] | None = None) -> int:
    """Those planned for today or before become work orders, or count as done by another visit. Returns how many."""
    for plan, today in _active(plans, at):
        due = Q(plan=plan, state=State.PLANNED, planned_on__lte=today)
        if not Inspection.objects.filter(due).exists():
            continue
        with transaction.atomic():
            if plan := _claimed(plan):
                locked = Inspection.objects.select_for_update(of=("self",)).filter(due).order_by("planned_on", "pk")
                waiting = list(locked.select_related("merchant__region")[:limit])
                wanted = plan.merchants(at).filter(pk__in={inspection.merchant_id for inspection in waiting})
                still = set(wanted.values_list("pk", flat=True))
                for inspection in waiting:
                    inspection.plan = plan
                    _open(inspection, today, at, is_wanted=inspection.merchant_id in still)
                return len(waiting)
    return 0


def _open(inspection: Inspection, today: date, at: datetime, *, is_wanted: bool) -> None:
    plan, merchant = inspection.plan, inspection.merchant
    others = plan.inspections.filter(merchant=merchant)
    if not is_wanted:
        changes = inspection.move_to(State.DROPPED, today)
    elif others.filter(due_on__gt=inspection.due_on, due_on__lte=today).exists() or _is_too_late(
        plan, inspection.planned_on, today
    ):
        changes = inspection.move_to(State.MISSED, today)
    elif others.filter(state=State.OPEN).exists():  # the visit before is still to come: look again tomorrow
        inspection.planned_on = today + timedelta(days=1)
        inspection.save(update_fields=["planned_on"])
        return
    elif visit := _visit_that_counts(inspection):
        inspection.counted_by = visit
        changes = inspection.move_to(State.COUNTED, visit.region.service_date(visit.completed_at))
    else:
        inspection.order = open_work_order(type=plan.type, merchant=merchant, summary=plan.name, by=None, at=at)
        changes = inspection.move_to(State.OPEN)
    inspection.save()
    record("inspections.open_inspection", inspection, by=None, at=at, merchant_id=merchant.pk, changes=changes)


def _visit_that_counts(inspection: Inspection) -> WorkOrder | None:
    """A repair, or this plan's visit before that came late, not longer ago than the tolerance allows."""
    plan = inspection.plan
    of_kind = Q(inspection__plan=plan) | Q(type__code=REPAIR) if plan.repair_counts else Q(inspection__plan=plan)
    since = datetime.combine(
        inspection.due_on - timedelta(days=plan.tolerance_days), datetime.min.time(), plan.region.zone
    )
    done = WorkOrder.objects.filter(of_kind, merchant=inspection.merchant, status__in=DONE, completed_at__gte=since)
    return done.select_related("region").order_by("-completed_at").first()


def settle_inspections(*, at: datetime, limit: int = 500) -> int:
    """Those whose order is done are done, those whose order was cancelled are missed. Returns how many."""
    with transaction.atomic():
        over = Inspection.objects.select_for_update(of=("self",), skip_locked=True).filter(
            state=State.OPEN, order__status__in=[*DONE, Status.CANCELLED]
        )
        settled = list(over.select_related("plan", "order__region").order_by("pk")[:limit])
        changes = [_settle(each) for each in settled]
        Inspection.objects.bulk_update(settled, ["state", "finished_on"])
        record_all(
            "inspections.settle_inspection", settled, by=None, at=at, changes=changes,
            merchant_ids=[each.merchant_id for each in settled],
        )  # fmt: skip
        return len(settled)


def _settle(inspection: Inspection) -> dict[str, list[Any]]:
    order = inspection.order
    is_done = order.status in DONE
    on = order.region.service_date(order.completed_at if is_done else order.cancelled_at)
    return inspection.move_to(State.DONE if is_done else State.MISSED, on)
