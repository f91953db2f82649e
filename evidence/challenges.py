"""Codes to be seen in a photo. Nobody knows one before it is given out, so a photo that shows it is not older."""

import hashlib
import hmac
from datetime import date

from django.conf import settings

ALPHABET = "ACDEFHJKMNPRTVWXY3479"  # none of which is read or heard as another of them
LENGTH = 5


def challenge_code(subject: str, on: date) -> str:
    """The same for the same subject and day; without settings.INDEX_KEY it cannot be worked out."""
    digest = hmac.new(settings.INDEX_KEY.encode(), f"challenge\0{subject}\0{on}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest)
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH))
