"""What every list page has in common, seen on that of the merchants."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from merchants.models import Merchant
from tests import factories as make

pytestmark = pytest.mark.django_db
PAGE = reverse("office:merchant-list")


def test_it_counts_no_further_than_to_its_limit(client, manager, xihu):
    make.MerchantFactory(region=xihu)
    client.force_login(manager)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(PAGE).content.decode()
    counting = [query["sql"] for query in asked if "COUNT(" in query["sql"]]
    assert "1 to 1 of 1" in page
    assert len(counting) == 1 and "LIMIT 10001" in counting[0]


def test_its_cells_are_text_in_the_time_of_the_reader(client, manager, xihu):
    merchant = make.MerchantFactory(region=xihu, name="<b>Tea & Co</b>", trade=None)
    Merchant.objects.filter(pk=merchant.pk).update(created_at=datetime(2026, 11, 22, 17, 5, tzinfo=UTC))
    client.force_login(manager)
    page = client.get(PAGE, {"columns": "name,trade,created_at"}, headers={"HX-Target": "list"}).content.decode()
    assert "&lt;b&gt;Tea &amp; Co&lt;/b&gt;</a></td>" in page
    assert '<td class="cell-trade" data-label="Trade" data-empty>–</td>' in page
    assert '<td class="cell-created_at" data-label="Created">23 Nov 2026, 01:05</td>' in page
    assert 'href="?columns=name%2Ctrade%2Ccreated_at&amp;size=50"' in page
