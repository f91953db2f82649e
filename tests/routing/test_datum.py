"""Golden shifts from two implementations written by others: gcoord 1.0.7 and the test vectors of eviltransform."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import datum
from routing.geo import distance_m

Place = tuple[float, float]

# WGS-84, GCJ-02, BD-09 by gcoord
GCOORD = {
    "Beijing": ((39.908823, 116.39747), (39.91022649807321, 116.4037135824225), (39.9165658186413, 116.41008645442567)),
    "Shanghai": (
        (31.22872, 121.47516),
        (31.226772960311727, 121.47967813022697),
        (31.232600993699652, 121.48624269081958),
    ),
    "Hangzhou": (
        (30.259244, 120.130203),
        (30.256952073172783, 120.1349613179584),
        (30.26321122184691, 120.14141204468231),
    ),
    "Urumqi": (
        (43.82663, 87.61688),
        (43.8278348652853, 87.61973008384435),
        (43.83397838862137, 87.62618051157993),
    ),
    "Sanya": (
        (18.252847, 109.511909),
        (18.251141748703045, 109.51599327140339),
        (18.25692363216166, 109.52254078980954),
    ),
    "Mohe": (
        (52.97218, 122.53866),
        (52.97369270147048, 122.545688376779),
        (52.979777567977635, 122.55215875650133),
    ),
}
EVILTRANSFORM = {
    "Shanghai": ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    "Shenzhen": ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    "Beijing": ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
}
THERE_AND_BACK = [
    (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
    (datum.gcj02_to_bd09, datum.bd09_to_gcj02),
    (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
]
inside = st.tuples(st.floats(0.86, 55.79), st.floats(72.04, 137.80))  # a kilometre and more from the edge
outside = st.tuples(st.floats(-90, 90), st.floats(-180, 180)).filter(lambda place: not datum.in_chinas_box(*place))


@pytest.mark.parametrize("city", GCOORD)
def test_it_agrees_with_gcoord_to_the_millimetre(city: str) -> None:
    wgs84, gcj02, bd09 = GCOORD[city]
    assert distance_m(*datum.wgs84_to_gcj02(*wgs84), *gcj02) < 0.001
    assert distance_m(*datum.gcj02_to_bd09(*gcj02), *bd09) < 0.001
    assert distance_m(*datum.wgs84_to_bd09(*wgs84), *bd09) < 0.001
    assert distance_m(*datum.gcj02_to_wgs84(*gcj02), *wgs84) < 0.001
    assert distance_m(*datum.bd09_to_wgs84(*bd09), *wgs84) < 0.001


@pytest.mark.parametrize("city", EVILTRANSFORM)
def test_it_agrees_with_the_vectors_of_eviltransform(city: str) -> None:
    wgs84, gcj02 = EVILTRANSFORM[city]
    assert distance_m(*datum.wgs84_to_gcj02(*wgs84), *gcj02) < 0.1


@pytest.mark.parametrize("city", GCOORD)
def test_a_city_is_shifted_by_hundreds_of_metres(city: str) -> None:
    wgs84, *_ = GCOORD[city]
    assert 200 < distance_m(*datum.wgs84_to_gcj02(*wgs84), *wgs84) < 700


@pytest.mark.parametrize(("there", "back"), THERE_AND_BACK)
@settings(deadline=None)
@given(place=inside)
def test_there_and_back_is_the_same_place(
    there: Callable[[float, float], Place], back: Callable[[float, float], Place], place: Place
) -> None:
    assert distance_m(*back(*there(*place)), *place) < 0.001
    assert distance_m(*there(*back(*place)), *place) < 0.001


@pytest.mark.parametrize("shift", [shift for pair in THERE_AND_BACK for shift in pair])
@settings(deadline=None)
@given(place=outside)
def test_outside_china_nothing_is_shifted(shift: Callable[[float, float], Place], place: Place) -> None:
    assert shift(*place) == place
