"""The keeper's doors, and who sees which stock."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from spareparts.actions import confirm_parts, receive_part, replenish, request_parts, transfer_part
from spareparts.models import Handover, Movement, Place, PurchaseRequest, Stock, Stocktake, Supplier
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(name: str) -> str:
    return reverse(f"office:{name}")


def test_the_keeper_receives_hands_out_and_takes_back(client, keeper, keypad, depot, bag, engineer, at) -> None:
    client.force_login(keeper)
    client.post(page("stock-receive"), {"part": "keypad", "quantity": 8, "unit_cost": "2.5", "target": "yuhang"})
    sent = client.post(
        page("stock-transfer"), {"part": "keypad", "quantity": 5, "source": "yuhang", "target": bag.code}
    )
    handover = Handover.objects.get()
    assert sent.url == handover.get_absolute_url()
    assert "Emil Engineer confirms on the phone." in client.get(sent.url).content.decode()
    assert Stock.objects.get(place=bag.way).value == Decimal("12.50")
    for text, is_found in ((handover.number.lower(), True), (handover.number[:5], True), ("WO-1", False)):
        listed = client.get(page("handover-list"), {"q": text}).content.decode()
        assert (handover.get_absolute_url() in listed) is is_found, text
    for text, is_found in (("keyp", True), ("yuhang", True), ("lid", False)):
        rows = client.get(page("stock-list"), {"q": text}).content.decode().partition("<tbody")[2]
        assert ("Yuhang depot" in rows) is is_found, text
    confirm_parts(handover, by=engineer, at=at)
    done = client.post(
        page("stock-return"), {"part": "keypad", "quantity": 2, "source": bag.code, "target": "yuhang", "note": "Spare"}
    )
    assert done.url == f"{page('stock-list')}?part=keypad"
    assert dict(Stock.objects.there().values_list("place", "quantity")) == {depot.pk: 5, bag.pk: 3}
    html = client.get(page("stock-list")).content.decode()
    assert "Bag of Emil Engineer" in html
    assert "Yuhang depot" in html
    edit = reverse("office:part-edit", args=[keypad.code])
    assert f'<a href="{edit}">{keypad}</a>' in client.get(page("part-list")).content.decode()
    moves = client.get(page("stock-move-list"), {"part": "keypad", "place": bag.code}).content.decode()
    assert "Returned" in moves
    assert "Received" not in moves.split("<tbody>")[1]
    too_many = client.post(
        page("stock-transfer"), {"part": "keypad", "quantity": 6, "source": "yuhang", "target": bag.code}
    )
    assert (too_many.status_code, Movement.objects.count()) == (422, 4)
    assert (
        "Only 5 × Keypad left: Yuhang depot. Kai Keeper took the last ones: On the way: Bag of Emil Engineer."
        in too_many.content.decode()
    )


def test_a_count_through_the_pages_shows_nothing_before_it_is_handed_in(
    client, keeper, manager, keypad, depot, at
) -> None:
    receive_part(keypad, target=depot, quantity=37, by=None, at=at)
    client.force_login(keeper)
    begun = client.post(page("stocktake-start"), {"place": "yuhang"})
    stocktake = Stocktake.objects.get()
    of = {name: reverse(f"office:stocktake-{name}", args=[stocktake.number]) for name in ("count", "approve")}
    for blind in (begun.url, of["count"]):
        assert not re.search(r"\b37\b", client.get(blind).content.decode().split("<main")[1])
    assert client.post(of["count"], {f"part_{keypad.pk}": 35}).status_code == 302
    assert client.post(of["approve"]).status_code == 403
    client.force_login(manager)
    assert "-2" in client.get(stocktake.get_absolute_url()).content.decode()
    assert client.post(of["approve"]).status_code == 302
    assert Stock.objects.get().quantity == 35


def test_the_keeper_works_off_the_requisitions(client, keeper, keypad, depot, bag, engineer, at) -> None:
    receive_part(keypad, target=depot, quantity=4, by=None, at=at)
    asked = request_parts({keypad: 3}, source=depot, order_number="WO-7", by=engineer, at=timezone.now())
    client.force_login(keeper)
    listed = client.get(page("requisition-list"), {"state": "approved", "q": "emil"}).content.decode()
    assert "3 × Keypad" in listed
    for verb in ("pick", "give"):
        assert client.post(reverse(f"office:requisition-{verb}", args=[asked.number])).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.handover.target) == ("sent", bag)


def test_what_runs_low_is_ordered_and_received(client, keeper, keypad, depot, at) -> None:
    Supplier.objects.create(code="acme", name="Acme")
    client.force_login(keeper)
    rule = {"part": "keypad", "place": "yuhang", "reorder_point": 3, "order_up_to": 10, "is_active": "on"}
    assert client.post(page("reorder-rule-set"), rule).status_code == 302
    replenish(at=at)
    request = PurchaseRequest.objects.get()
    assert request.number in client.get(page("purchase-request-list")).content.decode()
    made = client.post(page("purchase-order-make"), {"supplier": "acme", f"price_{request.pk}": "1.5"})
    assert "10 × Keypad" in client.get(page("purchase-order-list")).content.decode()
    received = client.post(f"{made.url}receive/", {f"line_{request.pk}": 8, "is_final": "on"})
    assert received.status_code == 302
    assert (Stock.objects.get().quantity, Stock.objects.get().value) == (8, 12)
    assert client.post(page("part-create"), {"code": "lid", "name": "Lid", "unit": "piece"}).status_code == 302


def test_places_of_other_regions_are_neither_seen_nor_used(client, keypad, depot, bag, keeper, ningbo, at) -> None:
    receive_part(keypad, target=depot, quantity=8, by=None, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=1, by=None, at=at)
    client.force_login(make.UserFactory(username="far-keeper", role="warehouse", region=ningbo))
    assert "Yuhang depot" not in client.get(page("stock-list")).content.decode()
    assert client.get(page("place-search")).json() == []
    assert "Nothing has been moved yet." in client.get(page("stock-move-list")).content.decode()
    refused = client.post(
        page("stock-transfer"), {"part": "keypad", "quantity": 1, "source": "yuhang", "target": bag.code}
    )
    assert refused.status_code == 422


def test_a_bag_goes_along_with_its_person(keypad, depot, bag, engineer, keeper, ningbo, at) -> None:
    receive_part(keypad, target=depot, quantity=1, by=None, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=1, by=None, at=at)
    assert Stock.objects.visible_to(keeper).there().count() == 1
    engineer.region = ningbo
    engineer.save()
    assert Stock.objects.visible_to(keeper).there().count() == 0


def test_the_phone_shows_the_parts_in_ones_own_bag(client, engineer, colleague, keypad, depot, bag, at) -> None:
    receive_part(keypad, target=depot, quantity=3, by=None, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=2, by=None, at=at)
    me = reverse("field:me")
    client.force_login(engineer)
    assert "Parts in my bag" in client.get(me).content.decode()
    client.force_login(colleague)
    assert "Parts in my bag" not in client.get(me).content.decode()


def test_the_list_costs_the_same_with_3_places_and_with_30(client, keeper, keypad, hangzhou, at, depot) -> None:
    client.force_login(keeper)

    def cost(count: int) -> int:
        for number in range(count):
            place = Place.objects.create(code=f"d-{count}-{number}", name=f"D {number}", region=hangzhou)
            receive_part(keypad, target=place, quantity=1, by=keeper, at=at)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(page("stock-list"))
            client.get(page("stock-move-list"))
        return len(queries)

    cost(1)
    assert cost(2) == cost(27)
