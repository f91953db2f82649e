"""Candidates for the pure tests: one dictionary each, everything left out is ordinary."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, settings

from dispatch.slots import Candidates, Job, by_person

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy

MORNING = 1_000_000 * 60.0  # the instant everything is counted from, a full minute
HOUR = 3600.0
SHOP = (30.2741, 120.1551)


class Shift(NamedTuple):
    day: int
    opens_at: float
    closes_at: float


class Booked(NamedTuple):
    start: float
    end: float
    lat: float | None  # None for leave and training
    lon: float | None


ALL_DAY = (Shift(0, MORNING - 2 * HOUR, MORNING + 8 * HOUR), Shift(1, MORNING + 22 * HOUR, MORNING + 32 * HOUR))


@dataclass(frozen=True)
class Metres:
    """A flat world: one degree is 100 km, and one kilometre takes a minute."""

    def matrix(self, origins, destinations):
        origins, destinations = np.reshape(origins, (-1, 1, 2)), np.reshape(destinations, (1, -1, 2))
        return np.hypot(*np.moveaxis(origins - destinations, -1, 0)) * 100 * 60


def away(minutes: float) -> tuple[float, float]:
    """A place this many minutes north of the shop."""
    return SHOP[0] + minutes / 100, SHOP[1]


def job(**values) -> Job:
    plain = {"lat": SHOP[0], "lon": SHOP[1], "duration_s": 45 * 60.0, "levels": (1,), "quantities": ()}
    return Job(**plain | {"response_due": None, "resolution_due": None} | values)


def booked(start_min: float, end_min: float, place: tuple[float, float] | None = SHOP) -> Booked:
    return Booked(MORNING + start_min * 60, MORNING + end_min * 60, *(place or (None, None)))


def candidates(*people: dict) -> Candidates:
    plain = {"at": SHOP, "start": SHOP, "place": "position", "levels": (1,), "carried": (), "orders": 0, "visits": 0}
    plain |= {"is_working": False, "shifts": ALL_DAY, "bookings": ()}
    rows = [plain | {"id": number} | person for number, person in enumerate(people, start=1)]

    def column(name: str, kind: type) -> np.ndarray:
        return np.array([row[name] for row in rows], dtype=kind)

    def tables(name: str, width: int) -> np.ndarray:
        flat = [(number, *each) for number, row in enumerate(rows, start=1) for each in row[name]]
        return by_person(np.array(flat, dtype=float).reshape(-1, width + 1), len(rows))

    return Candidates(
        person=column("id", np.int64),
        username=tuple(f"e{row['id']}" for row in rows),
        name=tuple(f"Engineer {row['id']}" for row in rows),
        lat=np.array([row["at"][0] for row in rows], dtype=float),
        lon=np.array([row["at"][1] for row in rows], dtype=float),
        place=tuple(row["place"] for row in rows),
        position_age_s=np.full(len(rows), 60.0),
        start_lat=np.array([row["start"][0] for row in rows], dtype=float),
        start_lon=np.array([row["start"][1] for row in rows], dtype=float),
        levels=np.array([row["levels"] for row in rows], dtype=np.int64),
        expires_on=np.array([[np.nan] * len(row["levels"]) for row in rows]),
        carried=np.array([row["carried"] for row in rows], dtype=np.int64).reshape(
            len(rows), len(rows[0]["carried"]) if rows else 0
        ),
        organisation=(None,) * len(rows),
        orders=column("orders", np.int64),
        visits=column("visits", np.int64),
        is_working=column("is_working", bool),
        shifts=tables("shifts", 3),
        bookings=tables("bookings", 4),
        barred={},
    )
