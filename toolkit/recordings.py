"""Sound and films from outside: nothing is decoded. The container is walked from its first to its last byte, within
bounds, and says what is in it and how long it is; a file in which anything is left over is refused."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from toolkit.errors import Refused

MAX_PARTS = 100_000  # boxes, elements, pages or frames of one file; five minutes of sound are 15,000
MARKUP = re.compile(rb"<(?:script|html|svg|!doctype|\?php)[\s>:]|%pdf-")
LOOKED_AT = 4096  # bytes in which no markup may stand: browsers and readers look no further
BRACKETS = {"moov", "trak", "mdia", "mvex", "moof", "traf"}  # boxes with boxes inside
AT_TOP = {
    "moov",
    "mdat",
    "free",
    "skip",
    "wide",
    "moof",
    "mfra",
    "sidx",
    "styp",
    "udta",
    "meta",
    "uuid",
    "emsg",
    "prft",
}


@dataclass(frozen=True)
class Recording:
    kind: Literal["audio", "video"]
    mime: str
    duration_s: float


class Damaged(Exception):
    """The container does not hold together."""


def open_recording(content: bytes) -> Recording:
    """Refuses what is not plainly a recording, by its content: names and announced types prove nothing."""
    read = _reader(content)
    if read is None:
        raise Refused(_("This file is not a recording. Send an MP4, WebM, Ogg, M4A, MP3 or WAV file."))
    if MARKUP.search(content[:LOOKED_AT].lower()) or _is_archive(content):
        raise Refused(_("This file holds something else beside the recording. Record it again and send that."))
    try:
        recording = read(content)
    except (Damaged, struct.error, LookupError, ZeroDivisionError, UnicodeDecodeError, OverflowError) as error:
        raise Refused(_("This recording is damaged or was cut off on its way. Send it again.")) from error
    if not 0 < recording.duration_s < 24 * 3600:
        raise Refused(_("There is nothing to hear in this recording. Record it again."))
    return recording


def _reader(content: bytes) -> Callable[[bytes], Recording] | None:
    if content[4:8] == b"ftyp":
        return _read_mp4
    if content.startswith(b"\x1a\x45\xdf\xa3"):
        return _read_webm
    if content.startswith(b"OggS"):
        return _read_ogg
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return _read_wav
    if content.startswith(b"ID3") or _mp3_frame(content, 0):
        return _read_mp3
    return None


def _is_archive(content: bytes) -> bool:
    try:
        return bool(zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError):
        return False


# -- MP4, M4A, MOV, 3GP ---------------------------------------------------------------------------------


def _boxes(content: bytes, start: int, end: int, depth: int = 0) -> Iterator[tuple[str, int, int]]:
    """Name, beginning and end of what is in each box; those in brackets come one by one as well."""
    if depth > 6:
        raise Damaged
    at = start
    while at < end:
        size, name = struct.unpack_from(">I4s", content, at)
        body = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise Damaged
        kind = name.decode("latin-1")
        yield kind, body, at + size
        if kind in BRACKETS:
            yield from _boxes(content, body, at + size, depth + 1)
        at += size


def _read_mp4(content: bytes) -> Recording:
    top, at = [], 0
    while at < len(content):
        name, _body, end = next(_boxes(content, at, len(content)))
        top.append(name)
        at = end
        if len(top) > MAX_PARTS:
            raise Damaged
    if top[0] != "ftyp" or not set(top[1:]) <= AT_TOP or "moov" not in top or "mdat" not in top:
        raise Damaged
    handlers, lengths, track, whole = set(), {}, _Track(), 0.0
    tracks: dict[int, _Track] = {}
    for count, (name, body, end) in enumerate(_boxes(content, 0, len(content))):
        if count > MAX_PARTS:
            raise Damaged
        if name == "mvhd":
            scale, duration = _clock(content, body)
            whole = duration / scale
        elif name == "tkhd":
            wide = content[body] == 1
            (number,) = struct.unpack_from(">I", content, body + (20 if wide else 12))
            track = tracks.setdefault(number, _Track())
        elif name == "mdhd":
            track.scale = _clock(content, body)[0]
        elif name == "hdlr":
            handlers.add(content[body + 8 : body + 12])
        elif name == "trex":
            number, _entry, length = struct.unpack_from(">III", content, body + 4)
            lengths[number] = length
        elif name == "tfhd":
            number, length = _fragment(content, body)
            track = tracks[number]
            track.sample = lengths.get(number, 0) if length is None else length
        elif name == "trun":
            track.length += _run(content, body, end, track.sample)
    if not handlers & {b"vide", b"soun"}:
        raise Damaged
    is_video = b"vide" in handlers
    duration_s = max([whole, *(track.length / track.scale for track in tracks.values())])
    mime = "video/quicktime" if is_video and content[8:12] == b"qt  " else f"{'video' if is_video else 'audio'}/mp4"
    return Recording("video" if is_video else "audio", mime, duration_s)


@dataclass
class _Track:
    scale: int = 1
    sample: int = 0  # usual length of a sample in this fragment
    length: int = 0  # of all fragments so far


def _clock(content: bytes, body: int) -> tuple[int, int]:
    if content[body] == 1:
        scale, duration = struct.unpack_from(">IQ", content, body + 20)
        return scale, 0 if duration == 2**64 - 1 else duration
    scale, duration = struct.unpack_from(">II", content, body + 12)
    return scale, 0 if duration == 2**32 - 1 else duration


def _fragment(content: bytes, body: int) -> tuple[int, int | None]:
    flags, number = struct.unpack_from(">II", content, body)
    at = body + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
    return number, struct.unpack_from(">I", content, at)[0] if flags & 8 else None


def _run(content: bytes, body: int, end: int, usual: int) -> int:
    flags, samples = struct.unpack_from(">II", content, body)
    if not flags & 0x100:
        return samples * usual
    at = body + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    step = 4 * (flags >> 8 & 0xF).bit_count()
    if samples > MAX_PARTS or at + samples * step > end:
        raise Damaged
    return sum(struct.unpack_from(">I", content, at + step * number)[0] for number in range(samples))


# -- WebM, Matroska -------------------------------------------------------------------------------------

SEGMENT, CLUSTER, INFO, TRACKS, TRACK, GROUP = 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0xAE, 0xA0
EBML, DOC_TYPE, SCALE, DURATION, TRACK_TYPE, TIME = 0x1A45DFA3, 0x4282, 0x2AD7B1, 0x4489, 0x83, 0xE7
BLOCK, SIMPLE_BLOCK, ATTACHMENTS = 0xA1, 0xA3, 0x1941A469
MASTERS = {EBML, SEGMENT, CLUSTER, INFO, TRACKS, TRACK, GROUP}


def _number(content: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """An EBML number and its width; all ones is 'unknown size': -1."""
    first = content[at]
    width = 9 - first.bit_length()
    if width > 8 or at + width > len(content):
        raise Damaged
    value = int.from_bytes(content[at : at + width], "big")
    if keep_marker:
        return value, width
    value &= (1 << 7 * width) - 1
    return (-1 if value == (1 << 7 * width) - 1 else value), width


def _read_webm(content: bytes) -> Recording:
    at, count, doc_type, kinds, scale, told = 0, 0, b"", set(), 1_000_000, 0.0
    cluster = last = blocks = 0
    while at < len(content):
        count += 1
        id, width = _number(content, at, keep_marker=True)
        size, more = _number(content, at + width, keep_marker=False)
        body = at + width + more
        if count > MAX_PARTS or width > 4 or id == ATTACHMENTS:
            raise Damaged
        if id in MASTERS:  # walked through as if its parts stood beside it: cameras leave its size open
            if body + max(size, 0) > len(content):
                raise Damaged
            at = body
            continue
        at = body + size
        if size < 0 or at > len(content):
            raise Damaged
        value = content[body:at]
        if id == DOC_TYPE:
            doc_type = value.rstrip(b"\0")
        elif id == TRACK_TYPE:
            kinds.add(int.from_bytes(value, "big"))
        elif id == SCALE:
            scale = int.from_bytes(value, "big")
        elif id == DURATION:
            (told,) = struct.unpack(">f" if size == 4 else ">d", value)
        elif id == TIME:
            cluster = int.from_bytes(value, "big")
        elif id in (BLOCK, SIMPLE_BLOCK):
            after = _number(content, body, keep_marker=False)[1]
            last = max(last, cluster + struct.unpack_from(">h", value, after)[0])
            blocks += 1
    if doc_type not in (b"webm", b"matroska") or not kinds or not kinds <= {1, 2, 17} or not blocks:
        raise Damaged
    kind: Literal["audio", "video"] = "video" if 1 in kinds else "audio"
    return Recording(kind, f"{kind}/webm", max(told, last, 1) * scale / 1e9)


# -- Ogg, WAV, MP3 --------------------------------------------------------------------------------------


def _read_ogg(content: bytes) -> Recording:
    at, rates, duration_s = 0, {}, 0.0
    for _page in range(MAX_PARTS):
        if at == len(content):
            break
        mark, version, flags, granule, stream = struct.unpack_from("<4sBBqI", content, at)
        parts = content[at + 26]
        body = at + 27 + parts
        size = sum(content[at + 27 : body])
        if mark != b"OggS" or version or len(content) < body + size:
            raise Damaged
        if flags & 2:
            rates[stream] = _ogg_rate(content[body : body + size])
        if stream not in rates:
            raise Damaged
        if granule > 0:
            duration_s = max(duration_s, granule / rates[stream])
        at = body + size
    if at != len(content):
        raise Damaged
    return Recording("audio", "audio/ogg", duration_s)


def _ogg_rate(head: bytes) -> int:
    if head.startswith(b"OpusHead"):
        return 48_000
    if head.startswith(b"\x01vorbis"):
        return struct.unpack_from("<I", head, 12)[0]
    raise Damaged


def _read_wav(content: bytes) -> Recording:
    (size,) = struct.unpack_from("<I", content, 4)
    if size + 8 not in (len(content), len(content) - 1):
        raise Damaged
    at, rate, sound = 12, 0, 0
    for _chunk in range(100):
        if at >= size + 8:
            break
        name, length = struct.unpack_from("<4sI", content, at)
        if at + 8 + length > len(content):
            raise Damaged
        if name == b"fmt ":
            form, _channels, _rate, rate = struct.unpack_from("<HHII", content, at + 8)
            if form not in (1, 3, 6, 7, 0xFFFE):
                raise Damaged
        elif name == b"data":
            sound += length
        at += 8 + length + length % 2
    if at < size + 8:
        raise Damaged
    return Recording("audio", "audio/wav", sound / rate)


BITRATES = {  # kbit/s of layer III
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
RATES = (44_100, 48_000, 32_000)


def _mp3_frame(content: bytes, at: int) -> tuple[int, float] | None:
    """Bytes and seconds of the frame that begins here."""
    if len(content) < at + 4 or content[at] != 0xFF or content[at + 1] & 0xE6 != 0xE2:
        return None
    version = {3: 1, 2: 2, 0: 4}.get(content[at + 1] >> 3 & 3)  # MPEG 1, 2, 2.5: by what the rates are divided
    bits, rate, padding = content[at + 2] >> 4, content[at + 2] >> 2 & 3, content[at + 2] >> 1 & 1
    if version is None or not 0 < bits < 15 or rate == 3:
        return None
    hertz, samples = RATES[rate] // version, 1152 if version == 1 else 576
    return samples // 8 * BITRATES[min(version, 2)][bits - 1] * 1000 // hertz + padding, samples / hertz


def _read_mp3(content: bytes) -> Recording:
    at, end, frames, duration_s = 0, len(content), 0, 0.0
    if content.startswith(b"ID3"):
        a, b, c, d = content[6:10]
        at = 10 + ((a & 127) << 21 | (b & 127) << 14 | (c & 127) << 7 | d & 127)
    if content[-128:-125] == b"TAG":
        end -= 128
    while at < end and (frame := _mp3_frame(content, at)):
        at += frame[0]
        duration_s += frame[1]
        frames += 1
        if frames > MAX_PARTS:
            raise Damaged
    if frames < 3 or at > end or content[at:end].strip(b"\0"):
        raise Damaged
    return Recording("audio", "audio/mpeg", duration_s)
