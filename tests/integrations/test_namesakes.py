from itertools import pairwise
from random import Random
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from integrations.namesakes import ALIKE, Namesakes
from routing.geo import distance_m

LETTERS = "abcdefg"


def pieces(name: str) -> list[str]:
    return sorted({one + other for one, other in pairwise(name)})


@given(st.lists(st.text(LETTERS, min_size=2, max_size=9), min_size=2, max_size=12))
def test_it_finds_what_comparing_with_every_earlier_row_finds(names) -> None:
    namesakes, earlier = Namesakes(), []
    for line, name in enumerate(names):
        found = namesakes.earlier(line, pieces(name), 30.27, 120.15, 20)
        alike = [
            other_line
            for other_line, other in earlier
            if len(other & set(pieces(name))) >= ALIKE * len(other | set(pieces(name)))
        ]
        assert (found in alike) if alike else found is None
        earlier.append((line, set(pieces(name))))


@given(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01), st.sampled_from([20, 1100]), st.sampled_from([0.0, 30.0, 52.0]))
def test_near_is_within_300_metres_and_the_roughness_of_the_place(north, east, accuracy_m, lat) -> None:
    namesakes = Namesakes()
    namesakes.earlier(1, pieces("abcdef"), lat, 120.0, 20)
    found = namesakes.earlier(2, pieces("abcdef"), lat + north, 120.0 + east, accuracy_m)
    is_near = distance_m(lat, 120.0, lat + north, 120.0 + east) <= 300 + accuracy_m
    assert found == (1 if is_near else None)


def test_a_crowded_city_costs_per_row_what_a_small_one_does() -> None:
    def seconds_per_row(count: int) -> float:
        chance, namesakes = Random(3), Namesakes()
        rows = [
            (
                pieces("".join(chance.choices(LETTERS, k=7))),
                30.27 + chance.gauss(0, 0.05),
                120.15 + chance.gauss(0, 0.05),
            )
            for _row in range(count)
        ]
        started = process_time()
        for line, (name, lat, lon) in enumerate(rows):
            namesakes.earlier(line, name, lat, lon, 20)
        return (process_time() - started) / count

    assert seconds_per_row(20_000) < 5 * seconds_per_row(2_000)
