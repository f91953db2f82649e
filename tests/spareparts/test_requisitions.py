"""Parts asked for: held while the time runs, never more than there are."""

from datetime import timedelta
from decimal import Decimal

import pytest

from journal.models import Entry
from notifications.models import Notice
from spareparts.actions import (
    approve_requisition,
    confirm_parts,
    drop_requisitions,
    end_lapsed_requisitions,
    give_parts,
    pick_parts,
    receive_part,
    refuse_requisition,
    request_parts,
    take_back_parts,
    transfer_part,
    withdraw_requisition,
)
from spareparts.models import ApprovalRule, Place, Requisition, Stock
from spareparts.verify import first_difference
from tests.races import at_once
from tests.workorders.reading import told
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def stocked(keypad, depot, keeper, at) -> Place:
    receive_part(keypad, target=depot, quantity=3, unit_cost=Decimal(20), by=keeper, at=at)
    return depot


@pytest.fixture
def asked(stocked, keypad, engineer, at) -> Requisition:
    return request_parts({keypad: 2}, source=stocked, order_number="WO-1", by=engineer, at=at)


def test_from_asking_to_the_bag(asked, stocked, bag, engineer, keeper, at) -> None:
    assert (asked.state, asked.value) == ("approved", Decimal(40))
    pick_parts(asked, by=keeper, at=at)
    handover = give_parts(asked, by=keeper, at=at)
    assert handover.order_number == "WO-1"
    confirm_parts(handover, by=engineer, at=at)
    asked.refresh_from_db()
    assert asked.state == "done"
    assert Stock.objects.get(place=bag).quantity == 2
    assert first_difference() is None
    assert [entry.verb for entry in Entry.objects.about(asked).order_by("pk")] == [
        "spareparts.request_parts", "spareparts.pick_parts", "spareparts.give_parts",
    ]  # fmt: skip
    assert Notice.objects.filter(recipient=engineer, kind="requisition").count() == 1


def test_what_is_held_is_given_to_nobody_else_until_the_time_is_over(
    asked, stocked, keypad, bag, other_bag, keeper, colleague, at
) -> None:
    sentence = "Only 1 × Keypad left: Yuhang depot. Emil Engineer has asked for the last ones, for WO-1."
    with pytest.raises(Refused) as told:
        request_parts({keypad: 2}, source=stocked, order_number="WO-2", by=colleague, at=at)
    assert str(told.value) == sentence
    with pytest.raises(Refused) as told:
        transfer_part(keypad, source=stocked, target=other_bag, quantity=2, by=keeper, at=at)
    assert str(told.value) == sentence
    later = at + timedelta(hours=25)
    with pytest.raises(Refused, match="has lapsed: ask again"):
        pick_parts(asked, by=keeper, at=later)
    request_parts({keypad: 3}, source=stocked, order_number="WO-2", by=colleague, at=later)
    assert (end_lapsed_requisitions(at=later), end_lapsed_requisitions(at=later)) == (1, 0)
    asked.refresh_from_db()
    assert asked.state == "expired"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_ask_for_the_last_ones_as_many_get_them_as_there_are(
    stocked, keypad, engineer, colleague, at
) -> None:
    def ask(number: int) -> Requisition:
        person = (engineer, colleague)[number % 2]
        return request_parts({keypad: 1}, source=stocked, order_number=f"WO-{number}", by=person, at=at)

    answers = at_once(8, ask)
    assert sum(isinstance(answer, Requisition) for answer in answers) == 3
    refusals = [answer for answer in answers if isinstance(answer, str)]
    assert all("Only 0 × Keypad left" in each and "has asked for the last ones" in each for each in refusals)


def test_what_is_dear_waits_for_approval_by_the_rule_of_the_nearest_region(
    stocked, keypad, engineer, keeper, manager, hangzhou, yuhang, at
) -> None:
    ApprovalRule.objects.create(region=None, above=0)
    ApprovalRule.objects.create(region=hangzhou, above=Decimal("39.99"))
    dear = request_parts({keypad: 2}, source=stocked, order_number="WO-1", by=engineer, at=at)
    cheap = request_parts({keypad: 1}, source=stocked, order_number="WO-1", by=engineer, at=at)
    assert (dear.state, cheap.state) == ("asked", "approved")
    assert (told(manager), told(keeper)) == (["Emil Engineer asks for 2 × Keypad, worth ¥40.00"], [])
    with pytest.raises(Refused, match="Waiting for approval"):
        pick_parts(dear, by=keeper, at=at)
    assert approve_requisition(dear, by=manager, at=at).state == "approved"
    assert refuse_requisition(cheap, reason="You have one", by=keeper, at=at).state == "refused"
    assert Notice.objects.filter(recipient=engineer, kind="requisition").count() == 2


def test_a_colleague_gives_or_refuses_and_nothing_of_his_is_held(
    stocked, keypad, bag, other_bag, engineer, colleague, keeper, at
) -> None:
    transfer_part(keypad, source=stocked, target=other_bag, quantity=1, by=keeper, at=at)
    asked = request_parts({keypad: 1}, source=other_bag, order_number="WO-1", by=engineer, at=at)
    assert Notice.objects.get(recipient=colleague).subject == "Emil Engineer asks you for 1 × Keypad"
    with pytest.raises(Refused, match="Only the one whose bag it is can give these"):
        give_parts(asked, by=keeper, at=at)
    handover = give_parts(asked, by=colleague, at=at)
    take_back_parts(handover, reason="Not needed after all", by=engineer, at=at)
    asked.refresh_from_db()
    assert (asked.state, Stock.objects.get(place=other_bag).quantity) == ("withdrawn", 1)


def test_nothing_is_held_for_an_order_that_is_over(asked, stocked, keypad, engineer, colleague, at) -> None:
    with pytest.raises(Refused, match="Only Emil Engineer, who asked, can withdraw it"):
        withdraw_requisition(asked, by=colleague, at=at)
    assert drop_requisitions("WO-1", by=None, at=at) == 1
    request_parts({keypad: 3}, source=stocked, order_number="WO-2", by=colleague, at=at)
