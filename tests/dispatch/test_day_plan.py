"""What a day plan is made from, as far as people and orders can be planned with."""

from datetime import date, timedelta

import pytest
from django.db import connection

from dispatch.plans.models import DayPlan
from dispatch.plans.problem import pose, standing
from dispatch.plans.reading import read_day
from routing.planning import validate
from tests import factories as make
from tests.dispatch.conftest import place, seen
from tests.dispatch.day_plans import *
from tests.dispatch.day_plans import HOUR, TOMORROW, local
from workforce.actions import book_time, make_organisation, set_shifts
from workforce.models import PersonSkill
from workorders.actions import accept_work_order, assign_work_order, depart, reject_work_order

pytestmark = pytest.mark.django_db


def reading(region, at, **values) -> tuple[dict, list]:
    return read_day(DayPlan(region=region, on=TOMORROW, **values), at)


def test_it_reads_who_works_when_and_with_what(
    hangzhou, ningbo, engineer, colleague, faraway_engineer, dispatcher, at
) -> None:
    set_shifts(colleague, shifts=[(3, time(8), time(12)), (3, time(13), time(17))], by=dispatcher, at=at)
    book_time(colleague, kind="leave", start=local(15), end=local(19), by=dispatcher, at=at)
    expired = make.SkillFactory(code="network", name="Network")
    PersonSkill.objects.create(person=engineer, skill=expired, level=4, expires_on=TOMORROW - timedelta(days=1))
    make.ServiceCalendarFactory()
    inputs, left_out = reading(hangzhou, at)
    people = {row["name"]: row for row in inputs["people"]}
    assert people.keys() == {"Emil Engineer", "Cora Colleague"}
    emil, cora = people["Emil Engineer"], people["Cora Colleague"]
    assert (emil["opens"], emil["closes"], emil["absences"]) == (8 * HOUR, 20 * HOUR, [])
    assert emil["lunch"] == [11.5 * HOUR, 13 * HOUR, HOUR]
    assert emil["skills"] == {"pos-repair": 3}
    assert (cora["opens"], cora["closes"], cora["lunch"]) == (8 * HOUR, 17 * HOUR, None)
    assert cora["absences"] == [[12 * HOUR, 13 * HOUR, "break"], [15 * HOUR, 17 * HOUR, "leave"]]
    assert left_out == []


def test_it_reads_what_is_to_be_done(hangzhou, new_order, given, engineer, colleague, dispatcher, at) -> None:
    in_pool, tomorrow, locked, later = (new_order() for _ in range(4))
    given(tomorrow, engineer, 9)
    given(locked, colleague, 11, lock=True)
    start = local(9) + timedelta(days=1)
    assign_work_order(later, engineer=engineer, start=start, end=start + timedelta(hours=1), by=dispatcher, at=at)
    refused = given(new_order(), colleague, 15)
    reject_work_order(refused, by=colleague, reason="Too far", at=at)
    inputs, _left_out = reading(hangzhou, at)
    orders = {row["number"]: row for row in inputs["orders"]}
    assert orders.keys() == {in_pool.number, tomorrow.number, locked.number, refused.number}
    assert (orders[in_pool.number]["state"], orders[in_pool.number]["with"]) == ("open", None)
    assert (orders[tomorrow.number]["state"], orders[tomorrow.number]["start"]) == ("planned", 9 * HOUR)
    assert (orders[locked.number]["state"], orders[locked.number]["start"]) == ("locked", 11 * HOUR)
    assert orders[refused.number]["refused_by"] == [colleague.pk]
    assert orders[in_pool.number]["skills"] == {"pos-repair": 1}
    in_pool.refresh_from_db()
    due = in_pool.resolution_due_at - timedelta(minutes=in_pool.duration_min)
    assert orders[in_pool.number]["due"] == (min(due, in_pool.response_due_at) - local(0)) / timedelta(seconds=1)
    assert validate(pose(inputs).problem) == []


