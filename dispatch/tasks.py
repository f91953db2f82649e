import time

from celery import shared_task
from django.utils import timezone

from dispatch import actions

LONGEST_S = 50  # then the next tick goes on
BATCH = 50


@shared_task
def assign_open_orders() -> None:
    """Until nothing is due or the time is up; several workers may run it at once."""
    stop_at = time.monotonic() + LONGEST_S
    while actions.assign_open_orders(at=timezone.now(), limit=BATCH) == BATCH and time.monotonic() < stop_at:
        pass


@shared_task
def take_back_unaccepted() -> None:
    actions.take_back_unaccepted(at=timezone.now())


@shared_task
def run_waiting_plans() -> None:
    """Each worker takes a plan of its own, so that several regions are planned at the same time."""
    actions.run_waiting_plans()


@shared_task
def propose_next_days() -> None:
    actions.propose_next_days(at=timezone.now())
