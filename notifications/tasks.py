from celery import shared_task
from django.utils import timezone

from notifications import actions


@shared_task
def send_due_notices() -> None:
    actions.send_due_notices(at=timezone.now())
