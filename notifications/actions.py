from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.module_loading import import_string

from notifications.models import Notice, NoticeQuerySet

MAX_ATTEMPTS = 8


def notify(
    recipient: Any,
    *,
    kind: str,
    key: str,
    text: Callable[[], tuple[str, str]],
    at: datetime,
    url: str = "",
    by_mail: bool = True,
) -> None:
    """Tells a user once per `key`: a row for the app, and one for the mail if there is an address.

    `text` returns (subject, body) and is called in the recipient's language.
    """
    with translation.override(recipient.language):
        subject, body = text()
    common: dict[str, Any] = {
        "kind": kind, "key": key, "subject": subject[:200], "body": body, "url": url,
        "created_at": at, "due_at": at, "recipient": recipient,
    }  # fmt: skip
    rows = [Notice(channel=Notice.Channel.IN_APP, **common)]
    if by_mail and recipient.email:
        rows.append(Notice(channel=Notice.Channel.MAIL, address=recipient.email, **common))
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def notify_address(
    address: str,
    *,
    language: str,
    kind: str,
    key: str,
    text: Callable[[], tuple[str, str]],
    at: datetime,
    url: str = "",
) -> None:
    """Tells somebody without a login, by mail, once per `key`. A `url` 'kind:id' is a secret link of settings.LINKS."""
    with translation.override(language):
        subject, body = text()
    Notice.objects.bulk_create(
        [
            Notice(
                channel=Notice.Channel.MAIL, address=address, kind=kind, key=key, subject=subject[:200], body=body,
                url=url, created_at=at, due_at=at,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _address(url: str) -> str:
    kind, colon, id = url.partition(":")
    return settings.SITE_URL + (import_string(settings.LINKS)[kind](id) if colon else url)


def read_notices(notices: NoticeQuerySet, *, at: datetime) -> int:
    return notices.unread().update(read_at=at)


def send_due_notices(*, at: datetime, limit: int = 100) -> int:
    """Sends what is waiting, each row under its own lock; a failure waits longer each time and is given up after a day."""
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            notice = (
                Notice.objects.waiting()
                .filter(due_at__lte=at)
                .select_for_update(skip_locked=True)
                .order_by("due_at")
                .first()
            )
            if notice is None:
                break
            notice.attempts += 1
            try:
                EmailMessage(
                    notice.subject,
                    f"{notice.body}\n\n{_address(notice.url)}" if notice.url else notice.body,
                    to=[notice.address],
                    headers={"Message-ID": f"<notice-{notice.pk}@fieldloop>"},
                ).send()
                notice.sent_at, notice.error = at, ""
                sent += 1
            except (OSError, SMTPException) as error:
                notice.error = type(error).__name__
                notice.due_at = at + timedelta(minutes=2**notice.attempts)
                if notice.attempts >= MAX_ATTEMPTS:
                    notice.given_up_at = at
            notice.save(update_fields=["attempts", "sent_at", "error", "due_at", "given_up_at"])
    return sent
