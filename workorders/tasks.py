from celery import shared_task
from django.utils import timezone

from workorders import actions
from workorders.report_pdf import prepare_copies


@shared_task
def close_completed_orders() -> None:
    actions.close_completed_orders(at=timezone.now())


@shared_task
def score_visits() -> None:
    actions.score_visits(at=timezone.now())


@shared_task
def prepare_reports() -> None:
    prepare_copies()
