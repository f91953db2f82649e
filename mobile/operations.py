"""What a phone did while nobody could hear it: judging one operation after the other. The protocol is docs/sync.md."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evidence.models import Capture, Upload
from journal.actions import AlreadyUsed, once
from mobile.actions import park_work
from mobile.clock import is_believable
from mobile.commands import COMMANDS, SUBJECTS, Command, answer_given
from mobile.forms import PhoneForm, checked
from mobile.models import Device, Operation, Parked
from mobile.positions import Told
from mobile.queries import order_page, was_given
from procedures.answers import shown_answer
from procedures.models import Answer
from procedures.queries import StepView, checklist
from prospecting.models import Visit
from toolkit.errors import Refused
from workforce.models import User
from workorders.lifecycle import DONE, Status
from workorders.models import WorkOrder

log = logging.getLogger(__name__)

SCHEMA = 1
MOST = 20  # operations of one message
PLACE_AGE = timedelta(minutes=5)  # an older position says nothing about where it was done
Outcome = Operation.Outcome


class Malformed(ValueError):
    """Not what a phone of this schema writes."""


@dataclass(frozen=True)
class Sent:
    """One operation as the phone wrote it down."""

    id: UUID
    user: int
    things: str
    name: str
    subject: str
    body: dict[str, list[str]]
    base: dict[str, Any]
    prev: UUID | None
    device_at: datetime
    geo: dict[str, Any] | None
    whole: dict[str, Any]

    @classmethod
    def read(cls, whole: Any) -> "Sent":
        try:
            if whole["schema"] != SCHEMA:
                raise Malformed(f"schema {whole['schema']}")
            things, name = whole["kind"].split("/")
            client_time = parse_datetime(whole["client_time"])
            if client_time is None or client_time.tzinfo is None:
                raise Malformed("client_time")
            return cls(
                id=UUID(whole["id"]),
                user=int(whole["user"]),
                things=things,
                name=name,
                subject=str(whole["subject"])[:60],
                body={field: _texts(value) for field, value in whole["body"].items()},
                base=dict(whole.get("base") or {}),
                prev=UUID(whole["prev"]) if whole.get("prev") else None,
                device_at=client_time + timedelta(milliseconds=int(whole.get("skew_ms") or 0)),
                geo=dict(whole["geo"]) if whole.get("geo") else None,
                whole=dict(whole),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
            raise Malformed(str(wrong)) from wrong

    @property
    def kind(self) -> str:
        return f"{self.things}/{self.name}"

    @property
    def captures(self) -> list[str]:
        return [each for each in self.body.get("captures", []) if _is_uuid(each)]

    def is_doubtful(self, at: datetime) -> bool:
        """A time that cannot be: kept, but not believed."""
        return not is_believable(self.device_at, at)

    def form(self, command: Command, user: User) -> PhoneForm:
        fields: MultiValueDict = MultiValueDict(self.body)
        fields.setlist("device_at", [self.device_at.isoformat()])
        form = command.form(fields, user=user)
        if "lat" in form.fields and "lat" not in self.body and self._is_place_of_then():
            for name in ("lat", "lon", "accuracy_m"):
                fields.setlist(name, [str(self.geo[name])] if self.geo and self.geo.get(name) is not None else [])
        return form

    def _is_place_of_then(self) -> bool:
        """The position was taken when the thing was done; both by the same clock."""
        taken_at = parse_datetime(str(self.geo.get("at"))) if self.geo else None
        done_at = parse_datetime(self.whole["client_time"])
        return taken_at is not None and taken_at.tzinfo is not None and abs(done_at - taken_at) <= PLACE_AGE


def _texts(value: Any) -> list[str]:
    return ["" if each is None else str(each) for each in (value if isinstance(value, list) else [value])]


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def receive(whole: Any, *, device: Device, by: User, at: datetime) -> dict[str, Any]:
    """The result of one operation. Whatever is wrong with it, the others of the message go on."""
    id = whole.get("id") if isinstance(whole, Mapping) else None
    try:
        sent = Sent.read(whole)
        return {"id": id, **_result(sent, device=device, by=by, at=at)}
    except Malformed as wrong:
        log.warning("Operation %s of %s cannot be read: %s", id, by.username, wrong)
        reason = _("This was recorded by another version of the app. Update the app and do it again.")
        return {"id": id, "outcome": "refused", "reason": reason, "field": None}
    except Exception:  # a fault of ours: the phone keeps this one and tries again later
        log.exception("Operation %s of %s failed", id, by.username)
        return {"id": id, "outcome": "failed"}


def _result(sent: Sent, *, device: Device, by: User, at: datetime) -> dict[str, Any]:
    command = COMMANDS.get((sent.things, sent.name))
    if sent.user != by.pk:
        return {"outcome": "wrong_user"}
    if command is None:
        raise Malformed(f"kind {sent.kind}")
    if sent.prev and not command.may_repeat and not Operation.objects.filter(pk=sent.prev, user=by).exists():
        return {"outcome": "gap", "prev": str(sent.prev)}
    if missing := _files_missing(sent):
        return {"outcome": "need_files", "ids": missing}
    if command.may_repeat:
        return _again(sent, command, device=device, by=by, at=at)
    is_first = False

    def run() -> dict[str, Any]:
        nonlocal is_first
        is_first = True
        return _kept(sent, _do(sent, command, device=device, by=by, at=at), device=device, by=by, at=at)

    def refused(refusal: Refused) -> dict[str, Any]:
        return _kept(sent, _refused(refusal), device=device, by=by, at=at)

    try:
        answer = once(sent.id, by=by, at=at, body=sent.whole, run=run, refused=refused)
    except AlreadyUsed as used:
        return {"outcome": "reused", "reason": str(used)}
    return answer if is_first else {**answer, "replay": True}


def _again(sent: Sent, command: Command, *, device: Device, by: User, at: datetime) -> dict[str, Any]:
    try:
        with transaction.atomic():
            return _do(sent, command, device=device, by=by, at=at)
    except Refused as refusal:
        return _refused(refusal)


def _refused(refusal: Refused) -> dict[str, Any]:
    return {"outcome": Outcome.REFUSED.value, "reason": str(refusal), "field": refusal.field}


def _files_missing(sent: Sent) -> list[str]:
    """Those still to be sent; what was refused as a file will never come and is the operation's refusal."""
    known = Capture.objects.filter(pk__in=sent.captures).values_list("pk", flat=True)
    refused = Upload.objects.filter(pk__in=sent.captures).exclude(refusal="").values_list("pk", flat=True)
    there = {str(pk) for pk in (*known, *refused)}
    return [each for each in sent.captures if str(UUID(each)) not in there]


