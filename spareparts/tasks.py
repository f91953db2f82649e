from celery import shared_task
from django.utils import timezone

from spareparts import actions


@shared_task
def replenish() -> None:
    actions.replenish(at=timezone.now())


@shared_task
def end_lapsed_requisitions() -> None:
    actions.end_lapsed_requisitions(at=timezone.now())
