"""Files that come in pieces, over a line that breaks. A piece counts once it is stored and its transaction is through;
the phone goes on from `offset`, whatever happened."""

import hashlib
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Unpack
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from evidence.actions.captures import Where, keep
from evidence.models import Capture, Upload
from toolkit.errors import Refused

MEGABYTE = 1024 * 1024
LARGEST = {
    Capture.Kind.PHOTO: 15 * MEGABYTE,
    Capture.Kind.SIGNATURE: 2 * MEGABYTE,
    Capture.Kind.VIDEO: 30 * MEGABYTE,
    Capture.Kind.AUDIO: 10 * MEGABYTE,
}
PIECE_BYTES = 256 * 1024
UNFINISHED = 500  # uploads of one person
KEPT_FOR = timedelta(days=14)
PIECES = "evidence/pieces"


def begin_upload(
    *,
    id: UUID,
    kind: str,
    source: str,
    size: int,
    sha256: str,
    mime: str,
    by: Any,
    at: datetime,
    **where: Unpack[Where],
) -> Upload:
    """Announces a file, or finds out how far it has come: the same announcement may come any number of times.

    Refused for good when the id stands for something else, and when the file is too large.
    """
    limit = LARGEST[Capture.Kind(kind)]
    if size <= 0:
        raise Refused(_("This file is empty. Take it again."))
    if size > limit:
        raise Refused(_("This file is larger than %(limit)d MB. Take a smaller one.") % {"limit": limit // MEGABYTE})
    kept = Capture.objects.filter(pk=id).first()
    if kept is None and Upload.objects.filter(by=by, capture=None, refusal="").count() >= UNFINISHED:
        raise Refused(_("Too many files of yours are waiting to be finished. Send those first."))
    announced = {"kind": kind, "size": size, "sha256": sha256}
    upload, _is_new = Upload.objects.get_or_create(
        id=id,
        defaults={
            **announced,
            **where,
            "source": source,
            "mime": mime[:80],
            "by": by,
            "begun_at": at,
            "touched_at": at,
            "capture": kept,
            "offset": size if kept else 0,
        },
    )
    given = (upload, kept) if kept else (upload,)
    if any(known.by_id != by.pk or announced != {name: getattr(known, name) for name in announced} for known in given):
        raise Refused(_("This file was already sent with other content. Please take it again."))
    return upload


def receive_chunk(upload_id: UUID, *, offset: int, content: bytes, by: Any, at: datetime) -> Upload:
    """Takes the piece that begins at `offset`; anywhere else than where the last one ended it only says where that is.

    With the last piece the file becomes a capture, or `refusal` says why not; with another hash than announced it
    starts again at 0. Raises Upload.DoesNotExist for what the person has not announced.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update(no_key=True).get(pk=upload_id, by=by)
        if upload.is_whole or upload.refusal or offset != upload.offset or not content:
            return upload
        if len(content) > PIECE_BYTES:
            raise Refused(_("Pieces of a file must not be larger than %(limit)d kB.") % {"limit": PIECE_BYTES // 1024})
        upload.pieces.append(default_storage.save(f"{PIECES}/{upload.pk}/{offset}", ContentFile(content)))
        upload.offset += len(content)
        upload.touched_at = at
        if upload.offset >= upload.size:
            _finish(upload, by=by, at=at)
        upload.save()
    return upload


def _finish(upload: Upload, *, by: Any, at: datetime) -> None:
    content = b"".join(_piece(name) for name in upload.pieces)
    transaction.on_commit(partial(_delete_pieces, upload.pieces))
    upload.pieces = []
    if len(content) != upload.size or hashlib.sha256(content).hexdigest() != upload.sha256:
        upload.offset = 0
        return
    taken = ("source", "taken_at", "lat", "lon", "accuracy_m", "device", "challenge")
    facts = {name: getattr(upload, name) for name in taken}
    try:
        upload.capture = keep(content, Capture(id=upload.pk, kind=upload.kind, by=by, received_at=at, **facts))
    except Refused as refused:
        upload.refusal = str(refused)[:300]


def _piece(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except FileNotFoundError:  # a power cut lost it: the hash will differ and the phone starts again
        return b""


def _delete_pieces(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def drop_abandoned_uploads(*, at: datetime) -> int:
    """Forgets what has not moved for two weeks, finished or not. Captures stay."""
    dropped = 0
    for upload in Upload.objects.filter(touched_at__lt=at - KEPT_FOR).iterator():
        with transaction.atomic():
            locked = Upload.objects.select_for_update(skip_locked=True).filter(
                pk=upload.pk, touched_at=upload.touched_at
            )
            if not locked.exists():
                continue
            transaction.on_commit(partial(_delete_pieces, upload.pieces))
            upload.delete()
            dropped += 1
    return dropped
