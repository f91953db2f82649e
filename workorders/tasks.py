import time

from celery import shared_task
from django.utils import timezone

from workorders import actions
from workorders.report_pdf import prepare_copies

LONGEST_S = 50  # then the next tick goes on
BATCH = 50


@shared_task
def close_completed_orders() -> None:
    actions.close_completed_orders(at=timezone.now())


@shared_task
def release_held_orders() -> None:
    actions.release_held_orders(at=timezone.now())


@shared_task
def warn_of_due_times() -> None:
    """Until nothing is due or the time is up; several workers may run it at once."""
    stop_at = time.monotonic() + LONGEST_S
    while actions.warn_of_due_times(at=timezone.now(), limit=BATCH) == BATCH and time.monotonic() < stop_at:
        pass


@shared_task
def score_visits() -> None:
    actions.score_visits(at=timezone.now())


@shared_task
def prepare_reports() -> None:
    prepare_copies()


@shared_task
def keep_follow_ups() -> None:
    actions.keep_follow_ups(at=timezone.now())


@shared_task
def learn_part_use() -> None:
    actions.learn_part_use(at=timezone.now())
