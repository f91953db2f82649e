"""Whether a company stands in this database, and what an interrupted building left behind."""

from datetime import datetime
from uuid import UUID

import pgtrigger
from django.apps import apps
from django.db import connection, transaction

from journal.models import Command
from merchants.models import Merchant
from workforce.models import User

BUILDING = UUID("8d1c3b0e-5f0b-4a57-9a4e-0f1e1db0c0de")  # a command that is answered when the company stands
KEPT = ("contenttypes", "auth")


def is_taken() -> bool:
    return User.objects.exists() or Merchant.objects.exists()


def was_interrupted() -> bool:
    return Command.objects.filter(pk=BUILDING, answer__isnull=True).exists()


def begin(at: datetime) -> None:
    Command.objects.create(pk=BUILDING, digest="", at=at)


def finish(answer: dict) -> None:
    Command.objects.filter(pk=BUILDING).update(answer=answer)


def clear() -> None:
    """Empties what an interrupted building filled. Nothing else has ever been in it: building begins on empty tables."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)
              if model._meta.managed and model._meta.app_label not in KEPT]  # fmt: skip
    quoted = ", ".join(connection.ops.quote_name(table) for table in tables)
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY")
