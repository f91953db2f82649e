"""Every write of spare parts. Each move is one entry of the ledger and its two sums, under their row locks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from journal.actions import differences, record
from spareparts.models import Movement, Part, Place, Stock
from toolkit.errors import Refused
from workforce.models import User


def bag_of(person: User) -> Place:
    """The stock location that is a person's bag; made when first asked for."""
    if not person.is_field:
        raise Refused(_("%(name)s does not work in the field, so has no bag.") % {"name": person.name})
    bag, _is_new = Place.objects.get_or_create(
        person=person, defaults={"code": f"bag-{person.pk}", "kind": Place.Kind.BAG}
    )
    return bag


def make_depot(*, code: str, by: User | None, at: datetime, **values: Any) -> Place:
    with transaction.atomic():
        if Place.objects.filter(code=code).exists():
            raise Refused(_("The code “%(code)s” is taken. Please choose another.") % {"code": code}, field="code")
        depot = Place.objects.create(code=code, kind=Place.Kind.DEPOT, **values)
        record("spareparts.make_depot", depot, by=by, at=at)
        return depot


def change_depot(depot: Place, *, by: User, at: datetime, **values: Any) -> Place:
    with transaction.atomic():
        depot = Place.objects.select_for_update(of=("self",)).get(pk=depot.pk)
        if changes := differences(depot, values):
            depot.save()
            record("spareparts.change_depot", depot, by=by, at=at, changes=changes)
        return depot


def receive_part(
    part: Part, *, target: Place, quantity: int, by: User | None, at: datetime, note: str = ""
) -> Movement:
    """New ones come into a depot."""
    _refuse_other_than_depot(target, "target")
    return _move(Movement.Kind.RECEIVE, part, quantity, target=target, by=by, at=at, note=note)


def transfer_part(
    part: Part, *, source: Place, target: Place, quantity: int, by: User | None, at: datetime, note: str = ""
) -> Movement:
    """From a depot into a bag, or from one depot or bag to another."""
    if source == target:
        raise Refused(_("Choose two different places."), field="target")
    if not (target.person.is_active if target.person else target.is_active):
        raise Refused(_("%(place)s is no longer in use.") % {"place": target}, field="target")
    return _move(Movement.Kind.TRANSFER, part, quantity, source=source, target=target, by=by, at=at, note=note)


def return_part(
    part: Part, *, source: Place, target: Place, quantity: int, by: User | None, at: datetime, note: str = ""
) -> Movement:
    """From a bag back into a depot."""
    if source.kind != Place.Kind.BAG:
        raise Refused(_("Choose the bag they come back from."), field="source")
    _refuse_other_than_depot(target, "target")
    return _move(Movement.Kind.RETURN, part, quantity, source=source, target=target, by=by, at=at, note=note)


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
    return _move(
        Movement.Kind.USE, part, quantity, source=source, by=by, at=at, note=note, order_number=order_number,
        merchant_id=merchant_id,
    )  # fmt: skip


VERBS = {
    Movement.Kind.RECEIVE: "spareparts.receive_part",
    Movement.Kind.TRANSFER: "spareparts.transfer_part",
    Movement.Kind.RETURN: "spareparts.return_part",
    Movement.Kind.USE: "spareparts.use_part",
}


def _refuse_other_than_depot(place: Place, field: str) -> None:
    if place.kind != Place.Kind.DEPOT or not place.is_active:
        raise Refused(_("%(place)s is not a depot in use. Choose a depot.") % {"place": place}, field=field)


def _move(
    kind: Movement.Kind,
    part: Part,
    quantity: int,
    *,
    source: Place | None = None,
    target: Place | None = None,
    at: datetime,
    by: User | None,
    note: str,
    merchant_id: int | None = None,
    **values: Any,
) -> Movement:
    if quantity < 1:
        raise Refused(_("The quantity must be at least 1."), field="quantity")
    with transaction.atomic():
        stock = _locked(part, [place for place in (source, target) if place])
        if source and stock[source.pk].quantity < quantity:
            raise Refused(_too_few(part, source, stock[source.pk].quantity, quantity), field="quantity")
        for place, change in ((source, -quantity), (target, quantity)):
            if place:
                stock[place.pk].quantity += change
                stock[place.pk].save(update_fields=["quantity"])
        movement = Movement.objects.create(
            kind=kind, part=part, quantity=quantity, source=source, target=target, by=by, at=at, note=note[:200],
            source_left=stock[source.pk].quantity if source else None,
            target_left=stock[target.pk].quantity if target else None, **values,
        )  # fmt: skip
        changes = {"quantity": [None, quantity], "place": [source and str(source), target and str(target)]}
        if movement.order_number:
            changes["order"] = [None, movement.order_number]
        record(VERBS[kind], part, by=by, at=at, merchant_id=merchant_id, changes=changes, note=note)
        return movement


def _locked(part: Part, places: list[Place]) -> Mapping[int, Stock]:
    """The part's stock at each place by the place's key, under row locks taken in the order of the keys."""
    places = sorted(places, key=lambda place: place.pk)
    Stock.objects.bulk_create([Stock(part=part, place=place) for place in places], ignore_conflicts=True)
    rows = Stock.objects.select_for_update().filter(part=part, place__in=places).order_by("place_id")
    return {row.place_id: row for row in rows}


def _too_few(part: Part, place: Place, left: int, wanted: int) -> str:
    sentence = _("Only %(left)d × %(part)s left: %(place)s.") % {"left": left, "part": part, "place": place}
    others = Stock.objects.filter(part=part, quantity__gte=wanted, place__in=Place.objects.depots()).exclude(
        place=place
    )
    depot = others.select_related("place").order_by("-quantity").first()
    if depot:
        sentence += " " + _("There are %(count)d at %(place)s.") % {"count": depot.quantity, "place": depot.place}
    return sentence
