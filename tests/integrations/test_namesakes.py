from itertools import pairwise
from random import Random
from sys import setprofile
from types import FrameType

from hypothesis import given
from hypothesis import strategies as st

from integrations.namesakes import ALIKE, COMPARED, Namesakes
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


def test_a_row_is_compared_with_a_bounded_number_of_its_neighbours() -> None:
    chance, namesakes, compared = Random(3), Namesakes(), 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal compared
        compared += event == "call" and frame.f_code.co_name == "_are_alike"

    for line in range(3_000):  # at one place, all with the telling piece "aa"
        namesakes.earlier(line, ["aa", *pieces("".join(chance.choices("bcdefghijkl", k=9)))], 30.27, 120.15, 20)
    setprofile(count)
    namesakes.earlier(3_000, ["aa", *pieces("bcdefghij")], 30.27, 120.15, 20)
    setprofile(None)
    assert 0 < compared <= COMPARED * 9
