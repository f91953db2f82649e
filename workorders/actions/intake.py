import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from assets.models import Terminal
from evidence.models import Capture
from journal.actions import record, record_all
from journal.reveals import record_reveal
from merchants.models import Merchant
from procedures.actions import start_run
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, User
from workorders import clock, notices
from workorders.actions._steps import locked
from workorders.actions.tracking import link_for
from workorders.lifecycle import ONGOING, Outcome, Status
from workorders.models import (
    Pause,
    Priority,
    Promise,
    PromiseTerms,
    Request,
    TrackingLink,
    WorkOrder,
    WorkOrderType,
)

MERGE_WITHIN = timedelta(minutes=10)
PRIORITY_OF_TIER: dict[str, Priority] = {
    Merchant.Tier.KEY: Priority.HIGH,
    Merchant.Tier.STANDARD: Priority.NORMAL,
    Merchant.Tier.SMALL: Priority.LOW,
}


def receive_request(
    *,
    id: uuid.UUID,
    channel: str,
    type: WorkOrderType,
    merchant: Merchant,
    summary: str,
    at: datetime,
    by: User | None = None,
    terminal: Terminal | None = None,
    details: str = "",
    contact_name: str = "",
    contact_phone: str = "",
    contact_email: str = "",
    language: str = "zh-hans",
    pictures: Iterable[Capture] = (),
    order: WorkOrder | None = None,
) -> tuple[Request, str | None]:
    """The one way in for every channel: the request becomes an order, joins an open one, or is rejected with a reason.

    The same id is the same request, however often and however parallel it comes. It joins `order` while that is open,
    else an open order for the same terminal (without terminal: of the same type) asked for in the last ten minutes.
    The second value is the token of the requester's tracking link; None when the request was rejected.
    """
    asked = Request(
        id=id, channel=channel, type=type, merchant=merchant, region=merchant.region, terminal=terminal,
        summary=summary.strip()[:200], details=details.strip(), contact_name=contact_name.strip(),
        contact_phone=contact_phone.strip(), contact_email=contact_email.strip(), language=language,
        received_at=at, received_by=by,
    )  # fmt: skip
    if not asked.summary:
        raise Refused(_("Say in a few words what is wrong or wanted."), field="summary")
    with transaction.atomic():
        _take_turns(merchant)
        if known := Request.objects.filter(pk=id).select_related("order").first():
            return _answer_again(known, asked)
        order = _open_order_to_join(asked, order)
        region = merchant.region
        merchant = Merchant.objects.select_for_update(no_key=True, of=("self",)).get(pk=merchant.pk)
        if merchant.region_id == region.pk:
            merchant.region = region
        asked.region = merchant.region
        asked.reject_reason = _why_not(asked, merchant)
        if asked.reject_reason:
            asked.outcome, order = (Outcome.REJECTED, None)
        elif order:
            asked.outcome = Outcome.MERGED
        else:
            asked.outcome = Outcome.ORDER
            order = open_work_order(
                type=type, merchant=merchant, terminal=terminal, summary=asked.summary, details=asked.details,
                by=by, at=at,
            )  # fmt: skip
        asked.order = order
        asked.number = next_number("RQ", merchant.region.service_date(at))
        pictures = list(pictures)
        _insert(asked)
        if pictures:
            asked.captures.set(pictures)
        changes = {"request": [None, asked.number], "channel": [None, channel], "outcome": [None, asked.outcome]}
        entry = record(
            "workorders.receive_request", order or asked, by=by, at=at, merchant_id=merchant.pk, changes=changes,
            note=asked.reject_reason,
        )  # fmt: skip
        if order is None:
            return asked, None
        order.captures.add(*pictures)
        link = link_for(order, request=asked, at=at)
        notices.tell_received(asked, entry)
        if asked.outcome == Outcome.MERGED:
            notices.tell_added(asked, entry)
        return asked, link.token


