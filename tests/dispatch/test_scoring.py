"""Ranking: figures computed by hand, and what must hold for all."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.scoring import FACTORS, NO_TIME, TOO_FAR, Rules, score
from tests.dispatch.people import HOUR, MORNING, Metres, away, booked, candidates, job, unhurried

WEIGHTS = {"travel": 40, "load": 20, "lateness": 25, "continuity": 10, "overskill": 5}
RULES = Rules(max_travel_min=90, max_orders=12, weights=WEIGHTS)


def scored(*people: dict, rules: Rules = RULES, **wishes):
    return score(candidates(*people), job(**wishes), rules, MORNING, Metres())


def test_the_factors_as_computed_by_hand() -> None:
    """18 of 90 minutes' way: 80. 3 of 12 orders: 75. 30 min to spare before the response: 75. 2 of 3 visits: 66.7.
    Level 3 where 2 is asked: 75. (40·80 + 20·75 + 25·75 + 10·66.7 + 5·75) / 100 = 76.17"""
    person = {"at": away(18), "orders": 3, "visits": 2, "levels": (3,)}
    result = scored(person, levels=(2,), response_due=MORNING + 48 * 60)
    factors = {key: float(values[0]) for key, values in result.factors.items()}
    assert factors == {"travel": 80.0, "load": 75.0, "lateness": 75.0, "continuity": 66.7, "overskill": 75.0}
    assert result.score[0] == 76.17


@pytest.mark.parametrize(
    ("due_min", "points"),
    [(80, 100.0), (65, 87.5), (20, 50.0), (-40, 25.0), (20 - 16 * 60, 2.9)],
    ids=["an hour to spare", "45 min to spare", "just in time", "an hour late", "16 hours late"],
)
def test_lateness_never_stops_counting(due_min, points) -> None:
    assert scored({"at": away(20)}, response_due=MORNING + due_min * 60).factors["lateness"][0] == points


def test_the_resolution_counts_when_it_is_tighter_than_the_response() -> None:
    """20 min way and 45 min work: 5 to spare before 70."""
    result = scored({"at": away(20)}, response_due=MORNING + 5 * HOUR, resolution_due=MORNING + 70 * 60)
    assert result.factors["lateness"][0] == pytest.approx(50 + 50 * 5 / 60, abs=0.05)


def test_without_a_promise_today_is_in_time_and_tomorrow_noon_is_not() -> None:
    today, tomorrow = scored({}, {"bookings": [booked(-5, 8 * 60), booked(22 * 60, 30 * 60)]}).factors["lateness"]
    assert today == 100
    assert tomorrow < 50


def test_an_order_without_a_skill_does_not_spare_experts() -> None:
    assert scored({"levels": (5,)}, levels=()).factors["overskill"][0] == 100


def test_the_best_comes_first() -> None:
    assert scored({"at": away(40)}, {"at": away(10)}, {"at": away(25)}).best_first == (1, 2, 0)


def test_ties_go_to_the_earlier_then_the_freer_then_the_lower_id() -> None:
    only_travel = Rules(90, 12, dict.fromkeys(FACTORS, 0) | {"continuity": 1})
    later, busier, second, first = {"at": away(9)}, {"orders": 1}, {"id": 8}, {"id": 7}
    assert scored(later, busier, second, first, rules=only_travel).best_first == (3, 2, 1, 0)


def test_who_is_too_far_or_has_no_time_is_left_out_with_the_reason() -> None:
    result = scored({"at": away(91), "start": away(91)}, {"shifts": ()}, {})
    assert result.reasons == ((TOO_FAR,), (NO_TIME,), ())
    assert result.best_first == (2,)


def test_whom_the_limits_bar_is_left_out_with_all_reasons() -> None:
    people = candidates({}, {})
    barred = {"leave": np.array([True, False]), "full": np.array([True, False])}
    result = score(people.__class__(**vars(people) | {"barred": barred}), job(), RULES, MORNING, Metres())
    assert result.reasons == (("leave", "full"), ())
    assert result.best_first == (1,)


def test_weights_of_zero_leave_the_order_to_the_ties() -> None:
    result = scored({"at": away(30)}, {"at": away(3)}, rules=Rules(90, 12, dict.fromkeys(FACTORS, 0)))
    assert list(result.score) == [0, 0]
    assert result.best_first == (1, 0)


people = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.floats(-100, 100).map(away),
            "orders": st.integers(0, 15),
            "visits": st.integers(0, 9),
            "levels": st.tuples(st.integers(1, 5)),
            "bookings": st.lists(st.integers(0, 9), max_size=3, unique=True).map(
                lambda hours: [booked(60 * hour, 60 * hour + 50) for hour in sorted(hours)]
            ),
        }
    ),
    min_size=1,
    max_size=8,
)
weights = st.fixed_dictionaries({key: st.integers(0, 100) for key in FACTORS})


@unhurried
@given(people, weights)
def test_scores_and_factors_lie_between_0_and_100(everybody, weight) -> None:
    result = scored(*everybody, rules=Rules(90, 12, weight), response_due=MORNING + HOUR)
    for values in (*result.factors.values(), result.score):
        assert ((values >= 0) & (values <= 100)).all()


@unhurried
@given(people, weights, st.integers(0, 1000))
def test_the_ranking_does_not_depend_on_the_order_of_the_rows(everybody, weight, seed) -> None:
    everybody = [person | {"id": number} for number, person in enumerate(everybody)]
    shuffled = Random(seed).sample(everybody, len(everybody))
    ranked = []
    for rows in (everybody, shuffled):
        result = scored(*rows, rules=Rules(90, 12, weight))
        ranked.append([(rows[index]["id"], result.score[index]) for index in result.best_first])
    assert ranked[0] == ranked[1]


@unhurried
@given(people, weights)
def test_leaving_somebody_out_does_not_change_the_order_of_the_others(everybody, weight) -> None:
    everybody = [person | {"id": number} for number, person in enumerate(everybody)]
    rules = Rules(90, 12, weight)
    whole = [everybody[index]["id"] for index in scored(*everybody, rules=rules).best_first]
    fewer = everybody[1:]
    part = [fewer[index]["id"] for index in scored(*fewer, rules=rules).best_first] if fewer else []
    assert part == [number for number in whole if number != 0]


@unhurried
@given(people, st.integers(0, 11))
def test_fewer_orders_never_make_it_worse(everybody, orders) -> None:
    def place_of_first(in_hand: int) -> int:
        rows = [everybody[0] | {"orders": in_hand, "id": 0}, *everybody[1:]]
        best = scored(*rows).best_first
        return best.index(0) if 0 in best else -1

    assert place_of_first(orders) <= place_of_first(orders + 1)
