"""The same photo used again is found, whatever was done to it."""

import io
import random

import pytest
from django.db import connection
from PIL import Image, ImageEnhance

from evidence.models import Capture
from evidence.queries import FARTHEST, QUERY, near_duplicates
from tests.evidence.conftest import photo_bytes
from toolkit.pictures import difference_hash

pytestmark = pytest.mark.django_db


def scene(seed: int) -> Image.Image:
    """Something with light and dark places, as a shop has."""
    dice = random.Random(seed)
    small = Image.new("L", (12, 9))
    small.putdata([dice.randrange(256) for _ in range(108)])
    return small.resize((640, 480), Image.Resampling.BICUBIC).convert("RGB")


def encoded(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **{"quality": 85, **options})
    return file.getvalue()


ALTERED = {
    "saved again": lambda image: encoded(image, quality=30),
    "smaller": lambda image: encoded(image.resize((320, 240))),
    "brighter": lambda image: encoded(ImageEnhance.Brightness(image).enhance(1.3)),
    "less contrast": lambda image: encoded(ImageEnhance.Contrast(image).enhance(0.7)),
    "cropped a little": lambda image: encoded(image.crop((6, 4, 634, 476))),
}


@pytest.mark.parametrize("altered", ALTERED)
def test_the_same_photo_altered_is_found_and_others_are_not(send, altered) -> None:
    first = send(encoded(scene(1))).capture
    for seed in range(2, 12):
        send(encoded(scene(seed)))
    second = send(ALTERED[altered](scene(1))).capture
    assert [alike.capture for alike in near_duplicates(second)] == [first]
    assert [alike.capture for alike in near_duplicates(first)] == [second]


def test_every_pair_within_reach_is_found(send, engineer, at) -> None:
    """As many as comparing each with all would find, at every distance up to the farthest."""
    dice = random.Random(5)
    whole = send(photo_bytes()).capture
    start = whole.dhash
    for distance in [*range(FARTHEST + 3)] * 8:
        other = start
        for bit in dice.sample(range(64), distance):
            other ^= 1 << bit if bit < 63 else -(1 << 63)
        Capture.objects.create(
            kind="photo", original="x", sha256="0" * 64, size=1, received_at=at, by=engineer, dhash=other
        )
    for within in range(FARTHEST + 1):
        found = near_duplicates(whole, within, limit=1000)
        assert len(found) == 8 * (within + 1)
        assert [alike.distance for alike in found] == sorted(alike.distance for alike in found)
        assert {((alike.capture.dhash ^ start) % 2**64).bit_count() for alike in found} == set(range(within + 1))


def test_what_has_no_hash_has_no_likes(send) -> None:
    signature = send(photo_bytes(), kind="signature").capture
    assert near_duplicates(signature) == [] == near_duplicates(send(photo_bytes()).capture)


def test_the_bands_are_looked_up_by_their_indexes(send, at) -> None:
    capture = send(photo_bytes()).capture
    made = (
        Capture(kind="photo", original="x", sha256="0" * 64, size=1, received_at=at, dhash=random.getrandbits(63))
        for _ in range(5000)
    )
    Capture.objects.bulk_create(made)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE evidence_capture")
        cursor.execute("EXPLAIN " + QUERY, [capture.dhash, *[[1, 2]] * 4, capture.dhash, 6, capture.pk, 20])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert all(f"capture_band_{begin}" in plan for begin in (0, 16, 32, 48))


def test_the_hash_is_64_bits_with_a_sign() -> None:
    right = Image.linear_gradient("L").rotate(90).convert("RGB")  # darker to brighter
    left = right.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert (difference_hash(right), difference_hash(left)) == (0, -1)
    assert all(-(2**63) <= difference_hash(scene(seed)) < 2**63 for seed in range(50))
