"""In which order to call on places."""

from itertools import pairwise, permutations
from random import Random

from routing.geo import GreatCircleTravel
from routing.round import order_from

TRAVEL = GreatCircleTravel(speed_kmh=4.8)


def length(way) -> float:
    return sum(TRAVEL.matrix([here], [there])[0, 0] for here, there in pairwise(way))


def test_along_a_street_it_goes_from_end_to_end() -> None:
    street = [(30.2, 120.1 + east / 1000) for east in (5, 1, 4, 2, 3)]
    assert order_from((30.2, 120.1), street, TRAVEL) == [1, 3, 4, 2, 0]
    assert order_from((30.2, 120.107), street, TRAVEL) == [0, 2, 4, 3, 1]
    assert order_from(None, street, TRAVEL)[0] == 0
    assert order_from(None, [], TRAVEL) == []


def test_it_is_nearly_as_short_as_the_best_there_is_and_leaves_nothing_out() -> None:
    for seed in range(5):
        dice = Random(seed)
        start, *places = [(30.2 + dice.random() / 50, 120.1 + dice.random() / 50) for _place in range(7)]
        order = order_from(start, places, TRAVEL)
        assert sorted(order) == list(range(6))
        best = min(length([start, *way]) for way in permutations(places))
        assert length([start, *(places[index] for index in order)]) <= 1.1 * best
