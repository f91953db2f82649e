"""A sticker is scanned in the shop."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from assets.actions import bind_sticker, unbind_terminal
from evidence.models import Capture
from merchants.actions import change_merchant
from tests.public.conftest import filing, photo, said
from tests.races import at_once
from workorders.models import Request, WorkOrder

pytestmark = pytest.mark.django_db


def test_a_scan_and_two_taps_file_a_repair(client, clock, sticker_url, live_terminal, merchant):
    response = client.post(sticker_url, filing())
    request = Request.objects.get()
    assert (request.outcome, request.channel) == ("order", "sticker")
    assert (request.merchant, request.terminal, request.type.code) == (merchant, live_terminal, "repair")
    assert request.summary == "No network"
    assert response.status_code == 302
    assert response.url == reverse("public:tracking", args=[request.tracking_link.token])


def test_it_tells_the_name_the_model_and_four_digits_and_nothing_else_of_the_merchant(client, sticker_url, merchant):
    page = said(client.get(sticker_url))
    assert merchant.name in page
    assert "PAX A920" in page
    assert "4711" in page
    for secret in ("SN20264711", merchant.number, merchant.address, "13812345678", "5678", "Wang Fang", "owner@shop"):
        assert secret not in page


def test_it_offers_what_this_model_can_have(client, put_up, stick):
    plate = put_up("QR1", code="plate", maker="Sunmi", name="Plate", has_printer=False, has_card_reader=False)
    page = said(client.get(reverse("public:sticker", args=[stick(plate).token])))
    assert "No network" in page
    assert "Does not print" not in page
    assert "Card is not read" not in page


def test_everything_a_person_can_say_goes_along(client, clock, sticker_url):
    client.post(
        sticker_url,
        filing(
            symptom="printing",
            details="Paper is in, nothing comes out",
            photos=[photo("red"), photo("blue", name="two.jpg")],
            contact_name="Li Lei",
            contact_phone="138 1234 5678",
            contact_email="li@shop.example",
        ),
        headers={"accept-language": "en"},
    )
    request = Request.objects.get()
    assert (request.summary, request.details) == ("Does not print, or no paper", "Paper is in, nothing comes out")
    assert (request.contact_name, request.contact_phone) == ("Li Lei", "138 1234 5678")
    assert (request.contact_email, request.language) == ("li@shop.example", "en")
    assert request.captures.count() == request.order.captures.count() == 2


def test_something_else_must_be_said_in_words(client, sticker_url):
    response = client.post(sticker_url, filing(symptom="other"))
    assert response.status_code == 422
    assert "Say in a few words what is wrong." in said(response)
    client.post(sticker_url, filing(symptom="other", details="It smells\nof smoke"))
    assert Request.objects.get().summary == "It smells of smoke"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"symptom": ""}, "Tap what is wrong."),
        ({"symptom": "moon"}, "moon is not one of the available choices"),
        ({"contact_phone": "call me"}, "This is not a phone number."),
        ({"contact_email": "nobody"}, "Enter a valid email address"),
        ({"id": "1"}, "Please open it again"),
        ({"details": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_bad_input_comes_back_filled_in(client, sticker_url, wrong, sentence):
    response = client.post(sticker_url, filing(**{"contact_name": "Li Lei", **wrong}))
    page = said(response)
    assert response.status_code == 422
    assert sentence in page
    assert 'value="Li Lei"' in page
    assert "choose your photos again" in page
    assert not Request.objects.exists()


def test_a_file_that_is_no_photo_is_named(client, sticker_url):
    fake = photo(name="invoice.jpg")
    fake.write(b"%PDF-1.7 <script>alert(1)</script>")
    fake.seek(0)
    response = client.post(sticker_url, filing(photos=[fake]))
    assert response.status_code == 422
    assert "invoice.jpg: " in said(response)
    assert not Request.objects.exists()


def test_six_photos_are_one_too_many(client, sticker_url):
    response = client.post(sticker_url, filing(photos=[photo(name=f"{n}.jpg") for n in range(6)]))
    assert response.status_code == 422
    assert "Send at most 5 photos." in said(response)
    assert not Capture.objects.exists()


def test_the_honeypot_catches_a_robot(client, sticker_url):
    response = client.post(sticker_url, filing(website="https://buy.example"))
    assert response.status_code == 422
    assert "a field that must stay empty was filled in" in said(response)
    assert not Request.objects.exists()


def test_a_double_tap_files_once_and_leads_to_the_same_page(client, clock, sticker_url):
    tapped = filing(details="Since noon")
    first = client.post(sticker_url, {**tapped, "photos": [photo()]})
    second = client.post(sticker_url, {**tapped, "photos": [photo()]})
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert (Request.objects.count(), WorkOrder.objects.count(), Capture.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_many_times_at_once_is_one_request(sticker_url):
    tapped = filing(details="Since noon")

    def send(_number: int) -> str:
        response = Client().post(sticker_url, {**tapped, "photos": [photo()]})
        return getattr(response, "url", response.content.decode())

    answers = at_once(8, send)
    request = Request.objects.get()
    assert set(answers) == {reverse("public:tracking", args=[request.tracking_link.token])}
    assert (WorkOrder.objects.count(), request.captures.count()) == (1, 1)


def test_somebody_elses_id_cannot_be_used_again(client, clock, sticker_url, put_up, stick, foreign_merchant):
    tapped = filing()
    client.post(sticker_url, tapped)
    other = reverse("public:sticker", args=[stick(put_up("SN9", foreign_merchant)).token])
    response = client.post(other, tapped)
    assert response.status_code == 422
    assert "already sent with other content" in said(response)
    assert Request.objects.count() == 1


def test_a_second_report_joins_the_open_order(client, clock, minutes, sticker_url):
    client.post(sticker_url, filing())
    clock.move_to(minutes(9))
    Client().post(sticker_url, filing(symptom="screen"))  # its page was open before the first was sent
    assert [request.outcome for request in Request.objects.order_by("received_at")] == ["order", "merged"]
    assert WorkOrder.objects.count() == 1


def test_who_scans_after_that_sees_it_and_can_add_a_message(client, clock, minutes, sticker_url, en_route, engineer):
    clock.move_to(minutes(40))
    page = said(client.get(sticker_url))
    assert "Already reported" in page
    assert "The engineer is on the way to you." in page
    for not_for_everybody in (engineer.name, en_route.number, "No network"):
        assert not_for_everybody not in page
    response = client.post(sticker_url, {"id": uuid.uuid4(), "details": "Please use the back door"})
    message = Request.objects.latest("received_at")
    assert (message.outcome, message.order, message.details) == ("merged", en_route, "Please use the back door")
    assert response.url == reverse("public:tracking", args=[message.tracking_link.token])
    assert WorkOrder.objects.count() == 1


def test_an_empty_message_is_not_sent(client, sticker_url, token):
    response = client.post(sticker_url, {"id": uuid.uuid4()})
    assert response.status_code == 422
    assert "Write a message, record one, or add a photo." in said(response)


def test_after_the_work_the_same_sticker_takes_a_new_report(client, clock, minutes, sticker_url, completed):
    clock.move_to(minutes(120))
    client.post(sticker_url, filing())
    assert WorkOrder.objects.count() == 2


def test_a_sticker_not_yet_bound_says_so(client, stick):
    sticker = stick()
    page = said(client.get(reverse("public:sticker", args=[sticker.token])))
    assert "This sticker is not in use yet" in page
    assert sticker.number in page
    assert "Bind it to a terminal" not in page


def test_field_staff_are_led_to_the_scanner(client, stick, engineer):
    client.force_login(engineer)
    page = said(client.get(reverse("public:sticker", args=[stick().token])))
    assert "Bind it to a terminal" in page
    assert reverse("field:scan") in page


def test_a_sticker_on_a_terminal_out_of_service_files_nothing(client, sticker_url, live_terminal, keeper, at):
    unbind_terminal(live_terminal, by=keeper, at=at, reason="Contract ended")
    assert "This sticker is not in use yet" in said(client.get(sticker_url))
    client.post(sticker_url, filing())
    assert not Request.objects.exists()


def test_a_replaced_and_an_invented_sticker_look_the_same(client, sticker_url, stick, live_terminal, keeper, at):
    bind_sticker(stick(), terminal=live_terminal, by=keeper, at=at)
    replaced, invented = (client.get(url) for url in (sticker_url, reverse("public:sticker", args=["x" * 16])))
    assert replaced.status_code == invented.status_code == 404
    assert "Scan the QR sticker on your terminal again." in said(replaced)
    assert said(replaced).replace(sticker_url, "") == said(invented).replace(invented.request["PATH_INFO"], "")


def test_a_company_that_repairs_nothing_says_so(client, sticker, sticker_url, repair):
    repair.delete()
    response = client.post(sticker_url, filing(details="Smoke"))
    assert response.status_code == 422
    assert "Repairs cannot be reported here yet." in said(response)
    assert "Smoke" in said(response)


def test_a_closed_merchant_hears_why_not(client, clock, sticker_url, merchant, manager, at):
    change_merchant(merchant, by=manager, at=at, status="closed")
    response = client.post(sticker_url, filing())
    assert response.status_code == 409
    assert "is closed" in said(response)
    assert Request.objects.get().outcome == "rejected"
