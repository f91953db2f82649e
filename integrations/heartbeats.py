"""Heartbeats as machines send them, by HTTP and by MQTT: what is wrong with one keeps out that one only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError, WrapValidator, model_validator

from assets.telemetry import Report, Taken, take_readings

MOST = 1000  # of one batch
MOST_INT = 2**31 - 1
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Percent = Annotated[int, Field(ge=0, le=100)]


class Said(BaseModel):
    """What a terminal says of itself. What it leaves out stays as it is known."""

    at: AwareDatetime = Field(description="By the clock of the terminal: ISO 8601 with its offset, or Unix seconds.")
    seq: int = Field(0, ge=0, le=MOST_INT, description="The terminal's own counter. (serial, at, seq) counts once.")
    paper_percent: Percent | None = None
    card_keys_left: int | None = Field(None, ge=0, le=MOST_INT)
    battery_percent: Percent | None = None
    signal_dbm: int | None = Field(None, ge=-200, le=100)
    is_tampered: bool | None = None
    firmware: Text | None = Field(None, min_length=1, max_length=30)
    lat: float | None = Field(None, ge=-90, le=90, description="WGS-84")
    lon: float | None = Field(None, ge=-180, le=180, description="WGS-84")

    @model_validator(mode="after")
    def place_is_whole(self) -> "Said":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon come together")
        return self


class Heartbeat(Said):
    serial: Text = Field(max_length=40, description="The serial number of the terminal.")


@dataclass(frozen=True)
class Broken:
    """What cannot be read, and why."""

    why: str


def sentences(errors: Sequence[Any]) -> str:
    return "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)


def keep_broken(value: Any, read: Callable[[Any], Heartbeat]) -> Heartbeat | Broken:
    try:
        return read(value)
    except ValidationError as wrong:
        return Broken(sentences(wrong.errors()))


Lenient = Annotated[Heartbeat, WrapValidator(keep_broken)]
Many = TypeAdapter(Annotated[list[Said], Field(max_length=MOST)])


def take_heartbeats(sent: Sequence[Heartbeat | Broken], *, at: datetime) -> Taken:
    good = {place: each for place, each in enumerate(sent) if isinstance(each, Heartbeat)}
    taken = take_readings([Report(**vars(each)) for each in good.values()], at=at)
    places = list(good)
    broken = {place: each.why for place, each in enumerate(sent) if isinstance(each, Broken)}
    return taken._replace(refused=dict(sorted((broken | {places[n]: why for n, why in taken.refused.items()}).items())))
