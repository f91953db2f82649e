from datetime import datetime
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import differences
from spareparts.models import Place
from toolkit.errors import Refused
from workforce.actions import book_time
from workforce.models import Booking, User
from workforce.roles import Role
from workorders import clock, notices
from workorders.actions._steps import locked, pass_over, release_booking, required, stays_as_it_is, write
from workorders.lifecycle import ONGOING, WAYS_ON, Status
from workorders.models import WorkOrder
from workorders.organisations import in_words, what_forbids
from workorders.queries import planned_time

CHANGEABLE = {"priority", "summary", "details", "duration_min"}


def assign_work_order(
    order: WorkOrder,
    *,
    engineer: User,
    start: datetime,
    end: datetime,
    by: User | None,
    at: datetime,
    reason: str = "",
    force: bool = False,
    lock: bool | None = None,
    expect_open: bool = False,
    expect_engineer_id: int | None | EllipsisType = ...,
    pick_up_at: Place | None = None,
) -> WorkOrder:
    """Gives the order to an engineer and books the time, in place of an earlier booking.

    For the engineer who has it already only the time changes. With `expect_open`, or `expect_engineer_id`, the loser
    of a race is refused and told who has it. `force` books double where there is no other way, under the name of `by`;
    `lock` fixes (or frees) person and time, which automatic dispatch (`by` is None) then leaves alone. On the
    way there the engineer collects missing parts at the depot `pick_up_at`.
    """
    with transaction.atomic():
        order = locked(order)
        before = order.engineer
        _refuse_lost_race(order, expect_open, expect_engineer_id)
        if order.is_locked and by is None:
            raise Refused(_("%(order)s is locked: only a dispatcher may move it.") % {"order": order})
        _refuse_unfit(engineer)
        if end <= start:
            raise Refused(_("The end must lie after the start."), field="end")
        is_new = engineer != before
        if is_new:
            _refuse_forbidden(order, engineer, at)
        changes = order.move_to(Status.ASSIGNED, at) if is_new else _only_in_time(order)
        planned_before = planned_time(order)
        _book(order, engineer, start, end, by=by, at=at, force=force)
        order.engineer = engineer
        if is_new or pick_up_at:
            order.pick_up_at = pick_up_at
        if lock is not None:
            order.is_locked = lock
        changes |= {"booking": [planned_before, planned_time(order)]}
        if is_new:
            changes |= {"engineer": [before and before.name, engineer.name]}
        if pick_up_at:
            changes |= {"pick_up_at": [None, str(pick_up_at)]}
        entry = write("workorders.assign_work_order", order, by=by, at=at, changes=changes, note=reason)
        if before and is_new:
            notices.tell_withdrawn(order, before, entry)
        notices.tell_assigned(order, entry, is_new=is_new)
        return order


def _refuse_lost_race(order: WorkOrder, expect_open: bool, expect_engineer_id: int | None | EllipsisType) -> None:
    is_unexpected = expect_engineer_id is not ... and order.engineer_id != expect_engineer_id
    if not is_unexpected and not (expect_open and order.status != Status.OPEN):
        return
    if order.engineer is None or order.status not in ONGOING:
        raise Refused(
            _("%(order)s has changed meanwhile: it is “%(status)s” now. %(way_on)s")
            % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
        )
    raise Refused(
        _("%(order)s has already gone to %(engineer)s. Choose another order.")
        % {"order": order, "engineer": order.engineer}
    )


def _refuse_unfit(engineer: User) -> None:
    if not engineer.is_active or engineer.role not in (Role.ENGINEER, Role.INSPECTOR):
        raise Refused(
            _("%(name)s does no field work at present. Choose an active engineer.") % {"name": engineer},
            field="engineer",
        )


