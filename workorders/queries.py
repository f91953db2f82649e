from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _

from journal.models import Entry
from journal.queries import Change, Stretch, read, stretch_in_words
from procedures.answers import shown_answer
from procedures.steps import in_language
from workorders.lifecycle import NEXT, STAMPS, Outcome, Status
from workorders.models import (
    CodeReview,
    FaultCode,
    Pause,
    Percent,
    Request,
    Target,
    Visit,
    WorkOrder,
    WorkOrderQuerySet,
)

CHUNK = 1000


def planned_time(order: WorkOrder) -> str:
    """The booked time at the order's place, as the journal keeps it: '2026-11-18 10:00–11:00'."""
    if order.booking is None:
        return ""
    during = order.booking.during
    start, end = (timezone.localtime(instant, order.region.zone) for instant in (during.lower, during.upper))
    return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}"


def planned_in_words(order: WorkOrder) -> str:
    return stretch_in_words(planned_time(order))


@dataclass(frozen=True)
class Stage:
    """A station on an order's way; `at` is empty until it is reached."""

    label: str
    at: datetime | None
    is_current: bool


def stages(order: WorkOrder) -> list[Stage]:
    """The way from opened to closed; of a cancelled order the stations it reached, and the end."""
    way = [status for status in STAMPS if status != Status.CANCELLED]
    reached = [Stage(str(status.label), getattr(order, STAMPS[status]), False) for status in way]
    if order.status == Status.CANCELLED:
        end = Stage(str(Status.CANCELLED.label), order.cancelled_at, True)
        return [Stage(_("Opened"), order.opened_at, False), *[stage for stage in reached if stage.at], end]
    every = [Stage(_("Opened"), order.opened_at, False), *reached]
    current = max(number for number, stage in enumerate(every) if stage.at)
    every[current] = replace(every[current], is_current=True)
    return every


@dataclass(frozen=True)
class Durations:
    """From the times of the steps; None while a step is not over."""

    until_arrival: timedelta | None
    way: timedelta | None
    work: timedelta | None
    paused: timedelta | None


def durations(order: WorkOrder) -> Durations:
    """`work` is without the pauses."""
    pauses = [pause.ended_at - pause.started_at for pause in order.pauses.all() if pause.ended_at]
    paused = sum(pauses, timedelta(0))
    done = order.completed_at and order.started_at
    return Durations(
        until_arrival=order.arrived_at - order.opened_at if order.arrived_at else None,
        way=order.arrived_at - order.departed_at if order.arrived_at and order.departed_at else None,
        work=order.completed_at - order.started_at - paused if done else None,
        paused=paused if pauses else None,
    )


def history(order: WorkOrder, *, before_id: int | None = None) -> Stretch:
    """The journal of an order in the words of its checklist and of the reader."""
    steps = {step["key"]: step for step in order.run.steps} if order.run else {}
    codes = {(code.kind, code.code): str(code) for code in FaultCode.objects.all()} if order.needs_fault_codes else {}
    stretch = read(Entry.objects.about(order), about=order, before_id=before_id)
    lines = []
    for line in stretch.lines:
        if line.entry.verb == "workorders.choose_fault_codes":
            changes = [_named(change, codes) for change in line.changes]
        else:
            changes = [_in_words(change, steps) for change in line.changes]
        lines.append(replace(line, changes=changes))
    return replace(stretch, lines=lines)


def _named(change: Change, codes: dict[tuple[str, str], str]) -> Change:
    def name(code: Any) -> Any:
        return codes.get((change.name, code), code)

    return replace(change, before=name(change.before), after=name(change.after))


CHOICES: dict[str, Any] = {
    "channel": Request.Channel.choices,
    "outcome": Outcome.choices,
    "reason": Pause.Reason.choices,
    "how": Visit.How.choices,
    "challenge code": CodeReview.Found.choices,
    "target": Target.choices,
    "percent": Percent.choices,
}


def _in_words(change: Change, steps: dict[str, dict]) -> Change:
    step = steps.get(change.name)
    if step is None:
        return _chosen(change, dict(CHOICES.get(change.name, ())))
    before, after = (shown_answer(step, value) or None for value in (change.before, change.after))
    return replace(change, label=in_language(step, "title"), before=before, after=after)


def _chosen(change: Change, choices: dict) -> Change:
    def shown(value: Any) -> Any:
        return choices.get(value, value) if isinstance(value, str | bool | int) else value

    return replace(change, before=shown(change.before), after=shown(change.after))


@dataclass(frozen=True)
class Deviation:
    """An order whose journal does not lead to where it is."""

    number: str
    status: str
    replayed: str | None
    fault: str


def deviations(orders: WorkOrderQuerySet) -> Iterator[Deviation]:
    """Replays the journal of each order by the table of allowed moves, and compares; so with its fault codes."""
    kept = ("pk", "number", "status", *(f"{kind}__code" for kind in FaultCode.Kind.values))
    for chunk in _in_chunks(orders.order_by("pk").values_list(*kept).iterator(chunk_size=CHUNK)):
        moves: dict[int, list] = defaultdict(list)
        codes: dict[int, dict[str, str]] = defaultdict(dict)
        entries = Entry.objects.filter(
            Q(changes__has_key="status") | Q(verb="workorders.choose_fault_codes"),
            subject_type=WorkOrder._meta.label_lower,
            subject_id__in=[pk for pk, *_rest in chunk],
        )
        for pk, verb, changes in entries.order_by("pk").values_list("subject_id", "verb", "changes"):
            if verb == "workorders.choose_fault_codes":
                codes[pk] |= {kind: after for kind, (_before, after) in changes.items()}
            else:
                moves[pk].append(changes["status"])
        for pk, number, status, *chosen in chunk:
            replayed, fault = _replay(moves[pk])
            if not fault and chosen != [codes[pk].get(kind) for kind in FaultCode.Kind.values]:
                fault = "its fault codes are not those of the journal"
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
