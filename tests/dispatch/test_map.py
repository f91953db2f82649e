"""What the live map answers: who may see whom, how much at most, and what is not a part of the world."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from tests import factories as make
from tests.dispatch.conftest import place, seen
from workforce.actions import book_time
from workforce.models import Position, User
from workorders import actions
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
HANGZHOU = "119.9,30.0,120.5,30.6"
ALL = "-180,-90,180,90"


@pytest.fixture
def ask(client, clock):
    """ask(person, …) is what the map answers to a dispatcher, or whom else, at ten o'clock."""

    def look(person: User, *, bbox: str = HANGZHOU, zoom: int | str = 11, **filters):
        if client.session.get("_auth_user_id") != str(person.pk):
            client.force_login(person)
        answer = client.get(reverse("office:map-features"), {"bbox": bbox, "zoom": zoom, **filters})
        return answer.json() if answer.status_code == 200 else answer

    return look


@pytest.fixture
def clock(at):
    """Ten o'clock, and it stands still."""
    with time_machine.travel(at, tick=False):
        yield


def who(features: list[dict]) -> set[str]:
    return {each["label"] for feature in features for each in feature["who"]}


def counts(features: list[dict]) -> dict[str, int]:
    found: dict[str, int] = {}
    for feature in features:
        for kind, count in feature["counts"].items():
            found[kind] = found.get(kind, 0) + count
    return found


def test_it_shows_people_in_shift_of_ones_own_region(
    ask, engineer, colleague, inspector, faraway_engineer, dispatcher, stranger, manager, at
) -> None:
    seen(engineer, 0, at)
    seen(colleague, 5, at - timedelta(minutes=31))
    seen(inspector, 2, at)  # has no shift
    seen(faraway_engineer, 1, at)
    answer = ask(dispatcher)
    assert who(answer["people"]) == {"Emil Engineer", "Cora Colleague"}
    stale = {each["label"]: each["is_stale"] for feature in answer["people"] for each in feature["who"]}
    assert stale == {"Emil Engineer": False, "Cora Colleague": True}
    assert "2 people in shift" in answer["list"] and "last seen 09:29" in answer["list"]
    assert "1 not in shift" in answer["list"] and "Ines Inspector" in answer["list"]  # by name, wherever they are
    assert who(ask(stranger)["people"]) == {"Fay Faraway"}
    assert len(who(ask(manager)["people"])) == 3
    book_time(engineer, kind="leave", start=at, end=at + timedelta(hours=1), by=manager, at=at)
    answer = ask(dispatcher)
    assert who(answer["people"]) == {"Cora Colleague"} and "2 not in shift" in answer["list"]
    Position.objects.all().delete()
    answer = ask(dispatcher, q="cora")
    assert "1 in shift without a position" in answer["list"] and "not in shift" not in answer["list"]
    assert "without a position" not in ask(dispatcher, doing="free")["list"]


def test_status_comes_from_the_order_under_way(ask, new_order, engineer, colleague, dispatcher, at) -> None:
    seen(engineer, 0, at)
    seen(colleague, 3, at)
    order = new_order()
    assert counts(ask(dispatcher)["people"]) == {"free": 2}
    actions.assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    actions.accept_work_order(order, by=engineer, at=at)
    steps = [
        ("free", None),
        ("en_route", lambda: actions.depart(order, by=engineer, at=at)),
        ("on_site", lambda: actions.arrive(order, by=engineer, at=at, lat=30.2741, lon=120.1551, accuracy_m=10)),
        ("on_site", lambda: actions.start_work(order, by=engineer, at=at)),
        ("paused", lambda: actions.pause_work(order, by=engineer, reason="part", note="", at=at)),
    ]
    for doing, step in steps:
        if step:
            step()
        expected = {"free": 2} if doing == "free" else {"free": 1, doing: 1}
        assert counts(ask(dispatcher)["people"]) == expected
        assert "Emil Engineer" in who(ask(dispatcher, doing=doing)["people"])
    assert who(ask(dispatcher, doing="free")["people"]) == {"Cora Colleague"}


def test_filters_by_skill_region_type_and_name(ask, new_order, engineer, colleague, dispatcher, xihu, at) -> None:
    seen(engineer, 0, at)
    seen(colleague, 3, at)
    rare = make.SkillFactory(code="rare")
    make.PersonSkillFactory(person=engineer, skill=rare)
    make.PersonSkillFactory(person=colleague, skill=rare, expires_on=at.date() - timedelta(days=1))
    order, other = new_order(), make.WorkOrderTypeFactory(code="other")
    assert who(ask(dispatcher, skill="rare")["people"]) == {"Emil Engineer"}
    assert who(ask(dispatcher, q="cora")["people"]) == {"Cora Colleague"}
    assert "Cora Colleague" in ask(dispatcher, q="cora", bbox="0,0,1,1")["list"]  # wherever they are
    answer = ask(dispatcher, region="xihu")
    assert (answer["people"], who(answer["orders"])) == ([], {f"{order.number} · 朝阳茶馆 Sunrise Tea"})
    assert ask(dispatcher, type=other.code)["orders"] == []
    assert ask(dispatcher, show="people")["orders"] == ask(dispatcher, show="orders")["people"] == []
    assert ask(dispatcher, region="ningbo").status_code == 400  # not theirs


