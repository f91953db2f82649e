"""Whom we tell what. Each is told once per journal entry; merchants who left a mail address follow by their own link."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.models import Mismatch
from journal.models import Entry
from notifications.actions import notify, notify_address
from workforce.models import Region, User
from workforce.roles import Role
from workorders.models import (
    FollowUp,
    Percent,
    Rating,
    Request,
    SlaEscalation,
    SlaWarning,
    SupportCall,
    Target,
    WorkOrder,
)
from workorders.queries import planned_in_words


def _field_url(order: WorkOrder) -> str:
    return f"/field/orders/{order.number}/"


def tell_assigned(order: WorkOrder, entry: Entry, *, is_new: bool) -> None:
    def text() -> tuple[str, str]:
        names = {
            "order": order,
            "merchant": order.merchant,
            "summary": order.summary,
            "during": planned_in_words(order),
        }
        if is_new:
            subject = _("New order %(order)s: %(merchant)s") % names
        else:
            subject = _("New time for %(order)s: %(merchant)s") % names
        return subject, _("%(summary)s. Planned: %(during)s.") % names

    notify(
        order.engineer,
        kind="order-assigned",
        key=f"assigned:{entry.pk}",
        text=text,
        at=entry.at,
        url=_field_url(order),
    )


def tell_withdrawn(order: WorkOrder, engineer: User, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        return _("%(order)s is no longer yours") % {"order": order}, entry.note

    notify(
        engineer,
        kind="order-withdrawn",
        key=f"withdrawn:{entry.pk}",
        text=text,
        at=entry.at,
        url=_field_url(order),
    )


def tell_dispatchers(order: WorkOrder, engineer: User, entry: Entry) -> None:
    """An order came back into the pool without a dispatcher having asked for it."""

    def text() -> tuple[str, str]:
        names = {"order": order, "merchant": order.merchant, "engineer": engineer, "reason": entry.note}
        return (
            _("%(order)s is back in the pool: %(merchant)s") % names,
            _("%(engineer)s did not take it: %(reason)s") % names,
        )

    for person in dispatchers_of(order):
        notify(
            person,
            kind="order-rejected",
            key=f"rejected:{entry.pk}",
            text=text,
            at=entry.at,
            url=order.get_absolute_url(),
        )


def dispatchers_of(order: WorkOrder) -> list[User]:
    return dispatchers_in(order.region)


def dispatchers_in(region: Region) -> list[User]:
    """Active dispatchers of the region and those above it; managers where there is no dispatcher."""
    people = User.objects.filter(is_active=True, region__path__in=region.line).order_by("pk")
    return list(people.filter(role=Role.DISPATCHER)) or list(people.filter(role=Role.MANAGER))


def tell_support(order: WorkOrder, call: SupportCall, entry: Entry) -> None:
    """Somebody is stuck on site: to those who can help there."""

    def text() -> tuple[str, str]:
        names = {"order": order, "merchant": order.merchant, "engineer": call.asked_by, "step": call.step}
        body = call.note or (_("At the step “%(step)s”.") % names if call.step else order.summary)
        return _("%(engineer)s needs support: %(order)s, %(merchant)s") % names, body

    url = f"/office/work-orders/{order.number}/support/"
    for person in dispatchers_of(order):
        notify(person, kind="support-asked", key=f"support:{entry.pk}", text=text, at=entry.at, url=url)


def tell_misplaced(order: WorkOrder, mismatch: Mismatch) -> None:
    """A terminal is not where it is registered; `order` is to verify that."""

    def text() -> tuple[str, str]:
        names = {"serial": mismatch.terminal.serial, "merchant": order.merchant, "metres": round(mismatch.distance_m)}
        subject = _("%(serial)s is away from its place: %(merchant)s") % names
        return subject, _("Reported %(metres)d m away. It is blocked until that is resolved.") % names

    for person in dispatchers_of(order):
        notify(
            person, kind="terminal-misplaced", key=f"misplaced:{mismatch.pk}", text=text, at=order.opened_at,
            url=mismatch.get_absolute_url(),
        )  # fmt: skip


def tell_time_used_up(warning: SlaWarning) -> None:
    """To all whom the escalations name and who may see the order."""
    order = warning.order
    due_at = order.response_due_at if warning.target == Target.RESPONSE else order.resolution_due_at

    def text() -> tuple[str, str]:
        names = {
            "order": order, "merchant": order.merchant, "target": warning.get_target_display(),
            "percent": warning.percent, "engineer": order.engineer, "status": order.get_status_display(),
            "due": date_format(due_at.astimezone(order.region.zone), "SHORT_DATETIME_FORMAT") if due_at else "–",
        }  # fmt: skip
        if warning.percent >= Percent.DUE:
            subject = _("%(target)s overdue: %(order)s, %(merchant)s") % names
        else:
            subject = _("%(target)s: %(percent)d %% of the time used up, %(order)s, %(merchant)s") % names
        if order.engineer:
            return subject, _("Due %(due)s. %(engineer)s has the order: %(status)s.") % names
        return subject, _("Due %(due)s. Nobody has the order yet.") % names

    key = f"sla:{order.number}:{warning.target}:{warning.percent}"
    for person, by_mail in _escalated_to(warning).items():
        notify(
            person, kind="sla-warning", key=key, text=text, at=warning.at, url=order.get_absolute_url(),
            by_mail=by_mail,
        )  # fmt: skip


def _escalated_to(warning: SlaWarning) -> dict[User, bool]:
    """With whether to write a mail too. Where escalations name nobody who is left, the dispatchers stand in."""
    line, told = warning.order.region.line, defaultdict[User, bool](bool)
    escalations = list(SlaEscalation.objects.for_warning(warning).prefetch_related("people__region"))
    roles = {escalation.role for escalation in escalations}
    there = list(User.objects.filter(is_active=True, region__path__in=line, role__in=roles).select_related("region"))
    for escalation in escalations:
        for person in (*escalation.people.all(), *(each for each in there if each.role == escalation.role)):
            if (
                person.is_active
                and not person.is_field
                and (person.sees_all_regions or (person.region and person.region.path in line))
            ):
                told[person] |= escalation.by_mail
    return told or dict.fromkeys(dispatchers_of(warning.order) if escalations else (), False)


def tell_supported(order: WorkOrder, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        return _("Support has answered: %(order)s goes on") % {"order": order}, entry.note

    if order.engineer:
        notify(
            order.engineer, kind="support-answered", key=f"supported:{entry.pk}", text=text, at=entry.at,
            url=_field_url(order),
        )  # fmt: skip


def tell_received(request: Request, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"request": request, "order": request.order, "summary": request.summary}
        return (
            _("We have your request %(request)s") % names,
            _("“%(summary)s” is with us as work order %(order)s. Follow it here:") % names,
        )

    _tell_requester(request, "received", text, at=entry.at)


def tell_added(request: Request, entry: Entry) -> None:
    """The merchant has said more about an order: to whoever is to do it."""
    order = request.order
    if order.engineer is None:
        return

    def text() -> tuple[str, str]:
        names = {"order": order, "merchant": order.merchant}
        return _("%(merchant)s has added to %(order)s") % names, request.details or request.summary

    notify(order.engineer, kind="order-added", key=f"added:{entry.pk}", text=text, at=entry.at, url=_field_url(order))


def tell_planned(order: WorkOrder, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"order": order, "engineer": order.engineer, "during": planned_in_words(order)}
        return (
            _("%(engineer)s will come for work order %(order)s") % names,
            _("Planned: %(during)s. Follow it here:") % names,
        )

    _tell_requesters(order, f"planned:{entry.pk}", text, at=entry.at)


def tell_on_the_way(order: WorkOrder, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"order": order, "engineer": order.engineer}
        return _("%(engineer)s is on the way to you") % names, _("Work order %(order)s. Follow it here:") % names

    _tell_requesters(order, f"on-the-way:{entry.pk}", text, at=entry.at)


def tell_done(order: WorkOrder, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"order": order, "resolution": order.resolution}
        return (
            _("Work order %(order)s is done: how was it?") % names,
            _("What was done: %(resolution)s. Please rate the work here:") % names,
        )

    _tell_requesters(order, f"done:{entry.pk}", text, at=entry.at)


def tell_follow_up(order: WorkOrder, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {"order": order, "resolution": order.resolution}
        return (
            _("Are you satisfied with work order %(order)s?") % names,
            _("What was done: %(resolution)s. It takes two taps to tell us how it was:") % names,
        )

    _tell_requesters(order, f"follow-up:{order.number}", text, at=entry.at)


def tell_complaint(follow_up: FollowUp, rating: Rating, *, at: datetime) -> None:
    """To whom it belongs from now on."""
    order, complaint = follow_up.order, follow_up.complaint

    def text() -> tuple[str, str]:
        names = {"order": order, "merchant": order.merchant, "score": rating.score}
        subject = _("%(merchant)s gives %(score)d of 5 for %(order)s: the complaint is yours") % names
        return subject, rating.comment

    if follow_up.owner:
        notify(
            follow_up.owner, kind="complaint", key=f"complaint:{order.number}", text=text, at=at,
            url=(complaint or order).get_absolute_url(),
        )  # fmt: skip


def tell_cancelled(order: WorkOrder, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        return _("Work order %(order)s has been cancelled") % {"order": order}, order.cancel_reason

    if order.engineer:
        notify(
            order.engineer,
            kind="order-cancelled",
            key=f"cancelled:{entry.pk}",
            text=text,
            at=entry.at,
            url=_field_url(order),
        )
    _tell_requesters(order, f"cancelled:{entry.pk}", text, at=entry.at)


def _tell_requesters(order: WorkOrder, key: str, text: Callable[[], tuple[str, str]], *, at: datetime) -> None:
    for request in order.requests.exclude(contact_email="").select_related("tracking_link"):
        _tell_requester(request, key, text, at=at)


def _tell_requester(request: Request, key: str, text: Callable[[], tuple[str, str]], *, at: datetime) -> None:
    if request.contact_email:
        notify_address(
            request.contact_email,
            language=request.language,
            kind="request",
            key=f"request:{request.number}:{key}",
            text=text,
            at=at,
            url=f"tracking:{request.tracking_link.pk}",
        )
