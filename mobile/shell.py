"""What of the front end a phone keeps for itself: the page without data, and everything that page loads."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language

ASSETS = (
    "field.css", "field.js", "scan.js", "theme.js", "zxing_reader.wasm", "field.svg", "favicon.svg",
    "icon-192.png", "icon-512.png", "icon-maskable.png",
)  # fmt: skip


def _content(name: str) -> bytes:
    return Path(finders.find(name) or staticfiles_storage.path(name)).read_bytes()


@cache
def _kept_digest() -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(_content(name)).digest() for name in ASSETS)).hexdigest()


def build() -> str:
    """Changes with every new front end. During development files change under a running server."""
    return (_kept_digest.__wrapped__() if settings.DEBUG else _kept_digest())[:16]


def asset_urls() -> list[str]:
    return [static(name) for name in ASSETS]


def shell_version(shell_html: str) -> str:
    """Also of the language it speaks."""
    return hashlib.sha256(f"{build()} {get_language()} {shell_html}".encode()).hexdigest()[:16]


def shell_page() -> str:
    return render_to_string("field/shell.html", {"is_phone": True})
