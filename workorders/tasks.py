from celery import shared_task
from django.utils import timezone

from workorders import actions


@shared_task
def close_completed_orders() -> None:
    actions.close_completed_orders(at=timezone.now())
