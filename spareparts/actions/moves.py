"""Moves that are done when they are written down."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import record
from spareparts.actions._ledger import Kind, Move, to_cent, write_moves
from spareparts.models import Movement, Part, Place
from toolkit.errors import Refused
from workforce.models import User


def receive_part(
    part: Part,
    *,
    target: Place,
    quantity: int,
    by: User | None,
    at: datetime,
    unit_cost: Decimal | None = None,
    note: str = "",
    reference: str = "",
) -> Movement:
    """New ones come into a depot, at this price for one; without a price at the average of what there is."""
    refuse_other_than_depot(target, "target")
    if unit_cost is not None and unit_cost < 0:
        raise Refused(_("A price is not below zero."), field="unit_cost")
    value = None if unit_cost is None else to_cent(unit_cost * quantity)
    return _done(
        Move(
            kind=Kind.RECEIVE,
            part=part,
            quantity=quantity,
            target=target,
            value=value,
            by=by,
            at=at,
            note=note,
            reference=reference,
        )
    )


def transfer_part(
    part: Part, *, source: Place, target: Place, quantity: int, by: User | None, at: datetime, note: str = ""
) -> Movement:
    """From a depot into a bag, or from one depot or bag to another, with nobody between them."""
    refuse_unless_ways_on(source, target)
    kind = transfer_kind(source, target)
    return _done(Move(kind=kind, part=part, quantity=quantity, source=source, target=target, by=by, at=at, note=note))


def return_part(
    part: Part, *, source: Place, target: Place, quantity: int, by: User | None, at: datetime, note: str = ""
) -> Movement:
    """From a bag back into a depot, or to the defective ones."""
    refuse_unless_back(source, target)
    return _done(
        Move(kind=Kind.RETURN, part=part, quantity=quantity, source=source, target=target, by=by, at=at, note=note)
    )


def use_part(
    part: Part,
    *,
    source: Place,
    quantity: int,
    order_number: str,
    merchant_id: int,
    by: User | None,
    at: datetime,
    note: str = "",
) -> Movement:
    """Used up on an order, which the caller has locked. Orders live in a room above: they are named by their number."""
    if not order_number:
        raise Refused(_("Parts are only used for a work order."))
    move = Move(
        kind=Kind.USE, part=part, quantity=quantity, source=source, by=by, at=at, note=note, order_number=order_number
    )
    return _done(move, merchant_id=merchant_id)


VERBS = {
    Kind.RECEIVE: "spareparts.receive_part",
    Kind.ISSUE: "spareparts.transfer_part",
    Kind.TRANSFER: "spareparts.transfer_part",
    Kind.RETURN: "spareparts.return_part",
    Kind.USE: "spareparts.use_part",
}


def _done(move: Move, *, merchant_id: int | None = None) -> Movement:
    with transaction.atomic():
        (movement,) = write_moves([move])
        places = [place and str(place) for place in (move.source, move.target)]
        changes = {"quantity": [None, move.quantity], "place": places}
        if move.order_number:
            changes["order"] = [None, move.order_number]
        record(
            VERBS[Kind(move.kind)], move.part, by=move.by, at=movement.at, merchant_id=merchant_id, changes=changes,
            note=move.note,
        )  # fmt: skip
        return movement


def transfer_kind(source: Place, target: Place) -> Kind:
    return Kind.ISSUE if source.kind in Place.SHELVES and target.kind == Place.Kind.BAG else Kind.TRANSFER


def refuse_unless_ways_on(source: Place, target: Place) -> None:
    if source == target:
        raise Refused(_("Choose two different places."), field="target")
    if not is_in_use(target):
        raise Refused(_("%(place)s is no longer in use.") % {"place": target}, field="target")


def is_in_use(place: Place) -> bool:
    return place.person.is_active if place.person else place.is_active


def refuse_unless_back(source: Place, target: Place) -> None:
    if source.kind != Place.Kind.BAG:
        raise Refused(_("Choose the bag they come back from."), field="source")
    refuse_other_than_depot(target, "target", {*Place.SHELVES, Place.Kind.DEFECTIVE})


def refuse_other_than_depot(place: Place, field: str, kinds: Iterable[str] = Place.SHELVES) -> None:
    if place.kind not in kinds or not place.is_active:
        raise Refused(_("%(place)s is not a depot in use. Choose a depot.") % {"place": place}, field=field)
