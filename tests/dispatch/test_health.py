"""What is missing before orders can be planned: counts that are their lists, rows that lead to where it is mended."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.health import CHECKS
from spareparts.actions import make_depot
from tests import factories as make
from workforce.actions import make_organisation, set_skill
from workforce.models import Shift
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
PAGE = reverse("office:scheduling-health")


def test_each_check_counts_what_it_lists_and_says_where_it_is_mended(
    client, manager, engineer, colleague, inspector, order, merchant, hangzhou, repair, at
) -> None:
    set_skill(engineer, skill=make.SkillFactory(), level=3, expires_on=at.date() + timedelta(days=30), by=None, at=at)
    Shift.objects.filter(person=colleague).delete()
    WorkOrder.objects.update(duration_min=0, lat=None, lon=None, sla={}, response_due_at=None, resolution_due_at=None)
    merchant.lat = merchant.lon = None
    merchant.save()
    engineer.organisation = make_organisation(
        code="swift", name="Swift", regions=[hangzhou], order_types=[repair], ends_on=at.date(), by=None, at=at
    )
    engineer.save()
    make_depot(code="west", name="West depot", region=hangzhou, by=manager, at=at)
    client.force_login(manager)
    found = {}
    with time_machine.travel(at):
        for check in CHECKS:
            html = client.get(PAGE, {"check": check.key}).content.decode()
            rows = html.split('aria-labelledby="chosen"')[1]
            found[check.key] = [line.split('"')[0] for line in rows.split('ms-auto" href="')[1:]]
            assert len(found[check.key]) == check.count(manager, at)
            assert all(client.get(url).status_code == 200 for url in found[check.key])
    assert {key: len(urls) for key, urls in found.items()} == {
        "no-skills": 1, "no-shifts": 2, "no-start": 1, "expiring-skills": 1, "no-duration": 1, "no-place": 1,
        "no-due-time": 1, "ending-organisations": 1, "depots-nowhere": 1,
    }  # fmt: skip
    assert found["no-skills"] == [reverse("office:person-set-skill", args=["inspector"])]
    assert found["depots-nowhere"] == [reverse("office:depot-edit", args=["west"])]


def test_the_other_city_finds_nothing_of_it_and_the_page_costs_the_same_however_much_is_missing(
    client, stranger, dispatcher, inspector, hangzhou
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    client.force_login(stranger)
    assert "Ines Inspector" not in client.get(PAGE).content.decode()
    client.force_login(dispatcher)
    assert "Ines Inspector" in client.get(PAGE).content.decode()
    few = cost()
    for _ in range(30):
        make.UserFactory(role="engineer", region=hangzhou)
    assert cost() == few
