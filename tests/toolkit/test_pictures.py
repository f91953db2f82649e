"""Uploads: what is refused, and that nothing but pixels of the rest survives. The attacks are made here, at run time."""

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from toolkit.errors import Refused
from toolkit.pictures import MAX_BYTES, Picture, open_picture, reencode, thumbnail

GPS, BASE = ExifTags.GPS, ExifTags.Base


def gradient(width=400, height=300):
    """Red grows to the right, green downwards: it shows how it was turned."""
    red = Image.linear_gradient("L").rotate(90).resize((width, height))
    green = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, green, Image.new("L", (width, height), 60)))


def encoded(image, format="JPEG", **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def opened(content) -> Picture:
    return open_picture(io.BytesIO(content))


def exif_with(orientation=1, camera=None, gps=None):
    exif = Image.Exif()
    exif[BASE.Orientation] = orientation
    exif[BASE.UserComment] = b"ASCII\0\0\0call 13812345678"
    exif.get_ifd(ExifTags.IFD.Exif).update(camera or {})
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    return exif


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("evil.class", b"\xca\xfe\xba\xbe" * 10)
    return file.getvalue()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, *chunks):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def resized_header(jpeg, width, height):
    at = next(jpeg.find(bytes([0xFF, marker])) for marker in (0xC0, 0xC2) if bytes([0xFF, marker]) in jpeg)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def with_comment(jpeg, comment):
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg[2:]


