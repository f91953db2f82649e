from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from evidence.models import Capture
from toolkit.errors import Refused
from workforce.models import User
from workorders.actions._steps import write
from workorders.models import WorkOrder


def open_original(order: WorkOrder, *, capture_id: UUID, by: User, at: datetime) -> Capture:
    """A file of the order as the phone sent it, without watermark but with all that a camera writes into it. That
    somebody took it is written down."""
    belongs = Q(work_orders=order) | Q(answers__run__work_order=order) | Q(requests__order=order)
    own = [order.arrival_photo_id, order.completion_photo_id, order.signature_id]
    capture = Capture.objects.filter(belongs | Q(pk__in=[id for id in own if id]), pk=capture_id).first()
    if capture is None:
        raise Refused(_("This file does not belong to the order."))
    with transaction.atomic():
        write("workorders.open_original", order, by=by, at=at, note=f"{capture} · sha256 {capture.sha256}")
    return capture
