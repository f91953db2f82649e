"""Between WGS-84, GCJ-02 (Amap, Tencent) and BD-09 (Baidu); places are (latitude, longitude) in degrees.

GCJ-02 is not published; the formulas are those recovered and used by everybody, as in
https://github.com/googollee/eviltransform and https://github.com/hujiulong/gcoord, with the Krasovsky ellipsoid.
Outside a box round China maps are not shifted and all functions return the place as it is. The box is the usual
coarse one and takes in neighbours too, so do not shift places of other countries. Within a kilometre of its edge,
which lies abroad or at sea, there and back may not be the same.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, radians, sin, sqrt

Place = tuple[float, float]

SEMI_MAJOR_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_RATE = pi * 3000 / 180
CLOSE_ENOUGH_DEG = 1e-9  # 0.1 mm


def in_chinas_box(lat: float, lon: float) -> bool:
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def wgs84_to_gcj02(lat: float, lon: float) -> Place:
    if not in_chinas_box(lat, lon):
        return lat, lon
    x, y = lon - 105, lat - 35
    ripple = 20 * (sin(6 * pi * x) + sin(2 * pi * x))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north_m += (ripple + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30))) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east_m += (ripple + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30))) * 2 / 3
    phi = radians(lat)
    flattening = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    metres_per_radian_north = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / flattening**1.5
    metres_per_radian_east = SEMI_MAJOR_M / sqrt(flattening) * cos(phi)
    return lat + north_m / metres_per_radian_north * 180 / pi, lon + east_m / metres_per_radian_east * 180 / pi


def gcj02_to_wgs84(lat: float, lon: float) -> Place:
    return _inverse(wgs84_to_gcj02, lat, lon)


def gcj02_to_bd09(lat: float, lon: float) -> Place:
    if not in_chinas_box(lat, lon):
        return lat, lon
    radius = hypot(lon, lat) + 0.00002 * sin(lat * BAIDU_RATE)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * BAIDU_RATE)
    return radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065


def bd09_to_gcj02(lat: float, lon: float) -> Place:
    return _inverse(gcj02_to_bd09, lat, lon)


def wgs84_to_bd09(lat: float, lon: float) -> Place:
    return gcj02_to_bd09(*wgs84_to_gcj02(lat, lon))


def bd09_to_wgs84(lat: float, lon: float) -> Place:
    return gcj02_to_wgs84(*bd09_to_gcj02(lat, lon))


def _waves(degrees: float, *terms: tuple[float, float]) -> float:
    return sum(height * sin(pi * degrees / length) for height, length in terms)


def _inverse(forward: Callable[[float, float], Place], lat: float, lon: float) -> Place:
    """By fixed point: the shift changes by less than 3 % of the way moved, so each round gains a digit and a half."""
    if not in_chinas_box(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat, lon
    for _ in range(20):
        there_lat, there_lon = forward(guess_lat, guess_lon)
        error_lat, error_lon = lat - there_lat, lon - there_lon
        guess_lat, guess_lon = guess_lat + error_lat, guess_lon + error_lon
        if max(abs(error_lat), abs(error_lon)) < CLOSE_ENOUGH_DEG:
            break
    return guess_lat, guess_lon
