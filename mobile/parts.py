"""Spare parts on the phone: what is where, asking for it, handing it on, confirming it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mobile.forms import Moment, PhoneForm
from spareparts import actions as spareparts
from spareparts.forms import quantity_field
from spareparts.models import Handover, Movement, Part, Place, Requisition, Stock
from spareparts.queries import Source, carried_by, sources
from toolkit.errors import Refused
from workforce.models import Region, User
from workorders import actions as workorders
from workorders.clock import opening_hours
from workorders.models import WorkOrder
from workorders.sla import hours_between

MOST_PARTS = 12  # of an order's page
MOST_SOURCES = 6  # of a part
A_MOMENT = timedelta(minutes=1)
MOST_AT_ONCE = 1000


class PartsWanted(Moment):
    part = forms.ModelChoiceField(Part.objects.in_use(), to_field_name="code", label=gettext_lazy("Part"))
    quantity = quantity_field(most=MOST_AT_ONCE, initial=1)
    source = forms.ModelChoiceField(
        Place.objects.none(), to_field_name="code", label=gettext_lazy("From where"),
        error_messages={"invalid_choice": gettext_lazy("Choose a depot or a colleague of your city.")},
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)
    is_waiting = forms.BooleanField(label=gettext_lazy("The work waits for it"), required=False)

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"source": within_reach(user)}


class PartsUsed(Moment):
    part = forms.ModelChoiceField(
        Part.objects.all(), to_field_name="code", label=gettext_lazy("Part"),
        error_messages={"invalid_choice": gettext_lazy("This part is not in your bag.")},
    )  # fmt: skip
    quantity = quantity_field(most=MOST_AT_ONCE, initial=1)


class PartsHandedOn(PhoneForm):
    part = forms.ModelChoiceField(Part.objects.none(), to_field_name="code", label=gettext_lazy("Part"))
    quantity = quantity_field(most=MOST_AT_ONCE, initial=1)
    target = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=gettext_lazy("To whom"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def choices_of(self, user: User) -> dict[str, Any]:
        return {"part": in_bag_of(user), "target": within_reach(user, defective=True)}


class PartsArrived(PhoneForm):
    """Empty: all of them."""

    arrived = quantity_field(gettext_lazy("How many arrived"), 0, MOST_AT_ONCE, required=False)
    reason = forms.CharField(label=gettext_lazy("Why not everything arrived"), max_length=200, required=False)


class Reason(PhoneForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, error_messages={"required": gettext_lazy("Say why.")}
    )


class Nothing(PhoneForm):
    """Nothing to fill in."""


def in_bag_of(user: User) -> QuerySet[Part]:
    """Also those of which the last one is gone: who took it is said by the action."""
    return Part.objects.filter(pk__in=Stock.objects.in_bag_of(user).values("part"))


def city_of(region: Region) -> QuerySet:
    """Keys of the regions in which a district's people fetch things."""
    return Region.objects.within(region.parent if region.parent and region.parent.parent else region).values("pk")


def within_reach(user: User, *, defective: bool = False) -> QuerySet[Place]:
    """Depots and colleagues of the person's city."""
    if user.region is None:
        return Place.objects.none()
    here = city_of(user.region)
    kinds = [*Place.SHELVES, *([Place.Kind.DEFECTIVE] if defective else [])]
    places = Place.objects.filter(
        Q(kind__in=kinds, is_active=True, region__in=here)
        | Q(kind=Place.Kind.BAG, person__is_active=True, person__region__in=here)
    )
    return places.exclude(person=user).select_related("person").order_by("-kind", "name", "person__name")


def use(order: WorkOrder, *, by: User, **given: Any) -> Movement:
    """Out of the own bag: whoever has given the order away uses up nothing on it."""
    if order.engineer_id != by.pk:
        raise Refused(_("%(order)s is not on your list. Ask your dispatcher about it.") % {"order": order})
    return workorders.use_part(order, by=by, **given)


