"""What the phone's pages show, put together from several rooms."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.lifecycle import TerminalStatus
from assets.models import Binding, Terminal
from evidence.models import Capture
from inspections.findings import findings_of, looks_for_findings, serials_to_name
from inspections.models import Finding
from merchants.models import Contact
from mobile.terminals import lacking_terminals
from notifications.models import Notice
from procedures.queries import StepView, checklist, with_references
from routing.geo import distance_m
from routing.links import NavigationLink, navigation_links
from workforce.models import Position, User
from workorders.actions.faults import missing_fault_codes
from workorders.challenges import code_of
from workorders.lifecycle import DONE, ONGOING, UNDER_WAY, Status
from workorders.models import Promise, Request, WorkOrder
from workorders.preparation import BEFORE_DEPARTURE, Caution, warnings_before
from workorders.serials import models_of
from workorders.service_report import Shown, shown

POSITION_AGE = timedelta(minutes=30)  # an older one says nothing about how far it is now
MAY_BE_REJECTED = (Status.ASSIGNED, Status.ACCEPTED, Status.EN_ROUTE)
TAKES_PHOTOS = (Status.ON_SITE, Status.IN_PROGRESS, Status.PAUSED)


@dataclass(frozen=True)
class Job:
    """An order as it stands in a list."""

    order: WorkOrder
    at: datetime
    distance_m: float | None = None

    @property
    def starts_at(self) -> datetime | None:
        return self.order.booking.during.lower if self.order.booking else None

    @property
    def ends_at(self) -> datetime | None:
        return self.order.booking.during.upper if self.order.booking else None

    @property
    def day(self) -> date:
        return timezone.localdate(self.starts_at or self.at)

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate(self.at)

    @property
    def due_at(self) -> datetime | None:
        """What is promised next: somebody on site, then that it works again. The clock stands while work is paused."""
        if self.order.status not in ONGOING or self.order.status == Status.PAUSED:
            return None
        return self.order.resolution_due_at if self.order.arrived_at else self.order.response_due_at

    @property
    def is_due_today(self) -> bool:
        return self.due_at is not None and timezone.localdate(self.due_at) == timezone.localdate(self.at)

    @property
    def due_label(self) -> str:
        return _("To finish by") if self.order.arrived_at else _("On site by")

    @property
    def left(self) -> timedelta | None:
        return self.due_at - self.at if self.due_at else None

    @property
    def is_late(self) -> bool:
        return self.left is not None and self.left < timedelta()

    @property
    def late_by(self) -> timedelta | None:
        return -self.left if self.left is not None else None

    @property
    def is_urgent(self) -> bool:
        return self.left is not None and self.left < timedelta(hours=1)

    @property
    def distance(self) -> str:
        """As the crow flies."""
        if self.distance_m is None:
            return ""
        if self.distance_m < 1000:
            return _("%(metres)d m") % {"metres": round(self.distance_m, -1)}
        return _("%(km)s km") % {"km": number_format(self.distance_m / 1000, 1)}

    @property
    def needs_acceptance(self) -> bool:
        return self.order.status == Status.ASSIGNED

    @property
    def is_under_way(self) -> bool:
        return self.order.status in UNDER_WAY


@dataclass(frozen=True)
class Day:
    """One person's work: what comes next, the rest by day, what is done."""

    next: Job | None
    later: list[tuple[date, list[Job]]]
    done: list[WorkOrder]
    today: date


def day_of(user: User, at: datetime) -> Day:
    orders = WorkOrder.objects.visible_to(user).select_related("merchant", "type", "booking")
    here = Position.objects.filter(person=user, at__gte=at - POSITION_AGE).first()
    jobs = sorted(
        (Job(order, at, _distance(order, here)) for order in orders.with_engineer()),
        key=lambda job: (not job.is_under_way, job.starts_at or at, job.order.pk),
    )
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    done = orders.filter(
        Q(status__in=DONE, completed_at__gte=midnight) | Q(status=Status.CANCELLED, cancelled_at__gte=midnight)
    )
    return Day(
        next=jobs[0] if jobs else None,
        later=[
            (day, list(group)) for day, group in groupby(sorted(jobs[1:], key=lambda job: job.day), lambda job: job.day)
        ],
        done=sorted(done, key=lambda order: order.completed_at or order.cancelled_at, reverse=True),
        today=timezone.localdate(at),
    )


def _distance(order: WorkOrder, here: Position | None) -> float | None:
    if here is None or order.lat is None or order.arrived_at:
        return None
    return float(distance_m(here.lat, here.lon, order.lat, order.lon))


