from celery import shared_task
from django.utils import timezone

from integrations import actions
from integrations.models import Import


@shared_task
def run_waiting_imports() -> None:
    """Goes on with the oldest import under way; jobs another worker holds are left to it."""
    for job in Import.objects.under_way().select_related("region", "created_by").order_by("pk"):
        actions.run_import(job, at=timezone.now())
