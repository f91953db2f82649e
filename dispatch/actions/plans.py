"""A day plan from asked for to applied."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from dispatch.models import Attempt, Decision
from dispatch.plans import notices
from dispatch.plans.changes import Changed, changed_since, sequences
from dispatch.plans.day import LeftOut
from dispatch.plans.models import DayPlan, PlannedOrder
from dispatch.plans.outcome import store_outcome
from dispatch.plans.problem import FIXED, engine_version, late_s, pose, to_plan, warm_up
from dispatch.plans.reading import read_day
from dispatch.plans.words import fault_in_words
from journal.actions import record
from routing import planning
from toolkit.errors import Refused
from workforce.actions import book_time
from workforce.models import Booking, Region, User
from workorders.actions import Move, reschedule_work_orders
from workorders.models import WorkOrder
from workorders.notices import dispatchers_in

TOLD_EVERY_S = 0.4  # a running plan says how far it is
LOOKED_EVERY_S = 0.04  # and looks whether it is still wanted
ITERATIONS_A_SECOND = 5_000  # less than half of what one core does: so that the same inputs give the same plan
ROUNDS = (0.1, 0.3, 0.6)  # of the iterations
LEAST_S = 0.5
LOCK = 7_202  # of advisory locks: the worker that holds (LOCK, plan) is at that plan
GOOD_FOR = timedelta(minutes=30)  # a plan of the day that is under way
MOST_NAMED = 5

log = logging.getLogger(__name__)
Status = DayPlan.Status
Clock = Callable[[], datetime]


class Outdated(Refused):
    """The plan no longer fits what is; `rows` says why, row by row."""

    def __init__(self, rows: list[Changed]) -> None:
        named = "; ".join(f"{row.label}: {row.what}" for row in rows[:MOST_NAMED])
        more = len(rows) - MOST_NAMED
        super().__init__(
            _("The plan no longer fits, nothing has been changed. %(named)s") % {"named": named}
            + (_(" … and %(count)d more") % {"count": more} if more > 0 else "")
        )
        self.rows = rows


def request_plan(*, region: Region, on: date, by: User | None, at: datetime, **values: Any) -> DayPlan:
    """Puts a plan in line; a worker takes it within seconds. `values` are fields of DayPlan: seconds, overtime_min …"""
    if on < region.service_date(at):
        raise Refused(_("This day is over. Choose today or a day to come."), field="on")
    plan = DayPlan(region=region, on=on, requested_by=by, requested_at=at, **values)
    if plan.absent and not plan.absent_from:
        plan.absent_from = max(at, plan.midnight)
    _put_in_line(plan)
    record("dispatch.request_plan", plan, by=by, at=at, changes={"on": [None, on]})
    return plan


def _put_in_line(plan: DayPlan) -> None:
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as clash:
        if "one_running_plan_per_day" not in str(clash) and "one_evening_plan_per_day" not in str(clash):
            raise
        raise Refused(
            _("%(region)s is being planned for this day already. Wait for that plan, or cancel it.")
            % {"region": plan.region}
        ) from clash


def plan_again(plan: DayPlan, *, by: User, at: datetime) -> DayPlan:
    """Another plan for the same day as things stand now, begun from this one; moving an order has its price."""
    return request_plan(
        region=plan.region, on=plan.on, by=by, at=at, warm_start=plan, seconds=plan.seconds,
        overtime_min=plan.overtime_min, is_calm=plan.is_calm, urgent_order=plan.urgent_order, absent=plan.absent,
        absent_from=plan.absent_from,
    )  # fmt: skip


def restart_plan(plan: DayPlan, *, by: User | None, at: datetime) -> DayPlan:
    """An interrupted, failed or cancelled plan begins again, from how things stand then."""
    with transaction.atomic():
        plan = _locked(plan)
        if plan.has_outcome:
            raise Refused(_("This plan is finished. Plan again from here instead."))
        changes = plan.move_to(Status.WAITING)
        plan.started_at = plan.finished_at = None
        plan.failure, plan.progress, plan.requested_at = "", {}, at
        _put_in_line(plan)
        record("dispatch.request_plan", plan, by=by, at=at, changes=changes)
        return plan


def cancel_plan(plan: DayPlan, *, by: User, at: datetime) -> DayPlan:
    """Takes effect at once; whoever is working it out stops within a tenth of a second, and what was found is dropped."""
    with transaction.atomic():
        plan = _locked(plan)
        changes = plan.move_to(Status.CANCELLED)
        plan.finished_at = at
        plan.save()
        record("dispatch.cancel_plan", plan, by=by, at=at, changes=changes)
        return plan


def _locked(plan: DayPlan) -> DayPlan:
    DayPlan.objects.select_for_update().values("pk").get(pk=plan.pk)
    return DayPlan.objects.select_related("region", "requested_by").get(pk=plan.pk)


# -- working it out -----------------------------------------------------------------------------------


def run_waiting_plans(clock: Clock = timezone.now) -> int:
    """Works out the plans nobody else is at, one after the other, and finds those whose worker has died."""
    interrupt_orphans(at=clock())
    done = 0
    for plan in DayPlan.objects.waiting().select_related("region", "requested_by").order_by("pk"):
        with _alone_at(plan) as is_mine:
            if is_mine and _begin(plan, clock()):
                _work_out(plan, clock)
                done += 1
    return done


def interrupt_orphans(*, at: datetime) -> int:
    """A running plan nobody holds the lock of has lost its worker: it may be started again."""
    count = 0
    for plan in DayPlan.objects.running():
        with _alone_at(plan) as is_mine:
            if is_mine:
                with transaction.atomic():
                    plan = _locked(plan)
                    if plan.status == Status.RUNNING:
                        plan.move_to(Status.INTERRUPTED)
                        plan.finished_at = at
                        plan.save()
                        count += 1
    return count


@contextmanager
def _alone_at(plan: DayPlan) -> Iterator[bool]:
    """Holds a lock of this connection, which PostgreSQL takes back when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, plan.pk])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, plan.pk])


