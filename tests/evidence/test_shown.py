"""What is shown of a capture: a copy with what happened written on it, by links that expire."""

import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image, ImageChops

from config.captions import caption_of
from evidence.actions import Caption, keep_picture, open_shown
from evidence.actions.shown import watermark_lines
from evidence.links import token_for
from evidence.models import Capture
from evidence.watermark import watermarked
from tests.evidence.conftest import photo_bytes
from workorders.actions import receive_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(repair, merchant, at):
    def send(**facts):
        return receive_request(
            id=uuid.uuid4(), channel="link", type=repair, merchant=merchant, summary="No paper", at=at, **facts
        )[0]

    return send


@pytest.fixture
def order(ask):
    return ask().order


def shown(capture: Capture) -> bytes:
    file, mime = open_shown(capture)
    assert mime == "image/jpeg"
    with file:
        return file.read()


def test_time_place_order_merchant_and_person_are_written_on_it(order, capture, engineer, hangzhou, at) -> None:
    capture.taken_at, capture.challenge = at, "K7QX"
    lines = watermark_lines(capture, Caption(f"{order.number} · {order.merchant.name}", hangzhou.zone))
    assert lines == [
        f"{order.number} · 朝阳茶馆 Sunrise Tea",
        "2026-11-18 10:00:00+08:00",
        "30.27412, 120.15515 ±12 m",
        f"Emil Engineer · {lines[3].split(' · ')[1]} · K7QX · {capture.sha256[:8]}",
    ]
    assert "Live camera" in lines[3]


def test_it_says_what_is_not_known(order, hangzhou, at, send) -> None:
    bare = send(photo_bytes(), source="gallery").capture
    bare.by = None
    lines = watermark_lines(bare, Caption("WO-1", hangzhou.zone))
    assert "Received" in lines[1] and "2026-11-18 10:00:00+08:00" in lines[1]
    assert "No position" in lines[2] and "Merchant" in lines[3] and "From the gallery" in lines[3]


def test_the_copy_is_made_once_at_the_first_look_and_the_same_in_every_language(order, capture) -> None:
    order.captures.add(capture)
    assert not capture.shown
    with translation.override("zh-hans"):
        first = shown(Capture.objects.get(pk=capture.pk))
    stored = Capture.objects.get(pk=capture.pk)
    assert shown(stored) == first and stored.shown.name.endswith(f"{capture.pk}.jpg")
    again = Capture.objects.get(pk=capture.pk)
    again.shown = ""
    with translation.override("en"):
        assert shown(again) == first


def test_the_copy_differs_from_the_picture_only_at_its_foot(order, capture) -> None:
    order.captures.add(capture)
    copy = Image.open(io.BytesIO(shown(capture)))
    plain = Image.open(io.BytesIO(capture.original.open().read())).convert("RGB")
    assert copy.size == plain.size == (640, 480)
    changed = ImageChops.difference(copy, plain).convert("L").point(lambda grey: 255 * (grey > 70))
    left, top, right, _bottom = changed.getbbox()
    assert top > 350 and left < 40 and right > 200
    assert capture.original.open().read(2) == b"\xff\xd8"


def test_before_it_belongs_to_anything_it_is_shown_without_and_not_kept(capture) -> None:
    assert Image.open(io.BytesIO(shown(capture))).size == (640, 480)
    assert not Capture.objects.get(pk=capture.pk).shown


def test_a_merchants_photo_belongs_to_the_order_of_its_request(ask, at) -> None:
    photo = keep_picture(io.BytesIO(photo_bytes()), id=uuid.uuid4(), kind="photo", by=None, at=at)
    request = ask(pictures=[photo])
    assert caption_of(photo).about == f"{request.order.number} · 朝阳茶馆 Sunrise Tea"
    shown(photo)
    assert Capture.objects.get(pk=photo.pk).shown


def test_chinese_is_drawn_not_boxed() -> None:
    """Every character has its own shape: a font without Chinese would draw the same box for all."""
    plain = Image.new("RGB", (600, 200), "white")
    drawn = {watermarked(plain, [character * 4]).tobytes() for character in "朝阳茶馆商户"}
    assert len(drawn) == 6


def test_a_long_line_is_cut_short() -> None:
    plain = Image.new("RGB", (300, 200), "white")
    long, longer = (watermarked(plain, ["茶" * count]).tobytes() for count in (500, 600))
    assert long == longer != watermarked(plain, ["茶"]).tobytes()


def test_a_link_holds_still_for_a_while_and_expires(capture, client, at) -> None:
    with time_machine.travel(at, tick=False):
        link = capture.get_absolute_url()
        assert client.get(link).status_code == 200
    with time_machine.travel(at + timedelta(minutes=20), tick=False):
        assert capture.get_absolute_url() == link
    with time_machine.travel(at + timedelta(minutes=59), tick=False):
        assert client.get(link).status_code == 200
        assert capture.get_absolute_url() != link
    with time_machine.travel(at + timedelta(hours=2), tick=False):
        assert client.get(link).status_code == 404


def test_a_forged_link_opens_nothing(capture, client) -> None:
    token = token_for(capture.pk)
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), str(capture.pk), "x"):
        assert client.get(reverse("capture", args=[forged])).status_code == 404


def test_what_is_served_may_do_nothing(capture) -> None:
    response = Client().get(capture.get_absolute_url())
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"].startswith("private")


def test_a_file_that_is_gone_is_not_found_and_no_fault_of_the_page(capture, client) -> None:
    link = capture.get_absolute_url()
    capture.original.storage.delete(capture.original.name)
    assert client.get(link).status_code == 404
