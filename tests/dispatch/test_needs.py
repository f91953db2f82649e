"""“VIP, skills A and B, part C in the bag”: who is offered, who is not and why, and the way by a depot."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from dispatch import queries
from dispatch.actions import assign_by_hand, change_rules, decide, make_rules
from dispatch.models import Decision, RuleSet
from merchants.models import ServiceCalendar
from spareparts.actions import bag_of, receive_part, transfer_part
from spareparts.models import Part, Place
from tests import factories as make
from tests.dispatch.conftest import place, seen
from toolkit.errors import Refused
from workforce.actions import make_organisation, set_skill
from workforce.models import Organisation
from workorders.actions import assign_work_order, change_needs, open_work_order, use_part
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def networks(db):
    return make.SkillFactory(code="networks", name="Networks")


@pytest.fixture
def keypad(db) -> Part:
    return Part.objects.create(code="keypad", name="Keypad", name_zh="键盘")


@pytest.fixture
def depot(yuhang, keypad, at) -> Place:
    """6 km north of the merchant, with one keypad."""
    lat, lon = place(6)
    depot = Place.objects.create(code="yuhang", name="Yuhang depot", region=yuhang, lat=lat, lon=lon)
    receive_part(keypad, target=depot, quantity=1, by=None, at=at)
    return depot


@pytest.fixture
def order(repair, merchant, networks, keypad, at) -> WorkOrder:
    """Needs POS repair 1, Networks 2 and a keypad."""
    repair.skill_needs.create(skill=networks, level=2)
    repair.part_needs.create(part=keypad, quantity=1)
    return open_work_order(type=repair, merchant=merchant, summary="Keys stick", by=None, at=at)


def learn(person, networks, level, at, expires_on=None) -> None:
    set_skill(person, skill=networks, level=level, expires_on=expires_on, by=None, at=at)


def give(person, keypad, count, at) -> None:
    lender = Place.objects.get_or_create(code="far", defaults={"name": "Far away", "region": person.region})[0]
    receive_part(keypad, target=lender, quantity=count, by=None, at=at)
    transfer_part(keypad, source=lender, target=bag_of(person), quantity=count, by=None, at=at)


def test_only_who_has_a_and_b_and_c_is_offered_and_all_others_are_told_what_they_lack(
    engineer, colleague, inspector, order, networks, keypad, reasons_of, chosen_from, at
) -> None:
    for person in (engineer, colleague):
        seen(person, 1, at)
    learn(engineer, networks, 2, at)
    give(engineer, keypad, 1, at)
    learn(colleague, networks, 1, at)
    assert chosen_from() == ["engineer"]
    assert reasons_of() == {
        "engineer": [],
        "colleague": ["low_skill:networks", "no_part:keypad"],
        "inspector": ["no_skill:networks", "no_skill:pos-repair", "off_shift", "no_part:keypad", "no_time"],
    }
    assert queries.count_passed_over(order, RuleSet(), at) == {"no_skill:networks": 1, "low_skill:networks": 1}
    decision = decide(order, at=at)
    assert decision.chosen == engineer
    assert decision.ranking[0]["skills"] == {"pos-repair": [3, None], "networks": [2, None]}
    assert decision.ranking[0]["parts"] == {"keypad": 1}


def test_the_panel_says_it_in_words(client, dispatcher, engineer, colleague, order, networks, at) -> None:
    learn(engineer, networks, 1, at)
    learn(colleague, networks, 3, at, expires_on=date(2026, 11, 17))
    client.force_login(dispatcher)
    with time_machine.travel(at):
        decide(order, at=at)
        html = client.get(reverse("office:work-order-why-not", args=[order.number])).content.decode()
        panel = client.get(reverse("office:work-order-dispatch", args=[order.number])).content.decode()
    assert "Networks 1 of 2, 0 of 1 × Keypad in the bag" in html
    assert "Networks expired on 17 Nov 2026" in html
    assert "1 with too low a level of Networks" in panel
    assert "1 with Networks expired" in panel


def test_a_part_promised_to_another_order_is_not_free(
    engineer, order, networks, keypad, repair, merchant, chosen_from, at
) -> None:
    learn(engineer, networks, 2, at)
    give(engineer, keypad, 1, at)
    first = open_work_order(type=repair, merchant=merchant, summary="Same", by=None, at=at)
    start = at + timedelta(hours=3)
    assign_work_order(first, engineer=engineer, start=start, end=start + timedelta(hours=1), by=None, at=at)
    assert chosen_from() == []
    WorkOrder.objects.filter(pk=first.pk).update(status="in_progress")
    give(engineer, keypad, 1, at)
    assert chosen_from() == ["engineer"]
    use_part(first, part=keypad, quantity=1, by=engineer, at=at)
    assert chosen_from() == ["engineer"]


# -- by way of a depot --------------------------------------------------------------------------------


def test_nobody_has_the_part_so_the_dispatcher_is_offered_the_way_by_the_depot(
    client, dispatcher, engineer, order, networks, depot, at
) -> None:
    """The engineer is 2 km north: 6 min away. By the depot 4 km there, 10 min inside, 6 km back: 42 min, so +36."""
    seen(engineer, 2, at)
    learn(engineer, networks, 2, at)
    client.force_login(dispatcher)
    with time_machine.travel(at):
        decision = decide(order, at=at)
        assert decision.chosen is None
        panel = client.get(reverse("office:work-order-dispatch", args=[order.number])).content.decode()
        page = client.get(reverse("office:work-order-assign", args=[order.number])).content.decode()
        offer = "has Networks, POS repair; collect 1 × Keypad at Yuhang depot, +36 min"
        assert offer in panel
        assert offer in page
        client.post(
            reverse("office:work-order-assign", args=[order.number]),
            {"engineer": "engineer", "reason": "Takes the keypad along", "expect_engineer_id": ""},
        )
    order.refresh_from_db()
    assert (order.engineer, order.pick_up_at) == (engineer, depot)
    assert order.booking.during.lower == at + timedelta(minutes=43)


def test_the_rules_may_send_somebody_by_the_depot(engineer, colleague, order, networks, depot, at) -> None:
    for person in (engineer, colleague):
        learn(person, networks, 2, at)
    seen(engineer, 1, at)
    seen(colleague, 5, at)
    rules = make_rules(name="Everywhere", by=None, at=at)
    assert decide(order, at=at).chosen is None
    change_rules(rules, collects_parts=True, by=engineer, at=at)
    decision = decide(order, at=at)
    assert (decision.chosen, decision.ranking[0]["pick_up"]["name"]) == (colleague, "Yuhang depot")
    order.refresh_from_db()
    assert order.pick_up_at == depot


def test_a_depot_that_opens_later_makes_the_start_later(engineer, order, networks, depot, at) -> None:
    """It is 10:00; the depot opens at 14:00, 10 min inside, 19 min and 26 s to the merchant."""
    hours = [["14:00", "18:00"]]
    depot.calendar = ServiceCalendar.objects.create(name="Afternoons", weekly={str(day): hours for day in range(7)})
    depot.save()
    learn(engineer, networks, 2, at)
    ranking = queries.rank(order, RuleSet(), at, collecting=True)
    assert datetime.fromtimestamp(ranking.best[0]["arrival"], UTC) == datetime(2026, 11, 18, 6, 30, tzinfo=UTC)


def test_a_depot_without_enough_of_it_is_no_way_out(engineer, order, networks, depot, dispatcher, at) -> None:
    learn(engineer, networks, 2, at)
    change_needs(order, skills={}, parts={"keypad": 2}, by=dispatcher, at=at)
    order = WorkOrder.objects.get(pk=order.pk)
    assert queries.rank(order, RuleSet(), at, collecting=True).best == []
    assigned = assign_by_hand(order, engineer=engineer, by=dispatcher, reason="Brings one, fetches one", at=at)
    assert assigned.pick_up_at is None
    assert Decision.objects.latest("pk").ranking[0]["reasons"] == ["no_part:keypad"]


# -- organisations ------------------------------------------------------------------------------------


@pytest.fixture
def swift(engineer, repair, hangzhou, at) -> Organisation:
    """Sends the engineer."""
    organisation = make_organisation(
        code="swift", name="Swift Service", regions=[hangzhou], order_types=[repair], ends_on=date(2026, 11, 18),
        by=None, at=at,
    )  # fmt: skip
    engineer.organisation = organisation
    engineer.save()
    return organisation


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("organisation_ended", "the contract with Swift Service ended on 17 Nov 2026"),
        ("organisation_kind", "Swift Service may not do orders of the type “Repair”"),
        ("organisation_elsewhere", "Swift Service may not work in Xihu"),
    ],
)
def test_what_lies_outside_a_contract_is_refused_by_the_rules_and_by_hand(
    client, engineer, colleague, dispatcher, swift, new_plain_order, ningbo, at, reason, sentence
) -> None:
    order = new_plain_order()
    assert set(queries.candidates(order, RuleSet(), at).username) == {"engineer", "colleague"}
    match reason:
        case "organisation_ended":
            swift.ends_on = date(2026, 11, 17)
            swift.save()
        case "organisation_kind":
            swift.order_types.clear()
        case "organisation_elsewhere":
            swift.regions.set([ningbo])
    assert queries.candidates(order, RuleSet(), at).username == ("colleague",)
    assert queries.count_passed_over(order, RuleSet(), at) == {reason: 1}
    client.force_login(dispatcher)
    with time_machine.travel(at):
        html = client.get(reverse("office:work-order-why-not", args=[order.number])).content.decode()
    assert sentence in html
    with pytest.raises(Refused, match=f"Emil Engineer cannot be given this order: {sentence}"):
        assign_by_hand(order, engineer=engineer, by=dispatcher, reason="Is near", force=True, at=at)


def test_an_order_in_hand_stays_in_hand_when_the_contract_ends(
    engineer, swift, new_plain_order, dispatcher, at
) -> None:
    order = new_plain_order()
    start, later = at + timedelta(hours=1), at + timedelta(days=1)
    assign_work_order(order, engineer=engineer, start=start, end=start + timedelta(hours=1), by=dispatcher, at=at)
    moved = assign_work_order(
        order, engineer=engineer, start=later, end=later + timedelta(hours=1), by=dispatcher, at=later
    )
    assert moved.booking.during.lower == later


@pytest.fixture
def new_plain_order(repair, merchant, at):
    return lambda: open_work_order(type=repair, merchant=merchant, summary="Paper jam", by=None, at=at)
