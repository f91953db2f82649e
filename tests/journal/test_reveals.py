from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from journal import reveals
from journal.models import Entry
from toolkit.errors import Refused


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_no_way_around_the_limit(merchant, dispatcher, at, monkeypatch):
    monkeypatch.setattr(reveals, "REVEALS_PER_HOUR", 3)
    contact, start = merchant.contacts.get(), Barrier(8)

    def reveal(_number):
        try:
            start.wait()
            return bool(reveals.record_reveal("merchants.reveal_phone", contact, by=dispatcher, at=at))
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reveal, range(8))) == 3
    assert Entry.objects.filter(verb="merchants.reveal_phone", actor=dispatcher).count() == 3
