"""Too much at once is asked to wait, in words, with nothing typed lost."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.public.conftest import filing, said
from workorders import public_limits as limits
from workorders.links import request_link
from workorders.models import Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def link_url(merchant, repair, settings, live_terminal) -> str:
    return request_link(merchant).removeprefix(settings.SITE_URL)


def asks_to_wait(response) -> bool:
    assert response.status_code in (302, 429), said(response)
    if response.status_code == 302:
        return False
    assert int(response["Retry-After"]) > 0
    assert "call your service contact" in said(response)
    return True


def filed(client, url, **facts) -> int:
    """How many reports go through before we ask to wait."""
    for count in range(100):
        if asks_to_wait(client.post(url, filing(**facts))):
            return count
    raise AssertionError("never asked to wait")


def test_a_sticker_takes_six_an_hour_without_proof(client, clock, minutes, sticker_url):
    assert filed(client, sticker_url) == 6
    clock.move_to(minutes(9))
    assert filed(client, sticker_url) == 0
    clock.move_to(minutes(10))
    assert filed(client, sticker_url) == 1


def test_then_it_asks_for_proof_and_goes_on(client, clock, sticker_url, prove):
    assert "altcha-widget" not in said(client.get(sticker_url))
    assert filed(client, sticker_url) == 6
    response = client.post(sticker_url, filing(details="Please hurry", contact_name="Li Lei"))
    page = said(response)
    assert '<altcha-widget name="captcha" challenge="/m/captcha/challenge/"' in page
    assert "Please hurry" in page
    assert 'value="Li Lei"' in page
    assert not asks_to_wait(client.post(sticker_url, filing(captcha=prove())))
    for _more in range(5):
        assert not asks_to_wait(client.post(sticker_url, filing(captcha=prove())))
    assert asks_to_wait(client.post(sticker_url, filing(captcha=prove())))  # twelve an hour, whatever is proven


def test_a_link_asks_for_proof_at_once_and_takes_two_without(client, clock, link_url):
    assert "altcha-widget" in said(client.get(link_url))
    assert filed(client, link_url) == 2


def test_a_link_takes_twelve_with_proof(client, clock, link_url, prove):
    for _each in range(12):
        assert not asks_to_wait(client.post(link_url, filing(captcha=prove())))
    assert asks_to_wait(client.post(link_url, filing(captcha=prove())))


def test_one_proof_pays_for_one_report_however_often_it_is_sent(client, clock, link_url, prove):
    assert filed(client, link_url) == 2
    paid = filing(captcha=prove())
    assert not asks_to_wait(client.post(link_url, paid))
    assert not asks_to_wait(client.post(link_url, paid))
    assert asks_to_wait(client.post(link_url, filing(captcha=paid["captcha"])))
    assert Request.objects.count() == 3


@pytest.mark.parametrize("forge", [lambda proof: "nonsense", lambda proof: proof[:-8] + "AAAAAAA="])
def test_a_forged_proof_is_refused(client, clock, link_url, prove, forge):
    response = client.post(link_url, filing(captcha=forge(prove())))
    assert response.status_code == 422
    assert "Please send it again." in said(response)


def test_an_old_proof_is_refused(client, clock, minutes, link_url, prove):
    proof = prove()
    clock.move_to(minutes(11))
    assert client.post(link_url, filing(captcha=proof)).status_code == 422


def test_a_repeat_of_what_was_filed_costs_nothing(client, clock, link_url):
    tapped = filing()
    for _each in range(20):
        assert not asks_to_wait(client.post(link_url, tapped))


def test_one_phone_number_sends_six_an_hour_from_wherever(client, clock, put_up, stick, repair):
    urls = [reverse("public:sticker", args=[stick(put_up(f"SN0{n}")).token]) for n in range(7)]
    answers = [client.post(url, filing(contact_phone="+86 138 1234 5678")) for url in urls]
    assert [asks_to_wait(answer) for answer in answers] == [False] * 6 + [True]
    assert not asks_to_wait(client.post(urls[6], filing(contact_phone="13912345678")))


def test_one_address_sends_twenty_an_hour_without_proof(clock, put_up, stick, repair):
    here, elsewhere = Client(REMOTE_ADDR="203.0.113.1"), Client(REMOTE_ADDR="203.0.113.2")
    urls = [reverse("public:sticker", args=[stick(put_up(f"SN0{n}")).token]) for n in range(21)]
    answers = [here.post(url, filing()) for url in urls]
    assert [asks_to_wait(answer) for answer in answers] == [False] * 20 + [True]
    assert not asks_to_wait(elsewhere.post(urls[20], filing()))


def test_all_together_may_not_be_more_than_we_can_take(client, clock, put_up, stick, repair, monkeypatch):
    monkeypatch.setattr(limits, "OVERALL", limits.Bucket("filing", 2, limits.BUSY))
    urls = [reverse("public:sticker", args=[stick(put_up(f"SN0{n}")).token]) for n in range(3)]
    answers = [Client(REMOTE_ADDR=f"203.0.113.{n}").post(url, filing()) for n, url in enumerate(urls)]
    assert [asks_to_wait(answer) for answer in answers] == [False, False, True]


def test_messages_about_one_order_have_their_limit(client, clock, token):
    url = reverse("public:message", args=[token])
    assert filed(client, url, details="Hello?") == 6


def test_guessing_badges_for_one_order_is_stopped(clock, accepted):
    answers = [
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/m/check/", {"badge": f"e{n}", "order": accepted.number})
        for n in range(11)
    ]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


def test_guessing_from_one_address_is_stopped(client, clock, repair, prove):
    def asked(n: int, **proof):
        return client.post("/m/check/", {"badge": "engineer", "order": f"WO-2611-{n}", **proof})

    answers = [asked(n) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "altcha-widget" in said(answers[-1]) and "altcha-widget" not in said(answers[0])
    once = prove()
    assert [asked(5, captcha=once).status_code, asked(6, captcha=once).status_code] == [200, 429]
    answers = [asked(n, captcha=prove()) for n in range(15)]
    assert [answer.status_code for answer in answers] == [200] * 14 + [429]
    assert "call your service contact" in said(answers[-1]) and "altcha-widget" not in said(answers[-1])


def test_challenges_have_their_limit_too(client, clock, monkeypatch):
    monkeypatch.setattr(limits, "CHALLENGE", limits.Bucket("challenge", 1, ""))
    assert client.get("/m/captcha/challenge/").status_code == 200
    assert client.get("/m/captcha/challenge/").status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "203.0.113.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "forged, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (1, "", "203.0.113.1"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(rf, settings, proxies, forwarded, address):
    settings.AXES_IPWARE_PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="203.0.113.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert limits.client_address(request) == address
