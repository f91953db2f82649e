"""A shortage is asked for once, covered from elsewhere or bought, and withdrawn when it is gone."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from journal.models import Entry
from spareparts.actions import (
    confirm_parts,
    make_depot,
    move_instead,
    order_purchase,
    receive_part,
    receive_purchase,
    replenish,
    set_reorder_rule,
)
from spareparts.models import Place, PurchaseRequest, ReorderRule, Stock, Supplier
from spareparts.verify import first_difference
from tests.races import at_once
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(keypad, depot, keeper, at) -> ReorderRule:
    receive_part(keypad, target=depot, quantity=4, unit_cost=Decimal(2), by=keeper, at=at)
    return set_reorder_rule(keypad, place=depot, reorder_point=5, order_up_to=20, by=keeper, at=at)


@pytest.fixture
def west(hangzhou, keeper, at) -> Place:
    return make_depot(code="west", name="West", region=hangzhou, by=keeper, at=at)


def test_a_shortage_is_asked_for_once_and_withdrawn_when_restocked(rule, keypad, depot, keeper, at) -> None:
    assert [replenish(at=at) for _time in range(3)] == [1, 0, 0]
    request = PurchaseRequest.objects.get()
    assert (request.quantity, request.state, request.suggested_from) == (16, "open", None)
    with pytest.raises(IntegrityError, match="one_purchase_per_shortage"), transaction.atomic():
        PurchaseRequest.objects.create(part=keypad, place=depot, quantity=1, made_at=at)
    receive_part(keypad, target=depot, quantity=1, by=keeper, at=at)
    assert replenish(at=at) == 0
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert [entry.verb for entry in Entry.objects.about(request).order_by("pk")] == [
        "spareparts.ask_for_purchase", "spareparts.withdraw_purchase",
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_many_processes_ask_for_a_shortage_once(rule, at) -> None:
    assert sum(at_once(6, lambda _number: replenish(at=at))) == 1
    assert PurchaseRequest.objects.count() == 1


def test_what_another_depot_can_spare_is_moved_instead(rule, keypad, west, keeper, manager, at) -> None:
    receive_part(keypad, target=west, quantity=20, by=keeper, at=at)
    set_reorder_rule(keypad, place=west, reorder_point=1, order_up_to=5, by=keeper, at=at)
    replenish(at=at)
    assert PurchaseRequest.objects.get().suggested_from is None  # 15 to spare, 16 needed
    PurchaseRequest.objects.all().delete()
    receive_part(keypad, target=west, quantity=1, by=keeper, at=at)
    replenish(at=at)
    request = PurchaseRequest.objects.get()
    assert request.suggested_from == west
    handover = move_instead(request, by=keeper, at=at)
    assert replenish(at=at) == 0  # it is on its way
    confirm_parts(handover, by=manager, at=at)
    assert replenish(at=at) == 0
    assert PurchaseRequest.objects.get().state == "moved"


def test_request_order_receipt_with_a_shortage(rule, keypad, depot, keeper, at) -> None:
    replenish(at=at)
    request, supplier = PurchaseRequest.objects.get(), Supplier.objects.create(code="acme", name="Acme")
    order = order_purchase({request: Decimal("3.335")}, supplier=supplier, by=keeper, at=at)
    with pytest.raises(Refused, match="“Ordered” already"):
        order_purchase({request: Decimal(3)}, supplier=supplier, by=keeper, at=at)
    with pytest.raises(Refused, match="16 × Keypad are still to come"):
        receive_purchase(order, received={request: 17}, by=keeper, at=at)
    order = receive_purchase(order, received={request: 10}, by=keeper, at=at)
    assert order.closed_at is None
    assert Stock.objects.get(place=depot).quantity == 14
    assert replenish(at=at) == 0
    order = receive_purchase(order, received={}, is_final=True, by=keeper, at=at)
    assert order.closed_at == at
    request.refresh_from_db()
    assert (request.state, request.missing) == ("received", 6)
    keypad.refresh_from_db()
    assert Stock.objects.get(place=depot).value == Decimal("41.35")
    assert keypad.average_cost == Decimal("2.9536")
    assert first_difference() is None
    assert [entry.changes for entry in Entry.objects.about(order).order_by("pk")][-1] == {
        "missing": [None, "6 × Keypad"]
    }
