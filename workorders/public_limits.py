"""How much may come in without a login before we ask to wait.

Every filing takes from the wide buckets: by what it is about, phone, address and overall. One that brings no proof of
work takes from narrow ones as well. A sticker or tracking link, which only somebody on the spot has, makes those wider.
A browser without JavaScript cannot prove anything: the narrow buckets are what it has, and for a shop they are enough.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from toolkit.secrets import normalize_phone
from toolkit.throttle import take


class TooMany(Exception):
    """The text is for the person; with `proof_helps` a proof of work lets the same filing through at once."""

    def __init__(self, sentence: str, *, wait_s: int, proof_helps: bool = False) -> None:
        super().__init__(sentence)
        self.wait_s, self.proof_helps = (wait_s, proof_helps)


@dataclass(frozen=True)
class Bucket:
    name: str
    an_hour: int  # that many at once, and that many again in the next hour
    sentence: Any
    proof_helps: bool = False

    def take(self, key: str, at: datetime) -> None:
        wait = take(f"{self.name} {key}", rate_per_minute=self.an_hour / 60, burst=self.an_hour, now=at)
        if wait:
            minutes = ceil(wait.seconds / 60)
            again = ngettext("Try again in %(minutes)s minute,", "Try again in %(minutes)s minutes,", minutes)
            again = again % {"minutes": minutes}
            raise TooMany(self.sentence % {"try_again": again}, wait_s=wait.seconds, proof_helps=self.proof_helps)


REPEATED = gettext_lazy("We have several reports about this already. %(try_again)s or call your service contact.")
BUSY = gettext_lazy("Very many reports are coming in just now. %(try_again)s or call your service contact.")
FROM_HERE = gettext_lazy("Many reports have come from your network. %(try_again)s or call your service contact.")
UNPROVEN = gettext_lazy(
    "Several reports have come in from here. Please send it once more: this page then makes a short check by itself. "
    "Without JavaScript: %(try_again)s or call your service contact."
)

ABOUT = Bucket("filing about", 12, REPEATED)
PHONE = Bucket(
    "filing phone",
    6,
    gettext_lazy("This phone number has sent several reports. %(try_again)s or call your service contact."),
)
ADDRESS = Bucket("filing address", 60, FROM_HERE)
OVERALL = Bucket("filing", 3000, BUSY)

UNPROVEN_ON_THE_SPOT = [
    ("about", Bucket("on the spot about", 6, UNPROVEN, proof_helps=True)),
    ("address", Bucket("on the spot address", 20, UNPROVEN, proof_helps=True)),
]
UNPROVEN_ANYWHERE = [
    ("about", Bucket("unproven about", 2, UNPROVEN, proof_helps=True)),
    ("address", Bucket("unproven address", 4, UNPROVEN, proof_helps=True)),
    ("overall", Bucket("unproven", 120, UNPROVEN, proof_helps=True)),
]

UNPROVEN_CHECK = Bucket(
    "unproven engineer check",
    5,
    gettext_lazy(
        "Several questions have come from here. Please ask once more: this page then makes a short check by itself. "
        "Without JavaScript: %(try_again)s or call your service contact."
    ),
    proof_helps=True,
)
ENGINEER_CHECK_ADDRESS = Bucket(
    "engineer check address",
    20,
    gettext_lazy("Many questions have come from your network. %(try_again)s or call your service contact."),
)
ENGINEER_CHECK_ORDER = Bucket(
    "engineer check order",
    10,
    gettext_lazy("Many have asked about this order. %(try_again)s or call your service contact."),
)
CHALLENGE = Bucket("challenge", 300, FROM_HERE)


def check_filing(
    request: HttpRequest, *, about: str, phone: str, is_on_the_spot: bool, has_proof: bool, at: datetime
) -> None:
    keys = {"about": about, "address": client_address(request), "overall": ""}
    if not has_proof:
        for key, bucket in UNPROVEN_ON_THE_SPOT if is_on_the_spot else UNPROVEN_ANYWHERE:
            bucket.take(keys[key], at)
    ABOUT.take(about, at)
    if dialled := normalize_phone(phone):
        PHONE.take(dialled, at)
    ADDRESS.take(keys["address"], at)
    OVERALL.take("", at)


def check_engineer(request: HttpRequest, *, number: str, has_proof: bool, at: datetime) -> None:
    if not has_proof:
        UNPROVEN_CHECK.take(client_address(request), at)
    ENGINEER_CHECK_ADDRESS.take(client_address(request), at)
    ENGINEER_CHECK_ORDER.take(number.strip().upper(), at)


def may_have_challenge(request: HttpRequest) -> bool:
    try:
        CHALLENGE.take(client_address(request), timezone.now())
    except TooMany:
        return False
    return True


def client_address(request: HttpRequest) -> str:
    """What the outermost of our own proxies (PROXY_COUNT of them) saw, else the connection; empty without either."""
    proxies = settings.AXES_IPWARE_PROXY_COUNT
    seen = [address.strip() for address in request.headers.get("X-Forwarded-For", "").split(",")]
    return (
        seen[-proxies] if proxies and len(seen) >= proxies and seen[-proxies] else request.META.get("REMOTE_ADDR", "")
    )
