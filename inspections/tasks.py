import time

from celery import shared_task
from django.utils import timezone

from inspections import actions

LONGEST_S = 50  # then the next tick goes on


@shared_task
def keep_inspections() -> None:
    """Settles, makes what lies ahead and opens what is due, until the time is up; several workers may run it at once."""
    stop_at = time.monotonic() + LONGEST_S
    actions.settle_inspections(at=timezone.now())
    for step in (actions.ensure_inspections, actions.open_due_inspections):
        while step(at=timezone.now()) and time.monotonic() < stop_at:
            pass
