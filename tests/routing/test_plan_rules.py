"""Small days on a street: place n lies n kilometres along it, a kilometre takes 1,000 s; the day is 0 to 30,000 s."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from routing.planning import (
    Budget,
    Depot,
    Lunch,
    Order,
    Person,
    Plan,
    Problem,
    Unserved,
    Weights,
    check,
    plan,
)  # fmt: skip

STREET = np.abs(np.subtract.outer(np.arange(21), np.arange(21))) * 1000.0
ANNA = Person("Anna", start=0, end=0, opens_s=0, closes_s=30_000)
BO = replace(ANNA, key="Bo", start=10, end=10)


def order(key: str, km: int, **values) -> Order:
    return Order(key, km, values.pop("duration_s", 600), **values)


def planned(people: list[Person], orders: list[Order], **values) -> Plan:
    """By the engine, and true by the checker."""
    warm_start = values.pop("warm_start", None)
    problem = Problem(STREET, people, orders, **values)
    found = plan(problem, warm_start=warm_start, budget=Budget(iterations=300))
    assert check(problem, found) == []
    return found


def who_does(found: Plan) -> dict:
    return {key: person for key, (person, _) in found.whereabouts().items()}


def why_not(found: Plan) -> dict[str, dict]:
    [left] = found.unserved
    return {reason.code: dict(reason.values) for reason in left.reasons}


def test_a_day_is_driven_in_the_shortest_sequence_and_nobody_leaves_home_too_early() -> None:
    found = planned([ANNA], [order("far", 9, opens_s=20_000), order("near", 2, opens_s=9_000), order("mid", 5)])
    [route] = found.routes
    assert route.orders() == ["near", "mid", "far"]
    assert (route.leaves_s, route.travel_s, route.ends_s) == (7_000, 18_000, 29_600)
    assert [visit.wait_s for visit in route.visits] == [0, 0, 20_000 - (9_600 + 3_000 + 600 + 4_000)]


def test_the_nearer_person_goes_and_a_window_can_send_the_other() -> None:
    assert who_does(planned([ANNA, BO], [order("a", 1), order("b", 9)])) == {"a": "Anna", "b": "Bo"}
    rushed = [order("b", 9, closes_s=1_700), order("c", 10, closes_s=0), order("d", 8, opens_s=9_000)]
    assert who_does(planned([ANNA, BO], rushed))["c"] == "Bo"


def test_work_after_its_due_time_is_paid_and_avoided_by_a_detour() -> None:
    found = planned([ANNA], [order("far", 4, due_s=4_000), order("near", 1)])
    assert found.routes[0].orders() == ["far", "near"]  # the other way round it would be 600 s late
    late = planned([ANNA], [order("far", 4, due_s=3_000)])
    assert (late.totals.late_orders, late.totals.lateness_s) == (1, 1_000)


def test_overtime_is_used_when_it_must_and_not_beyond_its_limit() -> None:
    short = replace(ANNA, closes_s=8_000, overtime_s=1_000)
    assert planned([short], [order("a", 4)]).routes[0].overtime_s == 600
    left = planned([short], [order("a", 5)])
    assert why_not(left)["shift"] == {"people": ["Anna"], "missing_s": 1_600}


def test_lunch_floats_between_the_visits_and_is_had_by_whoever_is_not_home_by_then() -> None:
    eating = replace(ANNA, lunch=Lunch(5_000, 9_000, 1_800))
    [route] = planned([eating], [order("a", 4), order("b", 8)]).routes
    [lunch] = [visit for visit in route.visits if visit.kind == "lunch"]
    assert 5_000 <= lunch.start_s <= 9_000 and lunch.end_s - lunch.start_s == 1_800
    assert route.ends_s == 8_000 + 600 + 600 + 1_800 + 8_000
    assert [visit.kind for visit in planned([eating], [order("a", 1)]).routes[0].visits] == ["order"]
    full = replace(eating, closes_s=11_000)
    assert "day" in why_not(planned([full], [order("a", 5, duration_s=1_000)]))


def test_a_lunch_of_no_time_is_none_also_for_somebody_at_work_into_an_absence() -> None:
    jobs = [order("now", 5, is_running=True, pinned_to="Anna", pinned_start_s=0), order("next", 6, opens_s=9_000)]
    away = replace(ANNA, absences=[(300, 4_000)])
    for lunch in (None, Lunch(500, 9_000, 0)):
        [route] = planned([replace(away, lunch=lunch)], jobs).routes
        assert [visit.kind for visit in route.visits] == ["order", "order"]
    [route] = planned([replace(away, lunch=Lunch(500, 4_000, 60))], jobs).routes
    assert [(visit.kind, visit.start_s) for visit in route.visits][1] == ("lunch", 4_000)


def test_in_an_absence_nobody_works_or_drives() -> None:
    away = replace(ANNA, absences=[(3_500, 8_000), (1_000, 1_500)])
    [route] = planned([away], [order("a", 3, opens_s=0)]).routes
    assert route.visits[0].start_s == 8_000  # would not be done by 3,500, having stood still for 500 s
    assert planned([replace(away, absences=[(3_000, 29_000)])], [order("a", 3)]).unserved


@pytest.mark.parametrize(
    ("needs", "code", "values"),
    [
        ({"skills": {"card": 2}}, "level", {"skill": "card", "level": 2, "best": 1, "people": ["Anna"]}),
        ({"skills": {"fibre": 1}}, "skill", {"skill": "fibre", "level": 1}),
        ({"skills": {"card": 1, "till": 1}}, "skills", {"skills": {"card": 1, "till": 1}}),
        ({"groups": frozenset({"west"})}, "group", {"groups": ["west"]}),
        ({"refused_by": frozenset({"Anna", "Bo"})}, "refused", {"people": ["Anna", "Bo"]}),
        ({"parts": {"keypad": 2}}, "part", {"part": "keypad", "quantity": 2, "carried": 1, "in_stock": 0}),
        ({"pinned_to": "Cleo"}, "pinned_absent", {"person": "Cleo"}),
        ({"closes_s": 900}, "window", {"opens_s": -inf, "closes_s": 900, "arrival_s": 1_000, "people": ["Anna"]}),
        ({"duration_s": 29_000}, "shift", {"people": ["Anna", "Bo"], "missing_s": 1_000}),
    ],
)  # fmt: skip
def test_what_nobody_can_do_says_why(needs: dict, code: str, values: dict) -> None:
    anna = replace(ANNA, skills={"card": 1}, parts={"keypad": 1}, groups=frozenset({"east"}))
    bo = replace(BO, skills={"till": 3})
    assert why_not(planned([anna, bo], [order("x", 1, **needs)]))[code] == values


@pytest.mark.parametrize(
    ("needs", "person", "code"),
    [
        ({"skills": {"card": 1}}, {}, "without_skills"),
        ({"groups": frozenset({"west"})}, {}, "without_group"),
        ({"refused_by": frozenset({"Bo"})}, {}, "without_refusal"),
        ({"parts": {"keypad": 1}}, {}, "without_part"),
        ({"pinned_to": "Anna"}, {}, "without_pin"),
        ({"closes_s": 500}, {}, "without_window"),
        ({}, {"max_orders": 1}, "max_orders"),
        ({}, {"closes_s": 26_000}, "overtime"),
        ({"duration_s": 8_000}, {"closes_s": 30_000}, "full"),
    ],
)  # fmt: skip
def test_of_rules_in_the_way_each_is_lifted_alone(needs: dict, person: dict, code: str) -> None:
    """Anna may do everything and has her day full; Bo is free, or, in the last cases, there is only Anna."""
    anna = replace(
        ANNA, skills={"card": 1}, parts={"keypad": 1}, groups=frozenset({"west"}), **{"closes_s": 29_000, **person}
    )
    busy_s = {"max_orders": 9_000, "overtime": 9_000, "full": 20_000}.get(code, 26_000)
    fixed = order("all day", 1, duration_s=busy_s, pinned_to="Anna", pinned_start_s=1_000)
    people = [anna] if person else [anna, replace(BO, closes_s=29_000)]
    found = planned(people, [fixed, order("x", 9, priority=4, **needs)])
    assert code in why_not(found)


def test_a_missing_part_is_picked_up_on_the_way_from_stock_that_all_share() -> None:
    depot = Depot("store", 3, 0, 30_000, 300, {"keypad": 1})
    jobs = [order("x", 6, parts={"keypad": 1}), order("y", 7, parts={"keypad": 1})]
    found = planned([replace(ANNA, parts={"keypad": 1})], jobs, depots=[depot])
    assert [visit.key for visit in found.routes[0].visits if visit.kind != "lunch"].index("store") < 2
    assert [visit.parts for visit in found.routes[0].visits if visit.kind == "depot"] == [{"keypad": 1}]
    both_empty = planned([ANNA, BO], jobs, depots=[depot])
    assert both_empty.totals.served == 1
    assert planned([ANNA], jobs[:1], depots=[replace(depot, closes_s=2_000)]).unserved


def test_the_more_urgent_order_is_served_where_not_all_can_be() -> None:
    short = replace(ANNA, closes_s=6_000)
    jobs = [order("low", 1, priority=4), order("urgent", 2, priority=1, closes_s=2_000), order("high", 1, priority=2)]
    found = planned([replace(short, max_orders=2)], jobs)
    assert who_does(found).keys() == {"urgent", "high"}
    assert why_not(found).keys() == {"max_orders"}


def test_pins_hold_against_everything_and_running_work_comes_first() -> None:
    jobs = [
        order("person", 9, pinned_to="Anna", skills={"card": 3}),
        order("time", 5, pinned_start_s=12_345.0),
        order("both", 8, pinned_to="Bo", pinned_start_s=6_000),
        order("now", 12, is_running=True, pinned_to="Bo", pinned_start_s=-500, duration_s=1_500),
        order("free", 11),
    ]
    found = planned([ANNA, BO], jobs)
    where = found.whereabouts()
    assert (where["person"][0], where["both"][0], where["now"][0]) == ("Anna", "Bo", "Bo")
    assert (where["time"][1].start_s, where["both"][1].start_s) == (12_345, 6_000)
    assert found.routes[1].orders()[0] == "now" and found.routes[1].visits[1].travel_s == 1_000  # from where Bo works


@pytest.mark.parametrize(
    "anna", [ANNA, replace(ANNA, lunch=Lunch(20_000, 29_000, 600)), replace(ANNA, longest_s=8_000)]
)
def test_an_order_on_a_short_cut_is_not_taken_away_where_the_rest_would_come_too_late(anna: Person) -> None:
    """From the start to 9 by way of 5 takes 2,000 s, without it 9,000 s. Bo, next door, had promised 5."""
    ways = STREET.copy()
    ways[0, 5] = ways[5, 9] = 1_000
    jobs = [
        order("stop", 5, duration_s=0, now_with="Bo"),
        order("fixed", 9, pinned_to="Anna", opens_s=1_000, closes_s=3_000),
    ]
    problem = Problem(ways, [replace(anna, end=None), replace(BO, start=5, end=5)], jobs, weights=Weights(moved=20_000))
    found = plan(problem, warm_start={"Anna": ["stop", "fixed"]}, budget=Budget(iterations=100))
    assert check(problem, found) == [] and who_does(found) == {"stop": "Anna", "fixed": "Anna"}


def test_who_is_out_longest_is_bounded_from_leaving_to_coming_back() -> None:
    jobs = [order("early", 1, opens_s=1_000, closes_s=1_000), order("late", 1, opens_s=25_000)]
    assert not planned([ANNA], jobs).unserved
    assert planned([replace(ANNA, longest_s=20_000)], jobs).totals.served == 1


def test_a_published_plan_is_kept_unless_moving_is_worth_its_price() -> None:
    jobs = [order("a", 4, now_with="Bo", now_start_s=6_000), order("b", 5, now_with="Anna", now_start_s=5_000)]
    warm = {"Bo": ["a"], "Anna": ["b"]}
    kept = planned([ANNA, BO], jobs, warm_start=warm, weights=Weights(moved=20_000))
    assert who_does(kept) == {"a": "Bo", "b": "Anna"} and kept.totals.moved == 0
    freed = planned([ANNA, BO], jobs, warm_start=warm, weights=Weights(moved=10))
    assert freed.totals.travel_s < kept.totals.travel_s and freed.totals.moved > 0


def test_an_emergency_goes_first_and_what_has_no_time_left_falls_out() -> None:
    short = replace(ANNA, closes_s=12_000)
    jobs = [order("low", 5, priority=4, duration_s=1_000), order("now", 0, is_running=True, pinned_to="Anna")]
    before = planned([short], jobs)
    emergency = order("till down", 4, priority=1, duration_s=3_000, closes_s=5_000)
    problem = Problem(STREET, [short], [*jobs, emergency])
    after = plan(problem, warm_start=before, budget=Budget(iterations=100))
    assert [unserved.order for unserved in after.unserved] == ["low"]
    roomy = Problem(STREET, [replace(ANNA, closes_s=16_000)], [*jobs, emergency])
    later = plan(roomy, warm_start=before, budget=Budget(iterations=100))
    assert before.whereabouts()["low"][1].start_s == 5_600 and later.whereabouts()["low"][1].start_s == 8_600


def test_nobody_to_do_it() -> None:
    found = planned([], [order("x", 1)])
    assert found.unserved == [Unserved("x", found.unserved[0].reasons)] and "no_people" in why_not(found)
    assert planned([ANNA], []).totals.served == 0
