"""Somebody stands at the door and says they come from us."""

import pytest
from django.urls import reverse

from tests.public.conftest import said
from workforce.actions import change_person
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


def test_yes_for_the_engineer_of_the_order(ask_for, clock, accepted, minutes):
    clock.move_to(minutes(5))
    assert ask_for("engineer", accepted.number)
    assert ask_for(" Engineer ", accepted.number.lower())


def test_no_for_everybody_else(ask_for, clock, accepted, colleague):
    assert not ask_for("colleague", accepted.number)
    assert not ask_for("nobody", accepted.number)
    assert not ask_for("engineer", "WO-2611-999999")
    assert not ask_for("%", accepted.number)


def test_no_while_nobody_has_it_and_for_who_has_left(ask_for, clock, accepted, engineer, dispatcher, manager, minutes):
    change_person(engineer, by=manager, at=minutes(3), is_active=False)
    assert not ask_for("engineer", accepted.number)
    change_person(engineer, by=manager, at=minutes(4), is_active=True)
    actions.return_to_pool(accepted, by=dispatcher, reason="Ill", at=minutes(5))
    assert not ask_for("engineer", accepted.number)


def test_yes_until_some_hours_after_the_work(ask_for, clock, completed, minutes):
    clock.move_to(minutes(60))
    assert ask_for("engineer", completed.number)
    clock.move_to(minutes(14 * 60))
    assert not ask_for("engineer", completed.number)


def test_it_says_yes_or_no_and_nothing_more(client, clock, accepted, merchant, engineer):
    page = said(client.post(URL, {"badge": "engineer", "order": accepted.number}))
    for secret in (engineer.name, merchant.name, accepted.summary):
        assert secret not in page


def test_the_tracking_page_fills_in_the_order(client, token, clock, accepted):
    page = said(client.get(reverse("public:tracking", args=[token])))
    assert f"{URL}?order={accepted.number}" in page
    assert accepted.number in said(client.get(f"{URL}?order={accepted.number}"))


def test_both_are_needed(client, repair):
    assert client.post(URL, {"badge": "engineer"}).status_code == 422
