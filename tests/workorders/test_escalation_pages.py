"""What the office sees of warnings, and where a manager says who is told."""

import pytest
import time_machine
from django.urls import reverse

from notifications.models import Notice
from tests.workorders.reading import last_entry
from workorders.actions import make_escalation, warn_of_due_times
from workorders.models import SlaEscalation

pytestmark = pytest.mark.django_db
LIST = reverse("office:escalation-list")


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client


def test_a_manager_makes_and_changes_an_escalation(as_manager, manager, hangzhou, dispatcher, engineer, pooled):
    new = reverse("office:escalation-create")
    page = as_manager.get(new).content.decode()
    assert dispatcher.name in page
    assert engineer.name not in page
    filled = {"percent": 75, "target": "", "region": hangzhou.pk, "role": "", "is_active": "on"}
    answer = as_manager.post(new, filled)
    assert answer.status_code == 422
    assert "Say who is to be told" in answer.content.decode()
    answer = as_manager.post(new, filled | {"people": [dispatcher.username], "by_mail": "on"})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    made = SlaEscalation.objects.get()
    assert (made.percent, made.region, made.by_mail, list(made.people.all())) == (75, hangzhou, True, [dispatcher])
    listed = as_manager.get(LIST).content.decode()
    assert all(
        text in listed for text in (made.number, "75 %", "Dina Dispatcher", "Hangzhou", "Response and resolution")
    )
    edit = made.get_absolute_url()
    assert f'<option value="{dispatcher.username}" selected' in as_manager.get(edit).content.decode()
    as_manager.post(edit, filled | {"percent": 100, "role": "manager", "people": []})
    made.refresh_from_db()
    assert (made.percent, made.role, made.by_mail, made.people.exists()) == (100, "manager", False, False)
    entry = last_entry(made)
    assert (entry.verb, entry.actor, entry.changes["percent"]) == ("workorders.change_escalation", manager, [75, 100])


def test_a_manager_of_a_city_changes_only_what_is_its_own(client, stranger, ningbo, manager, at):
    everywhere = make_escalation(percent=100, role="manager", by=manager, at=at)
    stranger.role = "manager"
    stranger.save()
    client.force_login(stranger)
    page = client.get(LIST).content.decode()
    assert everywhere.number in page
    assert everywhere.get_absolute_url() not in page
    assert client.get(everywhere.get_absolute_url()).status_code == 404
    filled = {"percent": 50, "role": "dispatcher", "is_active": "on"}
    assert client.post(reverse("office:escalation-create"), filled).status_code == 422  # not for everywhere
    assert client.post(reverse("office:escalation-create"), filled | {"region": ningbo.pk}).status_code == 302
    assert SlaEscalation.objects.editable_by(stranger).get().region == ningbo


def test_warnings_show_on_the_order_in_the_list_and_on_the_home_page(client, pooled, dispatcher, manager, minutes, at):
    make_escalation(percent=75, role="dispatcher", by=manager, at=at)
    warn_of_due_times(at=minutes(241))
    client.force_login(dispatcher)
    with time_machine.travel(minutes(255), tick=False):  # 14:15: 195 of 240 minutes
        page = client.get(pooled.get_absolute_url()).content.decode()
        assert "Warnings given" in page
        assert "Response: 75 %" in page
        rows = client.get(f"{reverse('office:work-order-list')}?warned=75&overdue=false").content.decode()
        assert pooled.number in rows
        assert '<span class="badge bg-orange-lt">81 %</span>' in rows
        assert pooled.number not in client.get(f"{reverse('office:work-order-list')}?warned=100").content.decode()
        tile = next(tile for tile in client.get(reverse("office:home")).context["tiles"] if "warned" in tile.url)
        assert tile.count == len(client.get(tile.url).context["table"].page) == 1
    with time_machine.travel(minutes(330), tick=False):  # overdue: it counts there now
        tile = next(tile for tile in client.get(reverse("office:home")).context["tiles"] if "warned" in tile.url)
        assert tile.count == len(client.get(tile.url).context["table"].page) == 0
    notice = Notice.objects.in_app_of(dispatcher).get(kind="sla-warning")
    assert notice.url == pooled.get_absolute_url()
