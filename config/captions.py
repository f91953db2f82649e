"""What a capture is about, for the watermark: evidence lies below the apps that know."""

from evidence.actions import Caption
from evidence.models import Capture
from workorders.models import Request, WorkOrder


def caption_of(capture: Capture) -> Caption | None:
    """The order, else the request, that it belongs to; None while it belongs to nothing."""
    about = _order_of(capture) or Request.objects.filter(captures=capture).first()
    if about is None:
        return None
    return Caption(f"{about.number} · {about.merchant.name}", about.region.zone)


def _order_of(capture: Capture) -> WorkOrder | None:
    orders = WorkOrder.objects.order_by("pk")
    its_own = orders.filter(engineer=capture.by_id) if capture.by_id else orders.none()
    ways = (
        orders.filter(captures=capture),
        orders.filter(run__answers__captures=capture),
        orders.filter(requests__captures=capture),
        its_own.filter(arrival_photo=capture),
        its_own.filter(completion_photo=capture),
    )
    return next((order for way in ways if (order := way.first())), None)
