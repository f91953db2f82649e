"""A folder of hostile files, of which none is kept as something it is not."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from evidence.models import Capture
from tests.evidence.conftest import photo_bytes
from tests.evidence.recordings import mp4, webm
from tests.toolkit.test_pictures import ATTACKS as PICTURES
from tests.toolkit.test_pictures import encoded, gradient
from tests.toolkit.test_recordings import ATTACKS as RECORDINGS
from toolkit.errors import Refused

MOST_MB = 150  # and 2 s, which open_each.py prints


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Attacks, among them some that are as large as they may be, and good files beside them."""
    place = tmp_path_factory.mktemp("attacks")
    for name, (content, _sentence) in PICTURES.items():
        (place / f"photo-{name}").write_bytes(content)
    for name, (content, _sentence) in RECORDINGS.items():
        (place / f"audio-{name}").write_bytes(content)
    noise = random.Random(3).randbytes(29 * 1024 * 1024)
    (place / "video-noise.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + noise)
    (place / "video-noise.webm").write_bytes(webm() + noise)
    (place / "video-zeros.mp4").write_bytes(mp4(handlers=("vide",)) + bytes(len(noise)))
    (place / "good-film.mp4").write_bytes(mp4(handlers=("vide",)))
    (place / "photo-good-large.jpg").write_bytes(encoded(gradient(8600, 5800)))
    (place / "photo-good-large-progressive.jpg").write_bytes(encoded(gradient(5400, 3600), progressive=True))
    (place / "photo-good-large.png").write_bytes(encoded(gradient(5400, 3600), "PNG"))
    return place


def test_there_are_enough(folder) -> None:
    assert len([path for path in folder.iterdir() if "good" not in path.name]) >= 80


def test_each_is_refused_and_large_photos_open_with_little_memory(folder) -> None:
    script = Path(__file__).with_name("open_each.py")
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR)}
    ran = subprocess.run(
        [sys.executable, script, folder], capture_output=True, text=True, check=True, env=environment, timeout=300
    )
    opened = json.loads(ran.stdout)
    ended = {name: "opened" if "good" in name else "refused" for name in opened}
    assert {name: told for name, (told, _mb, _s) in opened.items()} == ended
    assert {name: mb for name, (_ended, mb, _s) in opened.items() if mb > MOST_MB} == {}
    assert max(mb for _ended, mb, _s in opened.values()) > 1  # it was measured


@pytest.mark.django_db
def test_none_is_kept_under_any_kind(folder, send) -> None:
    refused = 0
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if "good" in path.name or len(content) > 1024 * 1024:
            continue
        for kind in ("photo", "signature") if path.name.startswith("photo") else ("audio", "video"):
            try:
                assert send(content, kind=kind).refusal.endswith("."), path.name
            except Refused as announced:  # empty files, before a byte was sent
                assert not content, announced
            refused += 1
    assert refused > 150
    assert not Capture.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (mp4(handlers=("vide", "soun")), "audio", "a film, not a sound"),
        (webm(), "video", "a sound recording, not a film"),
        (mp4(70, handlers=("vide",)), "video", "longer than 60 seconds"),
        (webm(320), "audio", "longer than 300 seconds"),
        (webm(), "photo", "not a photo"),
        (photo_bytes(), "audio", "not a recording"),
    ],
)
def test_what_is_another_kind_or_too_long_is_refused(send, content, kind, sentence) -> None:
    assert sentence in send(content, kind=kind).refusal


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (mp4(3.5, handlers=("vide", "soun")), "video", "video/mp4"),
        (webm(3.5), "audio", "audio/webm"),
        (mp4(62, handlers=("vide",)), "video", "video/mp4"),
    ],
)
def test_a_recording_is_kept_with_its_type_and_length(send, content, kind, mime) -> None:
    capture = send(content, kind=kind, mime="text/html").capture
    assert (capture.mime, capture.original.read()) == (mime, content)
    assert capture.duration_s in (3.5, 62)
