"""What runs low is asked for once, covered from elsewhere or bought, and followed until it is on the shelf."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from journal.actions import differences, record
from spareparts.actions.handovers import send_parts
from spareparts.actions.moves import receive_part, refuse_other_than_depot
from spareparts.models import Handover, Part, Place, PurchaseOrder, PurchaseRequest, ReorderRule, Stock, Supplier
from toolkit.errors import Refused
from workforce.models import User

State = PurchaseRequest.State


def set_reorder_rule(
    part: Part,
    *,
    place: Place,
    reorder_point: int,
    order_up_to: int,
    by: User | None,
    at: datetime,
    is_active: bool = True,
) -> ReorderRule:
    """The one rule of a part at a place, made or changed."""
    refuse_other_than_depot(place, "place")
    if not 0 < reorder_point <= order_up_to:
        raise Refused(_("Order up to the reorder point at least, and above 0."), field="order_up_to")
    values = {"reorder_point": reorder_point, "order_up_to": order_up_to, "is_active": is_active}
    with transaction.atomic():
        rule, is_new = ReorderRule.objects.select_for_update(of=("self",)).get_or_create(
            part=part, place=place, defaults=values
        )
        changes = {name: [None, value] for name, value in values.items()} if is_new else differences(rule, values)
        if changes:
            rule.save()
            record("spareparts.set_reorder_rule", rule, by=by, at=at, changes=changes)
        return rule


def replenish(*, at: datetime, limit: int = 1000) -> int:
    """Makes the requests that are missing and withdraws those that nobody needs any more, by what there is now.

    Any process, any time, as often as one likes: a shortage has one request. Returns how many were made.
    """
    _withdraw_what_is_restocked(at=at, limit=limit)
    covered = PurchaseRequest.objects.unfinished().filter(part=OuterRef("part"), place=OuterRef("place"))
    short = ReorderRule.objects.short().filter(~Exists(covered)).select_related("part", "place")
    return sum(_ask_once(rule, at) for rule in short.order_by("pk")[:limit])


def _ask_once(rule: ReorderRule, at: datetime) -> bool:
    needed = rule.order_up_to - rule.there  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            request = PurchaseRequest.objects.create(
                part=rule.part, place=rule.place, quantity=needed, suggested_from=_elsewhere(rule, needed), made_at=at
            )
            changes = {"quantity": [None, needed], "place": [None, str(rule.place)], "part": [None, str(rule.part)]}
            record("spareparts.ask_for_purchase", request, by=None, at=at, changes=changes)
            return True
    except IntegrityError:  # another process was faster
        return False


def _elsewhere(rule: ReorderRule, needed: int) -> Place | None:
    """A depot that has so many more than it needs itself; the one with the most to spare."""
    own = ReorderRule.objects.filter(part=rule.part, place=OuterRef("place"), is_active=True).values("order_up_to")
    rows = Stock.objects.filter(part=rule.part, place__in=Place.objects.depots()).exclude(place=rule.place)
    spare = rows.annotate(spare=F("quantity") - Coalesce(Subquery(own), 0)).filter(spare__gte=needed)
    best = spare.select_related("place").order_by("-spare", "pk").first()
    return best.place if best else None


def _withdraw_what_is_restocked(*, at: datetime, limit: int) -> None:
    short = ReorderRule.objects.short().filter(part=OuterRef("part"), place=OuterRef("place"))
    rows = PurchaseRequest.objects.filter(~Exists(short), state=State.OPEN)
    for key in list(rows.order_by("pk").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            request = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
            if request is not None:
                _end(request, State.WITHDRAWN, "spareparts.withdraw_purchase", None, at)


def move_instead(request: PurchaseRequest, *, by: User, at: datetime) -> Handover:
    """What another depot can spare is sent instead of bought."""
    with transaction.atomic():
        request = _locked(request)
        if request.suggested_from is None:
            raise Refused(_("No other depot has enough of it. Order it."))
        handover = send_parts(
            {request.part: request.quantity}, source=request.suggested_from, target=request.place, by=by, at=at,
            note=request.number,
        )  # fmt: skip
        _end(request, State.MOVED, "spareparts.move_instead", by, at)
        return handover


def order_purchase(
    requests: Mapping[PurchaseRequest, Decimal], *, supplier: Supplier, by: User, at: datetime, note: str = ""
) -> PurchaseOrder:
    """Requests that are bought together, each with the price for one."""
    if not requests:
        raise Refused(_("Choose what is to be ordered."), field="requests")
    if any(price < 0 for price in requests.values()):
        raise Refused(_("A price is not below zero."), field="unit_cost")
    with transaction.atomic():
        prices = {request.pk: price for request, price in requests.items()}
        locked = [_locked(request) for request in sorted(requests, key=lambda request: request.pk)]
        order = PurchaseOrder.objects.create(supplier=supplier, ordered_by=by, ordered_at=at, note=note.strip()[:200])
        for request in locked:
            request.state, request.order, request.unit_cost = State.ORDERED, order, prices[request.pk]
            request.save(update_fields=["state", "order", "unit_cost"])
        lines = ", ".join(f"{request.quantity} × {request.part}" for request in locked)
        record("spareparts.order_purchase", order, by=by, at=at, changes={"parts": [None, lines]}, note=order.note)
        return order


def receive_purchase(
    order: PurchaseOrder, *, received: Mapping[PurchaseRequest, int], by: User, at: datetime, is_final: bool = False
) -> PurchaseOrder:
    """Puts what has come on the shelf at the price of the order. What is missing is waited for, unless it is final:
    then the shortage is asked for anew."""
    with transaction.atomic():
        order = PurchaseOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if order.closed_at:
            raise Refused(_("%(order)s is closed: everything has come.") % {"order": order})
        lines = list(
            order.lines.select_for_update(of=("self",)).select_related("part", "place").order_by("part_id", "pk")
        )
        come = {request.pk: count for request, count in received.items()}
        for line in lines:
            count = come.get(line.pk, 0)
            if not 0 <= count <= line.missing:
                names = {"count": line.missing, "part": line.part}
                raise Refused(_("%(count)d × %(part)s are still to come, so no more can.") % names, field="received")
            if count:
                receive_part(
                    line.part, target=line.place, quantity=count, unit_cost=line.unit_cost, by=by, at=at,
                    reference=order.number,
                )  # fmt: skip
            line.received += count
            if line.state == State.ORDERED and (is_final or not line.missing):
                line.state, line.ended_at = State.RECEIVED, at
            line.save(update_fields=["received", "state", "ended_at"])
        if all(line.state == State.RECEIVED for line in lines):
            order.closed_at = at
            order.save(update_fields=["closed_at"])
        short = ", ".join(f"{line.missing} × {line.part}" for line in lines if line.missing)
        changes = {"missing": [None, short]} if short else {}
        record("spareparts.receive_purchase", order, by=by, at=at, changes=changes)
        return order


def _locked(request: PurchaseRequest) -> PurchaseRequest:
    rows = PurchaseRequest.objects.select_for_update(of=("self",)).select_related("part", "place", "suggested_from")
    request = rows.get(pk=request.pk)
    if request.state != State.OPEN:
        raise Refused(_("%(row)s is “%(state)s” already.") % {"row": request, "state": request.get_state_display()})
    return request


def _end(request: PurchaseRequest, state: State, verb: str, by: User | None, at: datetime) -> None:
    request.state, request.ended_at = state, at
    request.save(update_fields=["state", "ended_at"])
    record(verb, request, by=by, at=at)
