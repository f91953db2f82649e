"""From hand to hand; counts and scrap by two people."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from journal.models import Entry
from notifications.models import Notice
from spareparts.actions import (
    approve_scrapping,
    approve_stocktake,
    ask_to_scrap,
    confirm_parts,
    hand_in_count,
    make_depot,
    receive_part,
    refuse_scrapping,
    refuse_stocktake,
    send_parts,
    start_stocktake,
    take_back_parts,
    transfer_part,
)
from spareparts.models import Handover, Part, Place, Scrapping, Stock, Stocktake
from spareparts.verify import first_difference
from tests.races import at_once
from tests.workorders.reading import told
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocked(keypad, depot, keeper, at) -> Place:
    receive_part(keypad, target=depot, quantity=8, unit_cost=Decimal("1.25"), by=keeper, at=at)
    return depot


def there(place: Place) -> int:
    return sum(Stock.objects.filter(place=place).values_list("quantity", flat=True))


def test_parts_on_their_way_are_nobodys_free_stock_until_the_receiver_confirms(
    stocked, keypad, bag, keeper, engineer, colleague, at
) -> None:
    handover = send_parts({keypad: 3}, source=stocked, target=bag, by=keeper, at=at)
    assert (there(stocked), there(bag), there(bag.way)) == (5, 0, 3)
    assert str(bag.way) == "On the way: Bag of Emil Engineer"
    assert Notice.objects.get(recipient=engineer).subject == "On the way to you: 3 × Keypad"
    with pytest.raises(Refused, match="Only the receiver can confirm this: Bag of Emil Engineer"):
        confirm_parts(handover, by=colleague, at=at)
    with pytest.raises(Refused, match="Say why not everything arrived"):
        confirm_parts(handover, by=engineer, at=at, arrived={keypad: 2})
    confirm_parts(handover, by=engineer, at=at, arrived={keypad: 2}, reason="Two in the box")
    assert (there(stocked), there(bag), there(bag.way)) == (6, 2, 0)
    assert first_difference() is None
    with pytest.raises(Refused, match="Emil Engineer has settled this already: Confirmed"):
        take_back_parts(handover, reason="Wrong", by=keeper, at=at)
    verbs = Entry.objects.about(handover).order_by("pk").values_list("verb", "note")
    assert list(verbs) == [("spareparts.send_parts", ""), ("spareparts.confirm_parts", "Two in the box")]


def test_a_defective_one_is_followed_to_its_receipt(stocked, keypad, bag, keeper, engineer, hangzhou, at) -> None:
    defective = make_depot(code="bad", name="Bad ones", kind="defective", region=hangzhou, by=keeper, at=at)
    transfer_part(keypad, source=stocked, target=bag, quantity=2, by=keeper, at=at)
    back = send_parts({keypad: 1}, source=bag, target=defective, is_return=True, by=engineer, at=at, note="Dead")
    assert (back.kind, there(bag), there(defective)) == ("return", 1, 0)
    assert list(Handover.objects.open()) == [back]
    confirm_parts(back, by=keeper, at=at)
    assert (there(defective), Handover.objects.open().count()) == (1, 0)
    assert Stock.objects.get(place=defective).value == Decimal("1.25")
    with pytest.raises(Refused, match="Choose the bag they come back from"):
        send_parts({keypad: 1}, source=stocked, target=defective, is_return=True, by=keeper, at=at)


@pytest.mark.django_db(transaction=True)
def test_a_handover_confirmed_by_many_at_once_arrives_once(stocked, keypad, bag, keeper, engineer, at) -> None:
    handover = send_parts({keypad: 3}, source=stocked, target=bag, by=keeper, at=at)
    answers = at_once(6, lambda _number: confirm_parts(handover, by=engineer, at=at))
    assert sum(isinstance(answer, Handover) for answer in answers) == 1
    assert (there(bag), first_difference()) == (3, None)


def test_a_count_is_blind_and_approved_by_another(stocked, keypad, keeper, manager, at) -> None:
    paper = Part.objects.create(code="paper", name="Paper")
    stocktake = start_stocktake(stocked, by=keeper, at=at)
    with pytest.raises(Refused, match="is being counted already"):
        start_stocktake(stocked, by=manager, at=at)
    with pytest.raises(Refused, match="Not counted yet: Keypad"):
        hand_in_count(stocktake, counts={paper: 2}, by=keeper, at=at)
    hand_in_count(stocktake, counts={keypad: 6, paper: 2}, by=keeper, at=at)
    assert told(manager) == ["The count of Yuhang depot waits for approval"]
    assert manager.notices.first().body == "Counted by Kai Keeper: 2 differences."
    with pytest.raises(Refused, match="somebody else decides"):
        approve_stocktake(stocktake, by=keeper, at=at)
    with pytest.raises(IntegrityError, match="stocktake_decided_by_another"), transaction.atomic():
        Stocktake.objects.update(state="approved", decided_by=keeper)
    receive_part(keypad, target=stocked, quantity=10, by=keeper, at=at)
    approve_stocktake(stocktake, by=manager, at=at)
    assert dict(Stock.objects.values_list("part__code", "quantity")) == {"keypad": 16, "paper": 2}
    assert first_difference() is None
    entry = Entry.objects.get(verb="spareparts.approve_stocktake")
    assert entry.changes == {"parts": [None, "-2 × Keypad, 2 × Paper"]}
    again = hand_in_count(start_stocktake(stocked, by=keeper, at=at), counts={keypad: 0, paper: 2}, by=keeper, at=at)
    assert refuse_stocktake(again, refusal="Count again", by=manager, at=at).state == "refused"
    assert there(stocked) == 18


def test_scrap_needs_another_one(stocked, keypad, keeper, manager, scrap, at) -> None:
    asked = ask_to_scrap(keypad, quantity=5, place=stocked, target=scrap, reason="Wet", by=keeper, at=at)
    assert there(stocked) == 8
    assert (told(manager), told(keeper)) == (["Approve that 5 × Keypad is scrapped"], [])
    with pytest.raises(Refused, match="somebody else decides"):
        approve_scrapping(asked, by=keeper, at=at)
    with pytest.raises(IntegrityError, match="scrapping_decided_by_another"), transaction.atomic():
        Scrapping.objects.update(state="approved", decided_by=keeper)
    approve_scrapping(asked, by=manager, at=at)
    assert (there(stocked), there(scrap)) == (3, 5)
    too_many = ask_to_scrap(keypad, quantity=5, place=stocked, target=scrap, reason="Wet", by=keeper, at=at)
    with pytest.raises(Refused, match="Only 3 × Keypad left"):
        approve_scrapping(too_many, by=manager, at=at)
    refuse_scrapping(too_many, refusal="They are dry", by=manager, at=at)
    assert [entry.verb for entry in Entry.objects.about(too_many).order_by("pk")] == [
        "spareparts.ask_to_scrap", "spareparts.refuse_scrapping",
    ]  # fmt: skip