def _kept(sent: Sent, result: dict[str, Any], *, device: Device, by: User, at: datetime) -> dict[str, Any]:
    """Writes down that it got its answer for ever."""
    is_doubtful = sent.is_doubtful(at)
    Operation.objects.create(
        id=sent.id, device=device, user=by, kind=sent.kind, subject=sent.subject, outcome=result["outcome"],
        device_at=sent.device_at, is_time_doubtful=is_doubtful, received_at=at, answer=result.pop("made", None),
    )  # fmt: skip
    return {**result, "is_time_doubtful": True} if is_doubtful else result


def _do(sent: Sent, command: Command, *, device: Device, by: User, at: datetime) -> dict[str, Any]:
    if not by.has_perm(command.permission):
        raise Refused(_("You may no longer do this. Ask your dispatcher."))
    if refusal := Upload.objects.filter(pk__in=sent.captures, by=by).exclude(refusal="").first():
        raise Refused(refusal.refusal, field="captures")
    subject = _subject(sent, by)
    if isinstance(subject, WorkOrder):
        subject = WorkOrder.objects.locked(subject)
    values = checked(sent.form(command, by))
    if isinstance(subject, WorkOrder) and (conflict := _conflict(sent, values, subject, device)):
        return conflict
    try:
        with transaction.atomic():
            made = command.run(subject, by=by, at=at, **values)
    except Refused:
        reason = _why_late(subject, by) if isinstance(subject, WorkOrder) and command.is_additive else None
        if reason is None:
            raise
        signature = values.get("capture")
        captures = [signature] if signature else values.get("captures")
        parked = park_work(
            subject, id=sent.id, kind=sent.name, payload=sent.body, captures=captures, reason=reason, by=by, at=at,
            device_at=sent.device_at,
        )  # fmt: skip
        return {"outcome": Outcome.PARKED.value, "reason": parked.get_reason_display(), **_state(sent, by, at)}
    result: dict[str, Any] = {"outcome": Outcome.APPLIED.value, **_state(sent, by, at)}
    if isinstance(made, Answer):
        result |= {"made": made.pk, "answer": str(made.pk)}
    if isinstance(made, Told):
        result |= made._asdict()
    if isinstance(made, Visit):
        result |= {"lead": made.lead.number}
    return result


