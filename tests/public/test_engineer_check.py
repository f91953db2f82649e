"""Somebody stands at the door and says they come from us."""

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from tests.public.conftest import said
from toolkit.codes import qr_svg
from workforce.actions import change_person, own_badge
from workforce.models import Badge
from workorders import actions

pytestmark = pytest.mark.django_db
URL = "/m/check/"


@pytest.fixture
def ask_for(client):
    def answer(badge: str, order: str) -> bool:
        response = client.post(URL, {"badge": badge, "order": order})
        assert response.status_code == 200
        page = said(response)
        yes, no = "This engineer has this order from us." in page, "do not belong together" in page
        assert yes != no
        return yes

    return answer


@pytest.fixture
def badge(engineer, at) -> str:
    return str(own_badge(engineer, at=at))


def test_yes_for_the_engineer_of_the_order(ask_for, clock, accepted, badge, minutes):
    clock.move_to(minutes(5))
    assert ask_for(badge, accepted.number)
    assert ask_for(f" {badge.lower().replace('-', ' ')} ", accepted.number.lower())


def test_no_for_everybody_else(ask_for, clock, accepted, badge, colleague, repair, at, django_assert_num_queries):
    for number in (accepted.number, "WO-2611-999999"):
        assert not ask_for(str(own_badge(colleague, at=at)), number)
        with django_assert_num_queries(2):  # as many as for a yes
            assert not ask_for("engineer", number)
    assert not ask_for(badge, "WO-2611-999999")


def test_no_while_nobody_has_it(ask_for, clock, accepted, badge, dispatcher, minutes):
    actions.return_to_pool(accepted, by=dispatcher, reason="Ill", at=minutes(5))
    assert not ask_for(badge, accepted.number)


def test_who_has_left_and_comes_back_has_another_code(ask_for, clock, accepted, badge, engineer, manager, minutes):
    change_person(engineer, by=manager, at=minutes(3), is_active=False)
    assert not ask_for(badge, accepted.number)
    change_person(engineer, by=manager, at=minutes(4), is_active=True)
    assert not ask_for(badge, accepted.number)
    assert ask_for(str(own_badge(engineer, at=minutes(5))), accepted.number)


def test_the_phone_shows_the_code_until_the_office_revokes_it(ask_for, client, clock, accepted, engineer, manager):
    phone, office = Client(), Client()
    phone.force_login(engineer)
    office.force_login(manager)
    revoke = reverse("office:person-revoke-badge", args=[engineer.username])
    assert office.post(revoke).status_code == 422  # there is none yet
    page = said(phone.get(reverse("field:me")))
    badge = str(Badge.objects.get(person=engineer))
    link = f"/m/check/?badge={badge}"
    assert badge in page and qr_svg(f"http://127.0.0.1:8000{link}") in page
    assert badge in said(client.get(link))
    assert badge in said(phone.get(reverse("field:me"))) and ask_for(badge, accepted.number)
    assert revoke in said(office.get(engineer.get_absolute_url()))
    assert office.post(revoke).status_code == 302
    assert not ask_for(badge, accepted.number)
    assert badge not in said(phone.get(reverse("field:me")))
    entry = Entry.objects.about(engineer).latest("pk")
    assert (entry.verb, entry.actor, entry.changes) == ("workforce.revoke_badge", manager, {})


def test_yes_until_some_hours_after_the_work(ask_for, clock, completed, badge, minutes):
    clock.move_to(minutes(60))
    assert ask_for(badge, completed.number)
    clock.move_to(minutes(14 * 60))
    assert not ask_for(badge, completed.number)


def test_it_says_yes_or_no_and_nothing_more(client, clock, accepted, badge, merchant, engineer):
    page = said(client.post(URL, {"badge": badge, "order": accepted.number}))
    for secret in (engineer.name, merchant.name, accepted.summary):
        assert secret not in page


def test_the_tracking_page_fills_in_the_order(client, token, clock, accepted):
    page = said(client.get(reverse("public:tracking", args=[token])))
    assert f"{URL}?order={accepted.number}" in page
    assert accepted.number in said(client.get(f"{URL}?order={accepted.number}"))


def test_both_are_needed(client, repair):
    assert client.post(URL, {"badge": "engineer"}).status_code == 422