class Phone(NamedTuple):
    """A number that may be asked for: `key` says which."""

    key: str
    name: str
    masked: str


class Stage(NamedTuple):
    label: Any
    at: datetime | None
    state: str  # done, current or todo
    status: Status  # that stands for it


STAGES = [
    (gettext_lazy("Accepted"), "accepted_at", Status.ACCEPTED),
    (gettext_lazy("On the way"), "departed_at", Status.EN_ROUTE),
    (gettext_lazy("On site"), "arrived_at", Status.ON_SITE),
    (gettext_lazy("At work"), "started_at", Status.IN_PROGRESS),
    (gettext_lazy("Done"), "completed_at", Status.COMPLETED),
]
NEXT_STEP = {
    Status.ASSIGNED: "accept",
    Status.ACCEPTED: "depart",
    Status.EN_ROUTE: "arrive",
    Status.ON_SITE: "start",
    Status.PAUSED: "resume",
}


class NextPlace(NamedTuple):
    """Where on the page what is missing is given."""

    id: str
    title: str


@dataclass(frozen=True)
class OrderPage:
    order: WorkOrder
    job: Job
    stages: list[Stage]
    steps: list[StepView]
    phones: list[Phone]
    signer: str
    links: list[NavigationLink]
    request_photos: list[Capture]
    request_voices: list[Capture]
    photos: list[Capture]
    history: list[WorkOrder]
    user: User
    report: Shown
    warnings: list[Caution]
    challenge: str  # to be seen in photos, where a step asks for it
    promises: list[Promise]
    findings: list[Finding]

    @property
    def next_step(self) -> str:
        """The one thing to do now: the name of a command, "checklist" or "faults" (promises, too) where those are missing, or nothing."""
        if self.order.status != Status.IN_PROGRESS:
            return NEXT_STEP.get(Status(self.order.status), "")
        if self.first_missing is not None:
            return "checklist"
        if self.order.open_promises or missing_fault_codes(self.order):
            return "faults"
        return "complete" if self.order.signature_id else "sign"

    @property
    def next_place(self) -> NextPlace | None:
        if self.first_missing is not None:
            return NextPlace(f"step-{self.first_missing.key}", self.first_missing.title)
        if promise := next((each for each in self.promises if each.is_kept is None), None):
            return NextPlace(f"promise-{promise.pk}", promise.text)
        return next((NextPlace(f"fault-{kind}", str(kind.label)) for kind in missing_fault_codes(self.order)), None)

    @property
    def first_missing(self) -> StepView | None:
        return next((step for step in self.steps if step.is_taken and step.is_required and step.answer is None), None)

    @property
    def answered(self) -> int:
        return sum(step.is_taken and step.answer is not None for step in self.steps)

    @property
    def asked(self) -> int:
        return sum(step.is_taken for step in self.steps)

    @property
    def is_over(self) -> bool:
        return self.order.status not in ONGOING

    @property
    def answers_now(self) -> bool:
        return self.order.status == Status.IN_PROGRESS

    @property
    def may_be_rejected(self) -> bool:
        return self.order.status in MAY_BE_REJECTED

    @property
    def may_be_paused(self) -> bool:
        return self.order.status == Status.IN_PROGRESS

    @property
    def takes_photos(self) -> bool:
        return self.order.status in TAKES_PHOTOS

    @property
    def takes_findings(self) -> bool:
        return looks_for_findings(self.order)

    @cached_property
    def terminals(self) -> list[str]:
        """Among which a finding may name one; none where it is clear which."""
        return serials_to_name(self.order) if self.takes_findings else []

    @property
    def pause(self) -> Any:
        return next((pause for pause in self.order.pauses.all() if pause.ended_at is None), None)

    @cached_property
    def version(self) -> str:
        """Changes whenever something on the page does."""
        order = self.order
        seen = [
            order.status, order.summary, order.details, order.priority, order.response_due_at, order.resolution_due_at,
            order.terminal_id, order.signature_id, self.job.starts_at, order.merchant.address,
            order.symptom_id, order.cause_id, order.remedy_id, order.messages.count(), order.votes.count(),
            *(step.answer and step.answer.pk for step in self.steps), self.report.sha256,
            *(warning.code for warning in self.warnings), self.challenge, *(each.is_kept for each in self.promises),
            *((each.pk, each.status) for each in self.findings),
            *sorted(str(each.pk) for each in (*self.request_photos, *self.request_voices, *self.photos)),
        ]  # fmt: skip
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def order_page(order: WorkOrder, user: User, at: datetime) -> OrderPage:
    merchant = order.merchant
    contact = phone_contact(order)
    place = (order.lat, order.lon) if order.lat is not None else (merchant.lat, merchant.lon)
    here = Position.objects.filter(person=user, at__gte=at - POSITION_AGE).first()
    sent_along = list(Capture.objects.filter(requests__order=order).distinct())
    request_photos = [capture for capture in sent_along if capture.kind != Capture.Kind.AUDIO]
    steps = with_references(checklist(order.run), order.run, partial(models_of, order)) if order.run else []
    shown_elsewhere = [photo.pk for photos in (request_photos, *(step.captures for step in steps)) for photo in photos]
    return OrderPage(
        order=order,
        job=Job(order, at, _distance(order, here)),
        stages=_stages(order),
        steps=steps,
        phones=_phones(order),
        signer=contact.name if contact else "",
        links=navigation_links(*place, merchant.name) if place[0] is not None else [],
        request_photos=request_photos,
        request_voices=[capture for capture in sent_along if capture.kind == Capture.Kind.AUDIO],
        photos=list(order.captures.filter(kind=Capture.Kind.PHOTO).exclude(pk__in=shown_elsewhere)),
        history=list(merchant.work_orders.exclude(pk=order.pk).select_related("type").order_by("-id")[:3]),
        user=user,
        report=shown(order),
        warnings=_warnings(order, user, at),
        challenge=code_of(order, at),
        promises=list(order.promises.all()),
        findings=findings_of(order),
    )


