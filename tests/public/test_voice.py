"""A merchant who would rather speak than write."""

import io
import re
import uuid
import wave

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from evidence.models import Capture
from tests.browser import CHROMIUM, LAUNCH_ARGS, PHONE, violations
from tests.public.conftest import filing, photo, said
from workorders.models import Request

AUDIO = re.compile(r'<audio [^>]*src="([^"]+)"')


def voice(seconds: float = 2, name: str = "voice.wav") -> io.BytesIO:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(range(100, 150)) * int(seconds * 160))
    file.seek(0)
    file.name = name
    return file


@pytest.mark.django_db
def test_it_is_kept_and_played_to_the_office_and_to_the_engineer(
    client, clock, sticker_url, dispatcher, engineer, minutes
):
    from workorders.actions import assign_work_order

    answer = client.post(sticker_url, filing(voice=voice(), photos=[photo()]), headers={"accept-language": "en"})
    request = Request.objects.get()
    kept = request.captures.get(kind=Capture.Kind.AUDIO)
    assert (kept.mime, kept.duration_s, kept.by) == ("audio/wav", pytest.approx(2, abs=0.01), None)
    assert kept in request.order.captures.all()
    assert "Report · 1 photo · Voice message" in said(client.get(answer.url))
    order = assign_work_order(
        request.order, engineer=engineer, start=minutes(30), end=minutes(75), by=dispatcher, at=minutes(1)
    )
    office, phone = Client(), Client()
    office.force_login(dispatcher)
    phone.force_login(engineer)
    for by, page in (
        (office, reverse("office:work-order-photos", args=[order.number])),
        (office, request.get_absolute_url()),
        (phone, reverse("field:order", args=[order.number])),
    ):
        html = by.get(page).content.decode()
        (link,) = AUDIO.findall(html)
        assert 'preload="none"' in html
        assert html.count("<img") == 1  # the photo, and not the sound
        played = Client().get(link)
        assert (played["Content-Type"], played["X-Content-Type-Options"]) == ("audio/wav", "nosniff")
        assert "sandbox" in played["Content-Security-Policy"]
        assert b"".join(played.streaming_content) == voice().read()
        part = Client().get(link, headers={"range": "bytes=0-3"})
        assert (part.status_code, b"".join(part.streaming_content)) == (206, b"RIFF")


@pytest.mark.django_db
def test_who_speaks_need_not_write(client, clock, sticker_url):
    client.post(sticker_url, filing(symptom="other", voice=voice()), headers={"accept-language": "en"})
    request = Request.objects.get()
    assert (request.summary, request.captures.count()) == ("Voice message", 1)
    message_url = reverse("public:message", args=[request.tracking_link.token])
    sent = client.post(message_url, {"id": str(uuid.uuid4()), "voice": voice(3)}, headers={"accept-language": "en"})
    assert sent.status_code == 302
    assert request.order.captures.count() == 2


@pytest.mark.django_db
def test_the_same_message_sent_twice_is_one(client, clock, sticker_url):
    body = filing()
    for _n in range(2):
        assert client.post(sticker_url, {**body, "voice": voice()}).status_code == 302
    assert (Request.objects.count(), Capture.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (lambda: io.BytesIO(b"%PDF-1.7 no sound"), "This file is not a recording."),
        (lambda: io.BytesIO(photo().read()), "This file is not a recording."),
        (lambda: io.BytesIO(b"<script>alert(1)</script>"), "This file is not a recording."),
        (lambda: io.BytesIO(voice().read()[:-500]), "damaged or was cut off"),
        (lambda: io.BytesIO(voice().read() + b"<html>"), "damaged or was cut off"),
        (lambda: voice(70), "lasts 60 seconds at most"),
        (lambda: voice(270), "at most 2 MB"),
    ],
)
def test_what_is_no_voice_message_is_refused_with_a_sentence(client, clock, sticker_url, file, sentence):
    sent = file()
    sent.name = "voice.wav"
    answer = client.post(sticker_url, filing(voice=sent), headers={"accept-language": "en"})
    assert (answer.status_code, sentence in said(answer)) == (422, True)
    assert (Request.objects.count(), Capture.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_without_javascript_a_recording_is_chosen(visit, sticker_url):
    page = visit(sticker_url, **PHONE, locale="en", java_script_enabled=False)
    page.get_by_label("No network").tap()
    page.get_by_label("Voice message").set_input_files(
        {"name": "voice.wav", "mimeType": "audio/wav", "buffer": voice().read()}
    )
    page.get_by_role("button", name="Send report").tap()
    expect(page.get_by_text("Voice message")).to_be_visible()
    assert Request.objects.get().captures.get().kind == "audio"


@pytest.mark.django_db(transaction=True)
def test_a_tap_records_and_a_tap_ends_it(chromium, live_server, sticker_url):
    """The browser's own fake microphone, and what its recorder makes of it."""
    microphone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*LAUNCH_ARGS, *microphone])
    try:
        page = browser.new_context(**PHONE, locale="en").new_page()
        faults = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live_server.url + sticker_url)
        page.get_by_label("No network").tap()
        page.get_by_role("button", name="Record a voice message").tap()
        page.get_by_role("button", name="Stop recording · 0:02").tap()
        expect(page.locator("audio")).to_be_visible()
        assert page.locator("audio").evaluate("sound => sound.play().then(() => true)")
        assert violations(page) == []
        page.get_by_role("button", name="Remove the recording").tap()
        expect(page.locator("audio")).to_be_hidden()
        page.get_by_role("button", name="Record a voice message").tap()
        page.get_by_role("button", name="Stop recording · 0:01").wait_for()
        page.get_by_role("button", name="Send report").tap()  # which ends the recording
        expect(page.get_by_text("Report · Voice message")).to_be_visible()
    finally:
        browser.close()
    kept = Request.objects.get().captures.get()
    assert (kept.kind, kept.mime) == ("audio", "audio/webm")
    assert 0.5 < kept.duration_s < 10  # a starved machine loses some of it
    assert faults == []
