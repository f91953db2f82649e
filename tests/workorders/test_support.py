"""Stuck on site: one call pauses the clock, tells who can help, and their answer lets the work go on."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from journal.models import Entry
from notifications.models import Notice
from toolkit.errors import Refused
from workorders import actions
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_site(repair, merchant, engineer, dispatcher, at):
    order = actions.open_work_order(type=repair, merchant=merchant, summary="Dead", by=dispatcher, at=at)
    order = actions.assign_work_order(
        order, engineer=engineer, start=at, end=at + timedelta(hours=1), by=dispatcher, at=at
    )
    order = actions.accept_work_order(order, by=engineer, at=at)
    order = actions.depart(order, by=engineer, at=at)
    return actions.arrive(order, by=engineer, at=at, lat=merchant.lat, lon=merchant.lon, accuracy_m=5)


@pytest.fixture
def stuck(on_site, engineer, at):
    order = actions.start_work(on_site, by=engineer, at=at)
    return actions.ask_support(order, by=engineer, at=at + timedelta(minutes=5), note="Screen stays black")


def test_it_pauses_the_clock_and_tells_the_dispatcher(stuck, engineer, dispatcher, at):
    order = WorkOrder.objects.get(pk=stuck.pk)
    pause, call = order.pauses.get(), order.support_calls.get()
    assert (order.status, order.resolution_due_at, pause.reason) == ("paused", None, "support")
    assert (call.note, call.step, call.asked_by, call.closed_at) == (
        "Screen stays black", "Terminal powered on", engineer, None,
    )  # fmt: skip
    notice = Notice.objects.get(recipient=dispatcher, kind="support-asked", channel=Notice.Channel.IN_APP)
    assert notice.body == "Screen stays black"
    entry = Entry.objects.about(order).first()
    assert (entry.verb, entry.note, entry.changes["reason"]) == (
        "workorders.ask_support", "Screen stays black", [None, "support"],
    )  # fmt: skip


def test_the_answer_lets_the_work_go_on_and_moves_the_deadline(stuck, engineer, dispatcher, at):
    due = WorkOrder.objects.get(pk=stuck.pk).sla["resolution_min"]
    actions.answer_support(
        stuck, answer="Hold the power key for 20 seconds.", by=dispatcher, at=at + timedelta(minutes=35)
    )
    order = WorkOrder.objects.get(pk=stuck.pk)
    call = order.support_calls.get()
    assert (order.status, call.answer, call.closed_by) == (
        "in_progress", "Hold the power key for 20 seconds.", dispatcher,
    )  # fmt: skip
    # 8 service hours from 10:00, an hour of noon's rest and 30 minutes of waiting left out: 10:30 the next morning
    assert due == 480
    assert order.resolution_due_at == at + timedelta(days=1, minutes=30)
    assert Notice.objects.filter(recipient=engineer, kind="support-answered").exists()
    entry = Entry.objects.about(order).first()
    assert (entry.verb, entry.actor, entry.note) == ("workorders.answer_support", dispatcher, call.answer)
    with pytest.raises(Refused, match="does not wait for support any more"):
        actions.answer_support(order, answer="Again", by=dispatcher, at=at)


def test_before_the_work_has_begun_it_begins_with_the_call(on_site, engineer, at):
    order = actions.ask_support(on_site, by=engineer, at=at)
    assert (order.status, order.started_at) == ("paused", at)
    verbs = list(Entry.objects.about(order).values_list("verb", flat=True)[:2])
    assert verbs == ["workorders.ask_support", "workorders.start_work"]


def test_only_its_engineer_asks_and_only_once(stuck, colleague, engineer, at):
    with pytest.raises(Refused, match="belongs to Emil"):
        actions.ask_support(stuck, by=colleague, at=at)
    with pytest.raises(Refused, match="is paused already"):
        actions.ask_support(stuck, by=engineer, at=at)
    assert stuck.support_calls.count() == 1


@pytest.mark.parametrize("way", ["resume", "cancel"])
def test_a_call_ends_when_the_order_goes_on_without_an_answer(stuck, engineer, dispatcher, at, way):
    later = at + timedelta(minutes=20)
    if way == "resume":
        actions.resume_work(stuck, by=engineer, at=later)
    else:
        actions.cancel_work_order(stuck, by=dispatcher, reason="Closed", at=later)
    call = stuck.support_calls.get()
    assert (call.answer, call.closed_at) == ("", later)


def test_one_tap_on_the_phone_calls(on_site, engineer, client):
    client.force_login(engineer)
    address = reverse("field:command", args=["orders", on_site.number, "support"])
    assert address in client.get(reverse("field:order", args=[on_site.number])).content.decode()
    sent = {"command": str(uuid.uuid4()), "note": ""}
    for _time in range(2):
        assert client.post(address, sent).status_code == 200
    assert (on_site.support_calls.get().asked_by, WorkOrder.objects.get().status) == (engineer, "paused")


def test_the_office_sees_who_waits_answers_and_the_list_is_empty(stuck, dispatcher, stranger, client):
    client.force_login(dispatcher)
    page = client.get(reverse("office:support-list"))
    assert "Screen stays black" in page.content.decode()
    answer = reverse("office:work-order-support", args=[stuck.number])
    assert "Screen stays black" in client.get(answer).content.decode()
    assert client.post(answer, {"answer": " "}).status_code == 422
    assert client.post(answer, {"answer": "Press reset."}).status_code == 302
    assert "Nobody waits for support." in client.get(reverse("office:support-list")).content.decode()
    assert (
        "Press reset."
        in client.get(reverse("office:support-list") + "?answered=true&columns=order,answer").content.decode()
    )
    client.force_login(stranger)
    assert client.get(answer).status_code == 404
