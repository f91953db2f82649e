import time

from celery import shared_task
from django.utils import timezone

from monitoring import actions
from monitoring.lifecycle import Kind

LONGEST_S = 50  # then the next tick goes on
BATCH = 50


@shared_task
def keep_alerts() -> None:
    """Raises, clears and sends somebody until the time is up; several workers may run it at once."""
    stop_at = time.monotonic() + LONGEST_S
    for kind in Kind:
        actions.evaluate(kind, at=timezone.now())
    for settle in (actions.end_incidents, actions.settle_alerts, actions.follow_renewals):
        settle(at=timezone.now())
    for step in (actions.withdraw_orders, actions.open_alert_orders):
        while step(at=timezone.now(), limit=BATCH) == BATCH and time.monotonic() < stop_at:
            pass
