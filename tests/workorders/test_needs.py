"""What an order needs: copied from its type, changed for one order, and the parts used up on it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from journal.models import Entry
from spareparts.actions import bag_of, receive_part, transfer_part
from spareparts.models import Part, Place, Stock
from tests import factories as make
from toolkit.errors import Refused
from workorders.actions import assign_work_order, change_needs, open_work_order, use_part
from workorders.models import WorkOrder
from workorders.preparation import warnings_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def keypad(db) -> Part:
    return Part.objects.create(code="keypad", name="Keypad", name_zh="键盘")


@pytest.fixture
def order(repair, merchant, keypad, at) -> WorkOrder:
    repair.part_needs.create(part=keypad, quantity=2)
    return open_work_order(type=repair, merchant=merchant, summary="Keys stick", by=None, at=at)


def needs_of(order: WorkOrder) -> list[str]:
    needs = WorkOrder.objects.get(pk=order.pk).needs
    return [str(need) for need in (*needs.skills, *needs.parts)]


def test_an_order_keeps_what_its_type_needed_on_the_day_it_was_opened(order, repair) -> None:
    repair.skill_needs.update(level=5)
    repair.part_needs.all().delete()
    assert needs_of(order) == ["POS repair 1", "2 × Keypad"]
    WorkOrder.objects.update(needed_skills=None, needed_parts=None)  # as it was before orders kept them
    assert needs_of(order) == ["POS repair 5"]


def test_a_dispatcher_adds_and_takes_away_through_the_page(client, order, dispatcher, keypad) -> None:
    make.SkillFactory(code="networks", name="Networks")
    client.force_login(dispatcher)
    url = reverse("office:work-order-change-needs", args=[order.number])
    assert "Level of POS repair" in client.get(url).content.decode()
    values = {"level-pos-repair": 2, "quantity-keypad": 0, "skill_level": 3, "part_quantity": 1, "part": ""}
    skill = make.SkillFactory(code="networks").pk
    assert client.post(url, values | {"skill": skill}).url == f"{order.get_absolute_url()}#needs"
    assert needs_of(order) == ["Networks 3", "POS repair 2"]
    entry = Entry.objects.about(order).order_by("pk").last()
    assert (entry.verb, entry.actor, entry.changes) == (
        "workorders.change_needs", dispatcher,
        {"needed_skills": ["POS repair 1", "Networks 3, POS repair 2"], "needed_parts": ["2 × Keypad", ""]},
    )  # fmt: skip
    panel = client.get(reverse("office:work-order-needs", args=[order.number])).content.decode()
    assert "Networks" in panel


@pytest.mark.parametrize("needs", [{"skills": {"flying": 1}}, {"skills": {"pos-repair": 6}}, {"parts": {"keypad": 0}}])
def test_needs_that_make_no_sense_are_refused(order, dispatcher, at, needs) -> None:
    with pytest.raises(Refused):
        change_needs(order, **{"skills": {}, "parts": {}} | needs, by=dispatcher, at=at)


@pytest.fixture
def on_site(order, engineer, keypad, hangzhou, at) -> WorkOrder:
    """The engineer has one keypad and is there."""
    depot = Place.objects.create(code="depot", name="Depot", region=hangzhou)
    receive_part(keypad, target=depot, quantity=1, by=None, at=at)
    transfer_part(keypad, source=depot, target=bag_of(engineer), quantity=1, by=None, at=at)
    assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=None, at=at)
    WorkOrder.objects.update(status="on_site")
    return WorkOrder.objects.get()


def test_parts_are_used_up_on_site_out_of_the_engineers_bag(client, on_site, dispatcher, engineer, keypad) -> None:
    client.force_login(dispatcher)
    url = reverse("office:work-order-use-part", args=[on_site.number])
    assert client.post(url, {"part": "keypad", "quantity": 1}).status_code == 302
    assert Stock.objects.get(place__person=engineer).quantity == 0
    again = client.post(url, {"part": "keypad", "quantity": 1})
    assert "Only 0 × Keypad left: Bag of Emil Engineer." in again.content.decode()
    entries = Entry.objects.filter(verb__in=["workorders.use_part", "spareparts.use_part"])
    assert [entry.merchant_id for entry in entries] == [on_site.merchant_id] * 2
    panel = client.get(reverse("office:work-order-needs", args=[on_site.number])).content.decode()
    assert "1 × Keypad" in panel


def test_no_part_is_used_before_somebody_is_there(order, dispatcher, keypad, at) -> None:
    with pytest.raises(Refused, match="parts are used up on site"):
        use_part(order, part=keypad, quantity=1, by=dispatcher, at=at)


def test_before_departure_it_says_which_parts_are_missing(order, engineer, keypad, hangzhou, at) -> None:
    assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=None, at=at)
    fresh = WorkOrder.objects.get(pk=order.pk)
    assert [each.sentence for each in warnings_before(fresh, at=at)] == [
        "Missing in the bag of Emil Engineer: 2 × Keypad. Fetch it from a depot first."
    ]
    depot = Place.objects.create(code="depot", name="Depot", region=hangzhou)
    assign_work_order(order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=None, at=at, pick_up_at=depot)
    fresh = WorkOrder.objects.get(pk=order.pk)
    assert [each.sentence for each in warnings_before(fresh, at=at)] == ["Collect on the way, at Depot: 2 × Keypad."]
    receive_part(keypad, target=depot, quantity=2, by=None, at=at)
    transfer_part(keypad, source=depot, target=bag_of(engineer), quantity=2, by=None, at=at)
    assert warnings_before(WorkOrder.objects.get(pk=order.pk), at=at) == []
