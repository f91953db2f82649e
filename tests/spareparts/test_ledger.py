"""The balance of every part at every place is the sum of the ledger, whatever happens, and never below zero."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journal.models import Entry
from spareparts.actions import bag_of, receive_part, return_part, transfer_part, use_part
from spareparts.models import Movement, Part, Place, Stock
from tests.races import at_once
from toolkit.errors import Refused

MOVES = st.tuples(
    st.sampled_from(["receive", "transfer", "return", "use"]), st.integers(0, 1), st.integers(0, 3), st.integers(0, 3),
    st.integers(-1, 4),
)  # fmt: skip


@pytest.fixture
def stocked(keypad, depot, bag, keeper, at) -> Place:
    """Five in the bag."""
    receive_part(keypad, target=depot, quantity=8, by=keeper, at=at)
    transfer_part(keypad, source=depot, target=bag, quantity=5, by=keeper, at=at)
    return bag


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(moves=st.lists(MOVES, max_size=20))
def test_whatever_is_moved_the_balance_is_the_sum_of_the_ledger(
    keypad, depot, engineer, colleague, hangzhou, at, moves
) -> None:
    parts = [keypad, Part.objects.get_or_create(code="paper", defaults={"name": "Paper", "unit": "roll"})[0]]
    other = Place.objects.get_or_create(code="west", defaults={"name": "West", "region": hangzhou})[0]
    places = [depot, other, bag_of(engineer), bag_of(colleague)]
    for kind, part, source, target, quantity in moves:
        who = {"quantity": quantity, "by": None, "at": at}
        before = _balances()
        try:
            match kind:
                case "receive":
                    receive_part(parts[part], target=places[target], **who)
                case "transfer":
                    transfer_part(parts[part], source=places[source], target=places[target], **who)
                case "return":
                    return_part(parts[part], source=places[source], target=places[target], **who)
                case "use":
                    use_part(parts[part], source=places[source], order_number="WO-1", merchant_id=1, **who)
        except Refused:
            assert _balances() == before
    for each in parts:
        for place in places:
            balance = Movement.objects.balance(each, place)
            assert balance == _balances().get((each.pk, place.pk), 0)
            latest = Movement.objects.filter(Q(source=place) | Q(target=place), part=each).first()
            if latest:
                assert balance == (latest.source_left if latest.source_id == place.pk else latest.target_left)
    assert sum(_balances().values()) == sum(
        {"receive": 1, "use": -1}.get(move.kind, 0) * move.quantity for move in Movement.objects.all()
    )


def _balances() -> dict[tuple[int, int], int]:
    return {(row.part_id, row.place_id): row.quantity for row in Stock.objects.there()}


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_use_up_what_is_there_and_not_one_more(stocked, keypad, engineer, at) -> None:
    def use(number: int) -> Movement:
        return use_part(
            keypad, source=stocked, quantity=1, order_number=f"WO-{number}", merchant_id=1, by=engineer, at=at
        )

    answers = at_once(12, use)
    assert sum(isinstance(answer, Movement) for answer in answers) == 5
    assert set(filter(lambda answer: isinstance(answer, str), answers)) == {
        "Only 0 × Keypad left: Bag of Emil Engineer. There are 3 at Yuhang depot."
    }
    assert Stock.objects.get(place=stocked).quantity == Movement.objects.balance(keypad, stocked) == 0


@pytest.mark.django_db(transaction=True)
def test_moves_back_and_forth_do_not_block_each_other(stocked, keypad, depot, keeper, at) -> None:
    def swap(number: int) -> Movement:
        source, target = (stocked, depot) if number % 2 else (depot, stocked)
        return transfer_part(keypad, source=source, target=target, quantity=1, by=keeper, at=at)

    assert all(isinstance(answer, Movement) for answer in at_once(6, swap))
    assert [Movement.objects.balance(keypad, place) for place in (stocked, depot)] == [5, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE spareparts_movement SET quantity = 99",
        "DELETE FROM spareparts_movement",
        "UPDATE spareparts_stock SET quantity = -1",
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
