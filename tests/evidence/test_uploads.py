"""Files in pieces, over lines that break."""

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from evidence.actions import PIECE_BYTES, begin_upload, drop_abandoned_uploads, receive_chunk
from evidence.models import Capture, Upload
from tests.evidence.conftest import photo_bytes
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


def pieces_left() -> list[str]:
    """Names of the files of pieces that are still there."""
    try:
        folders, _ = default_storage.listdir("evidence/pieces")
    except FileNotFoundError:
        return []
    return [name for folder in folders for name in default_storage.listdir(f"evidence/pieces/{folder}")[1]]


def test_the_file_that_came_in_pieces_is_the_file_that_was_sent(
    send, engineer, at, django_capture_on_commit_callbacks
) -> None:
    content, device = photo_bytes(), uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        upload = send(
            content, piece=10_000, lat=30.1, lon=120.2, accuracy_m=9.0, taken_at=at, device=device, challenge="K7QX"
        )
    capture = Capture.objects.get(pk=upload.pk)
    assert upload.is_whole and upload.capture == capture
    assert capture.original.read() == content
    assert capture.sha256 == hashlib.sha256(content).hexdigest()
    assert (capture.lat, capture.lon, capture.accuracy_m, capture.taken_at) == (30.1, 120.2, 9.0, at)
    assert (capture.device, capture.challenge, capture.source, capture.by) == (device, "K7QX", "camera", engineer)
    assert pieces_left() == []


def test_a_repeated_piece_changes_nothing_and_a_gap_is_told(begin, engineer, at) -> None:
    content = photo_bytes()
    upload = begin(content)

    def piece(offset: int, end: int) -> Upload:
        return receive_chunk(upload.pk, offset=offset, content=content[offset:end], by=engineer, at=at)

    assert piece(0, 1000).offset == 1000
    assert piece(0, 1000).offset == 1000
    assert piece(500, 2000).offset == 1000
    assert piece(5000, 6000).offset == 1000
    assert receive_chunk(upload.pk, offset=1000, content=b"", by=engineer, at=at).offset == 1000
    whole = piece(1000, len(content))
    assert (whole.is_whole, whole.offset) == (True, len(content))
    assert piece(1000, len(content)).is_whole


def test_the_announcement_repeated_says_how_far_it_is(begin, engineer, at) -> None:
    content, id = photo_bytes(), uuid.uuid4()
    begin(content, id=id)
    receive_chunk(id, offset=0, content=content[:1000], by=engineer, at=at)
    assert begin(content, id=id).offset == 1000
    receive_chunk(id, offset=1000, content=content[1000:], by=engineer, at=at)
    assert begin(content, id=id).is_whole
    drop_abandoned_uploads(at=at + timedelta(days=30))
    assert begin(content, id=id).is_whole  # even when only the capture is left


def test_another_hash_than_announced_starts_again(begin, engineer, at, django_capture_on_commit_callbacks) -> None:
    content = photo_bytes()
    damaged = b"\xff\xd8\xff\xe1" + content[4:]
    upload = begin(content)
    with django_capture_on_commit_callbacks(execute=True):
        again = receive_chunk(upload.pk, offset=0, content=damaged, by=engineer, at=at)
    assert (again.offset, again.is_whole, again.refusal) == (0, False, "")
    assert not Capture.objects.exists() and pieces_left() == []
    assert receive_chunk(upload.pk, offset=0, content=content, by=engineer, at=at).is_whole


def test_a_piece_the_disk_lost_starts_the_file_again(begin, engineer, at) -> None:
    content = photo_bytes()
    upload = receive_chunk(begin(content).pk, offset=0, content=content[:1000], by=engineer, at=at)
    default_storage.delete(upload.pieces[0])
    assert receive_chunk(upload.pk, offset=1000, content=content[1000:], by=engineer, at=at).offset == 0
    assert receive_chunk(upload.pk, offset=0, content=content, by=engineer, at=at).is_whole


