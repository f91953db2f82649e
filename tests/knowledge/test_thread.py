"""Help from experts: the thread of an order."""

import uuid

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from journal.models import Entry
from knowledge import actions
from knowledge.models import Message, MessageCapture
from tests.workorders.reading import told
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db

ABOUT = "about WO-"


def heard(person) -> int:
    return sum(ABOUT in subject for subject in told(person))


def test_who_takes_part_is_told_and_nobody_twice(working, engineer, dispatcher, manager, minutes):
    actions.add_message(working, text="屏幕全黑, what now?", by=engineer, at=minutes(40))
    assert (heard(engineer), heard(dispatcher), heard(manager)) == (0, 1, 0)
    actions.add_message(working, text="Hold the power key.", by=manager, at=minutes(41))
    assert (heard(engineer), heard(dispatcher), heard(manager)) == (1, 1, 0)
    actions.add_message(working, text="Works.", by=engineer, at=minutes(42))
    assert (heard(engineer), heard(dispatcher), heard(manager)) == (1, 1, 1)
    assert Entry.objects.about(working).filter(verb="knowledge.add_message").count() == 3


def test_the_same_id_is_the_same_message(working, engineer, dispatcher, minutes):
    given = {"id": uuid.uuid4(), "text": "Once", "by": engineer, "at": minutes(40)}
    assert actions.add_message(working, **given).pk == actions.add_message(working, **given).pk
    assert (Message.objects.count(), heard(dispatcher)) == (1, 1)
    with pytest.raises(Refused):
        actions.add_message(working, **{**given, "text": "Something else"})


@pytest.mark.parametrize("url", ["http://call.example/1", "javascript:alert(1)", "https://", "call.example"])
def test_a_link_to_a_call_is_https(working, dispatcher, minutes, url):
    with pytest.raises(Refused, match="https"):
        actions.add_message(working, call_url=url, by=dispatcher, at=minutes(40))


def test_nothing_is_not_a_message(working, dispatcher, minutes):
    with pytest.raises(Refused, match="Write something"):
        actions.add_message(working, text="  ", by=dispatcher, at=minutes(40))


def test_what_was_said_stays(working, engineer, picture, minutes):
    pgtrigger.install("knowledge.Message:never_truncated", "knowledge.MessageCapture:never_truncated")
    actions.add_message(working, text="So", captures=[picture(engineer)], by=engineer, at=minutes(40))
    for change in (
        lambda: connection.cursor().execute("TRUNCATE knowledge_message CASCADE"),
        lambda: connection.cursor().execute("TRUNCATE knowledge_messagecapture"),
        lambda: Message.objects.update(text="x"),
        lambda: Message.objects.all().delete(),
        lambda: MessageCapture.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_it_is_found_later_by_any_two_characters(working, engineer, dispatcher, stranger, client, minutes):
    actions.add_message(working, text="屏幕全黑", by=engineer, at=minutes(40))
    client.force_login(dispatcher)
    page = client.get(reverse("office:search"), {"q": "全黑"}).content.decode()
    assert "屏幕全黑" in page and f"/office/work-orders/{working.number}/#thread" in page
    client.force_login(stranger)
    assert "屏幕全黑" not in client.get(reverse("office:search"), {"q": "全黑"}).content.decode()


def test_the_office_writes_with_a_photo(working, dispatcher, analyst, client, picture):
    client.force_login(dispatcher)
    url = reverse("office:work-order-add-message", args=[working.number])
    gif = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    id = str(uuid.uuid4())
    wrong = client.post(url, {"id": id, "text": "See", "pictures": [SimpleUploadedFile("a.png", gif)]})
    assert wrong.status_code == 422 and not Message.objects.exists()
    photo = picture(dispatcher).original.open().read()
    right = client.post(url, {"id": id, "text": "See <b>", "pictures": [SimpleUploadedFile("a.png", photo)]})
    assert right.status_code == 200 and "See &lt;b&gt;" in right.content.decode()
    assert Message.objects.get().captures.count() == 1
    client.force_login(analyst)
    assert "See" in client.get(reverse("office:work-order-thread", args=[working.number])).content.decode()
    assert client.post(url, {"id": str(uuid.uuid4()), "text": "x"}).status_code == 403


def test_the_phone_writes_by_a_command_that_counts_once(working, engineer, client, picture):
    client.force_login(engineer)
    url = reverse("field:command", args=["orders", working.number, "add-message"])
    sent = {"command": str(uuid.uuid4()), "text": "Help", "captures": [str(picture(engineer).pk)]}
    assert client.post(url, sent).status_code == client.post(url, sent).status_code == 200
    assert Message.objects.get().captures.count() == 1
    assert "Help" in client.get(reverse("field:order", args=[working.number])).content.decode()
