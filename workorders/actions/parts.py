"""Parts asked for on an order, which waits for them."""

from datetime import datetime

from django.db import transaction

from spareparts import actions as spareparts
from spareparts.models import Part, Place, Requisition
from workforce.models import User
from workorders.actions._steps import locked_own, stays_as_it_is, write
from workorders.actions.on_site import pause_work, start_work
from workorders.lifecycle import WITH_ENGINEER, Status
from workorders.models import Pause, WorkOrder


def request_parts(
    order: WorkOrder,
    *,
    part: Part,
    quantity: int,
    source: Place,
    by: User,
    at: datetime,
    note: str = "",
    is_waiting: bool = False,
    device_at: datetime | None = None,
) -> Requisition:
    """From a depot or a colleague. `is_waiting`: the work on site cannot go on without them, and its clock stands."""
    with transaction.atomic():
        order = locked_own(order, by)
        if order.status not in WITH_ENGINEER:
            raise stays_as_it_is(order)
        requisition = spareparts.request_parts(
            {part: quantity}, source=source, order_number=order.number, merchant_id=order.merchant_id, by=by, at=at,
            note=note,
        )  # fmt: skip
        changes = {str(part): [None, quantity], "place": [None, str(source)]}
        write("workorders.request_parts", order, by=by, at=at, device_at=device_at, changes=changes, note=note)
        if is_waiting and order.status == Status.ON_SITE:
            order = start_work(order, by=by, at=at, device_at=device_at)
        if is_waiting and order.status == Status.IN_PROGRESS:
            pause_work(order, by=by, reason=Pause.Reason.PART, note=str(requisition), at=at, device_at=device_at)
        return requisition
