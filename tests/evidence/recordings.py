"""Sound and films without a recorder: containers that hold together, with nothing worth hearing in them."""

import io
import struct
import wave


def wav(seconds: float = 2.0, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\0\1" * int(seconds * rate))
    return file.getvalue()


def mp3(seconds: float = 2.0, *, tag: bytes = b"") -> bytes:
    """MPEG 1 layer III, 128 kbit/s at 44.1 kHz: frames of 417 bytes and 26 ms."""
    frame = b"\xff\xfb\x90\x00" + b"\0" * 413
    size = bytes(len(tag) >> shift & 127 for shift in (21, 14, 7, 0))
    return (b"ID3\4\0\0" + size + tag if tag else b"") + frame * round(seconds * 44_100 / 1152)


def ogg(seconds: float = 2.0, head: bytes = b"OpusHead\1\1\x38\1\x80\xbb\0\0\0\0\0") -> bytes:
    def page(flags: int, granule: int, number: int, body: bytes) -> bytes:
        parts = bytes([255] * (len(body) // 255) + [len(body) % 255])
        return struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 7, number, 0, len(parts)) + parts + body

    pages = [page(2, 0, 0, head), page(0, 0, 1, b"OpusTags" + b"\0" * 8)]
    pages += [page(0, round(second * 48_000), 2 + round(second), b"\xfc" * 600) for second in _seconds(seconds)]
    return b"".join(pages)


def _seconds(seconds: float) -> list[float]:
    return [*map(float, range(1, int(seconds) + 1)), *([seconds] if seconds % 1 else [])]


def box(name: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name.encode()) + body


def mp4(seconds: float = 2.0, *, handlers: tuple[str, ...] = ("soun",), fragmented: bool = False) -> bytes:
    """As cameras write it, or, fragmented, as browsers do: the length is only in the fragments."""
    told = 0 if fragmented else round(seconds * 1000)
    tracks = [_track(number, handler, told) for number, handler in enumerate(handlers, start=1)]
    header = box("mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, told), b"\0" * 80)
    start = box("ftyp", b"isom\0\0\2\0isomiso2mp41")
    if not fragmented:
        return start + box("moov", header, *tracks) + box("mdat", b"\1" * 500)
    usual = [box("trex", struct.pack(">IIIIII", 0, number, 1, 20, 0, 0)) for number in range(1, len(handlers) + 1)]
    samples = round(seconds * 50)
    one = box("traf", box("tfhd", struct.pack(">II", 0, 1)), box("trun", struct.pack(">II", 0, samples // 2)))
    listed = struct.pack(">II", 0x100, samples - samples // 2) + struct.pack(">I", 20) * (samples - samples // 2)
    two = box("traf", box("tfhd", struct.pack(">II", 0, 1)), box("trun", listed))
    fragments = [box("moof", box("mfhd", b"\0" * 8), traf) + box("mdat", b"\1" * 200) for traf in (one, two)]
    return start + box("moov", header, *tracks, box("mvex", *usual)) + b"".join(fragments)


def _track(number: int, handler: str, told: int) -> bytes:
    head = box("tkhd", struct.pack(">IIIII", 0, 0, 0, number, 0), b"\0" * 64)
    clock = box("mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 1000, told, 0, 0))
    return box("trak", head, box("mdia", clock, box("hdlr", b"\0" * 8, handler.encode(), b"\0" * 13)))


def element(id: int, body: bytes, *, open_ended: bool = False) -> bytes:
    size = b"\x01\xff\xff\xff\xff\xff\xff\xff" if open_ended else (1 << 56 | len(body)).to_bytes(8, "big")
    return id.to_bytes((id.bit_length() + 7) // 8, "big") + size + body


def webm(
    seconds: float = 2.0, *, tracks: tuple[int, ...] = (2,), extra: bytes = b"", doc_type: bytes = b"webm"
) -> bytes:
    """As browsers record it: open-ended, without a length. Tracks: 1 is a film's, 2 is sound, 17 are subtitles."""
    entries = b"".join(element(0xAE, element(0x83, bytes([kind]))) for kind in tracks)
    clusters = b""
    for second in [0.0, *_seconds(seconds)]:
        at = round(second * 1000)
        block = element(0xA3, b"\x81" + struct.pack(">h", 0) + b"\x80" + b"\1" * 40)
        clusters += element(0x1F43B675, element(0xE7, at.to_bytes(4, "big")) + block, open_ended=True)
    inside = element(0x1549A966, element(0x2AD7B1, (1_000_000).to_bytes(3, "big"))) + element(0x1654AE6B, entries)
    return element(0x1A45DFA3, element(0x4282, doc_type)) + element(
        0x18538067, inside + extra + clusters, open_ended=True
    )
