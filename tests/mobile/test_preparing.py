"""Before the day begins the phone says what is missing for today's and tomorrow's orders, and asks for it in one tap."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assets.actions import issue_terminal
from prospecting import actions as prospecting
from prospecting.models import ExpectedTerminal
from spareparts import actions as spareparts
from spareparts.holding import held
from spareparts.models import Part, Place, Requisition
from tests import factories as make
from tests.browser import violations
from tests.mobile.phones import QUIET, is_all_sent, kept, packed, until
from tests.mobile.test_commands import send
from workorders import actions
from workorders.models import FaultCode, PartUse, WorkOrder

WORDS = "Prints nothing"


@pytest.fixture
def head(db) -> Part:
    return Part.objects.create(code="head", name="Printer head")


@pytest.fixture
def depot(yuhang, head, at) -> Place:
    place = spareparts.make_depot(code="west", name="West", region=yuhang, lat=30.30, lon=120.1552, by=None, at=at)
    spareparts.receive_part(head, target=place, quantity=30, unit_cost=Decimal(20), by=None, at=at)
    return place


@pytest.fixture
def past(repair, merchant, terminal, engineer, dispatcher, head, depot, at):
    """Ten repairs told in the same words, all of them of one symptom; on eight a printer head was used up."""
    symptom = FaultCode.objects.create(kind="symptom", code="no-print", name="Does not print")
    bag, who = spareparts.bag_of(engineer), {"by": dispatcher, "at": at - timedelta(days=3)}
    spareparts.transfer_part(head, source=depot, target=bag, quantity=8, **who)
    for number in range(10):
        order = actions.open_work_order(type=repair, merchant=merchant, terminal=terminal, summary=WORDS, **who)
        if number < 8:
            spareparts.use_part(head, source=bag, quantity=1, order_number=order.number, merchant_id=merchant.pk, **who)
        WorkOrder.objects.filter(pk=order.pk).update(
            status="closed", completed_at=who["at"], symptom=symptom, cause=symptom, remedy=symptom
        )
    assert actions.learn_part_use(at=at) == 8  # the orders and the part: of the type, the model, the symptom, of both
    assert actions.learn_part_use(at=at + timedelta(hours=1)) == 0


def test_what_such_orders_used_up_is_missing_until_it_is_asked_for(past, give, terminal, head, depot, phone, at):
    order = give(terminal=terminal, after=timedelta(days=1))
    assert "1 thing is missing for tomorrow" in phone.get("/field/").content.decode()
    page = phone.get("/field/prepare/").content.decode()
    assert "likely needed: 77 %, used on 8 of 10 such orders" in page and "West" in page
    assert "Likely needed and not in the bag of Emil Engineer: Printer head (77 %)" in seen(phone, order)
    asked = send(phone, f"orders/{order.number}", "request-parts", part="head", quantity=1, source="west")
    assert asked.status_code == 200
    page = phone.get("/field/prepare/").content.decode()
    assert "Your bag is ready" in page and "To be picked" in page and "Ask for" not in page
    assert "missing" not in phone.get("/field/").content.decode()
    spareparts.withdraw_requisition(Requisition.objects.get(), by=order.engineer, at=at)
    pages = {each["url"]: each["html"] for each in phone.get("/field/work/").json()["pages"]}
    assert "1 missing" in pages["/field/prepare/"]  # it goes along into the basement


def seen(phone, order) -> str:
    return phone.get(f"/field/orders/{order.number}/").content.decode()


def test_two_days_ahead_nobody_is_bothered(past, give, terminal, phone):
    give(terminal=terminal, after=timedelta(days=2))
    assert "no orders for today and tomorrow" in phone.get("/field/prepare/").content.decode()


def test_learning_again_writes_the_same_rows(past, at):
    def rows() -> list:
        return sorted(PartUse.objects.values_list("type", "model", "symptom", "part", "orders"), key=repr)

    before = rows()
    assert actions.learn_part_use(at=at + timedelta(days=1)) == len(before)
    assert rows() == before


def test_what_an_order_needs_for_sure_and_several_together(past, give, terminal, dispatcher, phone, at):
    first, second = (give(terminal=terminal, after=timedelta(hours=hours)) for hours in (1, 3))
    actions.change_needs(second, skills={}, parts={"head": 2}, by=dispatcher, at=at)
    page = phone.get("/field/prepare/").content.decode()
    assert "3 missing" in page and "needed: 2" in page and f"/field/orders/{first.number}/request-parts/" in page


def test_an_install_needs_the_model_that_was_promised(
    give, terminal, merchant, engineer, prospector, keeper, phone, hangzhou, xihu, at
):
    order = give(type=make.WorkOrderTypeFactory(code="install", name="Install"), after=timedelta(hours=2))
    assert "Terminal of any model" in phone.get("/field/prepare/").content.decode()
    lead = prospecting.make_lead(name="Tea", region=hangzhou, source="street", by=prospector, at=at)
    opportunity = prospecting.open_opportunity(lead, by=prospector, at=at)
    wanted = make.TerminalModelFactory(code="p2", maker="Sunmi", name="P2")
    ExpectedTerminal.objects.create(opportunity=opportunity, model=wanted, count=2)
    type(opportunity).objects.filter(pk=opportunity.pk).update(order=order)
    make.TerminalFactory(serial="P2-1", model=wanted, region=xihu)
    issue_terminal(terminal, holder=engineer, by=keeper, at=at)  # of another model
    page = phone.get("/field/prepare/").content.decode()
    assert "Sunmi P2" in page and "2 missing" in page and "Xihu" in page
    assert "There is no Sunmi P2 in the bag of Emil Engineer" in seen(phone, order)
    issue_terminal(terminal.__class__.objects.get(serial="P2-1"), holder=engineer, by=keeper, at=at)
    assert "1 missing" in phone.get("/field/prepare/").content.decode()


def test_as_many_queries_for_ten_orders_as_for_three(past, give, terminal, phone, django_assert_max_num_queries):
    for number in range(3):
        give(terminal=terminal, after=timedelta(hours=1 + number))
    with django_assert_max_num_queries(60) as few:
        phone.get("/field/prepare/")
    for number in range(7):
        give(terminal=terminal, after=timedelta(hours=4 + number))
    with django_assert_max_num_queries(len(few)):
        phone.get("/field/prepare/")


@pytest.mark.django_db(transaction=True)
def test_from_a_basement_it_is_asked_for_once(past, give, terminal, head, depot, see):
    give(terminal=terminal, after=timedelta(days=1))
    page = see("/field/", expected=QUIET)
    packed(page)
    page.context.set_offline(True)
    page.get_by_role("link", name="1 thing is missing for tomorrow").tap()
    ask = page.get_by_role("button", name="Ask for 1")
    ask.wait_for()
    assert violations(page) == []
    ask.evaluate("(button) => [1, 2, 3].forEach(() => button.click())")  # an impatient thumb
    page.get_by_text("Asked for", exact=True).wait_for()
    assert (len(kept(page, "operations")), ask.is_visible(), Requisition.objects.count()) == (1, False, 0)
    page.context.set_offline(False)
    until(lambda: is_all_sent(page), page=page)
    assert (Requisition.objects.get().state, held([(head.pk, depot.pk)], at=timezone.now())) == (
        "approved", {(head.pk, depot.pk): 1},
    )  # fmt: skip
