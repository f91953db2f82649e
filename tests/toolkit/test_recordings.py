"""Sound and films from outside are what they say, or are refused with a sentence."""

import io
import struct
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.evidence.recordings import box, element, mp3, mp4, ogg, wav, webm
from tests.toolkit.test_pictures import HEIC, JPEG, PNG
from toolkit.errors import Refused
from toolkit.recordings import Recording, open_recording


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("evil.class", b"\xca\xfe\xba\xbe" * 10)
    return file.getvalue()


FILM = ("vide", "soun")
GOOD = {
    "wav": (wav(2.0), Recording("audio", "audio/wav", 2.0)),
    "mp3": (mp3(2.0), Recording("audio", "audio/mpeg", 77 * 1152 / 44_100)),
    "mp3 with a tag": (mp3(2.0, tag=b"TIT2" + b"\0" * 300), Recording("audio", "audio/mpeg", 77 * 1152 / 44_100)),
    "mp3 with an old tag": (mp3(2.0) + b"TAG" + b"\0" * 125, Recording("audio", "audio/mpeg", 77 * 1152 / 44_100)),
    "ogg": (ogg(2.5), Recording("audio", "audio/ogg", 2.5)),
    "ogg vorbis": (
        ogg(3.0, b"\x01vorbis" + struct.pack("<IBI", 0, 1, 48_000) + b"\0" * 14), Recording("audio", "audio/ogg", 3.0),
    ),
    "m4a": (mp4(2.0), Recording("audio", "audio/mp4", 2.0)),
    "mp4": (mp4(2.0, handlers=FILM), Recording("video", "video/mp4", 2.0)),
    "mp4 in fragments": (mp4(2.0, fragmented=True), Recording("audio", "audio/mp4", 2.0)),
    "mov": (
        mp4(2.0, handlers=FILM).replace(b"isom\0\0\2\0", b"qt  \0\0\2\0", 1), Recording("video", "video/quicktime", 2.0),
    ),
    "webm": (webm(2.5), Recording("audio", "audio/webm", 2.5)),
    "webm film": (webm(2.0, tracks=(1, 2)), Recording("video", "video/webm", 2.0)),
}  # fmt: skip

NO_RECORDING, DAMAGED, SOMETHING_ELSE, NOTHING = "not a recording", "damaged", "something else", "nothing to hear"
many_boxes = box("ftyp", b"isom\0\0\2\0") + box("free") * 200_000
deep = box("mdia", b"")
for _level in range(200):
    deep = box("moov", deep)

ATTACKS = {
    "empty.webm": (b"", NO_RECORDING),
    "page.mp3": (b"<html><script>alert(1)</script></html>", NO_RECORDING),
    "drawing.ogg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', NO_RECORDING),
    "picture.mp4": (JPEG, NO_RECORDING),
    "picture.webm": (PNG, NO_RECORDING),
    "heic.m4a": (HEIC, DAMAGED),
    "program.mp4": (b"MZ" + b"\0" * 100, NO_RECORDING),
    "archive.wav": (zipped(), NO_RECORDING),
    "playlist.mp3": (b"#EXTM3U\nhttp://elsewhere.example/", NO_RECORDING),
    "film.avi": (b"RIFF\x24\0\0\0AVI LIST", NO_RECORDING),
    "raw.aac": (b"\xff\xf1\x50\x80\x01\x3f\xfc" + b"\0" * 100, NO_RECORDING),
    "trailing-archive.mp4": (mp4() + zipped(), SOMETHING_ELSE),
    "trailing-archive.webm": (webm() + zipped(), SOMETHING_ELSE),
    "trailing-archive.mp3": (mp3() + zipped(), SOMETHING_ELSE),
    "archive-in-a-box.mp4": (mp4() + box("free", zipped()), SOMETHING_ELSE),
    "page-in-a-tag.mp3": (mp3(tag=b"TIT2<script>alert(1)</script>"), SOMETHING_ELSE),
    "document-in-a-box.mp4": (mp4()[:28] + box("free", b"%PDF-1.7\n") + mp4()[28:], SOMETHING_ELSE),
    "trailing-page.wav": (wav(0.1) + b"<html >", SOMETHING_ELSE),
    "trailing-bytes.ogg": (ogg() + b"\xca\xfe\xba\xbe", DAMAGED),
    "trailing-bytes.mp3": (mp3() + b"\xca\xfe\xba\xbe", DAMAGED),
    "trailing-bytes.mp4": (mp4() + b"\xca\xfe\xba\xbe\xca\xfe\xba\xbe", DAMAGED),
    "trailing-bytes.wav": (wav() + b"\xca\xfe\xba\xbe", DAMAGED),
    "cut-off.mp4": (mp4()[:-100], DAMAGED),
    "cut-off.webm": (webm()[:-10], DAMAGED),
    "cut-off.ogg": (ogg()[:-10], DAMAGED),
    "cut-off.mp3": (mp3()[:-10], DAMAGED),
    "cut-off.wav": (wav()[:-10], DAMAGED),
    "only-a-head.mp4": (box("ftyp", b"isom\0\0\2\0"), DAMAGED),
    "only-a-head.webm": (webm()[:12], DAMAGED),
    "without-media.mp4": (mp4().split(b"\0\0\1\xfcmdat")[0], DAMAGED),
    "strange-box.mp4": (mp4() + box("evil", b"\0"), DAMAGED),
    "subtitles-only.mp4": (mp4(handlers=("text",)), DAMAGED),
    "attachment.webm": (webm(extra=element(0x1941A469, b"\xca\xfe\xba\xbe")), DAMAGED),
    "another-kind.webm": (webm(doc_type=b"evil"), DAMAGED),
    "no-sound.webm": (webm(tracks=(17,))[:-1], DAMAGED),
    "million-boxes.mp4": (many_boxes, DAMAGED),
    "deep.mp4": (box("ftyp", b"isom\0\0\2\0") + deep + box("mdat", b"\0"), DAMAGED),
    "million-elements.webm": (webm() + b"\xec\x80" * 200_000, DAMAGED),
    "endless.mp4": (mp4(1e6, handlers=FILM), NOTHING),
    "compressed.wav": (wav()[:20] + b"\x02\0" + wav()[22:], DAMAGED),
    "silent.wav": (wav(0), NOTHING),
    "theora.ogg": (ogg(head=b"\x80theora" + b"\0" * 30), DAMAGED),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_recording_says_what_it_is_and_how_long(name: str) -> None:
    content, expected = GOOD[name]
    recording = open_recording(content)
    assert (recording.kind, recording.mime) == (expected.kind, expected.mime)
    assert recording.duration_s == pytest.approx(expected.duration_s, abs=0.03)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused(name: str) -> None:
    content, sentence = ATTACKS[name]
    with pytest.raises(Refused, match=sentence):
        open_recording(content)


@given(st.sampled_from([content for content, _recording in GOOD.values()]), st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
def test_altered_bytes_give_a_recording_or_a_refusal(content: bytes, data) -> None:
    altered = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        altered[data.draw(st.integers(0, min(len(altered), 900) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert open_recording(bytes(altered)).kind in ("audio", "video")
    except Refused as refused:
        assert str(refused).endswith(".")
