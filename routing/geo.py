"""Distances and travel times between WGS-84 places given as (latitude, longitude) in degrees."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from math import cos, degrees, radians
from typing import Protocol
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
from numpy.typing import ArrayLike, NDArray

Place = tuple[float, float]
Places = Sequence[Place] | NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8  # mean radius R1 of the IUGG; the great circle is within 0.6 % of the ellipsoid

log = logging.getLogger(__name__)


class TravelTimes(Protocol):
    def matrix(self, origins: Places, destinations: Places) -> NDArray[np.float64]:
        """Seconds from each origin (row) to each destination (column)."""
        ...


def distance_m(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> NDArray[np.float64]:
    """Great circle distance by the haversine formula; the arguments are broadcast against each other."""
    phi1, lambda1, phi2, lambda2 = (np.radians(np.asarray(angle, dtype=float)) for angle in (lat1, lon1, lat2, lon2))
    half = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin((lambda2 - lambda1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def box_around(lat: float, lon: float, radius_m: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """The least and greatest latitude, and longitude, of a circle."""
    north = degrees(radius_m / EARTH_RADIUS_M)
    east = north / max(cos(radians(lat)), 0.01)
    return (lat - north, lat + north), (lon - east, lon + east)


def travel_time_s(distance_m: ArrayLike, speed_kmh: float = 25) -> NDArray[np.float64]:
    return np.asarray(distance_m, dtype=float) * 3.6 / speed_kmh


@dataclass(frozen=True)
class GreatCircleTravel:
    """The way by road is `road_factor` times the great circle, driven at `speed_kmh` from door to door."""

    road_factor: float = 1.35
    speed_kmh: float = 25

    def __post_init__(self) -> None:
        if self.road_factor < 1 or self.speed_kmh <= 0:
            raise ValueError("A road is at least as long as the great circle, and the speed is above 0 km/h.")

    def matrix(self, origins: Places, destinations: Places) -> NDArray[np.float64]:
        (lat1, lon1), (lat2, lon2) = _columns(origins), _columns(destinations)
        metres = distance_m(lat1[:, None], lon1[:, None], lat2[None, :], lon2[None, :])
        return travel_time_s(self.road_factor * metres, self.speed_kmh)


@dataclass(frozen=True)
class OsrmTravel:
    """Road times from the table service of an OSRM server (https://project-osrm.org/docs/v5.24.0/api/#table-service).

    When the server does not give a whole and sound table the `fallback` answers for all pairs, so that one matrix is
    never a mixture of two measures; only pairs without a road between them are filled in one by one.
    """

    base_url: str
    profile: str = "driving"
    timeout_s: float = 3
    table_size: int = 100  # places in one request: the server's --max-table-size
    fallback: TravelTimes = field(default_factory=GreatCircleTravel)

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("http://", "https://")):
            raise ValueError(f"The address of the OSRM server must begin with http:// or https://: {self.base_url}")

    def matrix(self, origins: Places, destinations: Places) -> NDArray[np.float64]:
        starts, ends = np.reshape(origins, (-1, 2)), np.reshape(destinations, (-1, 2))
        seconds = np.empty((len(starts), len(ends)))
        half = max(1, self.table_size // 2)
        try:
            for row in range(0, len(starts), half):
                for column in range(0, len(ends), half):
                    block = seconds[row : row + half, column : column + half]
                    block[:] = self._table(starts[row : row + half], ends[column : column + half])
        except (OSError, HTTPException, ValueError, TypeError, KeyError) as error:
            log.warning("OSRM at %s gave no travel times, great circle used instead: %s", self.base_url, error)
            return self.fallback.matrix(starts, ends)
        unreachable = np.isnan(seconds)
        if unreachable.any():
            seconds[unreachable] = self.fallback.matrix(starts, ends)[unreachable]
        return seconds

    def _table(self, origins: NDArray[np.float64], destinations: NDArray[np.float64]) -> NDArray[np.float64]:
        """NaN where there is no road. Raises one of many errors when the server fails or the answer is unsound."""
        places = ";".join(f"{lon:.6f},{lat:.6f}" for lat, lon in (*origins, *destinations))
        indexes = [str(index) for index in range(len(origins) + len(destinations))]
        query = urlencode(
            {
                "annotations": "duration",
                "sources": ";".join(indexes[: len(origins)]),
                "destinations": ";".join(indexes[len(origins) :]),
            },
            safe=";",
        )
        url = f"{self.base_url.rstrip('/')}/table/v1/{self.profile}/{places}?{query}"
        # http(s) only, see __post_init__
        with urlopen(url, timeout=self.timeout_s) as response:  # nosec B310
            durations = np.array(json.load(response)["durations"], dtype=float)
        if durations.shape != (len(origins), len(destinations)) or np.isinf(durations).any() or (durations < 0).any():
            raise ValueError(f"the table of {len(origins)} × {len(destinations)} durations is not sound")
        return durations


def _columns(places: Places) -> NDArray[np.float64]:
    return np.reshape(np.asarray(places, dtype=float), (-1, 2)).T