def _refuse_forbidden(order: WorkOrder, engineer: User, at: datetime) -> None:
    """By the contract of the organisation that sends the engineer: nobody may set that aside."""
    organisation = engineer.organisation
    if organisation is None:
        return
    reasons = what_forbids(organisation, order, order.region.service_date(at))
    if reasons:
        said = in_words(
            reasons[0], organisation=organisation.name, ends_on=organisation.ends_on, kind=order.type,
            region=order.region,
        )  # fmt: skip
        raise Refused(
            _("%(name)s cannot be given this order: %(reason)s. Choose somebody else.")
            % {"name": engineer, "reason": said},
            field="engineer",
        )


def _only_in_time(order: WorkOrder) -> dict[str, list]:
    """Nothing changes but the time; refused once the work has begun or is over."""
    if order.status not in (Status.ASSIGNED, Status.ACCEPTED):
        raise Refused(
            _("%(order)s is “%(status)s”: its time can no longer be moved. %(way_on)s")
            % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
        )
    return {}


def _book(
    order: WorkOrder, engineer: User, start: datetime, end: datetime, *, by: User | None, at: datetime, force: bool
) -> None:
    """Books the time under the locks of both people, always in the same order, so that two swaps cannot block."""
    people = [person for person in (engineer.pk, order.engineer_id) if person]
    list(User.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=people).order_by("pk").values("pk"))
    release_booking(order)
    wanted: dict[str, Any] = {
        "kind": Booking.Kind.WORK, "start": start, "end": end, "by": by, "at": at, "label": order.number
    }  # fmt: skip
    try:
        order.booking = book_time(engineer, **wanted)
    except Refused:
        if not force or by is None:
            raise
        order.booking = book_time(engineer, force=True, **wanted)


def return_to_pool(order: WorkOrder, *, by: User | None, reason: str, at: datetime) -> WorkOrder:
    """Takes the order back. `by` None: not accepted in time; automatic dispatch then passes over that engineer a while."""
    with transaction.atomic():
        order = locked(order)
        reason = required(reason, _("Say why it is taken back."), "reason")
        before = order.engineer
        changes = order.move_to(Status.OPEN, at)
        release_booking(order)
        order.engineer, order.pick_up_at, order.is_locked = (None, None, False)
        changes |= {"engineer": [before.name, None]}
        entry = write("workorders.return_to_pool", order, by=by, at=at, changes=changes, note=reason)
        if by is None:
            pass_over(order, before, reason=reason, at=at)
            notices.tell_dispatchers(order, before, entry)
        notices.tell_withdrawn(order, before, entry)
        return order


def lock_work_order(order: WorkOrder, *, is_locked: bool, by: User, at: datetime) -> WorkOrder:
    """Fixes person and time, which automatic dispatch then leaves alone, or frees them again."""
    with transaction.atomic():
        order = locked(order)
        if order.status not in (Status.ASSIGNED, Status.ACCEPTED):
            raise Refused(
                _("%(order)s is “%(status)s”: only work that is planned can be locked. %(way_on)s")
                % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
            )
        changes = differences(order, {"is_locked": is_locked})
        if changes:
            write("workorders.lock_work_order", order, by=by, at=at, changes=changes)
        return order


def change_work_order(order: WorkOrder, *, by: User, at: datetime, **values: Any) -> WorkOrder:
    """Changes priority, summary, details or planned minutes; pauses so far keep counting for the due times.

    A policy for the new priority counts from now on.
    """
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise TypeError(f"change_work_order does not change {', '.join(sorted(unknown))}")
    with transaction.atomic():
        order = locked(order)
        if order.status not in ONGOING:
            raise stays_as_it_is(order)
        if "summary" in values:
            values["summary"] = required(values["summary"], _("Say in a few words what is wanted."), "summary")
        changes = differences(order, values)
        if not changes:
            return order
        if "priority" in changes:
            clock.follow_priority(order, changes["priority"][0])
        clock.set_due_times(order)
        write("workorders.change_work_order", order, by=by, at=at, changes=changes)
        return order