def _subject(sent: Sent, by: User) -> Any:
    """Also an order that was the person's: its action says whose it is now."""
    found = SUBJECTS[sent.things](by, sent.subject).first()
    if found is None and sent.things == "orders":
        found = WorkOrder.objects.filter(number=sent.subject).first()
        found = found if found is not None and was_given(found, by) else None
    if found is None:
        raise Refused(_("%(subject)s is not on your list. Ask your dispatcher about it.") % {"subject": sent.subject})
    return found


def _why_late(order: WorkOrder, by: User) -> str | None:
    if order.status == Status.CANCELLED:
        return Parked.Reason.CANCELLED
    if order.engineer_id != by.pk:
        return Parked.Reason.REASSIGNED
    return Parked.Reason.OVER if order.status in DONE else None


def _state(sent: Sent, by: User, at: datetime) -> dict[str, Any]:
    """Where the order is now; of an order that is no longer the person's, nothing but that."""
    if sent.things != "orders":
        return {}
    order = WorkOrder.objects.visible_to(by).select_related("merchant", "booking", "run__version")
    found = order.filter(number=sent.subject).first()
    if found is None:
        return {"status": None, "version": None}
    return {"status": found.status, "version": order_page(found, by, at).version}


def _conflict(sent: Sent, values: dict[str, Any], order: WorkOrder, device: Device) -> dict[str, Any] | None:
    """The step was answered meanwhile by something this phone cannot have known of."""
    if sent.kind != "orders/answer" or "answer" not in sent.base or order.run is None:
        return None
    view = next((view for view in checklist(order.run) if view.key == values["step"]), None)
    if view is None or view.answer is None or str(view.answer.pk) == str(sent.base["answer"]):
        return None
    if Operation.objects.filter(answer=view.answer.pk, device=device).exists():
        return None
    mine, theirs = _in_words(view, answer_given(order, view.key, values), len(sent.captures)), _as_it_stands(view)
    if mine == theirs and not view.captures and not sent.captures:
        return None
    field = {"name": view.key, "label": view.title, "yours": mine, "theirs": theirs, "by": view.answer.by.name}
    return {
        "outcome": Outcome.CONFLICT.value,
        "fields": [{**field, "at": view.answer.at.isoformat()}],
        "base": {"answer": str(view.answer.pk)},
    }


def _as_it_stands(view: StepView) -> str:
    return _in_words(view, view.answer.value, len(view.captures))


def _in_words(view: StepView, value: Any, count: int) -> str:
    files = ngettext("%(count)d file", "%(count)d files", count) % {"count": count} if count else ""
    return " · ".join(filter(None, ["" if value == "" else shown_answer(view.step, value), files]))


def shown_answer_of(parked: Parked, order: WorkOrder) -> dict[str, str]:
    """Title of the step and the answer, of work that was parked; nothing for what is no answer."""
    given = {name: values[0] for name, values in parked.payload.items() if values}
    view = next((view for view in checklist(order.run) if view.key == given.get("step")), None) if order.run else None
    if view is None:
        return {"step": "", "answer": given.get("signer_name", "")}
    return {"step": view.title, "answer": _in_words(view, answer_given(order, view.key, given), 0)}