def _begin(plan: DayPlan, at: datetime) -> bool:
    """False when it is no longer waiting."""
    with transaction.atomic():
        fresh = _locked(plan)
        if fresh.status != Status.WAITING:
            return False
        fresh.move_to(Status.RUNNING)
        fresh.started_at = at
        fresh.save()
    plan.status, plan.started_at = fresh.status, fresh.started_at
    return True


def _work_out(plan: DayPlan, clock: Clock) -> None:
    readers = [plan.requested_by] if plan.requested_by else dispatchers_in(plan.region)
    with override(readers[0].language if readers else None):
        try:
            _solve(plan, clock)
        except Refused as refusal:
            _fail(plan, str(refusal), clock())
        except planning.Invalid as invalid:
            _fail(plan, " ".join(fault_in_words(fault, plan) for fault in invalid.faults[:3]), clock())
        except Exception:
            log.exception("Plan %s failed", plan)  # the plans behind it in line are worked out all the same
            sentence = _("The plan could not be worked out. It has been written to the log; please try again.")
            _fail(plan, sentence, clock())


def _solve(plan: DayPlan, clock: Clock) -> None:
    plan.inputs, left_out = read_day(plan, plan.started_at)
    plan.left_out = [each._asdict() for each in left_out]
    _set_aside(plan)
    posed = pose(plan.inputs)
    plan.digest, plan.engine = posed.digest, engine_version()
    watch = Watch(plan)
    found = _search(plan, posed.problem, watch)
    if watch.is_stopped:
        return  # cancelled: the row says so already
    if wrong := planning.check(posed.problem, found):
        log.error("Plan %s does not hold: %s", plan, "; ".join(wrong[:20]))
        raise Refused(_("The plan found did not hold when it was checked, so it is not shown. Please report this."))
    with transaction.atomic():
        if _locked(plan).status != Status.RUNNING:
            return
        store_outcome(plan, posed, found)
        plan.iterations, plan.hit_time_limit = watch.iterations, watch.hit_time_limit
        plan.progress = watch.told | {"share": 1}
        changes = plan.move_to(Status.PROPOSED)
        plan.finished_at = clock()
        plan.save()
        record("dispatch.propose_plan", plan, by=plan.requested_by, at=plan.finished_at, changes=changes)
        if plan.is_of_the_evening:
            notices.tell_proposed(plan)


