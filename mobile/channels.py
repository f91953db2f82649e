"""Channels on the phone: what they need, and saying that it has been brought."""

from django import forms
from django.utils.translation import gettext_lazy as _

from mobile.forms import PhoneForm
from spareparts.forms import quantity_field
from spareparts.models import KeyHolding, Refill
from workforce.models import User

MOST_RANGES = 100


class Delivery(PhoneForm):
    first = forms.CharField(label=_("First serial"), max_length=30, required=False)
    left = quantity_field(_("Still there before"), 0, required=False)
    quantity = quantity_field(_("How many"))


def ranges_in_bag(user: User) -> list[KeyHolding]:
    held = KeyHolding.objects.live().filter(place__person=user).select_related("batch__part")
    return list(held.order_by("batch", "serials")[:MOST_RANGES])


def refills_for(user: User, ranges: list[KeyHolding]) -> list[Refill]:
    """`first`: where the first range of the bag begins that is long enough."""
    refills = list(
        Refill.objects.open().filter(channel__person=user).select_related("channel__place", "part").order_by("pk")
    )
    for refill in refills:
        fitting = (each for each in ranges if each.batch.part_id == refill.part_id and each.count >= refill.quantity)
        found = next(fitting, None)
        refill.first = found.batch.serial(found.serials.lower) if found else ""  # type: ignore[attr-defined]
    return refills
