"""The chain of seals. Each holds a keyed hash of one capture's row and of the seal before it, so that a row that was
changed, taken out, put in or moved is found, and nobody without the key (settings.INDEX_KEY) can make a chain that fits.

Captures are sealed after their transaction, by one process at a time, in the order in which they are found: sealing
inside the transaction would make everybody wait for everybody. What waits is a row of Unsealed, which the database
itself writes; unlike transaction ids it survives a restored backup. The last link of each day is also written to a file
beside the captures, since a chain alone does not show that its end was cut off.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from evidence.models import Capture, Seal, Unsealed

SEALED = (
    "id", "kind", "source", "sha256", "size", "mime", "duration_s", "dhash", "taken_at", "received_at", "by_id", "lat",
    "lon", "accuracy_m", "device", "challenge", "original",
)  # fmt: skip
FIRST = "0" * 64  # what stands before the first seal
LOCK = 0x65766964  # of PostgreSQL, for whoever seals
HEADS = "evidence/heads"


def digest(capture: Capture, before: str) -> str:
    """Empty facts are left out: a field that comes later changes no old seal."""
    facts = {name: getattr(capture, name) for name in SEALED}
    facts["original"] = capture.original.name
    facts = {name: value for name, value in facts.items() if value not in (None, "")}
    text = json.dumps(facts, sort_keys=True, cls=DjangoJSONEncoder, ensure_ascii=False)
    return hmac.new(settings.INDEX_KEY.encode(), f"evidence\0{before}\0{text}".encode(), hashlib.sha256).hexdigest()


def seal_captures(*, at: datetime, limit: int = 1000) -> int:
    """Seals what waits, up to a limit; how many. 0 as well while somebody else is sealing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = Seal.objects.order_by("position").last()
        position, before = (last.position, last.digest) if last else (0, FIRST)
        seals = []
        waiting = Capture.objects.filter(pk__in=Unsealed.objects.values("pk")[:limit])
        for capture in waiting.order_by("received_at", "id"):
            position, before = position + 1, digest(capture, before)
            seals.append(Seal(position=position, capture=capture, digest=before, sealed_at=at))
        if seals:
            Seal.objects.bulk_create(seals)
            Unsealed.objects.filter(pk__in=[seal.capture_id for seal in seals]).delete()
            transaction.on_commit(partial(_write_head, seals[-1]))
    return len(seals)


def _write_head(seal: Seal) -> None:
    name = f"{HEADS}/{seal.sealed_at:%Y-%m-%d}"
    default_storage.delete(name)
    default_storage.save(name, ContentFile(str(seal).encode()))


@dataclass(frozen=True)
class Break:
    """Something that is not as it was sealed; `position` is None where nothing was sealed."""

    position: int | None
    what: str

    def __str__(self) -> str:
        return f"position {self.position}: {self.what}" if self.position else f"not sealed: {self.what}"


def verify(*, files: bool = True) -> list[Break]:
    """Reads the whole chain and, unless told otherwise, every original. The first broken position comes first."""
    breaks = [*broken_links(files), *broken_heads(), *broken_without_seal(files)]
    return sorted(breaks, key=lambda found: (found.position is None, found.position))


def broken_links(files: bool) -> Iterator[Break]:
    before, expected = FIRST, 1
    while seals := list(Seal.objects.filter(position__gte=expected).order_by("position")[:500]):
        captures = Capture.objects.in_bulk([seal.capture_id for seal in seals])
        for seal in seals:
            is_next = seal.position == expected
            if not is_next:
                yield Break(expected, f"the seals from here to {seal.position - 1} are gone")
            capture = captures.get(seal.capture_id)
            if capture is None:
                yield Break(seal.position, f"the row of capture {seal.capture_id} is gone")
            elif is_next and not hmac.compare_digest(seal.digest, digest(capture, before)):
                yield Break(seal.position, f"{capture} is not as it was sealed, or not in its place")
            if capture and files and (wrong := _wrong_with_file(capture)):
                yield Break(seal.position, wrong)
            before, expected = seal.digest, seal.position + 1


def broken_heads() -> Iterator[Break]:
    end = Seal.objects.count() and Seal.objects.latest("position").position
    for name, position, told in _heads():
        known = Seal.objects.filter(position=position).first()
        if known is None and position > end:
            yield Break(end + 1, f"the seals from here to {position} are gone, which {name} remembers")
        elif known is not None and known.digest != told:
            yield Break(position, f"another seal than {name} remembers")


def broken_without_seal(files: bool) -> Iterator[Break]:
    for capture in Capture.objects.filter(seal=None).select_related("unsealed").iterator(chunk_size=500):
        if not hasattr(capture, "unsealed"):
            yield Break(None, f"{capture} was put in past the chain")
        elif files and (wrong := _wrong_with_file(capture)):
            yield Break(None, wrong)


def _wrong_with_file(capture: Capture) -> str:
    """Empty where the original is there, byte for byte."""
    try:
        with capture.original.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return f"the file of {capture} is gone"
    return "" if found == capture.sha256 else f"the file of {capture} was changed"


def _heads() -> Iterator[tuple[str, int, str]]:
    try:
        names = default_storage.listdir(HEADS)[1]
    except FileNotFoundError:
        return
    for name in sorted(names):
        with default_storage.open(f"{HEADS}/{name}") as file:
            position, told = file.read().decode().split(":")
        yield f"{HEADS}/{name}", int(position), told
