"""From hand to hand: the parts leave the sender when he says so and are the receiver's when he confirms."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from spareparts import notices
from spareparts.actions._ledger import Kind, Move, as_lines, in_words, to_cent, write_moves
from spareparts.actions.moves import refuse_unless_back, refuse_unless_ways_on, transfer_kind
from spareparts.actions.places import way_to
from spareparts.models import Handover, HandoverLine, Part, Place, Requisition
from spareparts.permissions import MOVE_STOCK
from toolkit.errors import Refused
from workforce.models import User

State = Handover.State


def send_parts(
    lines: Mapping[Part, int],
    *,
    source: Place,
    target: Place,
    by: User | None,
    at: datetime,
    is_return: bool = False,
    order_number: str = "",
    requisition: Requisition | None = None,
    note: str = "",
) -> Handover:
    """The parts are on their way, in nobody's free stock, until the receiver confirms them."""
    refuse_unless_ways_on(source, target)
    if is_return:
        refuse_unless_back(source, target)
    with transaction.atomic():
        asked, way = as_lines(lines), way_to(target)
        handover = Handover.objects.create(
            kind=Kind.RETURN if is_return else transfer_kind(source, target), source=source, target=target,
            order_number=order_number, note=note.strip()[:200], sent_by=by, sent_at=at,
        )  # fmt: skip
        sent = write_moves([
            Move(kind=Kind.SEND, part=part, quantity=quantity, source=source, target=way, by=by, at=at, note=handover.note,
                 order_number=order_number, reference=handover.number, requisition=requisition)
            for part, quantity in asked
        ])  # fmt: skip
        HandoverLine.objects.bulk_create(
            HandoverLine(handover=handover, part=move.part, quantity=move.quantity, value=move.value) for move in sent
        )
        changes = {"parts": [None, in_words(asked)], "place": [str(source), str(target)]}
        entry = record("spareparts.send_parts", handover, by=by, at=at, changes=changes, note=handover.note)
        notices.tell_sent(handover, in_words(asked), entry)
        return handover


def confirm_parts(
    handover: Handover, *, by: User, at: datetime, arrived: Mapping[Part, int] | None = None, reason: str = ""
) -> Handover:
    """They are the receiver's now. What did not arrive goes back into the books of the sender, who answers for it."""
    with transaction.atomic():
        handover = _open(handover)
        _refuse_unless_receiver(handover, by)
        lines = list(handover.lines.select_related("part"))
        for line in lines:
            line.arrived = line.quantity if arrived is None else arrived.get(line.part, 0)
            if not 0 <= line.arrived <= line.quantity:
                raise Refused(
                    _("%(count)d × %(part)s were sent, so no more can arrive.")
                    % {"count": line.quantity, "part": line.part},
                    field="arrived",
                )
        is_short = any(line.arrived < line.quantity for line in lines)
        if is_short and not reason.strip():
            raise Refused(_("Say why not everything arrived."), field="reason")
        return _finish(handover, lines, State.CONFIRMED, "spareparts.confirm_parts", by=by, at=at, reason=reason)


def take_back_parts(handover: Handover, *, reason: str, by: User, at: datetime) -> Handover:
    """Before they are confirmed: the sender changes his mind, or the receiver does not want them."""
    with transaction.atomic():
        handover = _open(handover)
        is_senders = handover.sent_by_id == by.pk or handover.source.person_id == by.pk
        if not (is_senders or by.has_perm(MOVE_STOCK)):
            _refuse_unless_receiver(handover, by)
        if not reason.strip():
            raise Refused(_("Say why they go back."), field="reason")
        lines = list(handover.lines.select_related("part"))
        for line in lines:
            line.arrived = 0
        return _finish(handover, lines, State.SENT_BACK, "spareparts.take_back_parts", by=by, at=at, reason=reason)


def _open(handover: Handover) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",))
    handover = rows.select_related("source__person", "target__person").get(pk=handover.pk)
    if handover.state != State.SENT:
        raise Refused(
            _("%(name)s has settled this already: %(how)s.")
            % {"name": handover.done_by.name, "how": handover.get_state_display()}
        )
    return handover


def _refuse_unless_receiver(handover: Handover, by: User) -> None:
    """A bag is its person's; in a depot it is whoever moves stock there."""
    receiver = handover.target.person
    if receiver == by or (receiver is None and by.has_perm(MOVE_STOCK)):
        return
    raise Refused(_("Only the receiver can confirm this: %(place)s.") % {"place": handover.target})


def _finish(
    handover: Handover, lines: list[HandoverLine], state: State, verb: str, *, by: User, at: datetime, reason: str
) -> Handover:
    way, moves = way_to(handover.target), []
    for line in lines:
        there = to_cent(line.value * line.arrived / line.quantity)
        parts = (
            (handover.kind, line.arrived, handover.target, there),
            (Kind.SEND, line.quantity - line.arrived, handover.source, line.value - there),
        )
        moves += [
            Move(kind=kind, part=line.part, quantity=quantity, source=way, target=target, value=value, by=by, at=at,
                 order_number=handover.order_number, reference=handover.number, note=reason.strip())
            for kind, quantity, target, value in parts if quantity
        ]  # fmt: skip
    write_moves(moves)
    HandoverLine.objects.bulk_update(lines, ["arrived"])
    handover.state, handover.done_by, handover.done_at, handover.reason = state, by, at, reason.strip()[:200]
    handover.save(update_fields=["state", "done_by", "done_at", "reason"])
    ends_as = Requisition.State.DONE if state == State.CONFIRMED else Requisition.State.WITHDRAWN
    Requisition.objects.filter(handover=handover).update(state=ends_as)
    arrived = in_words((line.part, line.arrived) for line in lines)
    record(verb, handover, by=by, at=at, changes={"arrived": [None, arrived]}, note=handover.reason)
    return handover