def _set_aside(plan: DayPlan) -> None:
    """Leaves out what is locked to a time that cannot be kept: it stays as it is, and its time is taken."""
    warm_up()
    fixed = [row for row in plan.inputs["orders"] if row["state"] in FIXED]
    if fixed:
        posed = pose(plan.inputs | {"orders": fixed})
        found = planning.plan(posed.problem, budget=planning.Budget(iterations=ITERATIONS_A_SECOND // 10))
        left = {each.order for each in found.unserved}
        for row in fixed:
            if row["id"] in left and row["start"] is not None:
                plan.inputs["set_aside"].append(row["id"])
                plan.left_out.append(
                    LeftOut("order", row["number"], "locked", "office:work-order-detail", row["number"])._asdict()
                )


def _search(plan: DayPlan, problem: planning.Problem, watch: "Watch") -> planning.Plan:
    """In rounds, each from where the one before ended, so that there is soon something to show."""
    found: Any = sequences(plan, problem)
    begun, total = monotonic(), plan.seconds * ITERATIONS_A_SECOND
    for number, share in enumerate(ROUNDS):
        left_s = plan.seconds - (monotonic() - begun)
        watch.enter(sum(ROUNDS[:number]), share)
        found = planning.plan(
            problem,
            warm_start=found,
            budget=planning.Budget(
                iterations=round(total * share), seconds=max(left_s * share / sum(ROUNDS[number:]), LEAST_S)
            ),
            seed=plan.seed,
            cancel=watch,
            progress=watch.tell,
        )
        watch.reach(found)
        if watch.is_stopped:
            break
    return found


def _fail(plan: DayPlan, sentence: str, at: datetime) -> None:
    with transaction.atomic():
        fresh = _locked(plan)
        if fresh.status != Status.RUNNING:
            return
        fresh.move_to(Status.FAILED)
        fresh.failure, fresh.finished_at, fresh.left_out = sentence[:300], at, plan.left_out
        fresh.save()
        if fresh.is_of_the_evening:
            notices.tell_not_planned(fresh)


class Watch:
    """Tells the row how far its plan is, and the engine whether the row still wants it: one statement each time."""

    def __init__(self, plan: DayPlan) -> None:
        self.plan, self.begun = plan, monotonic()
        self.told: dict[str, Any] = {"share": 0.0, "points": []}
        self.from_share, self.round_share = 0.0, 1.0
        self.look_at, self.tell_at, self.is_stopped = 0.0, 0.0, False
        self.iterations, self.hit_time_limit = 0, False

    def is_set(self) -> bool:
        now = monotonic()
        if not self.is_stopped and now >= self.look_at:
            self.look_at = now + LOOKED_EVERY_S
            wanted = DayPlan.objects.running().filter(pk=self.plan.pk)
            if now >= self.tell_at:
                self.tell_at = now + TOLD_EVERY_S
                self.is_stopped = not wanted.update(progress=self.told)
            else:
                self.is_stopped = not wanted.exists()
        return self.is_stopped

    def enter(self, done: float, share: float) -> None:
        """A round that makes this share of the whole."""
        self.from_share, self.round_share = done, share

    def tell(self, share: float) -> None:
        self.told["share"] = round(self.from_share + self.round_share * share, 3)

    def reach(self, found: planning.Plan) -> None:
        """The best plan so far."""
        starts = {key: visit.start_s for key, (_person, visit) in found.whereabouts().items()}
        late = sum(late_s(row, starts.get(row["id"])) > 0 for row in to_plan(self.plan.inputs))
        totals, seconds = found.totals, round(monotonic() - self.begun, 1)
        point = [seconds, totals.served, late, totals.travel_s, round(totals.cost)]
        self.told["points"].append(point)
        self.iterations += found.iterations
        self.hit_time_limit |= found.hit_time_limit
        self.look_at = self.tell_at = 0


# -- applying it --------------------------------------------------------------------------------------


def apply_plan(plan: DayPlan, *, by: User | None, at: datetime) -> DayPlan:
    """Moves every order the plan moves, or none. Outdated when something it rests on has changed since.

    Orders first, then people, each in order of their keys: then nobody begins an order or is booked while we look.
    """
    with transaction.atomic():
        plan = _locked(plan)
        changes = plan.move_to(Status.APPLIED)
        _refuse_if_late(plan, at)
        planned = list(plan.orders.select_related("engineer_after", "engineer_before").order_by("order_id"))
        _lock(planned, plan)
        if rows := changed_since(plan, planned):
            raise Outdated(rows)
        moved = [row for row in planned if row.change in PlannedOrder.CHANGES]
        note = _("Day plan %(plan)s") % {"plan": plan}
        orders = reschedule_work_orders({row.order_id: _move(row) for row in moved}, by=by, at=at, note=note)
        _decide(moved, orders, plan, by, at)
        if plan.absent:
            book_time(plan.absent, kind=Booking.Kind.LEAVE, start=plan.absent_from, end=_end_of_day(plan), by=by, at=at)
        plan.applied_by, plan.applied_at = by, at
        plan.save()
        record("dispatch.apply_plan", plan, by=by, at=at, changes=changes | {"orders": [None, len(moved)]})
        notices.tell_planned_anew(plan, moved, at)
        return plan


def _refuse_if_late(plan: DayPlan, at: datetime) -> None:
    today = plan.region.service_date(at)
    if plan.on < today:
        raise Refused(_("The day of this plan is over."))
    if plan.on == today and at - plan.started_at > GOOD_FOR:
        raise Refused(_("This plan of today is older than 30 minutes. Plan again from here."))


def _lock(planned: list[PlannedOrder], plan: DayPlan) -> None:
    orders = WorkOrder.objects.select_for_update().filter(pk__in=[row.order_id for row in planned]).order_by("pk")
    list(orders.values_list("pk", flat=True))
    people = User.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=plan.days.values("person"))
    list(people.order_by("pk").values_list("pk", flat=True))


def _move(row: PlannedOrder) -> Move:
    return Move(row.engineer_after_id, row.start_after, row.end_after, row.pick_up_at_id)


def _decide(moved: list[PlannedOrder], orders: list[WorkOrder], plan: DayPlan, by: User | None, at: datetime) -> None:
    """What dispatch shows of each order: who decided this, and by which plan."""
    reason = _("Day plan %(plan)s") % {"plan": plan}
    Decision.objects.bulk_create(
        Decision(
            order_id=row.order_id, at=at, chosen_id=row.engineer_after_id, decided_by=by, reason=reason,
            inputs={"plan": plan.number},
        )
        for row in moved
        if row.engineer_after_id
    )  # fmt: skip
    Attempt.objects.filter(order__in=orders).delete()


def _end_of_day(plan: DayPlan) -> datetime:
    return (plan.midnight + timedelta(hours=36)).replace(hour=0, minute=0)
