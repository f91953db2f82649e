"""Opening pictures from outside: nothing is decoded before size, kind and pixels are known to be harmless,
and nothing of the file survives but its pixels."""

import io
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import IO, Any

import pillow_heif
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import ExifTags, Image

from toolkit.errors import Refused

MAX_BYTES = 15 * 1024 * 1024
# What about 150 MB are enough for (measured). JPEG is decoded small, but for a progressive one all coefficients are held.
MAX_MEGAPIXELS = {"JPEG": 50, "progressive": 20, "HEIC": 25, "PNG": 20, "WEBP": 6}
MAX_SCANS = 64  # of a progressive JPEG: ten are usual, thousands are an attack
WORKING_EDGE = 1920  # pixels: what is at least twice as long is reduced while it is decoded

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
Image.MAX_IMAGE_PIXELS = 50_000_000
warnings.simplefilter("error", Image.DecompressionBombWarning)

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
MARKUP = re.compile(rb"<(?:script|html|svg|!doctype|\?php)[\s>:]")
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")  # ZIP is found by its directory
START_OF_SCAN, END_OF_IMAGE, WITHOUT_LENGTH = 0xDA, 0xD9, {0x00, 0x01, *range(0xD0, 0xD9), 0xFF}  # JPEG markers
END_OF_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


@dataclass(frozen=True)
class Picture:
    """Upright RGB pixels, less than twice WORKING_EDGE long, and what the camera said.

    taken_at is an instant: by the camera's own offset, else by GPS time, else read in the current time zone.
    """

    image: Image.Image
    format: str  # JPEG, PNG, WEBP or HEIC, by content
    taken_at: datetime | None
    lat: float | None
    lon: float | None


def open_picture(file: IO[bytes]) -> Picture:
    """Refuses what is not plainly a photo. Says nothing about the file's name, which proves nothing."""
    file.seek(0)
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused(_("This file is larger than 15 MB. Take the photo again with a lower resolution."))
    kind = _kind(content)
    if kind is None:
        raise Refused(_("This file is not a photo. Send a JPEG, PNG, WebP or HEIC picture."))
    try:
        if kind == "WEBP":
            _check_pixels(_webp_size(content), kind)  # before Pillow, which allots the canvas when it opens a WebP
        image = Image.open(io.BytesIO(content), formats=["HEIF" if kind == "HEIC" else kind])
        _check_pixels(image.size, "progressive" if "progressive" in image.info else kind)
        if not _is_pure(content, kind):
            raise Refused(_("This file holds something else beside the picture. Take a new photo and send that."))
        turn, taken_at, lat, lon = _said_by_camera(image)
        return Picture(_decoded(image, turn), kind, taken_at, lat, lon)
    except Refused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_many_pixels(kind) from error
    except Exception as error:  # decoders raise anything at hostile bytes
        raise Refused(_("This picture is damaged or was cut off on its way. Send it again.")) from error


def reencode(picture: Picture, long_edge: int = 1920) -> bytes:
    """A JPEG made of the pixels alone: no EXIF, no comments, no profiles."""
    image = picture.image.copy()
    image.thumbnail((long_edge, long_edge), Image.Resampling.LANCZOS)
    encoded = io.BytesIO()
    _pixels(image).save(encoded, "JPEG", quality=85, optimize=True)
    return encoded.getvalue()


def thumbnail(picture: Picture, long_edge: int = 320) -> bytes:
    return reencode(picture, long_edge)


def difference_hash(image: Image.Image) -> int:
    """64 bits, signed, that stay nearly the same when a picture is made smaller, brighter or saved again: in eight rows
    of nine greys, whether each is lighter than the next."""
    greys = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = "".join("1" if greys[at] > greys[at + 1] else "0" for at in range(71) if at % 9 < 8)
    number = int(bits, 2)
    return number - (number >> 63 << 64)


def _too_many_pixels(kind: str) -> Refused:
    return Refused(
        _("This picture has more than %(limit)d megapixels. Take the photo again with a lower resolution.")
        % {"limit": MAX_MEGAPIXELS[kind]}
    )


def _check_pixels(size: tuple[int, int], kind: str) -> None:
    if size[0] * size[1] > MAX_MEGAPIXELS[kind] * 1_000_000:
        raise _too_many_pixels(kind)


