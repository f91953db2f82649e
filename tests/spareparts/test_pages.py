"""The keeper's doors, and who sees which stock."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from spareparts.actions import receive_part, transfer_part
from spareparts.models import Movement, Place, Stock
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(name: str) -> str:
    return reverse(f"office:{name}")


def test_the_keeper_receives_hands_out_and_takes_back(client, keeper, keypad, depot, bag) -> None:
    client.force_login(keeper)
    client.post(page("stock-receive"), {"part": "keypad", "quantity": 8, "target": "yuhang"})
    client.post(page("stock-transfer"), {"part": "keypad", "quantity": 5, "source": "yuhang", "target": bag.code})
    done = client.post(
        page("stock-return"), {"part": "keypad", "quantity": 2, "source": bag.code, "target": "yuhang", "note": "Spare"}
    )
    assert done.url == f"{page('stock-list')}?part=keypad"
    assert dict(Stock.objects.values_list("place", "quantity")) == {depot.pk: 5, bag.pk: 3}
    html = client.get(page("stock-list")).content.decode()
    assert "Bag of Emil Engineer" in html
    assert "Yuhang depot" in html
    moves = client.get(page("stock-move-list"), {"part": "keypad", "place": bag.code}).content.decode()
    assert "Returned" in moves
    assert "Received" not in moves.split("<tbody>")[1]
    too_many = client.post(
        page("stock-transfer"), {"part": "keypad", "quantity": 6, "source": "yuhang", "target": bag.code}
    )
    assert (too_many.status_code, Movement.objects.count()) == (422, 3)
    assert "Only 5 × Keypad left: Yuhang depot." in too_many.content.decode()


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
