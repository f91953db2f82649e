"""Parts and the places they are kept at."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assets.models import TerminalModel
from journal.actions import differences, record
from spareparts.models import Part, Place
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


def way_to(place: Place) -> Place:
    """Where parts are between two people; made when first asked for."""
    way, _is_new = Place.objects.get_or_create(
        leads_to=place, defaults={"code": f"way-{place.pk}", "kind": Place.Kind.TRANSIT}
    )
    return way


def make_depot(*, code: str, by: User | None, at: datetime, kind: str = Place.Kind.DEPOT, **values: Any) -> Place:
    """Any place that is no bag."""
    with transaction.atomic():
        if Place.objects.filter(code=code).exists():
            raise Refused(_("The code “%(code)s” is taken. Please choose another.") % {"code": code}, field="code")
        depot = Place.objects.create(code=code, kind=kind, **values)
        record("spareparts.make_depot", depot, by=by, at=at)
        return depot


def change_depot(depot: Place, *, by: User, at: datetime, **values: Any) -> Place:
    with transaction.atomic():
        depot = Place.objects.select_for_update(of=("self",)).get(pk=depot.pk)
        if changes := differences(depot, values):
            depot.save()
            record("spareparts.change_depot", depot, by=by, at=at, changes=changes)
        return depot


def make_part(*, code: str, fits: Iterable[TerminalModel] = (), by: User | None, at: datetime, **values: Any) -> Part:
    with transaction.atomic():
        if Part.objects.filter(code=code).exists():
            raise Refused(_("The code “%(code)s” is taken. Please choose another.") % {"code": code}, field="code")
        part = Part.objects.create(code=code, **values)
        part.fits.set(fits)
        record("spareparts.make_part", part, by=by, at=at)
        return part


def change_part(part: Part, *, fits: Iterable[TerminalModel], by: User, at: datetime, **values: Any) -> Part:
    with transaction.atomic():
        part = Part.objects.select_for_update(of=("self",), no_key=True).get(pk=part.pk)
        if values.get("is_card_key", part.is_card_key) != part.is_card_key and part.stock.there().exists():
            raise Refused(
                _("There is stock of it: a part becomes a card key before any is received."), field="is_card_key"
            )
        before, after = (sorted(map(str, models)) for models in (part.fits.all(), fits))
        changes = differences(part, values)
        if before != after:
            part.fits.set(fits)
            changes["fits"] = [", ".join(before), ", ".join(after)]
        if changes:
            part.save()
            record("spareparts.change_part", part, by=by, at=at, changes=changes)
        return part
