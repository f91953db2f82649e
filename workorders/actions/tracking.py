from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from workforce.models import User
from workorders.actions._steps import locked, write
from workorders.models import Request, TrackingLink, WorkOrder

VALID_AFTER_CLOSING = timedelta(days=30)


def make_tracking_link(order: WorkOrder, *, by: User | None, at: datetime) -> str:
    """A fresh token; older links stay valid."""
    with transaction.atomic():
        order = locked(order)
        link = link_for(order, request=None, at=at)
        write("workorders.make_tracking_link", order, by=by, at=at)
        return link.token


def order_by_token(token: str, at: datetime) -> WorkOrder | None:
    link = (
        TrackingLink.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), token_hash=TrackingLink.hash_of(token))
        .select_related("order__merchant", "order__type", "order__terminal", "order__engineer", "order__booking")
        .first()
    )
    return link.order if link else None


def link_for(order: WorkOrder, *, request: Request | None, at: datetime) -> TrackingLink:
    ended_at = order.closed_at or order.cancelled_at
    link = TrackingLink(
        order=order, request=request, made_at=at, expires_at=ended_at and ended_at + VALID_AFTER_CLOSING
    )
    link.token_hash = TrackingLink.hash_of(link.token)
    link.save()
    return link


def expire_links(order: WorkOrder, *, ended_at: datetime) -> None:
    order.tracking_links.update(expires_at=ended_at + VALID_AFTER_CLOSING)
