import contextlib
import hashlib
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypedDict, Unpack
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from toolkit.errors import Refused
from toolkit.pictures import difference_hash, open_picture, reencode
from toolkit.recordings import open_recording

LONGEST_S = {Capture.Kind.VIDEO: 60, Capture.Kind.AUDIO: 300}
SLACK_S = 5  # a recorder that stops by the clock writes a little more


class Where(TypedDict, total=False):
    """What the device says beside the file."""

    taken_at: datetime | None
    lat: float | None
    lon: float | None
    accuracy_m: float | None
    device: UUID | None
    challenge: str


def keep_picture(
    file: BinaryIO,
    *,
    id: UUID,
    kind: str,
    by: Any,
    at: datetime,
    source: str = Capture.Source.UNKNOWN,
    **where: Unpack[Where],
) -> Capture:
    """Keeps the original byte for byte, once it is plainly a picture. The copy of a photo that is shown comes later.

    The same id with the same bytes is the same capture; with other bytes it is refused, as is a file that is no picture.
    """
    return _keep(file.read(), _read_picture, Capture(id=id, kind=kind, source=source, by=by, received_at=at, **where))


def keep_recording(
    file: BinaryIO,
    *,
    id: UUID,
    kind: str,
    by: Any,
    at: datetime,
    source: str = Capture.Source.UNKNOWN,
    **where: Unpack[Where],
) -> Capture:
    """As keep_picture, for kinds video and audio: what is shown is the original, of a type found in its content."""
    return _keep(file.read(), _read_recording, Capture(id=id, kind=kind, source=source, by=by, received_at=at, **where))


def keep(content: bytes, capture: Capture) -> Capture:
    """Keeps the content as the original of a capture that has its kind, person and times but is not saved yet."""
    return _keep(content, _read_recording if capture.kind in LONGEST_S else _read_picture, capture)


def _keep(content: bytes, read: Callable[[bytes, Capture], bytes | None], capture: Capture) -> Capture:
    capture.sha256, capture.size = hashlib.sha256(content).hexdigest(), len(content)
    known = Capture.objects.filter(pk=capture.pk).first()
    if known is not None:
        return _same(known, capture)
    shown = read(content, capture)
    try:
        with transaction.atomic():
            store(capture.original, content)
            if shown:
                store(capture.shown, shown)
            capture.save(force_insert=True)
    except BaseException as error:
        for file in (capture.original, capture.shown):
            if file:
                file.storage.delete(file.name)
        if isinstance(error, IntegrityError):  # the same file, sent twice at the same time: the other one was first
            return _same(Capture.objects.get(pk=capture.pk), capture)
        raise
    return capture


def _same(known: Capture, capture: Capture) -> Capture:
    if known.sha256 != capture.sha256:
        raise Refused(_("This photo was already sent with other content. Please take it again."))
    return known


def _read_picture(content: bytes, capture: Capture) -> bytes | None:
    picture = open_picture(ContentFile(content))
    capture.taken_at = capture.taken_at or picture.taken_at
    capture.mime = f"image/{picture.format.lower()}"
    if capture.kind == Capture.Kind.SIGNATURE:
        return reencode(picture)
    capture.dhash = difference_hash(picture.image)
    return None


def _read_recording(content: bytes, capture: Capture) -> None:
    recording = open_recording(content)
    if recording.kind != capture.kind:
        raise Refused(
            _("This is a film, not a sound recording.")
            if recording.kind == "video"
            else _("This is a sound recording, not a film.")
        )
    if recording.duration_s > LONGEST_S[Capture.Kind(capture.kind)] + SLACK_S:
        raise Refused(
            _("This recording is longer than %(limit)d seconds. Record a shorter one.")
            % {"limit": LONGEST_S[Capture.Kind(capture.kind)]}
        )
    capture.mime, capture.duration_s = recording.mime, recording.duration_s


def store(field: models.fields.files.FieldFile, content: bytes) -> None:
    """On the disk, not only in its cache: the phone throws its copy away after this."""
    field.save("file", ContentFile(content), save=False)
    with contextlib.suppress(NotImplementedError):  # a storage that is no disk
        for path in (Path(field.path), Path(field.path).parent):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
