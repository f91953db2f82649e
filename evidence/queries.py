from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

from django.db import connection

from evidence.models import BANDS, Capture

BITS = 16  # of a band
FARTHEST = 11  # bits of 64; two photos of different things differ in some 32


@dataclass(frozen=True)
class Alike:
    capture: Capture
    distance: int  # bits in which the hashes differ


def near_duplicates(capture: Capture, within: int = 6, limit: int = 20) -> list[Alike]:
    """Other photos whose hash differs in at most so many bits, the nearest first.

    If two hashes differ in that many bits, in at least one of their four bands they differ in a quarter of it at most:
    rows are looked up by all values that near in each band, and compared.
    """
    if capture.dhash is None:
        return []
    if not 0 <= within <= FARTHEST:
        raise ValueError(f"within is 0 to {FARTHEST} bits")
    masks = _masks(within // len(BANDS))
    nearby = [[(capture.dhash >> begin & 65535) ^ mask for mask in masks] for begin in BANDS]
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [capture.dhash, *nearby, capture.dhash, within, capture.pk, limit])
        distances = dict(cursor.fetchall())
    found = Capture.objects.select_related("by").in_bulk(distances)
    return [Alike(found[id], distance) for id, distance in distances.items()]


def seen_elsewhere(photos: Collection[Capture], within: int = 4) -> int:
    """How many of these resemble a photo that is not among them."""
    own = {photo.pk for photo in photos}
    return sum(
        any(alike.capture.pk not in own for alike in near_duplicates(photo, within, limit=len(own) + 1))
        for photo in photos
    )


def _masks(bits: int) -> list[int]:
    """All ways to differ in up to so many bits of a band."""
    return [sum(1 << bit for bit in chosen) for count in range(bits + 1) for chosen in combinations(range(BITS), count)]


QUERY = f"""
SELECT id, bit_count((dhash # %s)::bit(64)) AS distance FROM evidence_capture
WHERE dhash IS NOT NULL AND ({" OR ".join(f"((dhash >> {begin}) & 65535) = ANY(%s)" for begin in BANDS)})
  AND bit_count((dhash # %s)::bit(64)) <= %s AND id <> %s
ORDER BY distance, received_at LIMIT %s
"""
