import uuid
from datetime import date, timedelta

import pytest

from assets.actions import bind_terminal, receive_terminal
from journal.models import Entry
from merchants.actions import change_merchant
from tests import factories as make
from tests.races import at_once
from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.models import Request, WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def live_terminal(merchant, hangzhou, keeper, at):
    terminal = receive_terminal(
        serial="SN1",
        model=make.TerminalModelFactory(),
        region=hangzhou,
        received_on=date(2026, 11, 1),
        is_in_use=True,
        by=keeper,
        at=at,
    )
    bind_terminal(terminal, merchant=merchant, by=keeper, at=at)
    return terminal


def test_a_request_becomes_an_order_in_the_pool(ask, merchant, dispatcher, at):
    request, token = ask(channel="call_centre", by=dispatcher, details="Since this morning")
    order = request.order
    assert (request.outcome, request.channel, request.received_by) == ("order", "call_centre", dispatcher)
    assert (order.status, order.summary, order.details) == ("open", "No paper", "Since this morning")
    assert (order.merchant, order.region, order.lat) == (merchant, merchant.region, merchant.lat)
    assert actions.order_by_token(token, at) == order
    assert verbs(order) == ["open_work_order", "receive_request"]
    assert last_entry(order).changes["request"] == [None, request.number]
    assert last_entry(order).merchant_id == merchant.pk


def test_the_number_carries_the_local_month(ask, at):
    late_on_the_last_day_in_utc = at.replace(day=30, hour=23)
    request, _token = ask(at=late_on_the_last_day_in_utc)
    assert request.number.startswith("RQ-2612-")
    assert request.order.number.startswith("WO-2612-")
    assert request.order.service_date == date(2026, 12, 1)


def test_the_same_request_again_is_the_same_request_with_the_same_link(ask):
    id = uuid.uuid4()
    first, second = ask(id=id), ask(id=id)
    assert first == second
    assert (Request.objects.count(), WorkOrder.objects.count()) == (1, 1)
    assert verbs(first[0].order) == ["open_work_order", "receive_request"]


def test_the_same_id_with_other_content_is_refused(ask, foreign_merchant):
    id = uuid.uuid4()
    request, _token = ask(id=id)
    with pytest.raises(Refused, match="already sent with other content"):
        ask(id=id, summary="Something else")
    with pytest.raises(Refused, match="already sent with other content"):
        ask(id=id, merchant=foreign_merchant)
    assert verbs(request.order) == ["open_work_order", "receive_request"]


def test_a_repeat_for_the_same_terminal_within_ten_minutes_joins_the_order(
    ask, live_terminal, dispatcher, minutes, picture
):
    first, first_token = ask(terminal=live_terminal)
    photo = picture(dispatcher)
    other_type = make.WorkOrderTypeFactory(code="swap", name="Swap")
    second, second_token = ask(
        terminal=live_terminal, type=other_type, summary="Still no paper", at=minutes(10), pictures=[photo]
    )
    assert (second.outcome, second.order) == ("merged", first.order)
    assert list(first.order.captures.all()) == [photo]
    assert first_token != second_token
    assert actions.order_by_token(second_token, minutes(10)) == first.order
    assert verbs(first.order) == ["open_work_order", "receive_request", "receive_request"]
    assert last_entry(first.order).changes["outcome"] == [None, "merged"]


def test_each_repeat_opens_the_ten_minutes_anew(ask, minutes):
    orders = {ask(at=minutes(count))[0].order for count in (0, 9, 18, 27)}
    assert len(orders) == 1
    assert len(verbs(orders.pop())) == 5


def test_later_than_ten_minutes_it_is_another_order(ask, minutes):
    first, second = ask()[0], ask(at=minutes(11))[0]
    assert second.outcome == "order"
    assert first.order != second.order
    assert verbs(second.order) == ["open_work_order", "receive_request"]


def test_without_terminal_only_the_same_type_joins(ask, live_terminal, minutes):
    first = ask()[0]
    install = make.WorkOrderTypeFactory(code="install", name="Install")
    others = [ask(type=install, at=minutes(1))[0], ask(terminal=live_terminal, at=minutes(2))[0]]
    assert [other.outcome for other in others] == ["order", "order"]
    assert ask(at=minutes(3))[0].order == first.order
    assert len(verbs(first.order)) == 3


