"""Parts on the phone: who has them, asking while out of reach, handing on and confirming."""

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from spareparts import actions as spareparts
from spareparts.models import Handover, Movement, Part, Place, Requisition, Stock
from spareparts.verify import first_difference
from tests.mobile.test_commands import send
from tests.mobile.test_sync import Handset
from tests.races import at_once
from workforce.models import Position
from workorders import actions
from workorders.models import Pause


@pytest.fixture
def keypad(db) -> Part:
    return Part.objects.create(code="keypad", name="Keypad")


@pytest.fixture
def depot(yuhang, keypad, at) -> Place:
    """With one keypad, 3 km from the shop."""
    place = spareparts.make_depot(code="west", name="West", region=yuhang, lat=30.30, lon=120.1552, by=None, at=at)
    spareparts.receive_part(keypad, target=place, quantity=1, unit_cost=Decimal(20), by=None, at=at)
    return place


@pytest.fixture
def of_colleague(colleague) -> Client:
    client = Client()
    client.force_login(colleague)
    return client


def asked_for(keypad: Part, place: Place, **more) -> dict:
    return {"part": keypad.code, "quantity": 1, "source": place.code, **more}


def test_the_page_says_who_has_it_how_far_away(
    begun, keypad, depot, phone, colleague, engineer, dispatcher, at
) -> None:
    actions.change_needs(begun, skills={}, parts={"keypad": 2}, by=dispatcher, at=at)
    far = spareparts.make_depot(code="far", name="Far", region=depot.region, lat=31.0, lon=120.2, by=None, at=at)
    spareparts.receive_part(keypad, target=far, quantity=5, by=None, at=at)
    bag = spareparts.bag_of(colleague)
    spareparts.transfer_part(keypad, source=far, target=bag, quantity=1, by=None, at=at)
    Position.objects.create(person=colleague, lat=30.2742, lon=120.16, at=at)
    html = phone.get(f"/field/orders/{begun.number}/parts/").content.decode()
    offers = [html.index(name) for name in ("Bag of Cora Colleague<", "West<", "Far<")]
    assert offers == sorted(offers)
    assert "0.5 km" in html and "2.9 km" in html
    assert "0 in my bag" in html and "2 needed" in html


def test_asked_for_out_of_reach_the_order_waits_with_its_clock_standing(begun, keypad, depot, engineer, at) -> None:
    handset = Handset(engineer, at)
    asked = handset.operation("orders/request-parts", begun.number, body=asked_for(keypad, depot, is_waiting="on"))
    assert [handset.send(asked)[0]["outcome"] for _time in range(20)] == ["applied"] * 20
    requisition = Requisition.objects.get()
    begun.refresh_from_db()
    pause = begun.pauses.get()
    assert (begun.status, pause.reason, pause.note) == ("paused", Pause.Reason.PART, requisition.number)
    urls = {page["url"] for page in handset.client.get("/field/work/").json()["pages"]}
    assert f"/field/orders/{begun.number}/parts/" in urls


def test_of_two_phones_that_want_the_last_one_one_is_told_who_has_it(
    begun, begin, give, keypad, depot, phone, of_colleague, colleague, at
) -> None:
    theirs = give(engineer=colleague)
    assert send(of_colleague, f"orders/{theirs.number}", "request-parts", **asked_for(keypad, depot)).status_code == 200
    refused = send(phone, f"orders/{begun.number}", "request-parts", **asked_for(keypad, depot))
    assert refused.json()["sentence"] == (
        f"Only 0 × Keypad left: West. Cora Colleague has asked for the last ones, for {theirs.number}."
    )


def test_from_one_phone_to_the_other(
    begun, keypad, depot, phone, of_colleague, colleague, engineer, keeper, at
) -> None:
    spareparts.transfer_part(keypad, source=depot, target=spareparts.bag_of(colleague), quantity=1, by=keeper, at=at)
    bag = spareparts.bag_of(colleague)
    send(phone, f"orders/{begun.number}", "request-parts", **asked_for(keypad, bag))
    requisition = Requisition.objects.get()
    assert "Emil Engineer: 1 × Keypad" in of_colleague.get("/field/me/").content.decode()
    assert send(of_colleague, f"requisitions/{requisition.number}", "give").json()["go"] == "/field/me/"
    handover = Handover.objects.get()
    assert handover.number in phone.get("/field/me/").content.decode()
    short = send(phone, f"handovers/{handover.number}", "confirm", arrived=0)
    assert short.json()["sentence"] == "Say why not everything arrived."
    assert (
        send(of_colleague, f"handovers/{handover.number}", "confirm").json()["sentence"].startswith("Only the receiver")
    )
    assert send(phone, f"handovers/{handover.number}", "confirm").status_code == 200
    assert Stock.objects.get(place__person=engineer).quantity == 1
    back = send(phone, "people/engineer", "send-parts", part="keypad", quantity=1, target="west", note="Dead")
    assert back.status_code == 200
    assert (Handover.objects.open().get().kind, first_difference()) == ("return", None)


@pytest.mark.django_db(transaction=True)
def test_the_same_consumption_sent_twenty_times_is_booked_once(begun, keypad, depot, engineer, keeper, at) -> None:
    bag = spareparts.bag_of(engineer)
    spareparts.transfer_part(keypad, source=depot, target=bag, quantity=1, by=keeper, at=at)
    id = uuid.uuid4()

    def use(_number: int) -> int:
        client = Client()
        client.force_login(engineer)
        return send(client, f"orders/{begun.number}", "use-part", id=id, part="keypad", quantity=1).status_code

    assert at_once(20, use) == [200] * 20
    assert Movement.objects.filter(kind="use").count() == 1
    gone = send_again(engineer, begun.number)
    assert gone.startswith(
        f"Only 0 × Keypad left: Bag of Emil Engineer. Emil Engineer took the last ones: {begun.number}."
    )


def send_again(engineer, number: str) -> str:
    client = Client()
    client.force_login(engineer)
    return send(client, f"orders/{number}", "use-part", part="keypad", quantity=1).json()["sentence"]


def test_nothing_is_held_for_an_order_that_is_cancelled(begun, keypad, depot, phone, dispatcher, engineer, at) -> None:
    send(phone, f"orders/{begun.number}", "request-parts", **asked_for(keypad, depot, is_waiting="on"))
    actions.cancel_work_order(begun, by=dispatcher, reason="Closed down", at=timezone.now())
    assert Requisition.objects.get().state == "withdrawn"
