import logging
from dataclasses import replace
from datetime import tzinfo
from io import BytesIO
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from evidence.actions.captures import store
from evidence.models import Capture
from evidence.watermark import watermarked
from toolkit.pictures import WORKING_EDGE, Picture, open_picture, reencode

log = logging.getLogger(__name__)
SOURCES = {
    Capture.Source.CAMERA: _("Live camera"),
    Capture.Source.GALLERY: _("From the gallery"),
    Capture.Source.DRAWN: _("Drawn on the screen"),
    Capture.Source.UNKNOWN: _("Source unknown"),
}


class Caption(NamedTuple):
    """What a capture is about, in words, and the time zone of the place."""

    about: str
    zone: tzinfo


def open_shown(capture: Capture) -> tuple[IO[bytes], str]:
    """What is shown of a capture, and its type. A photo's copy, with time, place, subject and person written on it, is
    made when it is first looked at; before it belongs to anything, it is shown without and not kept."""
    if capture.kind in (Capture.Kind.VIDEO, Capture.Kind.AUDIO):
        return capture.original.open("rb"), capture.mime
    if not capture.shown:
        with capture.original.open("rb") as file:
            picture = open_picture(file)
        caption: Caption | None = import_string(settings.CAPTIONS)(capture)
        if caption is None:
            return BytesIO(reencode(picture)), "image/jpeg"
        try:
            content = _with_caption(picture, watermark_lines(capture, caption))
        except OSError:
            log.exception("The watermark's font is missing: run manage.py build_frontend")
            return BytesIO(reencode(picture)), "image/jpeg"
        _keep_shown(capture, content)
    return capture.shown.open("rb"), "image/jpeg"


def watermark_lines(capture: Capture, caption: Caption) -> list[str]:
    at = capture.taken_at or capture.received_at
    time = timezone.localtime(at, caption.zone).isoformat(" ", "seconds")
    place = ""
    if capture.lat is not None and capture.lon is not None:
        place = f"{capture.lat:.5f}, {capture.lon:.5f}"
        place += f" ±{capture.accuracy_m:.0f} m" if capture.accuracy_m is not None else ""
    who = capture.by.name if capture.by else _in_all_languages(_("Merchant"))
    source = _in_all_languages(SOURCES[Capture.Source(capture.source)])
    return [
        caption.about,
        time if capture.taken_at else f"{_in_all_languages(_('Received'))} {time}",
        place or _in_all_languages(_("No position")),
        " · ".join(filter(None, [who, source, capture.challenge, capture.sha256[:8]])),
    ]


def _in_all_languages(text: Any) -> str:
    """The same for whoever looks first."""
    spoken = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            spoken.append(str(text))
    return " ".join(dict.fromkeys(spoken))


def _with_caption(picture: Picture, lines: list[str]) -> bytes:
    image = picture.image.copy()
    image.thumbnail((WORKING_EDGE, WORKING_EDGE))
    return reencode(replace(picture, image=watermarked(image, lines)))


def _keep_shown(capture: Capture, content: bytes) -> None:
    store(capture.shown, content)
    if not Capture.objects.filter(pk=capture.pk, shown="").update(shown=capture.shown.name):
        capture.shown.storage.delete(capture.shown.name)  # somebody else looked at the same time
        capture.refresh_from_db(fields=["shown"])