def webp_canvas(width, height):
    body = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + (width - 1).to_bytes(3, "little")
    body += (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


JPEG = encoded(gradient())
PNG = encoded(gradient(), "PNG")
WEBP = encoded(gradient(), "WEBP")
HEIC = encoded(gradient(), "HEIF")
PROGRESSIVE = encoded(gradient(), progressive=True)
SCAN = PROGRESSIVE[PROGRESSIVE.rfind(b"\xff\xda") : -2]
IDAT = chunk(b"IDAT", zlib.compress(b"\0" * 100))

NOT_A_PHOTO, TOO_LARGE, TOO_MANY_PIXELS = "not a photo", "larger than 15 MB", "megapixels"
DAMAGED, SOMETHING_ELSE = "damaged", "something else"

ATTACKS = {
    "empty.jpg": (b"", NOT_A_PHOTO),
    "text.jpg": (b"hello, I am a photo", NOT_A_PHOTO),
    "drawing.jpg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NOT_A_PHOTO),
    "drawing-with-preamble.svg": (b'<?xml version="1.0"?><!-- \xff\xd8\xff --><svg/>', NOT_A_PHOTO),
    "page.jpg": (b"<html><script>alert(1)</script></html>", NOT_A_PHOTO),
    "animation.gif": (encoded(gradient(), "GIF"), NOT_A_PHOTO),
    "gif-with-script.jpg": (b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)", NOT_A_PHOTO),
    "bitmap.jpg": (encoded(gradient(), "BMP"), NOT_A_PHOTO),
    "scan.tiff": (encoded(gradient(), "TIFF"), NOT_A_PHOTO),
    "icon.png": (encoded(gradient(64, 64), "ICO"), NOT_A_PHOTO),
    "drawing.eps": (encoded(gradient(), "EPS"), NOT_A_PHOTO),
    "picture.avif": (encoded(gradient(), "AVIF"), NOT_A_PHOTO),
    "document.jpg": (b"%PDF-1.7\n", NOT_A_PHOTO),
    "archive.jpg": (zipped(), NOT_A_PHOTO),
    "program.jpg": (b"MZ" + b"\0" * 100, NOT_A_PHOTO),
    "film.heic": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", NOT_A_PHOTO),
    "large.jpg": (JPEG + b"\0" * MAX_BYTES, TOO_LARGE),
    "bomb.png": (png(30_000, 30_000, IDAT), TOO_MANY_PIXELS),
    "bomb-just-over.png": (png(10_000, 5_001, IDAT), TOO_MANY_PIXELS),
    "bomb-thin.png": (png(2_000_000_000, 1, IDAT), TOO_MANY_PIXELS),
    "bomb.jpg": (resized_header(JPEG, 65_000, 65_000), TOO_MANY_PIXELS),
    "bomb-just-over.jpg": (resized_header(JPEG, 10_000, 5_001), TOO_MANY_PIXELS),
    "bomb-progressive.jpg": (resized_header(PROGRESSIVE, 7_000, 7_000), TOO_MANY_PIXELS),
    "bomb.webp": (webp_canvas(16_000, 16_000), TOO_MANY_PIXELS),
    "bomb-lossy.webp": (WEBP[:26] + struct.pack("<HH", 16_000, 16_000) + WEBP[30:], TOO_MANY_PIXELS),
    "bomb.heic": (HEIC.replace(struct.pack(">II", 400, 300), struct.pack(">II", 20_000, 20_000)), TOO_MANY_PIXELS),
    "bomb-in-text.png": (
        png(1, 1, chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 80_000_000)), IDAT),
        DAMAGED,
    ),
    "thousand-scans.jpg": (PROGRESSIVE[:-2] + SCAN * 1000 + b"\xff\xd9", DAMAGED),
    "cut-off.jpg": (JPEG[: len(JPEG) // 2], DAMAGED),
    "cut-off.png": (PNG[: len(PNG) // 2], DAMAGED),
    "cut-off.webp": (WEBP[: len(WEBP) // 2], DAMAGED),
    "cut-off.heic": (HEIC[: len(HEIC) // 2], DAMAGED),
    "only-a-beginning.jpg": (JPEG[:20], DAMAGED),
    "only-a-signature.png": (PNG[:8], DAMAGED),
    "no-pixels.png": (png(0, 0), DAMAGED),
    "trailing-archive.png": (PNG + zipped(), SOMETHING_ELSE),
    "trailing-archive.jpg": (JPEG + zipped(), SOMETHING_ELSE),
    "trailing-archive.webp": (WEBP + zipped(), SOMETHING_ELSE),
    "trailing-archive.heic": (HEIC + zipped(), SOMETHING_ELSE),
    "trailing-anything.png": (PNG + b"the uncropped rest", SOMETHING_ELSE),
    "trailing-document.jpg": (JPEG + b"%PDF-1.7\n", SOMETHING_ELSE),
    "trailing-rar.jpg": (JPEG + b"Rar!\x1a\x07\x01\0", SOMETHING_ELSE),
    "document-in-comment.jpg": (with_comment(JPEG, b"%PDF-1.7\n1 0 obj"), SOMETHING_ELSE),
    "script-in-comment.jpg": (with_comment(JPEG, b"*/</p><SCRIPT >alert(1)</script>"), SOMETHING_ELSE),
    "php-in-comment.jpg": (with_comment(JPEG, b"<?php system($_GET[0]); ?>"), SOMETHING_ELSE),
    "page-in-text.png": (png(1, 1, chunk(b"tEXt", b"c\0<html><body onload=alert(1)>"), IDAT), SOMETHING_ELSE),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused(name):
    content, sentence = ATTACKS[name]
    with pytest.raises(Refused, match=sentence):
        opened(content)


@pytest.mark.parametrize(("content", "format"), [(JPEG, "JPEG"), (PNG, "PNG"), (WEBP, "WEBP"), (HEIC, "HEIC")])
def test_a_photo_of_each_kind_opens(content, format):
    picture = opened(content)
    assert (picture.format, picture.image.mode, picture.image.size) == (format, "RGB", (400, 300))
    assert picture.taken_at is picture.lat is picture.lon is None
    left, right = picture.image.getpixel((5, 150)), picture.image.getpixel((395, 150))
    assert left[0] < 30
    assert right[0] > 220


def test_the_file_is_read_from_its_beginning():
    file = io.BytesIO(JPEG)
    file.seek(100)
    assert open_picture(file).format == "JPEG"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_the_picture_stands_upright(orientation, format):
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turned = gradient().transpose(stored[orientation]) if orientation > 1 else gradient()
    image = opened(encoded(turned, format, exif=exif_with(orientation).tobytes())).image
    assert image.size == (400, 300)
    (left, top), (right, bottom) = image.getpixel((10, 10))[:2], image.getpixel((390, 290))[:2]
    assert left < 40 and top < 40 and right > 210 and bottom > 210


def test_a_large_photo_is_reduced_while_decoding_and_keeps_its_shape():
    picture = opened(encoded(gradient(8000, 6000), quality=60))
    assert picture.image.size == (2000, 1500)
    assert opened(encoded(gradient(4000, 1000), "PNG")).image.size == (2000, 500)
    assert opened(encoded(gradient(3839, 100), "PNG")).image.size == (3839, 100)


def test_reencoding_keeps_pixels_only():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = with_comment(
        encoded(gradient(), exif=exif_with(), icc_profile=profile, xmp=b"<x:xmpmeta>secret-xmp</x:xmpmeta>"),
        b"secret-comment",
    )
    assert b"13812345678" in content
    clean = reencode(opened(content))
    assert not any(word in clean for word in (b"13812345678", b"secret", b"Exif", b"ICC_PROFILE", b"xmp"))
    image = Image.open(io.BytesIO(clean))
    assert (
        image.format == "JPEG"
        and not image.getexif()
        and set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    )


def test_reencoding_a_png_drops_its_chunks():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "secret-comment", zip=False)
    picture = opened(encoded(gradient(), "PNG", pnginfo=texts))
    assert b"secret" not in reencode(picture)
    assert not picture.image.info


def test_reencoding_trusts_nobodys_image():
    """A Picture may be made by others; what hangs on its image still stays behind."""
    image = Image.open(io.BytesIO(with_comment(JPEG, b"secret-comment")))
    assert b"secret" not in reencode(Picture(image, "JPEG", None, None, None))


def test_sizes_of_the_copies():
    picture = opened(encoded(gradient(3000, 2000)))
    assert Image.open(io.BytesIO(reencode(picture))).size == (1920, 1280)
    assert Image.open(io.BytesIO(reencode(picture, long_edge=600))).size == (600, 400)
    assert Image.open(io.BytesIO(thumbnail(picture))).size == (320, 213)
    assert Image.open(io.BytesIO(reencode(opened(JPEG)))).size == (400, 300)  # never enlarged
    assert picture.image.size == (3000, 2000)


def test_transparent_parts_become_white():
    image = Image.new("RGBA", (60, 40), (255, 0, 0, 0))
    assert opened(encoded(image, "PNG")).image.getpixel((30, 20)) == (255, 255, 255)
    palette = Image.new("P", (60, 40), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert opened(encoded(palette, "PNG", transparency=1)).image.getpixel((30, 20)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK"])
def test_every_mode_becomes_rgb(mode):
    grey = Image.new("I;16", (60, 40), 128 << 8) if mode == "I;16" else Image.new("L", (60, 40), 128).convert(mode)
    image = opened(encoded(grey, "JPEG" if mode == "CMYK" else "PNG")).image
    assert image.mode == "RGB"
    assert mode == "1" or all(abs(value - 128) <= 3 for value in image.getpixel((30, 20)))


def test_previews_and_films_behind_a_phones_jpeg_are_let_pass_and_left_out():
    film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(range(256)) * 40
    preview = encoded(gradient(80, 60))
    assert opened(JPEG + film).image.size == opened(JPEG + preview + b"\0" * 10).image.size == (400, 300)
    several = encoded(gradient(), "MPO", save_all=True, append_images=[gradient(200, 150)])
    assert opened(several).image.size == (400, 300)


def test_the_offset_says_when_it_was_taken():
    camera = {BASE.DateTimeOriginal: "2026:11:21 23:30:00", BASE.OffsetTimeOriginal: "+08:00"}
    picture = opened(encoded(gradient(), exif=exif_with(camera=camera)))
    assert picture.taken_at == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def test_without_offset_gps_time_counts_and_without_gps_the_current_zone(settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    camera = {BASE.DateTimeOriginal: "2026:11:21 23:30:00"}
    gps = {GPS.GPSDateStamp: "2026:11:21", GPS.GPSTimeStamp: (15.0, 29.0, 58.0)}
    by_gps = opened(encoded(gradient(), exif=exif_with(camera=camera, gps=gps))).taken_at
    by_zone = opened(encoded(gradient(), exif=exif_with(camera=camera))).taken_at
    assert by_gps == datetime(2026, 11, 21, 15, 29, 58, tzinfo=UTC)
    assert by_zone == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        (("N", (31, 13, 48.0), "E", (121, 28, 12.0)), (31.23, 121.47)),
        (("S", (33, 52, 7.68), "W", (70, 40, 0)), (-33.8688, -70.6666667)),
        (("N", (0, 0, 0), "E", (0, 0, 0)), (None, None)),
        (("N", (91, 0, 0), "E", (121, 0, 0)), (None, None)),
        (("N", (31, 0), "E", (121, 0, 0)), (None, None)),
        (("N", 31, "E", (121, 0, 0)), (None, None)),
        (("N", (IFDRational(0, 0), 0, 0), "E", (121, 0, 0)), (None, None)),
    ],
)
def test_the_place_in_degrees(gps, place):
    north, lat, east, lon = gps
    tags = {GPS.GPSLatitudeRef: north, GPS.GPSLatitude: lat, GPS.GPSLongitudeRef: east, GPS.GPSLongitude: lon}
    picture = opened(encoded(gradient(), exif=exif_with(gps=tags)))
    assert (picture.lat, picture.lon) == place


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday", "2026:13:41 99:00:00"])
def test_a_senseless_time_is_no_time(taken):
    camera = {BASE.DateTimeOriginal: taken, BASE.OffsetTimeOriginal: "+08:00"}
    assert opened(encoded(gradient(), exif=exif_with(camera=camera))).taken_at is None


def test_a_broken_exif_block_costs_the_facts_not_the_photo():
    content = encoded(gradient(), exif=b"Exif\0\0MM\0*" + b"\xff" * 40)
    assert opened(content).image.size == (400, 300)


@given(st.sampled_from([JPEG, PROGRESSIVE, PNG, WEBP, HEIC]), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_altered_bytes_give_a_picture_or_a_refusal(content, data):
    altered = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        altered[data.draw(st.integers(0, min(len(altered), 900) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert opened(bytes(altered)).image.mode == "RGB"
    except Refused as refused:
        assert str(refused).endswith(".")