def test_a_named_open_order_is_joined_whenever_it_was_opened(ask, minutes):
    first = ask()[0]
    later = ask(order=first.order, summary="The shop opens at ten", at=minutes(300))[0]
    assert (later.outcome, later.order) == ("merged", first.order)
    assert len(verbs(first.order)) == 3


def test_nothing_joins_a_cancelled_order(ask, dispatcher, minutes):
    first = ask()[0]
    actions.cancel_work_order(first.order, by=dispatcher, reason="Filed twice", at=minutes(1))
    second = ask(order=first.order, at=minutes(2))[0]
    assert second.outcome == "order"
    assert verbs(second.order) == ["open_work_order", "receive_request"]


def test_a_closed_merchant_is_told_why_not(ask, merchant, manager, at):
    change_merchant(merchant, status="closed", by=manager, at=at)
    request, token = ask(contact_email="owner@shop.example")
    assert (request.outcome, request.order, token) == ("rejected", None, None)
    assert request.reject_reason == f"{merchant.name} is closed."
    assert told("owner@shop.example") == []
    entry = Entry.objects.get(verb="workorders.receive_request")
    assert (entry.subject_label, entry.note) == (request.number, request.reject_reason)
    assert WorkOrder.objects.count() == 0


def test_a_double_names_the_merchant_that_was_kept(ask, merchant, foreign_merchant):
    merchant.merged_into = foreign_merchant
    merchant.save()
    request, _token = ask()
    assert (
        request.reject_reason == f"{merchant.number} is a double of {foreign_merchant.number}. File the request there."
    )
    assert Entry.objects.filter(verb="workorders.receive_request", subject_label=request.number).count() == 1


def test_a_terminal_at_another_merchant_is_rejected(ask, live_terminal, foreign_merchant):
    request, _token = ask(merchant=foreign_merchant, terminal=live_terminal)
    assert request.reject_reason == "Terminal SN1 is not at this merchant."
    assert Entry.objects.get(verb="workorders.receive_request").merchant_id == foreign_merchant.pk


def test_a_kind_of_work_no_longer_offered_is_rejected(ask):
    retired = make.WorkOrderTypeFactory(code="train", name="Train", is_active=False)
    request, _token = ask(type=retired)
    assert request.reject_reason == "“Train” is no longer offered."
    assert Entry.objects.filter(verb="workorders.receive_request").count() == 1


def test_nothing_said_is_nothing_asked(ask):
    with pytest.raises(Refused, match="what is wrong or wanted"):
        ask(summary="   ")
    assert Entry.objects.count() == 0


def test_the_requester_gets_the_link_by_mail(ask):
    request, token = ask(contact_email="owner@shop.example")
    assert told("owner@shop.example") == [f"We have your request {request.number}"]
    assert verbs(request.order)[-1] == "receive_request"
    assert token


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_repeats_make_one_request_and_get_one_answer(ask):
    id = uuid.uuid4()

    def send(_number):
        request, token = ask(id=id)
        return request.number, token

    assert len(set(at_once(20, send))) == 1
    assert (Request.objects.count(), WorkOrder.objects.count()) == (1, 1)
    assert verbs(WorkOrder.objects.get()) == ["open_work_order", "receive_request"]


@pytest.mark.django_db(transaction=True)
def test_different_people_reporting_at_once_make_one_order(ask, minutes):
    outcomes = at_once(
        12, lambda number: ask(summary=f"No paper {number}", at=minutes(number / 10))[0].outcome
    )  # fmt: skip
    assert sorted(outcomes) == ["merged"] * 11 + ["order"]
    order = WorkOrder.objects.get()
    assert order.requests.count() == 12
    assert len(verbs(order)) == 13


def test_ten_minutes_do_not_reach_back_over_a_completed_order(ask, completed, minutes):
    again = ask(at=minutes(4) + timedelta(minutes=2))[0]
    assert (again.outcome, verbs(again.order)) == ("order", ["open_work_order", "receive_request"])
