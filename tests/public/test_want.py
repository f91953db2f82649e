"""A shop asks for a terminal: one lead, for whoever has its cell, and no word about who is known already."""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from notifications.models import Notice
from prospecting import actions
from prospecting.models import Lead
from tests import factories as make
from tests.prospecting.conftest import lake, note, prospector, xihu  # noqa: F401 (fixtures)
from tests.public.conftest import said
from tests.races import at_once
from tests.workorders.reading import told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "company")]

URL = "/m/want/"
HERE = {"lat": "30.215", "lon": "120.115", "accuracy_m": "12.5"}
PHONE = "138 1234 0000"


def asked(**facts) -> dict:
    return {"id": str(uuid.uuid4()), "name": "朝阳茶馆", "phone": PHONE, **facts}


def answer(**facts) -> str:
    """What a new visitor is told in the end."""
    response = Client().post(URL, asked(**facts), follow=True)
    assert (response.status_code, response.redirect_chain) == (200, [(reverse("public:want-sent"), 302)])
    return said(response)


@pytest.fixture
def owned(lake, prospector, manager, at):  # noqa: F811
    actions.give_cell(lake, prospector=prospector, by=manager, at=at)
    return lake


def test_it_is_given_to_the_owner_of_its_cell_who_is_told(owned, prospector, at):  # noqa: F811
    trade = make.TradeFactory()
    answer(**HERE, trade=trade.code, details="Two tills", address="西湖路1号")
    lead = Lead.objects.get()
    assert (lead.source, lead.cell, lead.owner, lead.region) == ("web", owned, prospector, owned.region)
    assert (lead.trade, lead.note, lead.address, lead.location_accuracy_m) == (trade, "Two tills", "西湖路1号", 12.5)
    assert (lead.next_step, lead.next_step_on, lead.phone) == ("call", date(2026, 11, 18), PHONE)
    assert Entry.objects.about(lead).get().verb == "prospecting.ask_for_terminal"
    assert Notice.objects.filter(recipient=prospector, kind="lead-asked", channel=Notice.Channel.IN_APP).count() == 1


def test_outside_of_the_grid_it_comes_into_the_pool_of_the_region_it_names(owned, company, hangzhou, manager, analyst):
    answer(lat="30.9", lon="120.115")
    answer(phone="13812340002", name="Two", address="杭州市某路1号")
    answer(phone="13812340003", name="Three")
    assert set(Lead.objects.in_pool()) == set(Lead.objects.all())
    assert [lead.region for lead in Lead.objects.order_by("pk")[1:]] == [hangzhou, company]
    assert told(manager) == ["朝阳茶馆 wants a terminal", "Two wants a terminal", "Three wants a terminal"]
    assert manager.notices.last().body == "It lies outside of the grid. Give the lead to a prospector."
    assert told(analyst) == []


def test_whose_cell_is_nobodys_is_told_to_the_manager_of_the_nearest_region(lake, manager, hangzhou):  # noqa: F811
    near = make.UserFactory(username="near", role="manager", region=hangzhou)
    answer(**HERE)
    assert (told(near), told(manager)) == (["朝阳茶馆 wants a terminal"], [])
    assert near.notices.first().body.startswith(f"It lies in {lake}, which is nobody's.")


def test_one_that_is_known_gets_a_sign_of_interest_and_the_visitor_hears_the_same(owned, note, manager, at):  # noqa: F811
    first = answer(**HERE)
    known = note(name="Old name", phone="13912340000")
    actions.discard_lead(known, reason="closed", by=manager, at=at)
    assert answer(phone="+86 139-1234-0000", name="New name", details="Call me") == first
    known.refresh_from_db()
    assert (Lead.objects.count(), known.name, known.status) == (2, "Old name", "new")
    assert (known.owner.username, known.next_step, known.next_step_on) == ("walker", "call", date(2026, 11, 18))
    entry = Entry.objects.about(known).latest("pk")
    assert (entry.verb, entry.note) == ("prospecting.ask_again", "Call me")
    assert "13912340000" not in str(entry.changes)


def test_a_namesake_close_by_is_the_same_while_it_has_no_phone(owned, note):  # noqa: F811
    known = note()
    answer(**HERE)
    known.refresh_from_db()
    assert (Lead.objects.count(), known.phone) == (1, PHONE)
    answer(**HERE, phone="13712340000")  # of somebody else's lead nothing is changed by a stranger
    assert Lead.objects.count() == 2


def test_a_merchant_who_wants_one_more_is_a_lead_of_that_merchant_once(merchant):
    answer(phone="13812345678")
    answer(phone="13812345678", name="Another name")
    assert [lead.merchant for lead in Lead.objects.all()] == [merchant]


@pytest.mark.django_db(transaction=True)
def test_eight_askings_with_one_phone_at_once_make_one_lead(company, at):
    phones = [PHONE, "+86 13812340000"] * 4
    at_once(phones, lambda phone: actions.ask_for_terminal(name="朝阳茶馆", phone=phone, at=at))
    lead = Lead.objects.get()
    assert Entry.objects.about(lead).filter(verb="prospecting.ask_again").count() == 7


def test_a_double_tap_brings_one_lead(client):
    form = asked()
    assert [client.post(URL, form).status_code for _tap in range(2)] == [302, 302]
    assert Lead.objects.count() == Entry.objects.filter(verb__startswith="prospecting").count() == 1


def test_too_many_are_asked_to_wait_whatever_is_known_and_proof_helps(client, prove):
    assert "altcha-widget" in said(client.get(URL))
    answers = [client.post(URL, asked(phone=f"1381234{n:04d}")).status_code for n in range(5)]
    assert answers == [302, 302, 302, 302, 429]
    response = client.post(URL, asked(name="Keep what I typed"), headers={"accept-language": "en"})
    assert response.status_code == 429 and "Keep what I typed" in said(response)
    assert "Otherwise try again in 15 minutes." in said(response) and "service contact" not in said(response)
    for _more in range(5):
        assert client.post(URL, asked(captcha=prove())).status_code == 302
    response = client.post(URL, asked(captcha=prove()), headers={"accept-language": "en"})
    assert "yours has not been sent. It stays here: send it again in 10 minutes." in said(response)
    assert int(response["Retry-After"]) == 600


def test_proof_lets_it_through(client, prove):
    for n in range(5):
        client.post(URL, asked(phone=f"1381234{n:04d}"))
    assert client.post(URL, asked(captcha=prove())).status_code == 302


@pytest.mark.parametrize(
    "wrong", [{"phone": "12"}, {"name": " "}, {"website": "spam"}, {"trade": "nothing"}, {"lat": "x"}]
)
def test_what_is_wrong_is_marked_and_nothing_is_kept(client, wrong):
    response = client.post(URL, asked(**wrong))
    assert (response.status_code, Lead.objects.count()) == (422, 0)


def test_the_code_on_a_campaigns_material_stays_with_the_lead(client, owned, prospector, manager, at):  # noqa: F811
    campaign = actions.campaigns.make_campaign(
        name="Autumn", region=owned.region, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 1), by=manager, at=at
    )
    actions.campaigns.add_handout(
        campaign, prospector=prospector, what="Flyer", count=100, on=date(2026, 11, 2), code="TEA-7", by=manager, at=at
    )
    page = said(client.get(URL, {"c": "tea-7"}))
    assert 'name="c" value="tea-7"' in page and 'name="next" value="/m/want/?c=tea-7"' in page
    answer(c="tea-7")
    answer(c="no such code", phone="13812340009", name="Other")
    assert [lead.campaign for lead in Lead.objects.order_by("pk")] == [campaign, None]
