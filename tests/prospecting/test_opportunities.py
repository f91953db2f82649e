"""From a lead that wants to sign to a merchant and an install order, exactly once, with what was promised."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from merchants.models import Merchant
from prospecting import actions
from prospecting.models import LostReason, Opportunity
from tests import factories as make
from tests.races import at_once
from tests.workorders.reading import last_entry
from toolkit.errors import Refused
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def install(repair):
    return make.WorkOrderTypeFactory(code="install", name="Install", needs_review=True, procedure=repair.procedure)


@pytest.fixture
def opportunity(note, prospector, at):
    lead = note(phone="13812345678", contact_name="Li", by=prospector)
    return actions.open_opportunity(lead, by=prospector, at=at, monthly_volume=Decimal(30000))


def test_it_is_opened_once_talked_on_and_lost_for_a_reason(opportunity, prospector, at):
    lead = opportunity.lead
    assert (opportunity.stage, opportunity.owner, lead.status) == ("qualified", prospector, "opportunity")
    with pytest.raises(Refused, match="open opportunity already"):
        actions.open_opportunity(lead, by=prospector, at=at)
    later = at + timedelta(days=1)
    moved = actions.move_opportunity(opportunity, stage="agreed", by=prospector, at=later)
    assert (moved.stage, moved.stage_since) == ("agreed", later)
    with pytest.raises(Refused, match="cannot be moved there by hand"):
        actions.move_opportunity(opportunity, stage="won", by=prospector, at=later)
    fee = LostReason.objects.create(code="fee", name="Fee too high")
    lost = actions.lose_opportunity(opportunity, reason=fee, by=prospector, at=later)
    lead.refresh_from_db()
    assert (lost.stage, lost.ended_at, lead.status) == ("lost", later, "lost")
    assert last_entry(lost).note == "Fee too high"
    assert actions.open_opportunity(lead, by=prospector, at=later).stage == "qualified"


def test_terminals_and_promises_travel_to_the_install_order(opportunity, install, prospector, at):
    model = make.TerminalModelFactory()
    actions.change_opportunity(opportunity, terminals={model: 2}, by=prospector, at=at)
    actions.make_offer(opportunity, kind="extra", text="A speaker", quantity=1, by=prospector, at=at)
    actions.make_offer(
        opportunity, kind="window", text="After lunch", starts_at=at, ends_at=at + timedelta(hours=2), by=prospector,
        at=at,
    )  # fmt: skip
    with pytest.raises(Refused, match="Say how many"):
        actions.make_offer(opportunity, kind="extra", text="A cable", by=prospector, at=at)
    converted = actions.convert_opportunity(opportunity, by=prospector, at=at)
    order, merchant = converted.order, converted.merchant
    assert (order.status, order.open_promises, order.summary) == ("held", 2, f"Install 2 × {model}")
    assert [promise.text for promise in order.promises.all()] == ["A speaker", "After lunch"]
    assert (merchant.status, merchant.contacts.get().phone) == ("onboarding", "13812345678")
    assert converted.lead.merchant == merchant
    assert [(review.state, review.owner) for review in merchant.reviews.all()] == [("collecting", prospector)]
    with pytest.raises(Refused, match="nothing more can be promised"):
        actions.make_offer(opportunity, kind="extra", text="A cable", quantity=1, by=prospector, at=at)


def test_asked_for_again_it_answers_the_same(opportunity, install, prospector, at):
    first = actions.convert_opportunity(opportunity, by=prospector, at=at)
    again = actions.convert_opportunity(opportunity, by=prospector, at=at + timedelta(minutes=1))
    assert (again.order, again.converted_at) == (first.order, at)


@pytest.mark.django_db(transaction=True)
def test_twenty_conversions_at_once_make_one_order(opportunity, install, prospector, at):
    answers = at_once(20, lambda _n: actions.convert_opportunity(opportunity, by=prospector, at=at).order.number)
    assert len(set(answers)) == 1
    assert (WorkOrder.objects.count(), Merchant.objects.count()) == (1, 1)


def test_it_is_won_when_the_terminal_stands(opportunity, install, prospector, at):
    order = actions.convert_opportunity(opportunity, by=prospector, at=at).order
    assert actions.follow_installs(at=at) == 0
    WorkOrder.objects.filter(pk=order.pk).update(status="completed", completed_at=at)
    assert (actions.follow_installs(at=at), actions.follow_installs(at=at)) == (1, 0)
    opportunity.refresh_from_db()
    assert (opportunity.stage, opportunity.lead.status) == ("won", "won")


def test_the_database_holds_it_too(opportunity):
    with pytest.raises(IntegrityError, match="converted_opportunity_has_its_order"), transaction.atomic():
        Opportunity.objects.filter(pk=opportunity.pk).update(stage="won")
    with pytest.raises(IntegrityError, match="lost_for_a_reason"), transaction.atomic():
        Opportunity.objects.filter(pk=opportunity.pk).update(stage="lost")
