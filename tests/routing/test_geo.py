import json
import math
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.geo import EARTH_RADIUS_M, GreatCircleTravel, OsrmTravel, box_around, distance_m, travel_time_s

BEIJING, SHANGHAI, HANGZHOU = (39.9042, 116.4074), (31.2304, 121.4737), (30.2741, 120.1551)
places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(1, 1000))
def test_the_box_is_as_wide_and_as_high_as_the_circle(lat: float, lon: float, radius_m: float) -> None:
    (south, north), (west, east) = box_around(lat, lon, radius_m)
    for edge in ((south, lon), (north, lon), (lat, west), (lat, east)):
        assert distance_m(lat, lon, *edge) == pytest.approx(radius_m, rel=1e-4)


# -- distance ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 0), (0, 1), math.pi * EARTH_RADIUS_M / 180),
        ((0, 0), (0, 180), math.pi * EARTH_RADIUS_M),
        ((90, 0), (-90, 77), math.pi * EARTH_RADIUS_M),
        ((0, 179.5), (0, -179.5), math.pi * EARTH_RADIUS_M / 180),  # over the date line
        ((60, 0), (60, 180), math.pi * EARTH_RADIUS_M / 3),  # over the pole
        (BEIJING, BEIJING, 0),
    ],
)
def test_the_great_circle_is_right_where_it_can_be_worked_out(
    one: tuple[float, float], other: tuple[float, float], expected: float
) -> None:
    assert distance_m(*one, *other) == pytest.approx(expected, abs=1e-3)


def test_cities_are_as_far_apart_as_the_ellipsoid_says() -> None:
    """Within the half per cent by which a sphere differs from WGS-84 (geodesics: 1,065.8 km and 164.7 km)."""
    assert distance_m(*BEIJING, *SHANGHAI) == pytest.approx(1_065_800, rel=0.005)
    assert distance_m(*SHANGHAI, *HANGZHOU) == pytest.approx(164_700, rel=0.005)


def test_a_few_metres_are_told_apart() -> None:
    assert distance_m(30.0, 120.0, 30.00001, 120.0) == pytest.approx(1.11195, abs=1e-4)


def test_places_are_broadcast() -> None:
    lats, lons = np.array([BEIJING[0], SHANGHAI[0]]), np.array([BEIJING[1], SHANGHAI[1]])
    assert distance_m(lats, lons, *HANGZHOU).tolist() == [
        distance_m(*BEIJING, *HANGZHOU),
        distance_m(*SHANGHAI, *HANGZHOU),
    ]


