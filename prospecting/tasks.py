from celery import shared_task
from django.utils import timezone

from prospecting import actions


@shared_task
def release_expired_claims() -> None:
    actions.release_expired_claims(at=timezone.now())


@shared_task
def follow_installs() -> None:
    actions.follow_installs(at=timezone.now())


@shared_task
def propose_renewals() -> None:
    actions.propose_renewals(at=timezone.now())