def test_what_is_no_photo_is_refused_for_good_with_a_sentence(send, begin, engineer, at) -> None:
    content = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    upload = send(content)
    assert "not a photo" in upload.refusal and not upload.is_whole
    assert "not a photo" in begin(content, id=upload.pk).refusal
    assert "not a photo" in receive_chunk(upload.pk, offset=0, content=content, by=engineer, at=at).refusal
    assert not Capture.objects.exists()


def test_more_bytes_than_announced_start_it_again(begin, engineer, at) -> None:
    content = photo_bytes()
    upload = receive_chunk(begin(content).pk, offset=0, content=content + b"more", by=engineer, at=at)
    assert (upload.offset, upload.is_whole) == (0, False)


def test_an_id_stands_for_one_file_of_one_person(begin, send, engineer, colleague, at) -> None:
    content, id = photo_bytes(), uuid.uuid4()
    send(content, id=id)
    for other in ({"by": colleague}, {"sha256": "0" * 64}, {"size": 5}, {"kind": "signature"}):
        with pytest.raises(Refused, match="already sent"):
            begin(content, id=id, **other)
    with pytest.raises(Upload.DoesNotExist):
        receive_chunk(id, offset=0, content=content, by=colleague, at=at)
    with pytest.raises(Upload.DoesNotExist):
        receive_chunk(uuid.uuid4(), offset=0, content=content, by=engineer, at=at)


@pytest.mark.parametrize(("kind", "megabytes"), [("photo", 15), ("signature", 2), ("video", 30), ("audio", 10)])
def test_a_file_too_large_is_refused_before_it_is_sent(begin, kind, megabytes) -> None:
    with pytest.raises(Refused, match=f"larger than {megabytes} MB"):
        begin(b"", kind=kind, size=megabytes * 1024 * 1024 + 1)
    assert begin(b"", kind=kind, size=megabytes * 1024 * 1024).offset == 0


def test_a_piece_too_large_is_refused(begin, engineer, at) -> None:
    upload = begin(b"", size=PIECE_BYTES * 2)
    with pytest.raises(Refused, match="256 kB"):
        receive_chunk(upload.pk, offset=0, content=b"x" * (PIECE_BYTES + 1), by=engineer, at=at)


def test_what_does_not_move_for_two_weeks_is_forgotten(
    begin, capture, engineer, at, django_capture_on_commit_callbacks
) -> None:
    content = photo_bytes()
    upload = receive_chunk(begin(content).pk, offset=0, content=content[:1000], by=engineer, at=at)
    assert drop_abandoned_uploads(at=at + timedelta(days=13)) == 0
    assert len(pieces_left()) == 2  # one of them of the finished one, whose transaction is not over in this test
    with django_capture_on_commit_callbacks(execute=True):
        drop_abandoned_uploads(at=at + timedelta(days=15))
    assert not Upload.objects.exists() and not default_storage.exists(upload.pieces[0])
    assert Capture.objects.get() == capture


@pytest.mark.django_db(transaction=True)
def test_the_same_pieces_from_sixteen_hands_make_one_file(begin, engineer, at) -> None:
    content = photo_bytes("olive", (800, 600))
    upload = begin(content)
    step = 20_000

    def hand(number: int) -> None:
        try:
            for offset in range(0, len(content), step):
                receive_chunk(upload.pk, offset=offset, content=content[offset : offset + step], by=engineer, at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as hands:
        list(hands.map(hand, range(16)))
    assert Capture.objects.get().original.read() == content
    assert pieces_left() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_announcement_sixteen_times_at_once_is_one(engineer, at) -> None:
    id = uuid.uuid4()

    def announce(number: int) -> int:
        try:
            return begin_upload(
                id=id, kind="photo", source="camera", size=9, sha256="0" * 64, mime="", by=engineer, at=at
            ).offset
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as hands:
        assert list(hands.map(announce, range(16))) == [0] * 16
    assert Upload.objects.count() == 1
