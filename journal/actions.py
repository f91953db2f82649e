import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from journal.models import Command, Entry
from toolkit.errors import Refused

log = logging.getLogger(__name__)


def record(
    verb: str,
    subject: models.Model,
    *,
    by: Any,
    at: datetime,
    device_at: datetime | None = None,
    merchant_id: int | None = None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> Entry:
    """Writes one entry in the caller's transaction and, after its commit, wakes the tasks that wait for this verb.

    `verb` is "app.action_name" and must stand in config/verbs.py. `changes` is {field: [before, after]}.
    """
    entry = _entry(verb, subject, by, at, merchant_id, changes, note, device_at)
    entry.save()
    _wake_those_waiting_for(verb)
    return entry


def record_all(
    verb: str,
    subjects: Sequence[models.Model],
    *,
    by: Any,
    at: datetime,
    merchant_ids: Sequence[int | None] | None = None,
    changes: Sequence[Mapping[str, Any]] | None = None,
    notes: Sequence[str] | None = None,
    device_ats: Sequence[datetime | None] | None = None,
) -> None:
    """What `record` does, for many at once: one entry per subject. The other sequences run beside the subjects."""
    count = len(subjects)
    nothing = [None] * count
    beside = (merchant_ids or nothing, changes or nothing, notes or [""] * count, device_ats or nothing)
    Entry.objects.bulk_create(
        _entry(verb, subject, by, at, merchant_id, changed, note, device_at)
        for subject, merchant_id, changed, note, device_at in zip(subjects, *beside, strict=True)
    )
    if subjects:
        _wake_those_waiting_for(verb)


def _entry(
    verb: str,
    subject: models.Model,
    by: Any,
    at: datetime,
    merchant_id: int | None,
    changes: Mapping[str, Any] | None,
    note: str,
    device_at: datetime | None,
) -> Entry:
    assert verb in import_string(settings.VERBS), f"{verb} is missing in the app's verbs.py"
    return Entry(
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk if isinstance(subject.pk, int) else None,
        subject_label=str(subject)[:120],
        actor_id=by.pk if by is not None else None,
        at=at,
        merchant_id=merchant_id,
        changes=json.loads(json.dumps(changes, cls=DjangoJSONEncoder)) if changes else {},
        note=note,
        device_at=device_at,
    )


def _wake_those_waiting_for(verb: str) -> None:
    for task in import_string(settings.WAKES).get(verb, ()):
        transaction.on_commit(partial(wake, task))


def wake(task: str) -> None:
    """Asks the queue to run a periodic task now. A queue that is down is not an error: the clock will do it."""
    try:
        current_app.send_task(task, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("Could not wake %s: %s", task, error)


def differences(subject: models.Model, values: dict[str, Any]) -> dict[str, list]:
    """Sets the values on the subject (without saving) and returns what changed, for the journal."""
    changes = {}
    for name, value in values.items():
        before = getattr(subject, name)
        if before != value:
            setattr(subject, name, value)
            changes[name] = [_plain(before), _plain(value)]
    return changes


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value


class AlreadyUsed(Refused):
    """The id was used before, for something else or by somebody else."""


def once(
    command_id: UUID,
    *,
    by: Any,
    at: datetime,
    body: dict[str, Any],
    run: Callable[[], dict],
    refused: Callable[[Refused], dict] | None = None,
) -> dict:
    """Runs `run` exactly once per command id, and answers every repeat with the first answer.

    Effect and answer are one transaction; a repeat that comes while the first still runs waits for it.
    A refusal leaves nothing behind and may be tried again, unless `refused` makes an answer of it: then that one stands
    for ever. AlreadyUsed when the id was used for something else or by somebody else.
    """
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()
    user_id = by.pk if by is not None else None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO journal_command (id, user_id, digest, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [command_id, user_id, digest, at],
            )
            is_new = cursor.rowcount == 1
        command = Command.objects.get(pk=command_id)
        if (command.user_id, command.digest) != (user_id, digest):
            raise AlreadyUsed(_("This was already sent with other content. Please open the page again and repeat it."))
        if is_new:
            command.answer = run() if refused is None else _answer(run, refused)
            command.save(update_fields=["answer"])
        return command.answer


def _answer(run: Callable[[], dict], refused: Callable[[Refused], dict]) -> dict:
    try:
        with transaction.atomic():
            return run()
    except Refused as refusal:
        return refused(refusal)
