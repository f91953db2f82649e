from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from journal import reveals
from journal.models import Entry
from merchants import actions
from merchants.models import Contact, Merchant
from tests import factories as make
from toolkit.errors import Refused


def last_entry() -> Entry:
    return Entry.objects.first()


def test_a_new_merchant_gets_a_number_an_entry_and_its_review(xihu, manager, at):
    merchant = actions.create_merchant(
        name=" 湖滨咖啡 ", region=xihu, by=manager, at=at, external_id="ERP-1", lat=30.25, lon=120.16,
        location_source="map", address="湖滨路 1 号",
    )  # fmt: skip
    assert merchant.number.startswith("M-")
    assert merchant.name == "湖滨咖啡"
    assert merchant.created_at == at
    entry = Entry.objects.about(merchant).get()
    assert (entry.verb, entry.actor, entry.merchant_id) == ("merchants.create_merchant", manager, merchant.pk)
    assert (merchant.status, entry.changes) == ("onboarding", {"status": [None, "onboarding"]})
    review = merchant.reviews.get()
    assert (review.state, review.made_by, review.documents.count()) == ("collecting", manager, 8)
    assert last_entry().verb == "merchants.begin_review"


def test_who_is_live_with_an_acquirer_already_is_so_on_the_word_of_who_may_say_that(xihu, manager, dispatcher, at):
    live = actions.create_merchant(name="Live", region=xihu, by=manager, at=at, acquirer_code=" 48023310 ")
    assert (live.status, live.reviews.exists()) == ("active", False)
    changes = Entry.objects.about(live).get(verb="merchants.create_merchant").changes
    assert changes == {"status": [None, "active"], "acquirer_code": [None, "48023310"]}
    with pytest.raises(Refused, match="may not enter merchants that are live already"):
        actions.create_merchant(name="Live", region=xihu, by=dispatcher, at=at, acquirer_code="48023310")


def test_an_outside_number_belongs_to_one_merchant_and_the_refusal_names_it(merchant, xihu, manager, at):
    actions.change_merchant(merchant, by=manager, at=at, external_id="ERP-7")
    with pytest.raises(Refused, match=merchant.number) as refusal:
        actions.create_merchant(name="Double", region=xihu, by=manager, at=at, external_id="ERP-7")
    assert refusal.value.field == "external_id"
    assert not Merchant.objects.filter(name="Double").exists()


@pytest.mark.parametrize(
    ("lat", "lon", "sentence"),
    [(30.0, None, "needs latitude and longitude"), (None, 120.0, "needs latitude"), (91.0, 120.0, "not on earth")],
)
def test_a_place_is_whole_and_on_earth(xihu, manager, at, lat, lon, sentence):
    with pytest.raises(Refused, match=sentence):
        actions.create_merchant(name="Shop", region=xihu, by=manager, at=at, lat=lat, lon=lon)


def test_a_merchant_needs_a_name(xihu, manager, at):
    with pytest.raises(Refused, match="needs a name"):
        actions.create_merchant(name="  ", region=xihu, by=manager, at=at)


def test_a_change_is_written_down_before_and_after(merchant, dispatcher, at):
    actions.change_merchant(merchant, by=dispatcher, at=at, tier="key", name=merchant.name)
    assert last_entry().changes == {"tier": ["standard", "key"]}
    assert Merchant.objects.get(pk=merchant.pk).tier == "key"


def test_changing_nothing_writes_nothing(merchant, dispatcher, at):
    actions.change_merchant(merchant, by=dispatcher, at=at, tier=merchant.tier)
    assert not Entry.objects.exists()


def test_only_facts_can_be_changed(merchant, dispatcher, at):
    with pytest.raises(TypeError, match="merged_into"):
        actions.change_merchant(merchant, by=dispatcher, at=at, merged_into=None)


def test_a_head_office_cannot_lie_below_its_own_branch(merchant, xihu, manager, at):
    branch = actions.create_merchant(name="Branch", region=xihu, by=manager, at=at, parent=merchant)
    with pytest.raises(Refused, match="below its own branch"):
        actions.change_merchant(merchant, by=manager, at=at, parent=branch)


# -- contacts


def test_the_first_contact_is_the_main_one_and_a_new_main_one_replaces_it(foreign_merchant, manager, at):
    first = actions.set_contact(foreign_merchant, by=manager, at=at, name="Li", phone="138-1234-5678")
    assert first.is_primary
    second = actions.set_contact(foreign_merchant, by=manager, at=at, name="Wu", is_primary=True)
    first.refresh_from_db()
    assert (first.is_primary, second.is_primary) == (False, True)
    assert last_entry().merchant_id == foreign_merchant.pk


def test_the_phone_stands_nowhere_in_clear(merchant, manager, at):
    contact = actions.set_contact(merchant, by=manager, at=at, name="Li", phone="13987654321")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM merchants_contact c WHERE id = %s", [contact.pk])
        (row,) = cursor.fetchone()
        cursor.execute("SELECT row_to_json(e)::text FROM journal_entry e ORDER BY id DESC LIMIT 1")
        (entry,) = cursor.fetchone()
    assert "13987654321" not in row
    assert "13987654321" not in entry
    assert last_entry().changes["phone"] == ["", "*******4321"]


