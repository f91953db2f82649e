from celery import shared_task
from django.utils import timezone

from merchants import actions, months


@shared_task
def apply_due_changes() -> None:
    actions.apply_due_changes(at=timezone.now())


@shared_task
def roll_up_days() -> None:
    actions.recompute_changed_days()


@shared_task
def keep_months() -> None:
    months.keep_months(at=timezone.now())
