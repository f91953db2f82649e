"""What an order needs of whoever does it, and what was used up on it."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from spareparts.actions import bag_of
from spareparts.actions import use_part as take_from_bag
from spareparts.models import Movement, Part
from toolkit.errors import Refused
from workforce.models import Skill, User
from workorders.actions._steps import locked, stays_as_it_is, write
from workorders.lifecycle import DONE, ONGOING, WAYS_ON, Status
from workorders.models import WorkOrder

MAY_USE_PARTS = (Status.ON_SITE, Status.IN_PROGRESS, Status.PAUSED, *DONE)


def change_needs(
    order: WorkOrder, *, skills: Mapping[str, int], parts: Mapping[str, int], by: User, at: datetime
) -> WorkOrder:
    """What this one order needs from now on: levels by code of the skill, quantities by code of the part."""
    with transaction.atomic():
        order = locked(order)
        if order.status not in ONGOING:
            raise stays_as_it_is(order)
        if unknown := set(skills) - set(Skill.objects.filter(code__in=skills).values_list("code", flat=True)):
            raise Refused(_("There is no skill “%(code)s”.") % {"code": unknown.pop()})
        if unknown := set(parts) - set(Part.objects.filter(code__in=parts).values_list("code", flat=True)):
            raise Refused(_("There is no part “%(code)s”.") % {"code": unknown.pop()})
        if not all(1 <= level <= 5 for level in skills.values()):
            raise Refused(_("A level is a number from 1 to 5."))
        if not all(1 <= quantity <= 1000 for quantity in parts.values()):
            raise Refused(_("A quantity is a number from 1 to 1,000."))
        before = order.needs
        order.needed_skills, order.needed_parts = dict(skills), dict(parts)
        del order.needs  # read anew
        now = {"needed_skills": order.needs.skills, "needed_parts": order.needs.parts}
        then = {"needed_skills": before.skills, "needed_parts": before.parts}
        changes = {
            name: [", ".join(map(str, needs)) for needs in (then[name], now[name])]
            for name in now
            if set(then[name]) != set(now[name])
        }
        if changes:
            write("workorders.change_needs", order, by=by, at=at, changes=changes)
        return order


def use_part(
    order: WorkOrder,
    *,
    part: Part,
    quantity: int,
    by: User,
    at: datetime,
    note: str = "",
    device_at: datetime | None = None,
) -> Movement:
    """Takes parts out of the bag of the order's engineer; refused when there are too few in it."""
    with transaction.atomic():
        order = locked(order)
        if order.engineer is None or order.status not in MAY_USE_PARTS:
            raise Refused(
                _("%(order)s is “%(status)s”: parts are used up on site. %(way_on)s")
                % {"order": order, "status": order.get_status_display(), "way_on": WAYS_ON[Status(order.status)]}
            )
        movement = take_from_bag(
            part, source=bag_of(order.engineer), quantity=quantity, order_number=order.number,
            merchant_id=order.merchant_id, by=by, at=at, note=note,
        )  # fmt: skip
        changes = {str(part): [None, quantity]}
        write("workorders.use_part", order, by=by, at=at, device_at=device_at, changes=changes, note=note)
        return movement
