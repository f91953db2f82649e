from celery import shared_task
from django.utils import timezone

from spareparts import actions
from spareparts.actions.channels import check_usage, refill_channels


@shared_task
def replenish() -> None:
    actions.replenish(at=timezone.now())


@shared_task
def end_lapsed_requisitions() -> None:
    actions.end_lapsed_requisitions(at=timezone.now())


@shared_task
def keep_forecasts() -> None:
    actions.follow_ledger()
    actions.make_forecasts(at=timezone.now())


@shared_task
def keep_channels() -> None:
    refill_channels(at=timezone.now())
    check_usage(at=timezone.now())