def _take_turns(merchant: Merchant) -> None:
    """Requests for one merchant come one after the other, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"receive_request {merchant.pk}"])


def _answer_again(known: Request, asked: Request) -> tuple[Request, str | None]:
    same = ("channel", "merchant_id", "type_id", "terminal_id", "summary", "details")
    if any(getattr(known, name) != getattr(asked, name) for name in same):
        raise _used_otherwise()
    link = TrackingLink.objects.filter(request=known).first()
    return known, link.token if link else None


def _used_otherwise() -> Refused:
    return Refused(_("This was already sent with other content. Please open the page again and repeat it."))


def _insert(request: Request) -> None:
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as taken:  # by a request of another merchant, which did not wait for this one
        if "workorders_request_pkey" not in str(taken):
            raise
        raise _used_otherwise() from taken


def _open_order_to_join(asked: Request, named: WorkOrder | None) -> WorkOrder | None:
    """Locked, and still open."""
    ongoing = WorkOrder.objects.ongoing().filter(merchant=asked.merchant)
    alike = (
        ongoing.filter(terminal=asked.terminal) if asked.terminal else ongoing.filter(terminal=None, type=asked.type)
    )
    recent = alike.filter(requests__received_at__gte=asked.received_at - MERGE_WITHIN)
    found = (ongoing.filter(pk=named.pk).first() if named else None) or recent.order_by("-pk").first()
    if found is None:
        return None
    order = locked(found)
    return order if order.status in ONGOING else None


def _why_not(asked: Request, merchant: Merchant) -> str:
    """Why this cannot become an order, in words for whoever asked; empty when it can."""
    if merchant.merged_into:
        return _("%(merchant)s is a double of %(kept)s. File the request there.") % {
            "merchant": merchant.number,
            "kept": merchant.merged_into.number,
        }
    if merchant.status == Merchant.Status.CLOSED:
        return _("%(merchant)s is closed.") % {"merchant": merchant.name}
    if not asked.type.is_active:
        return _("“%(type)s” is no longer offered.") % {"type": asked.type}
    binding = asked.terminal.live_binding if asked.terminal else None
    if binding and binding.merchant_id != merchant.pk:
        return _("Terminal %(terminal)s is not at this merchant.") % {"terminal": asked.terminal}
    return ""


def open_work_order(
    *,
    type: WorkOrderType,
    merchant: Merchant,
    summary: str,
    by: User | None,
    at: datetime,
    terminal: Terminal | None = None,
    details: str = "",
    priority: int | None = None,
    duration_min: int | None = None,
    promises: Iterable[PromiseTerms] = (),
) -> WorkOrder:
    """Puts an order into the pool, with its type, procedure and SLA as they stand today.

    Where its type waits for the review, it is held until the merchant's has passed, and so is its clock.
    """
    if merchant.is_merged or merchant.status == Merchant.Status.CLOSED:
        raise Refused(_("%(merchant)s is closed or merged: no order can be opened.") % {"merchant": merchant.name})
    with transaction.atomic():
        service_date = merchant.region.service_date(at)
        has_steps = type.procedure is not None and type.procedure.current is not None
        order = WorkOrder(
            number=next_number("WO", service_date),
            type=type,
            merchant=merchant,
            terminal=terminal,
            region=merchant.region,
            priority=priority or PRIORITY_OF_TIER[merchant.tier],
            summary=summary,
            details=details,
            lat=merchant.lat,
            lon=merchant.lon,
            duration_min=duration_min or type.duration_min,
            needs_fault_codes=type.needs_fault_codes,
            opened_by=by,
            run=start_run(type.procedure, merchant=merchant, at=at) if has_steps else None,
            service_date=service_date,
            opened_at=at,
        )
        order.needed_skills = {need.code: need.level for need in order.needs.skills}
        order.needed_parts = {need.code: need.quantity for need in order.needs.parts}
        if type.needs_review and merchant.status == Merchant.Status.ONBOARDING:
            order.status = Status.HELD
        clock.start_clock(order)
        order.open_promises = len(terms := list(promises))
        order.save()
        Promise.objects.bulk_create(Promise(order=order, **_terms(each)) for each in terms)
        if order.status == Status.HELD:
            order.pauses.create(reason=Pause.Reason.REVIEW, started_at=at)
            clock.set_due_times(order)
            order.save()
        record(
            "workorders.open_work_order",
            order,
            by=by,
            at=at,
            merchant_id=merchant.pk,
            changes={"status": [None, order.status], "type": [None, type.code], "priority": [None, order.priority]},
        )
        return order


def _terms(of: PromiseTerms) -> dict[str, Any]:
    return {field.name: getattr(of, field.name) for field in PromiseTerms._meta.fields}


def follow_merchant(merchant: Merchant, *, region: Region, by: User | None, at: datetime) -> None:
    """The orders of a merchant that are not finished go along into its new region, with what asked for them."""
    _take_turns(merchant)
    moving = WorkOrder.objects.select_for_update(of=("self",)).ongoing().filter(merchant=merchant)
    orders = list(moving.exclude(region=region).select_related("region").order_by("pk"))
    record_all(
        "workorders.follow_merchant", orders, by=by, at=at, merchant_ids=[merchant.pk] * len(orders),
        changes=[{"region": [str(order.region), str(region)]} for order in orders],
    )  # fmt: skip
    moved = [order.pk for order in orders]
    WorkOrder.objects.filter(pk__in=moved).update(region=region)
    Request.objects.filter(order__in=moved).update(region=region)


def reveal_phone(request: Request, *, by: User, at: datetime) -> str:
    """The requester's number in clear, for one person, written down; so many an hour and no more."""
    record_reveal("workorders.reveal_phone", request, by=by, at=at, merchant_id=request.merchant_id)
    return request.contact_phone
