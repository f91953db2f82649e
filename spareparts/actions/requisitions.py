"""Parts asked for in the field: held at the depot until they are fetched, or until the time is over."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from spareparts import notices
from spareparts.actions._ledger import as_lines, in_words, locked_levels, to_cent, too_few
from spareparts.actions.handovers import send_parts
from spareparts.actions.places import bag_of
from spareparts.holding import held
from spareparts.models import ApprovalRule, Handover, Part, Place, Requisition, RequisitionLine
from spareparts.permissions import MOVE_STOCK
from toolkit.errors import Refused
from workforce.models import User

State = Requisition.State
HELD_FOR = timedelta(hours=24)
READY_FOR = timedelta(hours=48)  # from when they have been picked


def request_parts(
    lines: Mapping[Part, int],
    *,
    source: Place,
    order_number: str,
    merchant_id: int | None = None,
    by: User,
    at: datetime,
    note: str = "",
) -> Requisition:
    """For the order of that number, which the caller has locked. Never more is held than lies there.

    What is dear waits for approval; from a colleague's bag it waits for the colleague.
    """
    bag = bag_of(by)
    if source == bag:
        raise Refused(_("This is your own bag. Choose a depot or a colleague."), field="source")
    if source.kind not in {*Place.SHELVES, Place.Kind.BAG}:
        raise Refused(_("%(place)s is not a depot in use. Choose a depot.") % {"place": source}, field="source")
    with transaction.atomic():
        asked = as_lines(lines)
        levels = locked_levels((part, source) for part, _quantity in asked)
        taken = held(levels, at=at)
        for part, quantity in asked:
            free = levels[part.pk, source.pk].quantity - taken.get((part.pk, source.pk), 0)
            if free < quantity:
                raise Refused(too_few(part, source, free, quantity, at), field="part")
        value = to_cent(sum((part.average_cost * quantity for part, quantity in asked), Decimal(0)))
        is_waiting = source.kind == Place.Kind.BAG or value > _free_up_to(source, by)
        requisition = Requisition.objects.create(
            person=by, order_number=order_number, merchant_id=merchant_id, source=source, value=value, asked_at=at,
            state=State.ASKED if is_waiting else State.APPROVED, expires_at=at + HELD_FOR, note=note.strip()[:200],
        )  # fmt: skip
        RequisitionLine.objects.bulk_create(
            RequisitionLine(requisition=requisition, part=part, quantity=quantity) for part, quantity in asked
        )
        changes = {"parts": [None, in_words(asked)], "place": [None, str(source)], "order": [None, order_number]}
        entry = record(
            "spareparts.request_parts", requisition, by=by, at=at, merchant_id=merchant_id, changes=changes,
            note=requisition.note,
        )  # fmt: skip
        if source.person:
            notices.tell_asked(requisition, in_words(asked), entry)
        elif is_waiting:
            notices.tell_dear(requisition, in_words(asked), entry)
        return requisition


def _free_up_to(source: Place, by: User) -> Decimal:
    """The rule of the nearest region; without one nothing needs approval."""
    home = source.home or by.region
    rules = {rule.region_id: rule.above for rule in ApprovalRule.objects.all()}
    while home is not None:
        if home.pk in rules:
            return rules[home.pk]
        home = home.parent
    return rules.get(None, Decimal("Infinity"))


def approve_requisition(requisition: Requisition, *, by: User, at: datetime) -> Requisition:
    """By the office where it is dear. A colleague who is asked gives the parts instead: give_parts."""
    with transaction.atomic():
        requisition = _locked(requisition, at, State.ASKED)
        if requisition.source.person_id:
            raise Refused(_("Only the one whose bag it is can give these: %(place)s.") % {"place": requisition.source})
        requisition.decided_by, requisition.decided_at = by, at
        return _to(requisition, State.APPROVED, "spareparts.approve_requisition", by, at)


def refuse_requisition(requisition: Requisition, *, reason: str, by: User, at: datetime) -> Requisition:
    with transaction.atomic():
        requisition = _locked(requisition, at, *Requisition.OPEN)
        if by.pk == requisition.person_id:
            raise Refused(_("Withdraw your own requisition instead."))
        if by.pk != requisition.source.person_id and not by.has_perm(MOVE_STOCK):
            raise Refused(_("Only the one whose bag it is can give these: %(place)s.") % {"place": requisition.source})
        if not reason.strip():
            raise Refused(_("Say why it is refused."), field="reason")
        requisition.decided_by, requisition.decided_at, requisition.reason = by, at, reason.strip()[:200]
        return _to(requisition, State.REFUSED, "spareparts.refuse_requisition", by, at, note=requisition.reason)


def pick_parts(requisition: Requisition, *, by: User, at: datetime) -> Requisition:
    """They lie ready at the depot, for two days."""
    with transaction.atomic():
        requisition = _locked(requisition, at, State.APPROVED)
        requisition.expires_at = max(requisition.expires_at, at + READY_FOR)
        return _to(requisition, State.PICKED, "spareparts.pick_parts", by, at)


def give_parts(requisition: Requisition, *, by: User, at: datetime) -> Handover:
    """Into the hands of whoever asked, who confirms. From a bag only by its person."""
    with transaction.atomic():
        is_from_bag = requisition.source.person_id is not None
        requisition = _locked(requisition, at, *((State.ASKED,) if is_from_bag else (State.APPROVED, State.PICKED)))
        if is_from_bag and requisition.source.person_id != by.pk:
            raise Refused(_("Only the one whose bag it is can give these: %(place)s.") % {"place": requisition.source})
        lines = {line.part: line.quantity for line in requisition.lines.select_related("part")}
        handover = send_parts(
            lines, source=requisition.source, target=bag_of(requisition.person), by=by, at=at,
            order_number=requisition.order_number, requisition=requisition, note=requisition.note,
        )  # fmt: skip
        requisition.handover = handover
        _to(requisition, State.SENT, "spareparts.give_parts", by, at)
        return handover


def withdraw_requisition(requisition: Requisition, *, by: User, at: datetime) -> Requisition:
    with transaction.atomic():
        requisition = _locked(requisition, at, *Requisition.OPEN)
        if by.pk != requisition.person_id:
            raise Refused(_("Only %(name)s, who asked, can withdraw it.") % {"name": requisition.person.name})
        return _to(requisition, State.WITHDRAWN, "spareparts.withdraw_requisition", by, at)


def drop_requisitions(order_number: str, *, by: User | None, at: datetime) -> int:
    """The order is over, so nothing is held for it any more. Returns how many there were."""
    with transaction.atomic():
        waiting = Requisition.objects.open().filter(order_number=order_number).select_for_update(of=("self",))
        dropped = list(waiting.select_related("person", "source").order_by("pk"))
        for requisition in dropped:
            _to(requisition, State.WITHDRAWN, "spareparts.withdraw_requisition", by, at)
        return len(dropped)


def end_lapsed_requisitions(*, at: datetime, limit: int = 500) -> int:
    """Those whose time is over hold nothing already; here they are ended, and their people told."""
    ended = 0
    while ended < limit:
        with transaction.atomic():
            rows = Requisition.objects.lapsed(at).select_for_update(of=("self",), skip_locked=True)
            requisition = rows.select_related("person", "source").order_by("pk").first()
            if requisition is None:
                break
            _to(requisition, State.EXPIRED, "spareparts.end_requisition", None, at)
            ended += 1
    return ended


def _locked(requisition: Requisition, at: datetime, *states: str) -> Requisition:
    rows = Requisition.objects.select_for_update(of=("self",)).select_related(
        "person", "source__person", "source__region"
    )
    requisition = rows.get(pk=requisition.pk)
    if requisition.state not in states:
        names = {"requisition": requisition, "state": requisition.get_state_display()}
        raise Refused(_("%(requisition)s is “%(state)s” already.") % names)
    if requisition.expires_at <= at:
        raise Refused(_("%(requisition)s has lapsed: ask again.") % {"requisition": requisition})
    return requisition


def _to(
    requisition: Requisition, state: State, verb: str, by: User | None, at: datetime, note: str = ""
) -> Requisition:
    before, requisition.state = requisition.state, state
    requisition.save()
    entry = record(
        verb,
        requisition,
        by=by,
        at=at,
        merchant_id=requisition.merchant_id,
        changes={"state": [before, state]},
        note=note,
    )
    if state in notices.OF_A_REQUISITION and requisition.person != by:
        notices.tell_requisition(requisition, entry)
    return requisition
