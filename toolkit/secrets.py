"""Personal data at rest: encrypted columns, keyed indexes to search them by, masks to show them by.

AES-256-GCM with a key derived from each of settings.FIELD_KEYS: the first encrypts, all of them decrypt, so a new key
is put in front and the old one stays until every row has been saved again. The indexes use settings.INDEX_KEY, which
cannot be rotated without computing every index again.
"""

import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull, Transform

VERSION = b"\x01"
NONCE_BYTES = 12
OVERHEAD_BYTES = len(VERSION) + NONCE_BYTES + 16  # by which what is sealed is longer
GRAM_SIZES = (2, 3, 4)


class UnreadableSecret(Exception):
    """Stored bytes that no key of settings.FIELD_KEYS opens: a key is missing, or somebody altered the row."""


@lru_cache(maxsize=16)
def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fieldloop field").derive(key.encode()))


def encrypt(text: str) -> bytes:
    return seal(text.encode())


def decrypt(stored: bytes) -> str:
    return unseal(stored).decode()


def seal(content: bytes, *, place: int | None = None) -> bytes:
    """What is sealed as a piece of something opens in its place only."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + _cipher(settings.FIELD_KEYS[0]).encrypt(nonce, content, _bound(place))


def unseal(stored: bytes, *, place: int | None = None) -> bytes:
    version, nonce, sealed = (stored[:1], stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :])
    if version == VERSION and len(nonce) == NONCE_BYTES:
        for key in settings.FIELD_KEYS:
            try:
                return _cipher(key).decrypt(nonce, sealed, _bound(place))
            except InvalidTag:
                continue
    raise UnreadableSecret("No key in FIELD_KEYS opens this value.")


def _bound(place: int | None) -> bytes:
    return VERSION if place is None else VERSION + place.to_bytes(8)


class EncryptedTextField(models.TextField):
    """Text that the database sees only encrypted. It answers no lookup but isnull: keep a blind_index beside it."""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or value == b"":  # the latter: the empty default of a migration
            return value
        return connection.Database.Binary(encrypt(str(value)) if value != "" else b"")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        return decrypt(bytes(value)) if len(value) else ""

    def get_lookup(self, lookup_name: str) -> type[IsNull] | None:
        return IsNull if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> type[Transform] | None:
        raise FieldError(f"{self.name} is encrypted and cannot be searched: filter on its blind index.")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.name} is encrypted and not written to fixtures: back up the database instead.")

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        error = checks.Error("An encrypted field cannot be unique or indexed.", obj=self, id="toolkit.E001")
        return [*super().check(**kwargs), *([error] if self.unique or self.db_index else [])]  # type: ignore[attr-defined]


class EncryptedJSONField(EncryptedTextField):
    """What JSON can hold, as a whole."""

    _pyi_private_set_type: Any  # for the type checker
    _pyi_private_get_type: Any

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(json.dumps(value, ensure_ascii=False), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else None


def _keyed(purpose: str, value: str) -> str:
    return hmac.new(settings.INDEX_KEY.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def blind_index(value: str, purpose: str) -> str:
    """Equal values of one purpose give equal indexes. The caller brings the value into one spelling first."""
    return _keyed(f"exact\0{purpose}", value)[:32]


def blind_grams(digits: str, purpose: str) -> list[str]:
    """All runs of 2, 3 and 4 digits, each under the key: what a number is found by without its clear text."""
    digits = _digits(digits)
    return _grams(digits, GRAM_SIZES, purpose)


def blind_query(digits: str, purpose: str) -> list[str]:
    """The grams a number must have to contain these digits: `grams__contains=…`. None for fewer than two digits.

    Necessary, not sufficient, for five digits and more: compare the few rows found in clear.
    """
    digits = _digits(digits)
    return _grams(digits, (min(len(digits), GRAM_SIZES[-1]),), purpose) if len(digits) >= GRAM_SIZES[0] else []


def _grams(digits: str, sizes: Sequence[int], purpose: str) -> list[str]:
    clear = {digits[start : start + size] for size in sizes for start in range(len(digits) - size + 1)}
    return sorted(_keyed(f"gram\0{purpose}", gram)[:10] for gram in clear)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))


def mask_phone(phone: str) -> str:
    """138****5678; a landline keeps its area code, a short number its last two digits."""
    head = 3 if len(phone) >= 10 else 0
    tail = 4 if len(phone) >= 7 else 2 if len(phone) >= 5 else 0
    return phone[:head] + "*" * (len(phone) - head - tail) + phone[len(phone) - tail :]


def mask_account(account: str) -> str:
    """The last four; how long it was is not told either."""
    account = re.sub(r"\s", "", account)
    return "****" + (account[-4:] if len(account) >= 8 else "") if account else ""


def mask_identity(identity: str) -> str:
    return mask_account(identity)


CALLING_CODES = {"CN": "86", "HK": "852", "MO": "853", "TW": "886", "SG": "65"}
MOBILE = re.compile(r"(?<!\d)(?:\+?86|0086|0)?[- ]*(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
EXTENSION = re.compile(r"(?:转|轉|分机|分機|ext\b|extension|x\s*\d|#).*", re.IGNORECASE | re.DOTALL)
DASHED_EXTENSION = re.compile(r"(0\d{2,3}-?\d{3,4}-?\d{4}|\d{2,3}-\d{7,8}|[2-8]\d{6,7})-\d{1,6}")
SEVERAL = re.compile(r"[/、,;|\n]|或|\bor\b", re.IGNORECASE)
SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}", re.IGNORECASE)
WITHOUT_TRUNK_ZERO = re.compile(r"(?!400|800)(?:(?:10|2\d)\d{8}|[3-9]\d{9,10})")


def normalize_phone(raw: str, default_country: str = "CN") -> str | None:
    """The first usable number, as it is dialled inside the country: digits, a landline with 0 and area code.

    Numbers of other countries keep their +. Extensions are left out. None when there is nothing to dial.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    if SCIENTIFIC.fullmatch(text):  # a spreadsheet's 1.3812345678E+10; with fewer decimals the digits are lost
        number = Decimal(text)
        text = f"{number:f}" if number.as_tuple().exponent == 0 else ""
    for piece in SEVERAL.split(re.sub(r"\.0+$", "", text)):
        piece = EXTENSION.sub("", piece)
        for spelling in (piece, *piece.split()):
            phone = _dialled(spelling, default_country)
            if phone and not phone.startswith("00"):  # no area code begins with 0
                return phone
    return None


def _dialled(spelling: str, country: str) -> str | None:
    if country == "CN" and (mobile := MOBILE.search(spelling)):
        return "".join(mobile.groups())
    code = CALLING_CODES.get(country, "")
    number = re.sub(r"[^\d+-]", "", spelling).strip("-")
    if abroad := re.match(r"\+|00(?!0)", number):
        number = number[abroad.end() :].lstrip("-")
        if not code or not number.startswith(code):
            number = _digits(number)
            return f"+{number}" if 7 <= len(number) <= 15 else None
        number = number[len(code) :].lstrip("-")
    if country == "CN":
        number = DASHED_EXTENSION.sub(r"\1", number)
        if number.startswith("86") and len(_digits(number)) >= 12:
            number = DASHED_EXTENSION.sub(r"\1", number[2:].lstrip("-"))
    number = _digits(number)
    if country == "CN" and WITHOUT_TRUNK_ZERO.fullmatch(number):
        number = f"0{number}"
    longest = 12 if country == "CN" else 15
    return number if 5 <= len(number) <= longest and number.strip("0") else None
