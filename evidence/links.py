"""Links to files: signed, good for an hour or two. For half an hour the same capture has the same link, so that a
browser fetches it once and an unchanged page stays the same."""

import time
from uuid import UUID

from django.core import signing

SIGNER = signing.Signer(salt="capture")
STEP_S, GOOD_FOR_S = 1800, 3600


def token_for(capture_id: UUID) -> str:
    expires = (int(time.time()) // STEP_S + 1) * STEP_S + GOOD_FOR_S
    return SIGNER.sign_object([str(capture_id), expires])


def capture_id_in(token: str) -> UUID:
    """Raises BadSignature for a forged or expired one."""
    capture_id, expires = SIGNER.unsign_object(token)
    if expires < time.time():
        raise signing.SignatureExpired
    return UUID(capture_id)
