import hashlib
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from toolkit.errors import Refused
from toolkit.pictures import open_picture, reencode


def keep_picture(
    file: BinaryIO,
    *,
    id: UUID,
    kind: str,
    by: Any,
    at: datetime,
    taken_at: datetime | None = None,
    lat: float | None = None,
    lon: float | None = None,
    accuracy_m: float | None = None,
    source: str = Capture.Source.UNKNOWN,
) -> Capture:
    """Keeps the original byte for byte and makes the copy that is shown.

    The same id with the same bytes is the same capture; with other bytes it is refused, as is a file that is no picture.
    """
    content = file.read()
    sha256 = hashlib.sha256(content).hexdigest()
    known = Capture.objects.filter(pk=id).first()
    if known is not None:
        return _same(known, sha256)
    picture = open_picture(ContentFile(content))
    capture = Capture(
        id=id,
        kind=kind,
        source=source,
        sha256=sha256,
        size=len(content),
        taken_at=taken_at or picture.taken_at,
        received_at=at,
        by=by,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
    )
    try:
        with transaction.atomic():
            capture.original.save("original", ContentFile(content), save=False)
            capture.shown.save("shown.jpg", ContentFile(reencode(picture)), save=False)
            capture.save(force_insert=True)
    except IntegrityError:  # the same photo, sent twice at the same time: the other one was first
        return _same(Capture.objects.get(pk=id), sha256)
    return capture


def _same(known: Capture, sha256: str) -> Capture:
    if known.sha256 != sha256:
        raise Refused(_("This photo was already sent with other content. Please take it again."))
    return known
