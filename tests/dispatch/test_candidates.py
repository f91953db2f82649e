"""Every hard limit: who it keeps out of the candidates, and the reason the page gives. And where people are taken to be."""

from datetime import date, datetime, time, timedelta
from math import isnan

import pytest
from django.db import connection

from dispatch import queries
from dispatch.models import RuleSet
from dispatch.queries import people, statements
from tests import factories as make
from tests.dispatch.conftest import place, seen, way_min
from workforce.actions import book_time
from workforce.models import PersonSkill
from workorders.actions import (
    accept_work_order,
    assign_work_order,
    change_needs,
    depart,
    reject_work_order,
)
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def test_who_has_skill_shift_and_place_is_a_candidate(engineer, chosen_from, reasons_of) -> None:
    assert chosen_from() == ["engineer"]
    assert reasons_of() == {"engineer": []}


# -- limits -------------------------------------------------------------------------------------------


def test_without_the_skill(engineer, chosen_from, reasons_of) -> None:
    engineer.skills.all().delete()
    assert chosen_from() == []
    assert reasons_of() == {"engineer": ["no_skill:pos-repair"]}


def test_with_too_low_a_level(engineer, order, dispatcher, at, chosen_from, reasons_of) -> None:
    change_needs(order, skills={"pos-repair": 4}, parts={}, by=dispatcher, at=at)
    assert chosen_from() == []
    assert reasons_of() == {"engineer": ["low_skill:pos-repair"]}


@pytest.mark.parametrize(("day", "reasons"), [(17, ["expired_skill:pos-repair"]), (18, []), (19, [])])
def test_an_expired_skill_counts_to_its_last_day(engineer, chosen_from, reasons_of, day, reasons) -> None:
    PersonSkill.objects.filter(person=engineer).update(expires_on=date(2026, 11, day))
    assert reasons_of() == {"engineer": reasons}
    assert chosen_from() == ([] if reasons else ["engineer"])


def test_an_order_without_a_skill_asks_for_none(engineer, order, dispatcher, at, chosen_from) -> None:
    engineer.skills.all().delete()
    change_needs(order, skills={}, parts={}, by=dispatcher, at=at)
    assert chosen_from() == ["engineer"]


@pytest.mark.parametrize(
    ("start", "end", "is_on"),
    [(time(8), time(10), False), (time(10), time(12), True), (time(10, 1), time(12), False), (time(2), time(3), False)],
)
def test_off_shift_by_the_clock_of_the_persons_region(engineer, chosen_from, reasons_of, start, end, is_on) -> None:
    """It is 10:00 in Hangzhou, 02:00 in Greenwich."""
    engineer.shifts.all().delete()
    make.shifts_of(engineer, start=start, end=end)
    assert chosen_from() == (["engineer"] if is_on else [])
    assert ("off_shift" in reasons_of()["engineer"]) is not is_on


def test_people_of_another_zone_live_by_their_own_clock(engineer, hangzhou, chosen_from) -> None:
    """10:00 in Hangzhou is 07:30 in Kolkata; the shift begins at 08:00."""
    hangzhou.time_zone = "Asia/Kolkata"
    hangzhou.save()
    assert chosen_from() == []


@pytest.mark.parametrize("kind", ["leave", "training"])
def test_away(engineer, at, dispatcher, chosen_from, reasons_of, kind) -> None:
    book_time(engineer, kind=kind, start=at - timedelta(hours=1), end=at + timedelta(hours=1), by=dispatcher, at=at)
    assert chosen_from() == []
    assert reasons_of() == {"engineer": [kind]}


def test_leave_that_is_over_does_not_count(engineer, at, dispatcher, chosen_from) -> None:
    book_time(engineer, kind="leave", start=at - timedelta(hours=1), end=at, by=dispatcher, at=at)
    assert chosen_from() == ["engineer"]


def test_who_rejected_is_passed_over_for_four_hours(engineer, order, at, chosen_from, reasons_of) -> None:
    assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=None, at=at)
    reject_work_order(order, by=engineer, reason="My van broke down", at=at - timedelta(hours=3, minutes=59))
    assert chosen_from() == []
    assert reasons_of() == {"engineer": ["rejected"]}
    order.rejections.update(until=at)
    assert chosen_from() == ["engineer"]


