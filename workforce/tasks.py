from celery import shared_task
from django.utils import timezone

from workforce import positions


@shared_task
def keep_tracks() -> None:
    positions.keep_tracks(at=timezone.now())
