import uuid
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from journal.actions import record
from knowledge import notices
from knowledge.models import Message, MessageCapture
from toolkit.errors import Refused
from workforce.models import User
from workorders.models import WorkOrder

LONGEST = 4000


def add_message(
    order: WorkOrder,
    *,
    text: str = "",
    captures: Iterable[Capture] = (),
    call_url: str = "",
    by: User,
    at: datetime,
    id: uuid.UUID | None = None,
    device_at: datetime | None = None,
) -> Message:
    """Something said about an order, whatever has become of it. The same id is the same message."""
    text, call_url, captures = text.strip(), call_url.strip(), list(captures)
    if not (text or captures or call_url):
        raise Refused(_("Write something, or add a photo."), field="text")
    if len(text) > LONGEST:
        raise Refused(_("This message is too long. Send it in two."), field="text")
    if call_url and (urlsplit(call_url).scheme != "https" or not urlsplit(call_url).hostname):
        raise Refused(_("A link to a call begins with https://."), field="call_url")
    message = Message(
        id=id or uuid.uuid4(), order=order, by=by, text=text, call_url=call_url, at=at, device_at=device_at
    )
    with transaction.atomic():
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError:
            return _known(message)
        MessageCapture.objects.bulk_create(MessageCapture(message=message, capture=capture) for capture in captures)
        record(
            "knowledge.add_message", order, by=by, at=at, device_at=device_at, merchant_id=order.merchant_id,
            changes={"photos": [None, len(captures)]} if captures else {}, note=text[:200] or call_url,
        )  # fmt: skip
        notices.tell_thread(message)
        return message


def _known(message: Message) -> Message:
    """Sent before, by the same person about the same order."""
    known = Message.objects.filter(pk=message.pk).first()
    if known is None or (known.order_id, known.by_id, known.text) != (message.order_id, message.by_id, message.text):
        raise Refused(_("This was already sent with other content. Please open the page again and repeat it."))
    return known
