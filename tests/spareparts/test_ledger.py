"""What the database and the locks hold of the ledger. Whatever is moved: test_ledger_any_order.py."""

import random
import re
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from journal.models import Entry
from spareparts.actions import bag_of, make_depot, receive_part, return_part, transfer_part, use_part
from spareparts.models import Movement, Part, Place, Stock
from spareparts.verify import first_difference
from tests.races import at_once
from toolkit.errors import Refused


@pytest.fixture
def stocked(keypad, depot, bag, keeper, at) -> Place:
    """Five in the bag."""
    receive_part(keypad, target=depot, quantity=8, by=keeper, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=5, by=keeper, at=at)
    return bag


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_use_up_what_is_there_and_not_one_more(stocked, keypad, engineer, at) -> None:
    def use(number: int) -> Movement:
        return use_part(
            keypad, source=stocked, quantity=1, order_number=f"WO-{number}", merchant_id=1, by=engineer, at=at
        )

    answers = at_once(12, use)
    assert sum(isinstance(answer, Movement) for answer in answers) == 5
    refusals = {answer for answer in answers if isinstance(answer, str)}
    assert len(refusals) == 1
    (told,) = refusals
    assert re.fullmatch(
        r"Only 0 × Keypad left: Bag of Emil Engineer\. Emil Engineer took the last ones: WO-\d+\. "
        r"There are 3 at Yuhang depot\.",
        told,
    )
    assert Stock.objects.get(place=stocked).quantity == Movement.objects.balance(keypad, stocked).quantity == 0


@pytest.mark.django_db(transaction=True)
def test_moves_back_and_forth_do_not_block_each_other(stocked, keypad, depot, keeper, at) -> None:
    def swap(number: int) -> Movement:
        source, target = (stocked, depot) if number % 2 else (depot, stocked)
        return transfer_part(keypad, source=source, target=target, quantity=1, by=keeper, at=at)

    assert all(isinstance(answer, Movement) for answer in at_once(6, swap))
    assert [Movement.objects.balance(keypad, place).quantity for place in (stocked, depot)] == [5, 3]


@pytest.mark.django_db(transaction=True)
def test_many_random_moves_at_once_leave_ledger_and_levels_agreeing(keypad, depot, bag, other_bag, keeper, at) -> None:
    paper = Part.objects.create(code="paper", name="Paper", unit="roll")
    for part in (keypad, paper):
        receive_part(part, target=depot, quantity=50, unit_cost=Decimal("0.37"), by=keeper, at=at)
    places = [depot, bag, other_bag]

    def walk(seed: int) -> int:
        rng, refused = random.Random(seed), 0
        for _step in range(25):
            source, target = rng.sample(places, 2)
            part, quantity = rng.choice([keypad, paper]), rng.randint(1, 9)
            try:
                transfer_part(part, source=source, target=target, quantity=quantity, by=keeper, at=at)
            except Refused:
                refused += 1
        return refused

    assert sum(at_once(8, walk)) < 200
    assert first_difference() is None
    sums = Stock.objects.values("part").annotate(pieces=Sum("quantity"), worth=Sum("value")).order_by("part")
    assert [(row["pieces"], row["worth"]) for row in sums] == [(50, Decimal("18.50"))] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE spareparts_movement SET quantity = 99",
        "DELETE FROM spareparts_movement",
        "UPDATE spareparts_stock SET quantity = -1",
        "UPDATE spareparts_stock SET quantity = 0, value = 1",
    ],
)
def test_the_database_itself_refuses_to_change_the_ledger_or_go_below_zero(stocked, sql) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_nothing_is_used_without_an_order(stocked, keypad, engineer, at) -> None:
    with pytest.raises(Refused, match="only used for a work order"):
        use_part(keypad, source=stocked, quantity=1, order_number="", merchant_id=1, by=engineer, at=at)
    with pytest.raises(IntegrityError, match="movement_used_only_for_an_order"), transaction.atomic():
        Movement.objects.create(kind="use", part=keypad, source=stocked, source_left=1, quantity=1, at=at)


@pytest.mark.django_db
def test_each_move_stands_in_the_journal(stocked, keypad, keeper) -> None:
    verbs = [(entry.verb, entry.actor, entry.changes) for entry in Entry.objects.about(keypad).order_by("pk")]
    assert verbs == [
        ("spareparts.receive_part", keeper, {"quantity": [None, 8], "place": [None, "Yuhang depot"]}),
        (
            "spareparts.transfer_part",
            keeper,
            {"quantity": [None, 5], "place": ["Yuhang depot", "Bag of Emil Engineer"]},
        ),
    ]


@pytest.mark.django_db
def test_what_makes_no_sense_is_refused(stocked, keypad, depot, keeper, manager, at) -> None:
    who = {"quantity": 1, "by": keeper, "at": at}
    with pytest.raises(Refused, match="two different places"):
        transfer_part(keypad, source=depot, target=depot, **who)
    with pytest.raises(Refused, match="is not a depot in use"):
        receive_part(keypad, target=stocked, **who)
    with pytest.raises(Refused, match="Choose the bag they come back from"):
        return_part(keypad, source=depot, target=depot, **who)
    with pytest.raises(Refused, match="does not work in the field"):
        bag_of(manager)
    with pytest.raises(Refused, match="at least 1"):
        receive_part(keypad, target=depot, **{**who, "quantity": 0})


@pytest.mark.django_db
def test_the_last_one_takes_the_rest_of_the_cents(keypad, depot, bag, keeper, at) -> None:
    receive_part(keypad, target=depot, quantity=3, unit_cost=Decimal("3.335"), by=keeper, at=at)
    values = [transfer_part(keypad, source=depot, target=bag, quantity=1, by=keeper, at=at).value for _each in range(3)]
    assert values == [Decimal("3.34"), Decimal("3.34"), Decimal("3.33")]
    assert [(row.quantity, row.value) for row in Stock.objects.order_by("quantity")] == [
        (0, Decimal(0)), (3, Decimal("10.01")),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_average_follows_each_receipt_over_all_places(keypad, depot, bag, keeper, hangzhou, at) -> None:
    far = make_depot(code="far", name="Far", region=hangzhou, by=keeper, at=at)
    receive_part(keypad, target=depot, quantity=10, unit_cost=Decimal(10), by=keeper, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=5, by=keeper, at=at)
    receive_part(keypad, target=far, quantity=10, unit_cost=Decimal(16), by=keeper, at=at)
    keypad.refresh_from_db()
    assert keypad.average_cost == Decimal(13)
    without_price = receive_part(keypad, target=far, quantity=2, by=keeper, at=at)
    assert without_price.value == Decimal(26)
    with pytest.raises(Refused, match="not below zero"):
        receive_part(keypad, target=far, quantity=2, unit_cost=Decimal(-1), by=keeper, at=at)


@pytest.mark.django_db
def test_the_command_names_the_first_difference(stocked, keypad, depot, capsys) -> None:
    call_command("verify_stock")
    assert "2 moves agree with 2 levels: 8 pieces worth 0" in capsys.readouterr().out
    Stock.objects.filter(place=depot).update(quantity=4)
    with pytest.raises(CommandError, match="keypad at yuhang: 3 by the ledger, 4 by the level"):
        call_command("verify_stock")
    Stock.objects.filter(place=depot).update(quantity=3, value=Decimal("0.01"))
    with pytest.raises(CommandError, match=r"worth 0\.00 by the ledger, 0\.01 by the level"):
        call_command("verify_stock")
