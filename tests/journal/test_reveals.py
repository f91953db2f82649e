import pytest

from journal import reveals
from journal.models import Entry
from tests.races import at_once


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_no_way_around_the_limit(merchant, dispatcher, at, monkeypatch):
    monkeypatch.setattr(reveals, "REVEALS_PER_HOUR", 3)
    contact = merchant.contacts.get()
    answers = at_once(8, lambda _: reveals.record_reveal("merchants.reveal_phone", contact, by=dispatcher, at=at))
    assert sum(isinstance(answer, Entry) for answer in answers) == 3
    assert Entry.objects.filter(verb="merchants.reveal_phone", actor=dispatcher).count() == 3