def hand_on(person: User, *, part: Part, quantity: int, target: Place, by: User, at: datetime, note: str) -> Handover:
    """Out of the own bag; to a depot it is a return."""
    return spareparts.send_parts(
        {part: quantity}, source=spareparts.bag_of(person), target=target, is_return=target.kind != Place.Kind.BAG,
        by=by, at=at, note=note,
    )  # fmt: skip


def confirm(handover: Handover, *, arrived: int | None, reason: str, by: User, at: datetime) -> Handover:
    if arrived is None:
        return spareparts.confirm_parts(handover, by=by, at=at)
    lines = list(handover.lines.select_related("part"))
    if len(lines) > 1:
        raise Refused(_("These are several parts: take all of them, or send them back."))
    return spareparts.confirm_parts(handover, arrived={lines[0].part: arrived}, reason=reason, by=by, at=at)


@dataclass(frozen=True)
class Offer:
    """`is_open` now; None where it has no hours."""

    source: Source
    is_open: bool | None

    @property
    def km(self) -> float | None:
        return None if self.source.distance_m is None else self.source.distance_m / 1000


@dataclass(frozen=True)
class Wanted:
    part: Part
    needed: int
    carried: int
    offers: list[Offer]

    @property
    def missing(self) -> int:
        return max(1, self.needed - self.carried)


def wanted_for(order: WorkOrder, user: User, at: datetime) -> list[Wanted]:
    """What the order needs first, then what fits its terminal; each with the nearest who have it."""
    needed = {need.id: need.quantity for need in order.needs.parts}
    fitting = Part.objects.in_use().filter(pk__in=needed)
    if order.terminal:
        fitting = fitting | Part.objects.in_use().filter(fits=order.terminal.model_id)
    parts = sorted(fitting.distinct(), key=lambda part: (part.pk not in needed, str(part)))[:MOST_PARTS]
    found = sources(parts, person=user, near=(order.lat, order.lon), at=at)
    carried = carried_by(user, {part.pk for part in parts})
    offers = offers_of({key: each[:MOST_SOURCES] for key, each in found.items()}, at)
    return [Wanted(part, needed.get(part.pk, 0), carried.get(part.pk, 0), offers.get(part.pk, [])) for part in parts]


def offers_of(found: Mapping[int, Sequence[Source]], at: datetime) -> dict[int, list[Offer]]:
    """By key of the part; each place is asked once whether it is open."""
    places = {source.place.pk: source.place for each in found.values() for source in each}
    is_open = {key: _is_open(place, at) for key, place in places.items()}
    return {key: [Offer(source, is_open[source.place.pk]) for source in each] for key, each in found.items()}


def _is_open(place: Place, at: datetime) -> bool | None:
    if place.calendar is None or place.region is None:
        return None
    return bool(hours_between(opening_hours(place.calendar, place.region.service_date(at)), at, at + A_MOMENT))


def coming_to(user: User) -> QuerySet[Handover]:
    return Handover.objects.coming_to(user).select_related("source__person").prefetch_related("lines__part")


def asked_of(user: User) -> QuerySet[Requisition]:
    """What colleagues ask for out of the person's bag."""
    rows = Requisition.objects.filter(source__person=user, state=Requisition.State.ASKED)
    return rows.select_related("person").prefetch_related("lines__part")


def asked_by(user: User, order_number: str = "") -> QuerySet[Requisition]:
    rows = Requisition.objects.filter(person=user, state__in=[*Requisition.OPEN, Requisition.State.SENT])
    rows = rows.filter(order_number=order_number) if order_number else rows
    return rows.select_related("source__person").prefetch_related("lines__part")


def stamp_of(user: User) -> list[Any]:
    """What the pages about parts are made of."""
    return [
        list(Stock.objects.in_bag_of(user).there().order_by("pk").values_list("part", "quantity")),
        list(Handover.objects.coming_to(user).order_by("pk").values_list("pk", flat=True)),
        list(
            Requisition.objects.filter(Q(person=user) | Q(source__person=user))
            .filter(state__in=[*Requisition.OPEN, Requisition.State.SENT])
            .order_by("pk")
            .values_list("pk", "state")
        ),
    ]
