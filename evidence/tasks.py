from celery import shared_task
from django.utils import timezone

from evidence import actions


@shared_task
def seal_captures() -> None:
    while actions.seal_captures(at=timezone.now()):
        pass


@shared_task
def drop_abandoned_uploads() -> None:
    actions.drop_abandoned_uploads(at=timezone.now())