def test_work_in_progress_is_fixed_and_people_start_from_where_they_are(
    hangzhou, order, new_order, engineer, colleague, dispatcher, at
) -> None:
    assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    depart(accept_work_order(order, by=engineer, at=at), by=engineer, at=at)
    seen(colleague, 5, at)
    inputs, _left_out = read_day(DayPlan(region=hangzhou, on=date(2026, 11, 18)), at)
    people = {row["id"]: row for row in inputs["people"]}
    (row,) = inputs["orders"]
    assert (row["state"], row["with"], row["start"]) == ("running", engineer.pk, 10 * HOUR)
    assert people[engineer.pk]["start"] == [order.lat, order.lon]
    assert people[colleague.pk]["start"] == list(place(5))
    assert people[colleague.pk]["opens"] == 10 * HOUR


def test_what_cannot_be_planned_is_left_out_with_its_reason_and_where_to_mend_it(
    hangzhou, ningbo, new_order, shop, given, engineer, faraway_engineer, dispatcher, at
) -> None:
    nowhere = new_order(merchant=make.MerchantFactory(region=hangzhou, lat=None, lon=None))
    elsewhere = given(new_order(), faraway_engineer, 9)
    given(off_duty := new_order(), engineer, 9, lock=True)
    homeless = make.UserFactory(role="engineer", region=hangzhou, name="Hanna Homeless")
    make.shifts_of(homeless)
    set_shifts(engineer, shifts=[(0, time(8), time(17))], by=dispatcher, at=at)
    inputs, left_out = reading(hangzhou, at)
    assert {(each.label, each.code, each.number) for each in left_out} == {
        (nowhere.number, "no_place", nowhere.merchant.number),
        (elsewhere.number, "elsewhere", elsewhere.number),
        (off_duty.number, "not_at_work", off_duty.number),
        ("Hanna Homeless", "no_start", homeless.username),
    }
    assert inputs["people"] == [] and inputs["orders"] == []


def test_territory_and_contract_say_who_may_do_an_order(
    hangzhou, xihu, yuhang, order, engineer, colleague, repair, dispatcher, at
) -> None:
    """The order is in Xihu: those of Xihu and of the city may, those of Yuhang not, outsourced ones by contract."""
    colleague.region = yuhang
    colleague.save()
    make.shifts_of(outsourced := make.UserFactory(role="engineer", region=hangzhou, start_lat=30.2, start_lon=120.1))
    contract = {"name": "Helpers", "regions": [yuhang], "order_types": [repair], "by": dispatcher, "at": at}
    outsourced.organisation = make_organisation(code="helpers", **contract)
    outsourced.save()
    inputs, _left_out = reading(hangzhou, at)
    kinds = {row["id"]: row["kind"] for row in inputs["people"]}
    assert inputs["orders"][0]["groups"] == [kinds[engineer.pk]]
    outsourced.organisation.regions.add(hangzhou)
    inputs, _left_out = reading(hangzhou, at)
    assert set(inputs["orders"][0]["groups"]) == {kinds[engineer.pk], kinds[outsourced.pk]}


def test_it_is_read_with_the_same_queries_however_many_rows(hangzhou, new_order, given, engineer, at) -> None:
    def queries() -> int:
        before = len(connection.queries_log)
        reading(hangzhou, at)
        return len(connection.queries_log) - before

    given(new_order(), engineer, 9)
    connection.force_debug_cursor = True
    few = queries()
    for hour in range(10, 18):
        given(new_order(), engineer, hour)
        new_order()
        person = make.UserFactory(role="engineer", region=hangzhou, start_lat=30.27, start_lon=120.15)
        make.PersonSkillFactory(person=person)
        make.shifts_of(person)
    assert queries() == few <= 20
    connection.force_debug_cursor = False


def test_the_day_as_it_is_booked_has_its_ways_and_its_lateness(hangzhou, new_order, shop, given, engineer, at) -> None:
    """5 km north and back at the shop: 27 s a 100 m by road, in whole minutes."""
    first, second = new_order(merchant=shop(0)), new_order(merchant=shop(5))
    given(first, engineer, 9)
    given(second, engineer, 11)
    inputs, _left_out = reading(hangzhou, at)
    stops = standing(inputs, pose(inputs))[engineer.pk]
    assert [stop.order for stop in stops] == [first.pk, second.pk]
    assert stops[1].travel_s == 17 * 60  # 16.2 minutes
    assert stops[1].metres == pytest.approx(5 * 1350, rel=0.01)
    assert stops[0].late_s == max(0, 9 * HOUR - inputs["orders"][0]["due"])
