"""Round trips through worse and worse photos. Where zbar is not installed, every reading is refused with its sentence."""

import ctypes.util
import io
import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageFilter

from toolkit import codes
from toolkit.codes import decode_picture, decoding_available, qr_png, qr_svg, read_code
from toolkit.errors import Refused

LINK = "https://fieldloop.example/m/r/3kTz9QmXw7Lr2VbN"
SERIAL = "N9100-2204A7731"

CODE128_WIDTHS = re.findall(
    r"\d+",
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112",
)
START_B, STOP = 104, 106


def barcode(text, module=3, height=110):
    """Code 128, set B, black on white with its quiet zone."""
    values = [START_B, *(ord(character) - 32 for character in text)]
    values.append((values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103)
    bars = "".join(CODE128_WIDTHS[value] for value in [*values, STOP])
    line = [255] * 10
    for place, width in enumerate(bars):
        line += [0 if place % 2 == 0 else 255] * int(width)
    line += [255] * 10
    pixels = np.repeat(np.array([line] * height, dtype=np.uint8), module, axis=1)
    return Image.fromarray(pixels)


def photo(label, *, degrees=0.0, blur=0.0, noise=0.0, shadow=0.0, colour=(70, 110, 150)):
    """The label stuck on a coloured device, photographed by an unsteady hand."""
    edge = int(max(label.size) * 1.5)
    scene = Image.new("RGB", (edge, edge), colour)
    turned = label.convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    scene.paste(turned, ((edge - turned.width) // 2, (edge - turned.height) // 2), turned)
    pixels = np.asarray(scene.filter(ImageFilter.GaussianBlur(blur)), dtype=float)
    pixels *= np.linspace(1, 1 - shadow, edge)[None, :, None]
    pixels += np.random.default_rng(7).normal(0, noise, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def qr_label(text, box=8):
    return Image.open(io.BytesIO(qr_png(text, box)))


def assert_says(image, *texts):
    if decoding_available():
        assert decode_picture(image) == [*texts]
    else:
        with pytest.raises(Refused, match="type the number"):
            decode_picture(image)


BAD_PHOTOS = {
    "straight": {},
    "rotated": {"degrees": 15},
    "rotated the other way": {"degrees": -15},
    "upside down": {"degrees": 180},
    "on its side": {"degrees": 90},
    "steep": {"degrees": 38},
    "blurred": {"blur": 2},
    "noisy": {"noise": 40},
    "in shadow": {"shadow": 0.85},
    "dark device": {"colour": (20, 20, 25)},
    "all at once": {"degrees": 15, "blur": 1.2, "noise": 20, "shadow": 0.4, "colour": (150, 90, 60)},
}


@pytest.mark.parametrize("circumstances", BAD_PHOTOS.values(), ids=BAD_PHOTOS)
def test_a_qr_code_is_read_from_a_bad_photo(circumstances):
    assert_says(photo(qr_label(LINK), **circumstances), LINK)


@pytest.mark.parametrize("circumstances", BAD_PHOTOS.values(), ids=BAD_PHOTOS)
def test_a_barcode_is_read_from_a_bad_photo(circumstances):
    assert_says(photo(barcode(SERIAL), **circumstances), SERIAL)


def test_a_small_code_in_a_large_photo_is_read():
    scene = Image.new("RGB", (3800, 2800), (190, 180, 170))
    scene.paste(qr_label(LINK, box=5), (2900, 400))
    assert_says(scene, LINK)


def test_a_tiny_picture_is_enlarged():
    assert_says(qr_label(LINK, box=1), LINK)


@pytest.mark.parametrize("text", [LINK, SERIAL, "商户终端 N9100", "a" * 300])
def test_the_png_says_what_was_put_in(text):
    assert_says(qr_label(text), text)


def test_svg_and_png_show_the_same_modules():
    svg = qr_svg(LINK)
    modules = np.asarray(qr_label(LINK, box=1).convert("L"))
    dark = {tuple(map(int, part.split("h")[0].split())) for part in svg.rsplit('d="', 1)[1].split("M")[1:]}
    assert dark == {(x, y) for y, x in zip(*np.nonzero(modules == 0), strict=True)}
    assert f'viewBox="0 0 {len(modules)} {len(modules)}"' in svg


def test_the_svg_is_static_and_holds_nothing_of_the_text():
    svg = qr_svg('"><script>alert(1)</script>')
    elements = [(element.tag.rpartition("}")[2], set(element.attrib)) for element in ElementTree.fromstring(svg).iter()]
    assert [tag for tag, _ in elements] == ["svg", "path", "path"]
    assert set.union(*(names for _, names in elements)) == {"viewBox", "shape-rendering", "fill", "d"}
    assert "script" not in svg


def test_a_photo_without_a_code_says_nothing():
    noise = Image.fromarray(np.random.default_rng(7).integers(0, 255, (600, 800, 3), dtype=np.uint8))
    assert_says(noise)
    assert_says(Image.new("RGB", (640, 480), "white"))


def jpeg(image):
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=80)
    file.seek(0)
    return file


def test_one_code_is_read_from_an_upload():
    upload = jpeg(photo(barcode(SERIAL), degrees=5))
    if decoding_available():
        assert read_code(upload) == SERIAL
    else:
        with pytest.raises(Refused, match="type the number"):
            read_code(upload)


def test_none_or_several_codes_are_refused_with_advice():
    both = Image.new("RGB", (1400, 700), "white")
    both.paste(qr_label(LINK), (20, 20))
    both.paste(barcode(SERIAL), (500, 200))
    with pytest.raises(Refused, match="type the number" if not decoding_available() else "several codes"):
        read_code(jpeg(both))
    with pytest.raises(Refused, match="type the number"):
        read_code(jpeg(Image.new("RGB", (640, 480), "grey")))


def test_without_zbar_reading_is_refused_and_writing_still_works(monkeypatch):
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyzbar"]:
        monkeypatch.delitem(sys.modules, name)
    codes._zbar.cache_clear()
    try:
        assert not decoding_available()
        with pytest.raises(Refused, match="Scan with the camera or type the number"):
            decode_picture(qr_label(LINK))
        assert qr_png(LINK).startswith(b"\x89PNG")
    finally:
        codes._zbar.cache_clear()