def test_orders_by_how_pressing_they_are(ask, new_order, dispatcher, stranger, at) -> None:
    late, soon, urgent, _other = new_order(), new_order(), new_order(priority=1), new_order()
    WorkOrder.objects.filter(pk=late.pk).update(response_due_at=at - timedelta(minutes=1))
    WorkOrder.objects.filter(pk=soon.pk).update(response_due_at=at + timedelta(minutes=59))
    answer = ask(dispatcher)
    assert counts(answer["orders"]) == {"late": 1, "soon": 1, "urgent": 1, "open": 1}
    assert answer["list"].index(late.number) < answer["list"].index(soon.number) < answer["list"].index(urgent.number)
    assert ask(stranger)["orders"] == []
    assert ask(dispatcher, heat="today")["heat"][0][2] == 4
    actions.cancel_work_order(late, by=dispatcher, reason="Closed", at=at)
    WorkOrder.objects.filter(pk=soon.pk).update(service_date=at.date() - timedelta(days=29))
    WorkOrder.objects.filter(pk=urgent.pk).update(service_date=at.date() - timedelta(days=30))
    assert [cell[2] for cell in ask(dispatcher, heat="month")["heat"]] == [2]
    assert [cell[2] for cell in ask(dispatcher, heat="today")["heat"]] == [1]


def test_never_more_than_500_features(
    ask, new_order, dispatcher, hangzhou, merchant, at, django_assert_max_num_queries
) -> None:
    people = [make.UserFactory(username=f"e{n}", role="engineer", region=hangzhou) for n in range(30)]
    for person in people:
        make.shifts_of(person)
    Position.objects.bulk_create(
        Position(person=person, lat=-80 + n * 5.5, lon=-178 + n * 12, at=at) for n, person in enumerate(people)
    )
    first = new_order()
    WorkOrder.objects.bulk_create(
        WorkOrder(
            number=f"WO-X-{n}", type=first.type, merchant=merchant, region=merchant.region, summary="-", duration_min=9,
            lat=-84 + (n // 40) * 4.2, lon=-179 + (n % 40) * 9, service_date=at.date(), opened_at=at,
        )
        for n in range(1600)
    )  # fmt: skip
    ask(dispatcher)
    for bbox, zoom in [(ALL, 0), (ALL, 18), ("-170,-80,170,80", 4), ("90,-60,-90,60", 3)]:
        with django_assert_max_num_queries(14):
            answer = ask(dispatcher, bbox=bbox, zoom=zoom, heat="month")
        assert len(answer["people"]) <= 200 and len(answer["orders"]) <= 200 and len(answer["heat"]) <= 100
        if bbox == ALL:
            assert sum(counts(answer["orders"]).values()) == 1601 == sum(cell[2] for cell in answer["heat"])
            assert sum(counts(answer["people"]).values()) == 30
    over_the_date_line = ask(dispatcher, bbox="170,-85,-170,85", zoom=5)
    longitudes = [feature["at"][1] for feature in over_the_date_line["orders"]]
    assert (
        longitudes and all(abs(lon) >= 170 for lon in longitudes) and {lon > 0 for lon in longitudes} == {True, False}
    )


@pytest.mark.parametrize(
    ("bbox", "zoom"),
    [
        ("", 5), ("1,2,3", 5), ("a,b,c,d", 5), ("nan,0,1,1", 5), ("-inf,0,inf,1", 5), ("-181,0,1,1", 5), ("0,0,180.1,1", 5),
        ("0,-91,1,1", 5), ("0,5,1,5", 5), ("0,9,1,5", 5), ("7,0,7,1", 5), (ALL, ""), (ALL, -1), (ALL, 23), (ALL, "1e9"),
    ],
)  # fmt: skip
def test_what_is_no_part_of_the_world_is_said_clearly(ask, dispatcher, bbox, zoom) -> None:
    answer = ask(dispatcher, bbox=bbox, zoom=zoom)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("bbox must be west,south,east,north")


def test_nothing_is_sent_again_while_nothing_changes(ask, client, engineer, dispatcher, at) -> None:
    seen(engineer, 0, at)
    ask(dispatcher)
    address = reverse("office:map-features"), {"bbox": HANGZHOU, "zoom": 11}
    etag = client.get(*address).headers["ETag"]
    again = client.get(*address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    Position.objects.filter(person=engineer).update(lat=place(1)[0])
    assert client.get(*address, headers={"If-None-Match": etag}).status_code == 200


def test_cards_tell_the_day_of_a_person_and_lead_on(client, clock, new_order, engineer, dispatcher, at) -> None:
    seen(engineer, 0, at - timedelta(minutes=40))
    order = new_order()
    actions.assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at)
    client.force_login(dispatcher)
    card = client.get(reverse("office:map-person", args=["engineer"])).content.decode()
    for said in (
        "in shift until 20:00",
        "Position of 09:20",
        "may have moved since",
        order.number,
        "/people/engineer/track/",
    ):
        assert said in card
    card = client.get(reverse("office:map-order", args=[order.number])).content.decode()
    for said in ("Emil Engineer", order.get_absolute_url(), reverse("office:work-order-assign", args=[order.number])):
        assert said in card