@settings(deadline=None)
@given(places, places, places)
def test_distance_is_a_metric(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> None:
    assert distance_m(*one, *two) == pytest.approx(distance_m(*two, *one), abs=1e-6)
    assert distance_m(*one, *three) <= distance_m(*one, *two) + distance_m(*two, *three) + 1  # near antipodes: 1 m
    assert 0 <= distance_m(*one, *two) <= math.pi * EARTH_RADIUS_M


# -- great circle travel -----------------------------------------------------------------------------------------


def test_travel_time_is_distance_over_speed() -> None:
    assert travel_time_s(25_000) == 3600
    assert travel_time_s([0, 500], speed_kmh=36).tolist() == [0, 50]


def test_the_matrix_has_origins_as_rows_and_destinations_as_columns() -> None:
    seconds = GreatCircleTravel(road_factor=1.5, speed_kmh=54).matrix([BEIJING], [SHANGHAI, HANGZHOU, BEIJING])
    assert seconds.shape == (1, 3)
    assert seconds[0].tolist() == pytest.approx(
        [distance_m(*BEIJING, *SHANGHAI) / 10, distance_m(*BEIJING, *HANGZHOU) / 10, 0]
    )


def test_nowhere_to_go_is_an_empty_matrix() -> None:
    assert GreatCircleTravel().matrix([], [BEIJING]).shape == (0, 1)
    assert GreatCircleTravel().matrix(np.array([BEIJING, SHANGHAI]), []).shape == (2, 0)


@pytest.mark.parametrize("wrong", [{"road_factor": 0.9}, {"speed_kmh": 0}, {"speed_kmh": -5}])
def test_it_refuses_roads_shorter_than_straight_and_no_speed(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="great circle"):
        GreatCircleTravel(**wrong)


# -- OSRM: a real server that speaks its table service -----------------------------------------------------------

MAX_TABLE_SIZE = 100
Answer = Callable[[list[tuple[float, float]], list[tuple[float, float]]], tuple[int, bytes]]
PATH = re.compile(r"/table/v1/driving/([^?]+)\?annotations=duration&sources=([\d;]*)&destinations=([\d;]*)")


def road_time(origin: tuple[float, float], destination: tuple[float, float]) -> float:
    """Not symmetric, so that rows and columns cannot be mixed up unseen."""
    return round(abs(destination[0] - origin[0]) * 1e4 + max(0, destination[1] - origin[1]) * 1e5, 1)


def sound(origins: list[tuple[float, float]], destinations: list[tuple[float, float]]) -> tuple[int, bytes]:
    if len(origins) + len(destinations) > MAX_TABLE_SIZE:
        return 400, b'{"code":"TooBig","message":"Too many table coordinates"}'
    durations = [[road_time(origin, destination) for destination in destinations] for origin in origins]
    return 200, json.dumps({"code": "Ok", "durations": durations}).encode()


class TableServer(ThreadingHTTPServer):
    answer: Answer = staticmethod(sound)
    requests = 0


class TableHandler(BaseHTTPRequestHandler):
    server: TableServer

    def do_GET(self) -> None:
        self.server.requests += 1
        match = PATH.fullmatch(self.path)
        if not match:
            self.send_error(400)
            return
        spots = [tuple(map(float, spot.split(",")))[::-1] for spot in match[1].split(";")]
        origins, destinations = ([spots[int(index)] for index in match[part].split(";")] for part in (2, 3))
        status, body = self.server.answer(origins, destinations)
        with suppress(ConnectionError):  # who waited no longer has hung up
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def osrm() -> Iterator[TableServer]:
    server = TableServer(("127.0.0.1", 0), TableHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def address(server: TableServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def grid(count: int, lat: float) -> list[tuple[float, float]]:
    return [(lat + index / 1000, 120 + (index * 7 % 50) / 1000) for index in range(count)]


def test_road_times_come_from_the_server(osrm: TableServer) -> None:
    origins, destinations = grid(2, 30), grid(3, 31)
    seconds = OsrmTravel(address(osrm) + "/").matrix(origins, destinations)
    expected = [[road_time(one, other) for other in destinations] for one in origins]
    assert seconds == pytest.approx(np.array(expected))
    assert osrm.requests == 1


def test_a_large_matrix_is_asked_for_in_tables_the_server_accepts(osrm: TableServer) -> None:
    origins, destinations = grid(130, 30), grid(70, 31)
    seconds = OsrmTravel(address(osrm)).matrix(np.array(origins), np.array(destinations))
    assert seconds == pytest.approx(np.array([[road_time(one, other) for other in destinations] for one in origins]))
    assert osrm.requests == 6


def test_an_empty_matrix_asks_nobody(osrm: TableServer) -> None:
    assert OsrmTravel(address(osrm)).matrix([], grid(3, 30)).shape == (0, 3)
    assert osrm.requests == 0


def test_a_pair_without_a_road_is_filled_in_from_the_great_circle(osrm: TableServer) -> None:
    osrm.answer = lambda *_: (200, b'{"code":"Ok","durations":[[12.5,null],[null,40]]}')
    origins, destinations = grid(2, 30), grid(2, 31)
    straight = GreatCircleTravel().matrix(origins, destinations)
    seconds = OsrmTravel(address(osrm)).matrix(origins, destinations)
    assert seconds.tolist() == [[12.5, straight[0, 1]], [straight[1, 0], 40]]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (400, b'{"code":"NoSegment","message":"Could not find a matching segment"}'),
        (200, b"<html>Please log in to this network</html>"),
        (200, b"\xff\xfe"),
        (200, b"[]"),
        (200, b'{"code":"Ok"}'),
        (200, b'{"code":"Ok","durations":null}'),
        (200, b'{"code":"Ok","durations":[[1,2],[3]]}'),
        (200, b'{"code":"Ok","durations":[[1,2]]}'),
        (200, b'{"code":"Ok","durations":[[1,2],[3,-4]]}'),
        (200, b'{"code":"Ok","durations":[[1,2],[3,Infinity]]}'),
        (200, b'{"code":"Ok","durations":[[1,2],[3,"x"]]}'),
        (200, b'{"code":"Ok","durations":[[1,2],[3,{}]]}'),
    ],
)
def test_a_server_that_fails_or_talks_nonsense_is_replaced_by_the_great_circle(
    osrm: TableServer, caplog: pytest.LogCaptureFixture, status: int, body: bytes
) -> None:
    osrm.answer = lambda *_: (status, body)
    fallback = GreatCircleTravel(road_factor=1.2, speed_kmh=40)
    origins, destinations = grid(2, 30), grid(2, 31)
    seconds = OsrmTravel(address(osrm), fallback=fallback).matrix(origins, destinations)
    assert (seconds == fallback.matrix(origins, destinations)).all()
    assert "great circle used instead" in caplog.text


def test_one_failing_table_makes_the_whole_matrix_great_circle(osrm: TableServer) -> None:
    osrm.answer = lambda *pair: sound(*pair) if osrm.requests < 3 else (503, b"")
    origins, destinations = grid(130, 30), grid(70, 31)
    seconds = OsrmTravel(address(osrm)).matrix(origins, destinations)
    assert (seconds == GreatCircleTravel().matrix(origins, destinations)).all()
    assert osrm.requests == 3


def test_a_server_that_hangs_costs_no_more_than_the_timeout(osrm: TableServer) -> None:
    def hang(*_: object) -> tuple[int, bytes]:
        time.sleep(1)
        return 200, b""

    osrm.answer = hang
    begun = time.monotonic()
    seconds = OsrmTravel(address(osrm), timeout_s=0.1).matrix(grid(130, 30), grid(130, 31))
    assert time.monotonic() - begun < 0.9
    assert (seconds == GreatCircleTravel().matrix(grid(130, 30), grid(130, 31))).all()


def test_a_server_that_is_not_there_is_replaced_by_the_great_circle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    seconds = OsrmTravel(f"http://127.0.0.1:{port}").matrix(grid(2, 30), grid(2, 31))
    assert (seconds == GreatCircleTravel().matrix(grid(2, 30), grid(2, 31))).all()


@pytest.mark.parametrize("base_url", ["file:///etc/passwd", "ftp://example.org", "router:5000", ""])
def test_only_http_addresses_are_accepted(base_url: str) -> None:
    with pytest.raises(ValueError, match="must begin with http"):
        OsrmTravel(base_url)
