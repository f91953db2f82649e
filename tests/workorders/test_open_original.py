"""The file as the phone sent it: for who may, as a download, and written down."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from evidence.models import Capture
from journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(pooled, picture, engineer) -> Capture:
    photo = picture(engineer)
    pooled.captures.add(photo)
    return photo


def asked(user, order, id):
    client = Client()
    client.force_login(user)
    return client.post(reverse("office:work-order-original", args=[order.number, id]))


def test_the_manager_gets_it_as_a_download_and_the_journal_says_so(pooled, photo, manager) -> None:
    response = asked(manager, pooled, photo.pk)
    assert response.getvalue() == photo.original.open().read()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == f'attachment; filename="{pooled.number}-{photo.pk}.png"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-store")
    entry = Entry.objects.get(verb="workorders.open_original")
    assert entry.actor == manager and photo.sha256 in entry.note


def test_every_file_of_the_order_opens_and_no_other(ask, picture, manager, engineer) -> None:
    sent_along, signed, stranger = picture(None), picture(engineer, "signature"), picture(engineer, colour="red")
    order = ask(pictures=[sent_along])[0].order
    order.signature = signed
    order.save()
    assert {asked(manager, order, capture.pk).status_code for capture in (sent_along, signed)} == {200}
    assert asked(manager, order, stranger.pk).status_code == 409
    assert asked(manager, order, uuid.uuid4()).status_code == 409
    assert Entry.objects.filter(verb="workorders.open_original").count() == 2


def test_others_get_nothing(pooled, photo, dispatcher, engineer, stranger) -> None:
    assert asked(dispatcher, pooled, photo.pk).status_code == 403
    assert asked(engineer, pooled, photo.pk).status_code == 403
    assert not Entry.objects.filter(verb="workorders.open_original").exists()


def test_the_button_is_there_for_who_may(pooled, photo, manager, dispatcher) -> None:
    address = reverse("office:work-order-photos", args=[pooled.number])
    for user, is_there in ((manager, True), (dispatcher, False)):
        client = Client()
        client.force_login(user)
        assert ("Download original" in client.get(address).content.decode()) is is_there
