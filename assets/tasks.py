from celery import shared_task
from django.utils import timezone

from assets import telemetry


@shared_task
def mark_silent() -> None:
    telemetry.mark_silent(at=timezone.now())


@shared_task
def keep_readings() -> None:
    telemetry.keep_readings(at=timezone.now())
