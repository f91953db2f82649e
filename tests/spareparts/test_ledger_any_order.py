"""Whatever people do with parts, in whatever order: the ledger, the levels and a model in ten lines agree, to the piece
and the cent, and nothing falls below zero."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from spareparts import actions
from spareparts.models import Handover, Movement, Part, Place, Stock, Stocktake
from spareparts.verify import first_difference
from tests import factories as make
from toolkit.errors import Refused

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
PARTS, PLACES, FEW = st.integers(0, 1), st.integers(0, 4), st.integers(1, 6)
PRICES = st.decimals(Decimal(0), Decimal(9), places=3)
DEPOT, WEST, BAG, OTHER_BAG, DEFECTIVE, SCRAP = range(6)
SHELVES, BAGS = (DEPOT, WEST), (BAG, OTHER_BAG)


class Stockroom(RuleBasedStateMachine):
    """`there` is the model: pieces by part and place; a place and its minus are the place and the way to it."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        region = make.RegionFactory(code="stockroom")
        self.people = [make.UserFactory(username=f"s{n}", role="engineer", region=region) for n in range(2)]
        self.keepers = [make.UserFactory(username=f"k{n}", role="warehouse", region=region) for n in range(2)]
        self.parts = [Part.objects.create(code=f"p{n}", name=f"P{n}") for n in range(2)]
        kinds = {"depot": DEPOT, "depot-2": WEST, "defective": DEFECTIVE, "scrap": SCRAP}
        made = {
            place: actions.make_depot(code=code, name=code, kind=code.split("-")[0], region=region, by=None, at=AT)
            for code, place in kinds.items()
        }
        made |= {place: actions.bag_of(person) for place, person in zip(BAGS, self.people, strict=True)}
        self.places: list[Place] = [made[place] for place in range(6)]
        self.there: Counter = Counter()
        self.sent: list[tuple[Handover, int, int, int]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def tried(self, is_allowed: bool, run) -> object:
        """What it made; None when it was refused, as it had to be."""
        try:
            made = run()
        except Refused:
            assert not is_allowed
            return None
        assert is_allowed
        return made

    def shift(self, part: int, quantity: int, source=None, target=None) -> None:
        if source is not None:
            self.there[part, source] -= quantity
        if target is not None:
            self.there[part, target] += quantity

    @rule(part=PARTS, place=PLACES, quantity=FEW, price=PRICES)
    def receive(self, part, place, quantity, price) -> None:
        run = lambda: actions.receive_part(
            self.parts[part], target=self.places[place], quantity=quantity, unit_cost=price, by=None, at=AT
        )  # fmt: skip
        if self.tried(place in SHELVES, run):
            self.shift(part, quantity, target=place)

    @rule(part=PARTS, source=PLACES, goal=PLACES, quantity=FEW)
    def transfer(self, part, source, goal, quantity) -> None:
        is_allowed = source != goal and self.there[part, source] >= quantity
        run = lambda: actions.transfer_part(
            self.parts[part], source=self.places[source], target=self.places[goal], quantity=quantity, by=None, at=AT
        )  # fmt: skip
        if self.tried(is_allowed, run):
            self.shift(part, quantity, source, goal)

    @rule(part=PARTS, source=PLACES, goal=PLACES, quantity=FEW, is_return=st.booleans())
    def send(self, part, source, goal, quantity, is_return) -> None:
        leads_back = source in BAGS and goal not in BAGS
        is_allowed = source != goal and self.there[part, source] >= quantity and (leads_back or not is_return)
        run = lambda: actions.send_parts(
            {self.parts[part]: quantity}, source=self.places[source], target=self.places[goal], by=self.keepers[0],
            at=AT, is_return=is_return,
        )  # fmt: skip
        if handover := self.tried(is_allowed, run):
            self.shift(part, quantity, source, (goal, "way"))
            self.sent.append((handover, part, source, goal))

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), arrived=st.integers(0, 6))
    def confirm(self, data, arrived) -> None:
        sent = data.draw(st.sampled_from(self.sent))
        handover, part, source, target = sent
        quantity = handover.lines.get().quantity
        by = self.people[BAGS.index(target)] if target in BAGS else self.keepers[1]
        run = lambda: actions.confirm_parts(
            handover, by=by, at=AT, arrived={self.parts[part]: arrived}, reason="The rest was not there"
        )  # fmt: skip
        if self.tried(arrived <= quantity, run):
            self.shift(part, arrived, (target, "way"), target)
            self.shift(part, quantity - arrived, (target, "way"), source)
            self.sent.remove(sent)

    @rule(part=PARTS, place=PLACES, quantity=FEW)
    def use(self, part, place, quantity) -> None:
        run = lambda: actions.use_part(
            self.parts[part], source=self.places[place], quantity=quantity, order_number="WO-1", merchant_id=1, by=None,
            at=AT,
        )  # fmt: skip
        if self.tried(self.there[part, place] >= quantity, run):
            self.shift(part, quantity, place)

    @rule(part=PARTS, place=PLACES, off=st.integers(-3, 3), is_moved=st.booleans())
    def count(self, part, place, off, is_moved) -> None:
        """One part is miscounted; between counting and approval some of it may go."""
        stocktake = actions.start_stocktake(self.places[place], by=self.keepers[0], at=AT)
        counts = {each: self.there[number, place] for number, each in enumerate(self.parts)}
        counts[self.parts[part]] = counted = max(0, counts[self.parts[part]] + off)
        off = counted - self.there[part, place]
        actions.hand_in_count(stocktake, counts=counts, by=self.keepers[0], at=AT)
        if is_moved and self.there[part, place]:
            self.use(part, place, 1)
        run = lambda: actions.approve_stocktake(stocktake, by=self.keepers[1], at=AT)
        if self.tried(self.there[part, place] + off >= 0, run):
            self.shift(part, off, target=place)
        else:
            actions.refuse_stocktake(stocktake, refusal="Count again", by=self.keepers[1], at=AT)

    @rule(part=PARTS, place=PLACES, quantity=FEW)
    def scrap(self, part, place, quantity) -> None:
        asked = actions.ask_to_scrap(
            self.parts[part], quantity=quantity, place=self.places[place], target=self.places[SCRAP], reason="Broken",
            by=self.keepers[0], at=AT,
        )  # fmt: skip
        run = lambda: actions.approve_scrapping(asked, by=self.keepers[1], at=AT)
        if self.tried(self.there[part, place] >= quantity, run):
            self.shift(part, quantity, place, SCRAP)

    @invariant()
    def ledger_levels_and_model_agree(self) -> None:
        assert first_difference() is None
        key = {place.pk: number for number, place in enumerate(self.places)}
        rows = Stock.objects.there().select_related("place").order_by("pk")
        levels = {
            (self.parts.index(row.part), key.get(row.place_id, (key.get(row.place.leads_to_id), "way"))): row.quantity
            for row in rows
        }
        assert levels == {where: pieces for where, pieces in self.there.items() if pieces}
        assert all(row.value >= 0 for row in rows)
        for row in rows:
            latest = Movement.objects.at(row.place).filter(part=row.part).first()
            assert row.quantity == (latest.source_left if latest.source_id == row.place_id else latest.target_left)


@pytest.mark.django_db
def test_whatever_is_done_ledger_levels_and_model_agree() -> None:
    run_state_machine_as_test(
        Stockroom,
        settings=settings(
            max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert not Stocktake.objects.exists()