def test_with_as_many_orders_as_allowed(engineer, new_order, at, chosen_from, reasons_of) -> None:
    for hour in range(2):
        start = at + timedelta(hours=hour)
        assign_work_order(
            new_order(), engineer=engineer, start=start, end=start + timedelta(minutes=45), by=None, at=at
        )
    assert chosen_from(RuleSet(max_orders=3)) == ["engineer"]
    assert chosen_from(RuleSet(max_orders=2)) == []
    assert reasons_of(RuleSet(max_orders=2)) == {"engineer": ["full"]}


def test_too_far_is_said_after_the_query(engineer, at, chosen_from, reasons_of) -> None:
    """60 km are 194 minutes; where the day begins, tomorrow, is just as far."""
    seen(engineer, 60, at)
    engineer.start_lat, engineer.start_lon = place(60)
    engineer.save()
    assert chosen_from() == ["engineer"]
    assert reasons_of() == {"engineer": ["too_far"]}


def test_without_free_time_until_tomorrow_evening(engineer, at, order, dispatcher, reasons_of) -> None:
    start = at + timedelta(minutes=1)
    book_time(engineer, kind="training", start=start, end=at + timedelta(days=2), by=dispatcher, at=at)
    assert reasons_of() == {"engineer": ["no_time"]}


