"""The hand-made days lie on a street along a meridian, walked at a metre a second: a kilometre is 1,000 s."""

from math import degrees, inf

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from routing.geo import EARTH_RADIUS_M, GreatCircleTravel
from routing.insertion import Insertion, Route, Stop, best_insertion

KILOMETRE = degrees(1000 / EARTH_RADIUS_M)  # of latitude
WALK = GreatCircleTravel(road_factor=1, speed_kmh=3.6)  # a metre a second


def at(km: float) -> tuple[float, float]:
    return 30 + km * KILOMETRE, 120.0


def stop(km: float, minutes: float = 10, opens_at: float = -inf, closes_at: float = inf) -> Stop:
    return Stop(at(km), minutes * 60, opens_at, closes_at)


def inserted(route: Route, new_stop: Stop) -> Insertion | None:
    found = best_insertion(route, new_stop, WALK)
    return found and Insertion(found.position, round(found.added_travel_s, 3), round(found.arrival, 3))


STREET = Route(at(0), 0, [stop(2), stop(5)], end=at(0))  # 2 km, 10 min, 3 km, 10 min, 5 km home


def test_a_stop_on_the_way_costs_nothing() -> None:
    assert inserted(STREET, stop(1)) == Insertion(0, 0, 1000)
    assert inserted(STREET, stop(3)) == Insertion(1, 0, 3600)  # 2,000 s there, 600 s work, 1,000 s on


def test_a_stop_beyond_the_last_is_visited_from_there() -> None:
    assert inserted(STREET, stop(6)) == Insertion(1, 2000, 6600)  # 2 to 6 and back to 5, like 5 to 6 and home: earlier
    assert inserted(Route(at(0), 0, [stop(2), stop(5)]), stop(6)) == Insertion(2, 1000, 7200)


def test_without_an_end_the_way_back_is_not_counted() -> None:
    assert inserted(Route(at(0), 0, [stop(2)]), stop(-1)) == Insertion(0, 2000, 1000)
    assert inserted(Route(at(0), 0, []), stop(4)) == Insertion(0, 4000, 4000)
    assert inserted(Route(at(0), 0, [], end=at(0)), stop(4)) == Insertion(0, 8000, 4000)


def test_a_window_of_the_new_stop_rules_positions_out() -> None:
    assert inserted(STREET, stop(3, closes_at=3599)) == Insertion(0, 2000, 3000)
    assert inserted(STREET, stop(3, closes_at=2999)) is None
    # Opening late is no obstacle, the person waits:
    assert inserted(STREET, stop(1, opens_at=50_000)) == Insertion(0, 0, 1000)
    # … but here waiting would make the first stop late, so it goes behind it.
    tight = Route(at(0), 0, [stop(2, closes_at=3000), stop(5)], end=at(0))
    assert inserted(tight, stop(1, opens_at=4000)) == Insertion(2, 0, 10_200)


def test_nothing_planned_becomes_late() -> None:
    exact = Route(at(0), 0, [stop(2, closes_at=2600), stop(5)], end=at(0))
    assert inserted(exact, stop(1)) == Insertion(0, 0, 1000)  # ten minutes fit exactly
    late_by_a_second = Route(at(0), 0, [stop(2, closes_at=2599), stop(5)], end=at(0))
    assert inserted(late_by_a_second, stop(1)) == Insertion(2, 0, 10_200)
    # A stop further on counts too, though the waiting before it takes up some of the delay.
    with_slack = Route(at(0), 0, [stop(2, opens_at=2400), stop(5, closes_at=6200)], end=at(0))
    assert inserted(with_slack, stop(1)) == Insertion(0, 0, 1000)
    a_second_less = Route(at(0), 0, [stop(2, opens_at=2400), stop(5, closes_at=6199)], end=at(0))
    assert inserted(a_second_less, stop(1)) == Insertion(2, 0, 10_600)


