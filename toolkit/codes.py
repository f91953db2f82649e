"""QR codes out, QR codes and barcodes in. Reading needs the system library zbar; without it everything else works."""

import io
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import IO

import qrcode
from django.utils.html import format_html
from django.utils.translation import gettext as _
from PIL import Image, ImageChops, ImageFilter, ImageOps

from toolkit.errors import Refused
from toolkit.pictures import open_picture

KINDS = ("QRCODE", "CODE128", "CODE39", "CODE93", "EAN13")  # zbar sees the others in mere noise
ENOUGH_EDGE, READING_EDGE = 1000, 1600  # pixels: smaller pictures are enlarged, larger ones reduced


def qr_png(text: str, box: int = 8, *, rough: bool = False) -> bytes:
    """Black on white with the quiet zone; `box` is the edge of one module in pixels.

    `rough` is for stickers: it is read with 30 % of it scratched away, where 15 % is usual.
    """
    encoded = io.BytesIO()
    _qr(text, box, rough).make_image().save(encoded, "PNG")
    return encoded.getvalue()


def qr_svg(text: str) -> str:
    """Safe markup to put into a page: one path, no style, no script; its size is the page's affair."""
    rows = _qr(text).get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{path}"/></svg>',
        size=len(rows),
        path=path,
    )


def _qr(text: str, box: int = 1, rough: bool = False) -> qrcode.QRCode:
    # Looking for the best of the eight masks takes ten times as long as the rest; at level H any of them is read.
    level = (
        {"error_correction": qrcode.ERROR_CORRECT_H, "mask_pattern": 0}
        if rough
        else {"error_correction": qrcode.ERROR_CORRECT_M}
    )
    code = qrcode.QRCode(**level, box_size=box, border=4)
    code.add_data(text)
    return code


def decoding_available() -> bool:
    return _zbar() is not None


def decode_picture(image: Image.Image) -> list[str]:
    """What the codes in a photo say, each once; empty when none can be read."""
    zbar = _zbar()
    if zbar is None:
        raise Refused(_("Photos of codes cannot be read on this server. Scan with the camera or type the number."))
    symbols = [zbar.ZBarSymbol[kind] for kind in KINDS]
    for attempt in _attempts(image):
        if found := zbar.decode(attempt, symbols=symbols):
            return list(dict.fromkeys(code.data.decode(errors="replace").strip() for code in found))
    return []


def read_code(file: IO[bytes]) -> str:
    """The one code in an uploaded photo."""
    codes = decode_picture(open_picture(file).image)
    if len(codes) != 1:
        raise Refused(
            _("No code can be read in this photo. Go closer, hold still and avoid reflections, or type the number.")
            if not codes
            else _("There are several codes in this photo. Take one in which only the right one can be seen.")
        )
    return codes[0]


@cache
def _zbar() -> ModuleType | None:
    try:
        return import_module("pyzbar.pyzbar")
    except (ImportError, OSError):
        return None


def _attempts(image: Image.Image) -> Iterator[Image.Image]:
    """The same photo ever more prepared: zbar finds a QR code in any position, but bars only near to upright."""
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    edge = max(grey.size)
    factor = READING_EDGE / edge if edge > READING_EDGE else max(1.0, min(3.0, ENOUGH_EDGE / edge))
    sized = grey.resize((round(grey.width * factor), round(grey.height * factor)), Image.Resampling.BICUBIC)
    yield sized
    yield sized.filter(ImageFilter.UnsharpMask(radius=3, percent=200))
    yield sized.filter(ImageFilter.GaussianBlur(1.5))
    for degrees in (0, 15, -15, 30, -30, 45, -45, 60, -60, 75, -75, 90):
        turned = sized.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
        yield turned.resize(
            (turned.width, turned.height // 6), Image.Resampling.BOX
        )  # along the bars noise averages out
    yield _thresholded(sized)
    yield sized.resize((sized.width // 2, sized.height // 2), Image.Resampling.BOX)
    if factor < 1:
        yield grey


def _thresholded(grey: Image.Image) -> Image.Image:
    """Black where a place is darker than its surroundings: for shadows and reflections."""
    around = grey.filter(ImageFilter.BoxBlur(max(grey.size) // 40))
    return Image.eval(ImageChops.subtract(around, grey), lambda darker: 0 if darker > 8 else 255)
