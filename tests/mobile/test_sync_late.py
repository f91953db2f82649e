"""Work that came in too late, as the dispatcher settles it; and phones, as the office revokes them."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from journal.models import Entry
from mobile.actions import dismiss, take_over
from mobile.models import Device, Parked
from tests.mobile.test_sync import Handset
from toolkit.errors import Refused
from workorders import actions


@pytest.fixture
def handset(engineer, at) -> Handset:
    return Handset(engineer, at)


@pytest.fixture
def office(dispatcher) -> Client:
    client = Client()
    client.force_login(dispatcher)
    return client


@pytest.fixture
def cancelled(begun, dispatcher, engineer, at):
    actions.pause_work(begun, by=engineer, reason="merchant", at=at)
    return actions.cancel_work_order(begun, by=dispatcher, reason="Closed down", at=at)


@pytest.fixture
def parked(handset, cancelled, keep):
    """park("add-photos", captures=[…]) sends it from the phone; returns the row."""

    def park(name: str, **body) -> Parked:
        body = {key: [str(each.pk) for each in value] if key == "captures" else value for key, value in body.items()}
        result = handset.do(f"orders/{name}", cancelled.number, body=body)
        assert result["outcome"] == "parked", result
        return Parked.objects.get(pk=result["id"])

    return park


def settle(client: Client, parked: Parked, how: str, **body):
    return client.post(f"/office/late-work/{parked.pk}/{how}/", body)


def test_photos_are_taken_over_with_an_entry_in_the_journal(parked, keep, office, cancelled, dispatcher) -> None:
    row = parked("add-photos", captures=[keep(colour="red"), keep(colour="blue")])
    page = office.get(f"/office/work-orders/{cancelled.number}/late/").content.decode()
    assert "Emil Engineer" in page and "The order had been cancelled" in page and page.count("<img") == 2
    assert office.get(f"/office/late-work/{row.pk}/take-over/").content.decode().count("<img") == 2
    assert settle(office, row, "take-over").status_code == 302
    row.refresh_from_db()
    assert (row.how, row.settled_by, cancelled.captures.count()) == (Parked.How.TAKEN_OVER, dispatcher, 2)
    entry = Entry.objects.get(verb="workorders.attach_late_work")
    assert (entry.actor, entry.changes) == (dispatcher, {"late_from": [None, "Emil Engineer"], "photos": [None, 2]})
    assert Entry.objects.about(cancelled).first().verb == "mobile.take_over"


def test_an_answer_is_taken_over_under_the_name_of_who_gave_it(parked, office, cancelled, engineer, handset) -> None:
    row = parked("answer", step="power", value="true")
    assert "Terminal powered on" in office.get(f"/office/work-orders/{cancelled.number}/late/").content.decode()
    settle(office, row, "take-over")
    answer = cancelled.run.answers.current().get()
    assert (answer.step, answer.value, answer.by, answer.device_at) == ("power", True, engineer, handset.at)


def test_an_answer_given_meanwhile_stays(handset, begun, office, colleague, engineer, dispatcher, at) -> None:
    late = handset.operation("orders/answer", begun.number, body={"step": "power", "value": "false"})
    actions.answer_step(begun, step="power", value=True, by=engineer, at=at)
    actions.pause_work(begun, by=engineer, reason="merchant", at=at)
    actions.cancel_work_order(begun, by=dispatcher, reason="Closed down", at=at)
    assert handset.send(late)[0]["outcome"] == "parked"
    refused = settle(office, Parked.objects.get(), "take-over")
    assert (refused.status_code, "that answer stays" in refused.content.decode()) == (422, True)
    assert begun.run.answers.current().get().value is True
    assert Parked.objects.get().settled_at is None


def test_a_signature_is_taken_over_once(parked, keep, office, cancelled) -> None:
    first = parked("sign", captures=[keep("signature", colour="black")], signer_name="Wang Fang")
    second = parked("sign", captures=[keep("signature", colour="gray")], signer_name="Li Na")
    assert settle(office, first, "take-over").status_code == 302
    assert settle(office, second, "take-over").status_code == 422
    cancelled.refresh_from_db()
    assert cancelled.signer_name == "Wang Fang"


def test_it_is_dismissed_only_with_a_reason_and_then_settled_for_good(parked, keep, office, cancelled) -> None:
    row = parked("add-photos", captures=[keep()])
    assert settle(office, row, "dismiss", reason=" ").status_code == 422
    assert settle(office, row, "dismiss", reason="Blurred").status_code == 302
    again = settle(office, row, "take-over")
    assert (again.status_code, "has settled this already" in again.content.decode()) == (422, True)
    row.refresh_from_db()
    assert (row.how, row.note, cancelled.captures.count()) == (Parked.How.DISMISSED, "Blurred", 0)
    assert Entry.objects.about(cancelled).first().note == "Blurred"


def test_the_list_shows_what_waits_in_the_own_region_only(parked, keep, office, stranger, engineer) -> None:
    row = parked("add-photos", captures=[keep()])
    assert row.order.number in office.get("/office/late-work/?settled=false").content.decode()
    assert row.order.number not in office.get("/office/late-work/?settled=true").content.decode()
    other = Client()
    other.force_login(stranger)
    assert row.order.number not in other.get("/office/late-work/").content.decode()
    assert other.get(f"/office/late-work/{row.pk}/take-over/").status_code == 404
    own = Client()
    own.force_login(engineer)
    assert own.get("/office/late-work/").status_code == 403


def test_a_lost_phone_is_revoked_and_wipes_itself(handset, manager, engineer) -> None:
    handset.post()
    client = Client()
    client.force_login(manager)
    short = handset.device[:8]
    assert short in client.get(f"/office/people/{engineer.username}/phones/").content.decode()
    url = f"/office/people/{engineer.username}/phones/{handset.device}/revoke/"
    assert (client.get(url).status_code, client.post(url).status_code) == (200, 302)
    assert client.post(url).status_code == 422
    assert handset.post().json()["outcome"] == "wipe"
    assert Device.objects.get().revoked_at is not None
    entry = Entry.objects.get(verb="mobile.revoke_device")
    assert (entry.actor, entry.subject_label, entry.note) == (manager, "Emil Engineer", short)
    assert client.post(url.replace(handset.device, str(uuid.uuid4()))).status_code == 404


def test_a_session_of_field_staff_begins_anew_every_day(handset, clock, at) -> None:
    assert "sessionid" in handset.post().cookies
    assert "sessionid" not in handset.post().cookies
    clock.move_to(at + timedelta(days=29))
    assert handset.post().cookies["sessionid"]["max-age"] == 30 * 24 * 3600
    clock.move_to(at + timedelta(days=50))
    assert handset.post().status_code == 200


@pytest.mark.django_db(transaction=True)
def test_eight_dispatchers_at_once_settle_it_once(parked, keep, cancelled, dispatcher, at) -> None:
    row = parked("add-photos", captures=[keep()])

    def settle_it(number: int) -> str:
        try:
            if number % 2:
                return take_over(row, by=dispatcher, at=at).how
            return dismiss(row, reason="Blurred", by=dispatcher, at=at).how
        except Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(settle_it, range(8)))
    assert outcomes.count("refused") == 7
    row.refresh_from_db()
    assert row.how in outcomes
    assert cancelled.captures.count() == (1 if row.how == Parked.How.TAKEN_OVER else 0)
    assert Entry.objects.filter(verb__in=["mobile.take_over", "mobile.dismiss"]).count() == 1
