"""The merchant opens the link the office gave them."""

import pytest
from django.core import signing
from django.urls import reverse

from merchants.actions import merge_merchants
from tests import factories as make
from tests.public.conftest import filing, said
from workorders.links import merchant_of, request_link
from workorders.models import Request, WorkOrder
from workorders.public_forms import opaque

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(merchant, repair, settings) -> str:
    return request_link(merchant).removeprefix(settings.SITE_URL)


def test_the_link_names_its_merchant(merchant, url, settings):
    settings.SITE_URL = "https://service.example"
    assert request_link(merchant) == "https://service.example" + url
    assert merchant_of(url.split("/")[-2]) == merchant


def test_a_link_that_was_changed_is_nobodys(client, url, foreign_merchant):
    signed = url.split("/")[-2]
    forged = signed.replace(signed.split(".")[0], foreign_merchant.number)
    other_purpose = signing.Signer(sep=".", salt="another").sign(foreign_merchant.number)
    for token in (forged, other_purpose, signed + "x", "nonsense"):
        response = client.get(reverse("public:request", args=[token]))
        assert response.status_code == 404
        assert foreign_merchant.name not in said(response)


def test_the_link_of_a_merged_merchant_leads_to_the_one_that_was_kept(client, url, merchant, manager, at):
    kept = make.MerchantFactory(name="Sunrise Tea House", region=merchant.region)
    merge_merchants(kept, merchant, by=manager, at=at)
    assert "Sunrise Tea House" in said(client.get(url))


def test_the_terminal_is_chosen_by_model_and_four_digits(client, clock, url, put_up, foreign_merchant):
    _first, second = put_up("SN11110001"), put_up("SN22220002", code="n910", maker="Newland", name="N910")
    elsewhere = put_up("SN33330003", foreign_merchant)
    page = said(client.get(url))
    assert "PAX A920, number ending in 0001" in page
    assert "Newland N910, number ending in 0002" in page
    for secret in ("SN1111", "SN2222", "0003", opaque(elsewhere), foreign_merchant.name):
        assert secret not in page
    assert client.post(url, filing()).status_code == 422
    assert client.post(url, filing(terminal=opaque(elsewhere))).status_code == 422
    client.post(url, filing(terminal=opaque(second)))
    request = Request.objects.get()
    assert (request.channel, request.terminal) == ("link", second)


def test_who_does_not_know_which_one_files_without(client, clock, url, put_up):
    put_up("SN11110001"), put_up("SN22220002")
    client.post(url, filing(terminal="other"))
    assert Request.objects.get().terminal is None


def test_the_only_terminal_needs_no_choosing(client, clock, url, live_terminal):
    page = said(client.get(url))
    assert "PAX A920" in page
    assert "Which terminal?" not in page
    client.post(url, filing())
    assert Request.objects.get().terminal == live_terminal


def test_a_merchant_without_a_terminal_can_ask_too(client, clock, url, merchant):
    client.post(url, filing(symptom="other", details="We need a terminal for the market"))
    request = Request.objects.get()
    assert (request.outcome, request.merchant, request.terminal) == ("order", merchant, None)


def test_what_is_reported_already_is_marked_and_joined_however_late(client, clock, minutes, url, put_up):
    first, _second = put_up("SN11110001"), put_up("SN22220002")
    client.post(url, filing(terminal=opaque(first)))
    clock.move_to(minutes(90))
    assert "number ending in 0001 – already reported" in said(client.get(url))
    client.post(url, filing(terminal=opaque(first), symptom="screen"))
    assert WorkOrder.objects.count() == 1
    assert [request.outcome for request in Request.objects.order_by("received_at")] == ["order", "merged"]


def test_many_terminals_are_a_list_to_choose_from(client, url, put_up):
    for n in range(8):
        put_up(f"SN0000000{n}")
    assert said(client.get(url)).count("<option") == 9