def _warnings(order: WorkOrder, user: User, at: datetime) -> list[Caution]:
    """Also of the models that were promised in sales, of which an order itself does not know."""
    warnings = warnings_before(order, at=at)
    if (
        order.status not in BEFORE_DEPARTURE
        or order.terminal_id
        or any(each.code == "no_terminal" for each in warnings)
    ):
        return warnings
    lacking = ", ".join(str(model) for model in lacking_terminals(user, [order]) if model)
    if not lacking:
        return warnings
    sentence = _("There is no %(model)s in the bag of %(engineer)s. Fetch one from the warehouse first.")
    return [Caution("no_terminal", sentence % {"model": lacking, "engineer": user.name}), *warnings]


def _stages(order: WorkOrder) -> list[Stage]:
    """The last one reached is where the order is."""
    times = [getattr(order, field) for _label, field, _status in STAGES]
    here = sum(at is not None for at in times) - 1
    is_over = order.status not in ONGOING
    return [
        Stage(label, at, "todo" if index > here else "done" if index < here or is_over else "current", status)
        for index, ((label, _field, status), at) in enumerate(zip(STAGES, times, strict=True))
    ]


def phone_contact(order: WorkOrder) -> Contact | None:
    return order.merchant.contacts.exclude(phone_last4="").first()


def phone_request(order: WorkOrder) -> Request | None:
    """The request whose sender can be called."""
    return next((request for request in order.requests.order_by("received_at") if request.contact_phone), None)


def _phones(order: WorkOrder) -> list[Phone]:
    """Nobody is called about what is over."""
    phones: list[Phone] = []
    if order.status not in ONGOING:
        return phones
    contact, request = phone_contact(order), phone_request(order)
    if contact:
        phones.append(Phone("contact", contact.name, contact.masked_phone))
    if request and (contact is None or request.contact_phone[-4:] != contact.phone_last4):
        phones.append(
            Phone("request", request.contact_name or _("Who reported it"), f"*******{request.contact_phone[-4:]}")
        )
    return phones


def orders_under_way(user: User) -> QuerySet[WorkOrder]:
    return (
        WorkOrder.objects.visible_to(user)
        .filter(status__in=UNDER_WAY)
        .select_related("merchant")
        .order_by("departed_at")
    )


def was_given(order: WorkOrder, user: User) -> bool:
    """It was the person's at some time: they were told so."""
    return Notice.objects.filter(
        recipient=user, kind="order-assigned", url=reverse("field:order", args=[order.number])
    ).exists()


def bag_of(user: User) -> QuerySet[Terminal]:
    return Terminal.objects.filter(holder=user).select_related("model").order_by("serial")


def terminals_at_hand(user: User) -> QuerySet[Terminal]:
    """In the own bag, or at a merchant the person is working for right now."""
    on_site = Binding.objects.live().filter(merchant__in=orders_under_way(user).values("merchant"))
    return Terminal.objects.filter(
        Q(holder=user) | Q(status=TerminalStatus.LIVE, pk__in=on_site.values("terminal"))
    ).select_related("model").order_by("-status", "serial")  # fmt: skip
