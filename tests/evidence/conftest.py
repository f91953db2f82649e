import hashlib
import io
import uuid
from collections.abc import Callable

import pytest
from PIL import Image

from evidence.actions import begin_upload, receive_chunk
from evidence.models import Capture, Upload


def photo_bytes(colour: str = "navy", size: tuple[int, int] = (640, 480), **options) -> bytes:
    """A photo with something to see, of some 100 kB."""
    noise = Image.effect_noise(size, 60).convert("RGB")
    image = Image.blend(noise, Image.new("RGB", size, colour), 0.4)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, **options)
    return file.getvalue()


@pytest.fixture
def begin(engineer, at) -> Callable[..., Upload]:
    def announce(content: bytes, *, kind="photo", by=engineer, **other) -> Upload:
        announced = {
            "id": uuid.uuid4(),
            "source": "camera",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "mime": "image/jpeg",
        }
        return begin_upload(**{**announced, **other}, kind=kind, by=by, at=at)

    return announce


@pytest.fixture
def send(begin, engineer, at) -> Callable[..., Upload]:
    """Announces and sends all pieces, as the phone does."""

    def send_all(content: bytes, *, by=engineer, piece=256 * 1024, **other) -> Upload:
        upload = begin(content, by=by, **other)
        while not upload.is_whole and not upload.refusal:
            part = content[upload.offset : upload.offset + piece]
            upload = receive_chunk(upload.pk, offset=upload.offset, content=part, by=by, at=at)
        return upload

    return send_all


@pytest.fixture
def capture(send) -> Capture:
    return send(photo_bytes(), lat=30.27412, lon=120.15515, accuracy_m=12.0).capture
