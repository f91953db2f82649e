"""Drawn pictures in place of photos and signatures."""

import io
import random
from datetime import datetime
from uuid import UUID

from PIL import Image, ImageDraw

from evidence.actions import keep_picture
from evidence.models import Capture
from workforce.models import User

SIGNATURES = 12  # different ones


def signature(rng: random.Random) -> bytes:
    image = Image.new("L", (360, 140), 255)
    draw = ImageDraw.Draw(image)
    x, y = 30.0, 80.0
    for _stroke in range(rng.randint(3, 5)):
        points = [(x, y)]
        for _turn in range(rng.randint(4, 7)):
            x, y = min(x + rng.uniform(2, 22), 335), min(max(y + rng.uniform(-38, 38), 15), 125)
            points.append((x, y))
        draw.line(points, fill=20, width=4, joint="curve")
        x, y = x + rng.uniform(4, 12), rng.uniform(55, 95)
    return _jpeg(image)


def photo(rng: random.Random, serial: str, code: str) -> bytes:
    """A terminal on a counter, and where a code is asked for a slip of paper with it."""
    wall, counter = (
        rng.choice(((214, 222, 230), (232, 224, 208), (205, 219, 205))),
        rng.choice(((140, 96, 62), (90, 92, 98))),
    )
    image = Image.new("RGB", (480, 360), wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 250, 480, 360), fill=counter)
    left = rng.randint(120, 200)
    draw.rounded_rectangle((left, 70, left + 150, 310), 16, fill=(38, 42, 50))
    draw.rounded_rectangle(
        (left + 14, 90, left + 136, 200), 6, fill=rng.choice(((70, 130, 200), (235, 240, 245), (60, 160, 110)))
    )
    for row in range(3):
        for column in range(3):
            x, y = left + 24 + column * 38, 215 + row * 28
            draw.rounded_rectangle((x, y, x + 28, y + 18), 4, fill=(96, 102, 112))
    draw.text((left + 16, 96), serial[-12:], fill=(15, 20, 30))
    if code:
        draw.rectangle((350, 270, 455, 325), fill=(252, 250, 242))
        draw.text((364, 284), code, fill=(20, 30, 60), font_size=24)
    return _jpeg(image)


def _jpeg(image: Image.Image) -> bytes:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=60)
    return encoded.getvalue()


class Signatures:
    """Each order has a signature of its own, with its own time and place; the files of a few drawings serve them all."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.drawn: list[Capture] = []

    def sign(self, *, by: User, at: datetime, lat: float, lon: float) -> Capture:
        common = {"kind": Capture.Kind.SIGNATURE, "by": by, "taken_at": at, "lat": lat, "lon": lon, "accuracy_m": 12.0,
                  "source": Capture.Source.DRAWN, "id": new_id(self.rng)}  # fmt: skip
        if len(self.drawn) < SIGNATURES:
            self.drawn.append(keep_picture(io.BytesIO(signature(self.rng)), at=at, **common))
            return self.drawn[-1]
        like = self.rng.choice(self.drawn)
        return Capture.objects.create(
            original=like.original.name,
            shown=like.shown.name,
            sha256=like.sha256,
            size=like.size,
            received_at=at,
            **common,
        )


def take_photo(
    rng: random.Random, serial: str, *, by: User, at: datetime, lat: float, lon: float, code: str = ""
) -> Capture:
    return keep_picture(
        io.BytesIO(photo(rng, serial, code)), id=new_id(rng), kind=Capture.Kind.PHOTO, by=by, at=at, taken_at=at, lat=lat,
        lon=lon, accuracy_m=12.0, source=Capture.Source.CAMERA, challenge=code,
    )  # fmt: skip


def new_id(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
