from celery import shared_task
from django.utils import timezone

from analytics import actions


@shared_task
def keep_insights() -> None:
    actions.keep_insights(at=timezone.now())
