from celery import shared_task
from django.utils import timezone

from merchants import actions


@shared_task
def apply_due_changes() -> None:
    actions.apply_due_changes(at=timezone.now())