def test_a_phone_nobody_can_dial_is_refused(merchant, manager, at):
    with pytest.raises(Refused, match="can be dialled"):
        actions.set_contact(merchant, by=manager, at=at, name="Li", phone="none")


def test_an_empty_contact_is_refused(merchant, manager, at):
    with pytest.raises(Refused, match="at least a name"):
        actions.set_contact(merchant, by=manager, at=at, role="Owner")


def test_when_the_main_contact_goes_another_takes_its_place(merchant, manager, at):
    other = actions.set_contact(merchant, by=manager, at=at, name="Wu")
    actions.remove_contact(merchant.contacts.get(is_primary=True), by=manager, at=at)
    other.refresh_from_db()
    assert other.is_primary
    assert last_entry().verb == "merchants.remove_contact"


def test_a_phone_is_shown_against_an_entry(merchant, dispatcher, at):
    contact = merchant.contacts.get()
    assert actions.reveal_phone(contact, by=dispatcher, at=at) == "13812345678"
    entry = last_entry()
    assert (entry.verb, entry.actor, entry.merchant_id) == ("merchants.reveal_phone", dispatcher, merchant.pk)


def test_nobody_reads_the_whole_phone_book(merchant, dispatcher, colleague, at, monkeypatch):
    monkeypatch.setattr(reveals, "REVEALS_PER_HOUR", 2)
    contact = merchant.contacts.get()
    for _n in range(2):
        actions.reveal_phone(contact, by=dispatcher, at=at)
    with pytest.raises(Refused, match="within the last hour"):
        actions.reveal_phone(contact, by=dispatcher, at=at)
    actions.reveal_phone(contact, by=colleague, at=at)
    actions.reveal_phone(contact, by=dispatcher, at=at + timedelta(hours=2))
    assert Entry.objects.filter(verb="merchants.reveal_phone").count() == 4


# -- contracts


def sign(merchant, by, at, number, starts_on, ends_on=None):
    return actions.sign_contract(
        merchant, by=by, at=at, number=number, service_level="plus", starts_on=starts_on, ends_on=ends_on,
        monthly_fee=Decimal("30.00"),
    )  # fmt: skip


def test_a_new_contract_follows_the_one_without_an_end(merchant, manager, at):
    first = sign(merchant, manager, at, "C-1", date(2026, 1, 1))
    sign(merchant, manager, at, "C-2", date(2026, 12, 1), date(2027, 11, 30))
    first.refresh_from_db()
    assert first.ends_on == date(2026, 11, 30)
    entry = last_entry()
    assert (entry.verb, entry.changes) == ("merchants.sign_contract", {"C-1": [None, "2026-11-30"]})


def test_two_contracts_do_not_cover_the_same_day(merchant, manager, at):
    sign(merchant, manager, at, "C-1", date(2026, 1, 1), date(2026, 12, 31))
    with pytest.raises(Refused, match="C-1 covers part"):
        sign(merchant, manager, at, "C-2", date(2026, 12, 31))
    assert not merchant.contracts.filter(number="C-2").exists()


def test_a_refused_contract_leaves_the_running_one_alone(merchant, manager, at):
    running = sign(merchant, manager, at, "C-1", date(2026, 1, 1))
    sign(make.MerchantFactory(), manager, at, "C-2", date(2026, 1, 1))
    with pytest.raises(Refused, match="C-2"):
        sign(merchant, manager, at, "C-2", date(2026, 12, 1))
    running.refresh_from_db()
    assert running.ends_on is None


def test_a_contract_does_not_end_before_it_starts(merchant, manager, at):
    with pytest.raises(Refused, match="ends before it starts"):
        sign(merchant, manager, at, "C-1", date(2026, 2, 1), date(2026, 1, 1))


def test_a_closed_merchant_signs_nothing(merchant, manager, at):
    actions.change_merchant(merchant, by=manager, at=at, status="closed")
    with pytest.raises(Refused, match="is closed"):
        sign(merchant, manager, at, "C-1", date(2026, 2, 1))


# -- search


def test_search_finds_by_any_two_characters(merchant, foreign_merchant):
    for text in ("朝阳", "茶馆", "阳茶", "sun", "UNR", "文三", merchant.number[-4:], "tea 朝阳"):
        assert list(Merchant.objects.search(text).filter(pk=merchant.pk)) == [merchant], text
    assert not Merchant.objects.search("阳朝").exists()
    assert not Merchant.objects.search("noodles 朝阳").exists()


def test_search_finds_by_any_digits_of_a_phone(merchant, foreign_merchant, manager, at):
    actions.set_contact(foreign_merchant, by=manager, at=at, name="Li", phone="0571-8765 4321")
    for text in ("81", "1381234", "5678", "138 1234 5678"):
        assert list(Merchant.objects.search(text).filter(pk=merchant.pk)) == [merchant], text
    assert list(Merchant.objects.search("87654321")) == [foreign_merchant]
    assert not Merchant.objects.search("13812345679").exists()
    assert Contact.objects.count() == 2