def test_all_reasons_are_given(engineer, at, dispatcher, reasons_of) -> None:
    engineer.skills.all().delete()
    book_time(engineer, kind="leave", start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    assert reasons_of() == {"engineer": ["no_skill:pos-repair", "leave"]}


def test_limits_count_each_person_under_the_first_reason(engineer, colleague, order, at, dispatcher) -> None:
    engineer.skills.all().delete()
    colleague.shifts.all().delete()
    book_time(colleague, kind="leave", start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    make.UserFactory(username="third", role="engineer", region=engineer.region)
    assert queries.count_passed_over(order, RuleSet(), at) == {"no_skill:pos-repair": 2, "off_shift": 1}


# -- regions and roles --------------------------------------------------------------------------------


def test_people_of_other_regions_and_roles_are_not_even_looked_at(
    engineer, faraway_engineer, prospector, dispatcher, chosen_from, reasons_of
) -> None:
    assert chosen_from() == ["engineer"]
    assert set(reasons_of()) == {"engineer"}


def test_inspectors_may_do_orders_too(inspector, chosen_from, reasons_of) -> None:
    assert chosen_from() == []
    assert reasons_of() == {"inspector": ["no_skill:pos-repair", "off_shift", "no_time"]}


def test_who_is_switched_off_is_gone(engineer, chosen_from, reasons_of) -> None:
    engineer.is_active = False
    engineer.save()
    assert (chosen_from(), reasons_of()) == ([], {})


def test_a_person_of_a_district_does_orders_of_the_whole_city_but_not_of_the_next_district(
    engineer, xihu, yuhang, order, hangzhou, chosen_from
) -> None:
    engineer.region = xihu
    engineer.save()
    assert chosen_from() == ["engineer"]
    engineer.region = yuhang
    engineer.save()
    assert chosen_from() == []
    order.region = hangzhou
    order.save()
    assert chosen_from() == ["engineer"]


def test_an_underscore_in_a_region_code_is_no_wildcard(engineer, company, order, chosen_from) -> None:
    order.region = make.RegionFactory(code="a_b", parent=company)
    order.save()
    engineer.region = make.RegionFactory(code="axb", parent=company)
    engineer.save()
    assert chosen_from() == []


# -- where people are ---------------------------------------------------------------------------------


def place_of(order: WorkOrder, at: datetime) -> tuple[str, float | None, float]:
    found = queries.candidates(order, RuleSet(), at)
    age = found.position_age_s[0]
    return found.place[0], None if isnan(age) else age / 60, round(float(found.lat[0]), 4)


def test_a_fresh_position_counts(engineer, order, at) -> None:
    seen(engineer, 5, at - timedelta(minutes=30))
    assert place_of(order, at) == ("position", 30, round(place(5)[0], 4))


def test_a_stale_position_falls_back_to_the_start_of_the_day_and_says_so(engineer, order, at) -> None:
    seen(engineer, 5, at - timedelta(minutes=31))
    assert place_of(order, at) == ("start", 31, 30.27)


def test_a_stale_position_falls_back_to_the_last_job_of_today_never_home(engineer, order, new_order, at) -> None:
    job = new_order(merchant=make.MerchantFactory(region=order.region, lat=30.3, lon=120.2))
    assign_work_order(job, engineer=engineer, start=at - timedelta(hours=1), end=at, by=None, at=at)
    accept_work_order(job, by=engineer, at=at)
    depart(job, by=engineer, at=at - timedelta(minutes=50))
    seen(engineer, 5, at - timedelta(minutes=45))
    assert place_of(order, at) == ("job", 45, 30.3)


def test_yesterdays_job_is_not_where_the_day_begins(engineer, order, new_order, at) -> None:
    job = new_order(merchant=make.MerchantFactory(region=order.region, lat=30.3, lon=120.2))
    assign_work_order(job, engineer=engineer, start=at - timedelta(hours=1), end=at, by=None, at=at)
    WorkOrder.objects.filter(pk=job.pk).update(departed_at=at - timedelta(hours=10, seconds=1))  # a second to midnight
    assert place_of(order, at)[0] == "start"
    WorkOrder.objects.filter(pk=job.pk).update(departed_at=at - timedelta(hours=10))
    assert place_of(order, at)[0] == "job"


def test_a_position_from_before_the_shift_is_nobodys_business(engineer, order, at) -> None:
    engineer.shifts.all().delete()
    make.shifts_of(engineer, start=time(9, 50))
    seen(engineer, 5, at - timedelta(minutes=11))
    assert place_of(order, at)[0] == "start"
    seen(engineer, 5, at - timedelta(minutes=9))
    assert place_of(order, at)[0] == "position"


def test_a_position_from_a_wrong_clock_is_not_believed(engineer, order, at) -> None:
    seen(engineer, 5, at + timedelta(hours=1))
    assert place_of(order, at)[0] == "start"


def test_without_a_start_place_the_middle_of_the_region_counts(engineer, hangzhou, order, at) -> None:
    engineer.start_lat = engineer.start_lon = None
    engineer.save()
    assert place_of(order, at)[0] == "unknown"
    hangzhou.lat, hangzhou.lon = 30.25, 120.17
    hangzhou.save()
    assert place_of(order, at)[::2] == ("region", 30.25)


def test_the_search_goes_on_when_nobody_of_the_most_promising_has_time(
    engineer, colleague, order, at, dispatcher, monkeypatch
) -> None:
    monkeypatch.setattr(people, "PROMISING", 1)
    seen(engineer, 1, at)
    seen(colleague, 2, at)
    assert queries.candidates(order, RuleSet(), at).username == ("engineer",)
    start = at + timedelta(minutes=1)
    book_time(engineer, kind="training", start=start, end=at + timedelta(days=2), by=dispatcher, at=at)
    ranking = queries.rank(order, RuleSet(), at)
    assert [entry["username"] for entry in ranking.best] == ["colleague"]
    assert ranking.passed_over == {"no_time": 1}


@pytest.fixture
def narrow(monkeypatch) -> None:
    """Nearby are two positions and two start places."""
    for name, count in {"STOPS": 1, "SEEN": 2, "STARTS": 2}.items():
        monkeypatch.setattr(statements, name, count)
    monkeypatch.setattr(people, "ENOUGH", 2)
    monkeypatch.setattr(people, "FEW", 0)


def crowd(region, count: int, at: datetime, **skill) -> None:
    """Around the merchant, each a little further away."""
    for number in range(count):
        lat, lon = place(number / 10)
        person = make.UserFactory(
            username=f"near{number}", role="engineer", region=region, start_lat=lat, start_lon=lon
        )
        make.PersonSkillFactory(person=person, **skill)
        make.shifts_of(person)
        seen(person, number / 10, at)


def nearby(order: WorkOrder, at: datetime) -> set[str]:
    return set(queries.candidates(order, RuleSet(), at, nearby=True).username)


def test_enough_people_nearby_are_enough(engineer, order, at, hangzhou, narrow) -> None:
    engineer.start_lat, engineer.start_lon = place(20)
    engineer.save()
    crowd(hangzhou, 3, at)
    assert nearby(order, at) == {"near0", "near1"}
    assert queries.rank(order, RuleSet(), at).compared == 2


def test_who_may_do_it_is_found_however_far_away_when_too_few_nearby_may(engineer, order, at, hangzhou, narrow) -> None:
    engineer.start_lat, engineer.start_lon = place(20)
    engineer.save()
    crowd(hangzhou, 3, at, skill=make.SkillFactory(code="other"))
    assert nearby(order, at) == set()
    assert [entry["username"] for entry in queries.rank(order, RuleSet(), at).best] == ["engineer"]


def test_who_nobody_knows_the_place_of_is_found_too(engineer, order, at, narrow) -> None:
    engineer.start_lat = engineer.start_lon = None
    engineer.save()
    assert nearby(order, at) == set()
    assert [entry["username"] for entry in queries.rank(order, RuleSet(), at).best] == ["engineer"]


def test_who_has_a_job_next_door_is_nearby(engineer, order, new_order, at, hangzhou, narrow) -> None:
    crowd(hangzhou, 3, at)
    engineer.start_lat, engineer.start_lon = place(20)
    engineer.save()
    start = at + timedelta(hours=2)
    assign_work_order(new_order(), engineer=engineer, start=start, end=start + timedelta(hours=1), by=None, at=at)
    assert nearby(order, at) == {"engineer", "near0", "near1"}


def test_the_nearest_come_from_indexes(order, at) -> None:
    """Their conditions say the same as the query."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        where = {"lat": order.lat, "lon": order.lon, "shrink": 0.9}
        cursor.execute(f"EXPLAIN WITH here AS (SELECT 1 AS id) SELECT FROM {statements.nearby(1)}", where)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert [name for name in ("dispatch_stops", "dispatch_seen", "dispatch_starts") if name not in plan] == []


# -- what stands in an entry --------------------------------------------------------------------------


def test_the_entry_says_when_how_far_and_from_where(engineer, order, new_order, at) -> None:
    seen(engineer, 5, at)
    assign_work_order(
        new_order(), engineer=engineer, start=at + timedelta(hours=3), end=at + timedelta(hours=4), by=None, at=at
    )
    best = queries.rank(order, RuleSet(), at).best[0]
    assert best["way_min"] == round(way_min(5)) == 16
    assert best["arrival"] == (at + timedelta(minutes=17)).timestamp()
    assert best["end"] == (at + timedelta(minutes=62)).timestamp()
    assert (best["origin"], best["orders"], best["visits"], best["skills"]) == (
        "position", 1, 0, {"pos-repair": [3, None]},
    )  # fmt: skip


def test_the_proposed_time_is_free_in_the_database(engineer, order, new_order, at) -> None:
    for hour in (0, 1, 2, 4):
        start = at + timedelta(hours=hour, minutes=10)
        assign_work_order(
            new_order(), engineer=engineer, start=start, end=start + timedelta(minutes=45), by=None, at=at
        )
    for _ in range(8):
        another = new_order()
        best = queries.rank(another, RuleSet(), at).best[0]
        start = datetime.fromtimestamp(best["arrival"], at.tzinfo)
        assign_work_order(another, engineer=engineer, start=start, end=start + timedelta(minutes=45), by=None, at=at)
    assert engineer.bookings.count() == 12


def test_a_double_booking_forced_by_name_is_not_free_time(engineer, order, dispatcher, at) -> None:
    for force in (False, True):
        book_time(
            engineer, kind="work", start=at, end=at + timedelta(hours=2 + force), by=dispatcher, at=at, force=force
        )
    best = queries.rank(order, RuleSet(), at).best[0]
    assert best["arrival"] == (at + timedelta(hours=3, minutes=3)).timestamp()


def test_visits_to_this_merchant_are_known(engineer, order, repair, merchant, at) -> None:
    for number in range(2):
        WorkOrder.objects.create(
            number=f"WO-old-{number}", type=repair, merchant=merchant, region=merchant.region, status="closed",
            summary="-", duration_min=45, engineer=engineer, service_date=at.date(), opened_at=at, completed_at=at,
        )  # fmt: skip
    assert queries.rank(order, RuleSet(), at).best[0]["visits"] == 2


def test_the_candidates_are_one_query(engineer, colleague, order, at, django_assert_num_queries) -> None:
    order = WorkOrder.objects.select_related("region", "type").get(pk=order.pk)
    assert order.needs  # read once per order
    with django_assert_num_queries(1):
        assert len(queries.candidates(order, RuleSet(), at)) == 2


def test_why_not_can_be_searched_and_paged(engineer, colleague, order, at, monkeypatch) -> None:
    assert [entry["username"] for entry in queries.why_not(order, at, name="emil")] == ["engineer"]
    monkeypatch.setattr(people, "PAGE", 1)
    pages = [queries.why_not(order, at, page=page) for page in range(3)]
    assert [len(page) for page in pages] == [1, 1, 0]
    assert {page[0]["username"] for page in pages[:2]} == {"engineer", "colleague"}