def test_the_day_ends_in_time() -> None:
    home_by = Route(at(0), 0, [stop(2), stop(5)], end=at(0), end_by=11_800)  # now home at 11,200
    assert inserted(home_by, stop(1)) == Insertion(0, 0, 1000)
    assert inserted(home_by, stop(1, minutes=11)) is None
    done_by = Route(at(0), 0, [stop(2)], end_by=3800)
    assert inserted(done_by, stop(1)) == Insertion(0, 0, 1000)
    assert inserted(done_by, stop(3)) is None


def test_a_stop_already_late_does_not_stand_in_the_way() -> None:
    late = Route(at(0), 0, [stop(2, closes_at=1000), stop(5)], end=at(0), end_by=100)
    assert inserted(late, stop(1)) is None  # it would become later, and so would the end
    assert inserted(Route(at(0), 0, [stop(2, closes_at=1000), stop(5)], end=at(0)), stop(1)) == Insertion(2, 0, 10_200)
    assert inserted(late, stop(1, minutes=0)) == Insertion(0, 0, 1000)


def test_of_equal_positions_the_earlier_one_is_taken() -> None:
    assert inserted(Route(at(0), 0, [stop(2), stop(2)], end=at(0)), stop(2)) == Insertion(0, 0, 2000)


# -- compared with trying every position ------------------------------------------------------------------------

kilometres = st.integers(-5, 5)
instants = st.one_of(st.just(inf), st.integers(0, 20_000))
stops = st.builds(
    lambda km, minutes, opens, length: stop(km, minutes, opens, opens + length),
    kilometres,
    st.integers(0, 30),
    st.one_of(st.just(-10_000), st.integers(0, 15_000)),
    instants,
)
routes = st.builds(
    Route,
    kilometres.map(at),
    st.sampled_from([0, 1_000]),
    st.lists(stops, max_size=5),
    st.one_of(st.none(), kilometres.map(at)),
    instants,
)


def schedule(route: Route) -> tuple[list[float], float, float]:
    """Start of work at each stop, the end of the day, and the travel, by walking the day through."""
    now, here, travelled, starts = route.start_at, route.start, 0.0, []
    for each in route.stops:
        leg = WALK.matrix([here], [each.place])[0, 0]
        now, here, travelled = max(now + leg, each.opens_at), each.place, travelled + leg
        starts.append(now)
        now += each.duration_s
    leg = WALK.matrix([here], [route.end])[0, 0] if route.end else 0
    return starts, now + leg, travelled + leg


def by_trial(route: Route, new_stop: Stop) -> list[tuple[float, int]]:
    starts, finished, travelled = schedule(route)
    limits = [max(each.closes_at, start) for each, start in zip(route.stops, starts, strict=True)]
    feasible = []
    for position in range(len(route.stops) + 1):
        longer = [*route.stops[:position], new_stop, *route.stops[position:]]
        allowed = [*limits[:position], new_stop.closes_at, *limits[position:]]
        new_starts, new_finished, new_travelled = schedule(Route(route.start, route.start_at, longer, route.end))
        in_time = all(start <= limit + 0.002 for start, limit in zip(new_starts, allowed, strict=True))
        if in_time and new_finished <= max(route.end_by, finished) + 0.002:
            feasible.append((new_travelled - travelled, position))
    return feasible


@settings(deadline=None)
@given(routes, stops)
def test_it_finds_what_trying_every_position_finds(route: Route, new_stop: Stop) -> None:
    feasible = by_trial(route, new_stop)
    found = best_insertion(route, new_stop, WALK)
    event("fits" if found else "does not fit")
    assert (found is None) == (not feasible)
    if found:
        least = min(added for added, _ in feasible)
        assert found.added_travel_s == pytest.approx(least, abs=0.01)
        assert any(position == found.position for added, position in feasible if added < least + 0.01)
        longer = [*route.stops[: found.position], new_stop, *route.stops[found.position :]]
        start = schedule(Route(route.start, route.start_at, longer, route.end))[0][found.position]
        assert max(found.arrival, new_stop.opens_at) == pytest.approx(start, abs=0.01)
