"""Leads: noted, claimed, given back, found double, merged."""

from datetime import timedelta

import pytest

from merchants.models import Merchant
from prospecting import actions
from prospecting.doubles import doubles_of
from prospecting.models import Lead
from tests.races import at_once
from tests.workorders.reading import last_entry
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


def test_it_comes_into_its_cell_or_into_the_pool(lake, note, prospector):
    inside, outside, nowhere = note(), note(lat=30.3), note(lat=None, lon=None)
    assert (inside.cell, outside.cell, nowhere.cell) == (lake, None, None)
    assert set(Lead.objects.in_pool()) == {outside, nowhere}
    assert inside.number.startswith("L-")


def test_a_prospector_who_notes_it_has_claimed_it(lake, note, prospector, rival, manager, at):
    lead = note(by=prospector)
    assert (lead.owner, lead.claimed_until) == (prospector, at + actions.leads.CLAIMED_FOR)
    with pytest.raises(Refused, match="belongs to Wei Walker"):
        actions.claim_lead(lead, owner=rival, by=rival, at=at)
    assert actions.claim_lead(lead, owner=rival, by=manager, at=at).owner == rival
    with pytest.raises(Refused, match="belongs to Rui Rival"):
        actions.release_lead(lead, by=prospector, at=at)
    later = at + timedelta(days=31)
    assert (actions.release_expired_claims(at=later), actions.release_expired_claims(at=later)) == (1, 0)
    lead.refresh_from_db()
    assert (lead.owner, lead.claimed_until) == (None, None)
    assert last_entry(lead).verb == "prospecting.release_lead"


@pytest.mark.django_db(transaction=True)
def test_twenty_claims_of_one_lead_have_one_winner(note, xihu, at):
    from tests import factories as make

    lead = note()
    people = [make.UserFactory(username=f"p{n}", name=f"P {n}", role="prospector", region=xihu) for n in range(20)]
    answers = at_once(people, lambda person: actions.claim_lead(lead, owner=person, by=person, at=at))
    assert sum(isinstance(answer, Lead) for answer in answers) == 1


def test_the_same_phone_or_a_similar_name_close_by_is_shown(note, merchant, company):
    known = note(name="晨光便利店(西湖店)", phone="138 1234 5678")
    far = note(name="晨光便利店", lat=30.226)
    among, shops = Lead.objects.all(), Merchant.objects.all()

    def found(**facts):
        facts = {"name": "X", "phone": "", "lat": 30.2152, "lon": 120.1151, "leads": among, "merchants": shops, **facts}
        return [(double.of, double.has_same_phone, double.has_similar_name) for double in doubles_of(**facts)]

    assert found(name="晨光便利店") == [(known, False, True)]
    assert found(phone="+86 13812345678")[0] == (known, True, False)
    assert found(name="Nothing like it") == []
    assert found(name=merchant.name, lat=merchant.lat, lon=merchant.lon) == [(merchant, False, True)]
    assert far.pk


def test_merging_keeps_what_both_knew(lake, note, manager, prospector, at):
    kept, merged = note(address=""), note(name="朝阳茶馆 2", address="西湖路 1", phone="13812345678", by=prospector)
    actions.merge_leads(kept, merged, by=manager, at=at)
    kept.refresh_from_db()
    merged.refresh_from_db()
    assert (kept.address, kept.masked_phone, kept.owner) == ("西湖路 1", "*******5678", prospector)
    assert (merged.status, merged.merged_into) == ("merged", kept)
    assert last_entry(kept).changes["number"] == [merged.number, kept.number]
    assert "13812345678" not in str(last_entry(kept).changes)
    with pytest.raises(Refused, match="cannot become"):
        actions.merge_leads(kept, merged, by=manager, at=at)


def test_bad_facts_are_refused(note, manager, at):
    with pytest.raises(Refused, match="shop's name"):
        note(name=" ")
    with pytest.raises(Refused, match="not a phone number"):
        note(phone="12")
    note(external_id="A-1")
    with pytest.raises(Refused, match="exists already"):
        note(external_id="A-1")
    with pytest.raises(Refused, match="Say why"):
        actions.discard_lead(note(), reason=" ", by=manager, at=at)


def test_a_moved_lead_changes_its_cell_and_a_phone_is_not_written_down(lake, note, manager, at):
    lead = note(lat=30.3, phone="13812345678")
    lead = actions.change_lead(lead, lat=30.215, phone="13912345679", by=manager, at=at)
    assert lead.cell == lake
    assert last_entry(lead).changes["phone"] == ["*******5678", "*******5679"]
    assert set(Lead.objects.search("12345679")) == {lead}
    assert set(Lead.objects.search("朝阳")) == {lead}
