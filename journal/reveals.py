from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.utils.translation import gettext as _

from journal.actions import record
from journal.models import Entry
from toolkit.errors import Refused

REVEALS_PER_HOUR = 60  # more than a person needs, fewer than a list is copied with


def record_reveal(verb: str, subject: models.Model, *, by: Any, at: datetime, merchant_id: int | None = None) -> Entry:
    """Writes down that a person looks at a number in clear: so many an hour, of whatever kind, and no more.

    `verb` is "app.reveal_something".
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
        seen = Entry.objects.filter(actor=by, verb__contains=".reveal_", at__gt=at - timedelta(hours=1))
        if seen[:REVEALS_PER_HOUR].count() >= REVEALS_PER_HOUR:
            raise Refused(_("You have looked at many numbers within the last hour. Please go on later."))
        return record(verb, subject, by=by, at=at, merchant_id=merchant_id)
