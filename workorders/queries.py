from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef
from django.db.models.fields.json import KT
from django.utils import timezone

from journal.models import Entry
from workorders.lifecycle import NEXT
from workorders.models import Request, WorkOrder, WorkOrderQuerySet

CHUNK = 1000


def planned_time(order: WorkOrder) -> str:
    """The booked time at the order's place: '2026-11-18 10:00–11:00'."""
    if order.booking is None:
        return ""
    during = order.booking.during
    start, end = (timezone.localtime(instant, order.region.zone) for instant in (during.lower, during.upper))
    return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"


@dataclass(frozen=True)
class Deviation:
    """An order whose journal does not lead to where it is."""

    number: str
    status: str
    replayed: str | None
    fault: str


def deviations(orders: WorkOrderQuerySet) -> Iterator[Deviation]:
    """Replays the journal of each order by the table of allowed moves, and compares."""
    rows = orders.order_by("pk").values_list("pk", "number", "status").iterator(chunk_size=CHUNK)
    for chunk in _in_chunks(rows):
        moves: dict[int, list] = defaultdict(list)
        entries = Entry.objects.filter(
            subject_type=WorkOrder._meta.label_lower,
            subject_id__in=[pk for pk, _, _ in chunk],
            changes__has_key="status",
        )
        for pk, changes in entries.order_by("pk").values_list("subject_id", "changes"):
            moves[pk].append(changes["status"])
        for pk, number, status in chunk:
            replayed, fault = _replay(moves[pk])
            if fault or replayed != status:
                yield Deviation(number, status, replayed, fault)


def _in_chunks(rows: Iterator[tuple]) -> Iterator[list[tuple]]:
    chunk: list[tuple] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _replay(moves: list[list]) -> tuple[str | None, str]:
    """Where the moves lead, and what is wrong with them."""
    status = None
    for before, after in moves:
        if before != status:
            return status, f"a move begins at {before}"
        if before is not None and after not in NEXT.get(before, set()):
            return status, f"the move to {after} is not allowed"
        status = after
    return status, ""


@dataclass(frozen=True)
class Reconciliation:
    """How all requests ended. `orphans` names what should not exist."""

    requests: int
    outcomes: dict[str, int]
    orders_without_request: int
    orphans: dict[str, list[str]]


def reconciliation() -> Reconciliation:
    """Compares requests, orders and journal: what came in, what it became, what was written down."""
    received = Entry.objects.filter(verb="workorders.receive_request").alias(request=KT("changes__request__1"))
    opened = Entry.objects.filter(verb="workorders.open_work_order", subject_type=WorkOrder._meta.label_lower)
    lost = received.filter(~Exists(Request.objects.filter(number=OuterRef("request"))))
    return Reconciliation(
        requests=Request.objects.count(),
        outcomes=dict(Request.objects.order_by().values_list("outcome").annotate(count=Count("*"))),
        orders_without_request=WorkOrder.objects.filter(~Exists(Request.objects.filter(order=OuterRef("pk")))).count(),
        orphans={
            "requests the journal does not know": list(
                Request.objects.filter(~Exists(received.filter(request=OuterRef("number")))).values_list(
                    "number", flat=True
                )
            ),
            "journal entries without their request": list(
                lost.annotate(number=KT("changes__request__1")).values_list("number", flat=True)
            ),
            "requests for another merchant than their order": list(
                Request.objects.exclude(order=None)
                .exclude(merchant=F("order__merchant"))
                .values_list("number", flat=True)
            ),
            "orders nobody opened": list(
                WorkOrder.objects.filter(~Exists(opened.filter(subject_id=OuterRef("pk")))).values_list(
                    "number", flat=True
                )
            ),
        },
    )