def _kind(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "HEIC"
    return None


def _is_pure(content: bytes, kind: str) -> bool:
    """No archive, document or script in the same bytes. Behind a JPEG phones put previews and films: those may stay,
    since only pixels are kept."""
    if MARKUP.search(content.lower()) or any(mark in content for mark in ARCHIVES):
        return False
    if b"%PDF-" in content[:1024] or zipfile.is_zipfile(io.BytesIO(content)):
        return False
    behind = content[LENGTHS[kind](content) :]
    return b"%PDF-" not in behind and (kind in ("JPEG", "HEIC") or not behind.strip(b"\0"))


def _jpeg_length(content: bytes) -> int:
    at, scans = 2, 0
    while (at := content.find(b"\xff", at)) >= 0 and at + 4 <= len(content):
        marker = content[at + 1]
        if marker == END_OF_IMAGE:
            break
        if marker in WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == START_OF_SCAN:
            scans += 1
            if scans > MAX_SCANS:
                raise ValueError("too many scans")
            end = END_OF_SCAN.search(content, at)
            at = end.end() - 2 if end else len(content)
    return at + 2 if at >= 0 else len(content)


def _png_length(content: bytes) -> int:
    at = 8
    while at + 8 <= len(content):
        name = content[at + 4 : at + 8]
        at += 12 + int.from_bytes(content[at : at + 4], "big")
        if name == b"IEND":
            return at
    return len(content)


def _webp_length(content: bytes) -> int:
    length = 8 + int.from_bytes(content[4:8], "little")
    return length + length % 2


LENGTHS: dict[str, Callable[[bytes], int]] = {
    "JPEG": _jpeg_length,
    "PNG": _png_length,
    "WEBP": _webp_length,
    "HEIC": len,
}


def _webp_size(content: bytes) -> tuple[int, int]:
    chunk = content[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", content, 26)
    return width & 0x3FFF, height & 0x3FFF


def _decoded(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Band by band, so that there is never a second picture of full size."""
    if image.format in ("JPEG", "MPO"):  # a HEIC would give its thumbnail, which may show something else
        scale = min(1, WORKING_EDGE / max(image.size))
        image.draft("RGB", (int(image.width * scale), int(image.height * scale)))
    image.load()
    factor = max(1, max(image.size) // WORKING_EDGE)
    small = Image.new("RGB", (ceil(image.width / factor), ceil(image.height / factor)))
    height = 256 * factor
    for top in range(0, image.height, height):
        band = image.crop((0, top, image.width, min(top + height, image.height)))
        small.paste(_pixels(band).reduce(factor), (0, top // factor))
    return small.transpose(turn) if turn is not None else small


def _pixels(image: Image.Image) -> Image.Image:
    """A fresh image: pasted, since converting and saving carry comments and profiles along."""
    fresh = Image.new("RGB", image.size, "white")
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        fresh.paste(image, mask=image.getchannel("A"))
    else:
        fresh.paste(image.convert("RGB"))
    return fresh


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _said_by_camera(
    image: Image.Image,
) -> tuple[Image.Transpose | None, datetime | None, float | None, float | None]:
    try:
        exif = image.getexif()
        camera, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
        turn = TURNS.get(exif.get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a broken EXIF block is no reason to lose the photo
        return None, None, None, None
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", 90)
    lon = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", 180)
    if lat is None or lon is None or (lat, lon) == (0, 0):
        lat = lon = None
    return turn, _by_offset(camera) or _by_gps(gps) or _by_zone(camera), lat, lon


def _degrees(gps: dict[int, Any], value: int, reference: int, negative: str, limit: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in gps[value])
        sign = -1 if str(gps[reference]).strip("\0 ").upper() == negative else 1
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    angle = degrees + minutes / 60 + seconds / 3600
    return round(sign * angle, 7) if 0 <= angle <= limit else None


def _camera_time(camera: dict[int, Any]) -> datetime:
    return datetime.strptime(str(camera[ExifTags.Base.DateTimeOriginal]).strip("\0 "), "%Y:%m:%d %H:%M:%S")


def _by_offset(camera: dict[int, Any]) -> datetime | None:
    try:
        offset = datetime.strptime(str(camera[ExifTags.Base.OffsetTimeOriginal]).strip("\0 "), "%z").tzinfo
        return _camera_time(camera).replace(tzinfo=offset).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def _by_gps(gps: dict[int, Any]) -> datetime | None:
    try:
        day = datetime.strptime(str(gps[ExifTags.GPS.GPSDateStamp]).strip("\0 "), "%Y:%m:%d").replace(tzinfo=UTC)
        hours, minutes, seconds = (float(part) for part in gps[ExifTags.GPS.GPSTimeStamp])
        return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None


def _by_zone(camera: dict[int, Any]) -> datetime | None:
    try:
        return timezone.make_aware(_camera_time(camera)).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None
