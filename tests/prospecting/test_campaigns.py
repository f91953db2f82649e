"""Campaigns: what they cost, what they hand out, and which leads they brought."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from journal.models import Entry
from prospecting import actions
from prospecting.models import Campaign
from tests import factories as make
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


@pytest.fixture
def campaign(lake, xihu, manager, at):
    return actions.make_campaign(
        name="Tea month", region=xihu, starts_on=FIRST, ends_on=LAST, cells=[lake], by=manager, at=at
    )


@pytest.fixture
def later(lake, xihu, manager, at):
    """Began after the other one, in the same cell."""
    return actions.make_campaign(
        name="Late tea", region=xihu, starts_on=date(2026, 11, 10), ends_on=LAST, cells=[lake], by=manager, at=at
    )


def test_a_lead_counts_for_the_campaign_that_began_last_in_its_cell(campaign, later, note, at):
    assert note().campaign == later
    assert note(at=at - timedelta(days=12)).campaign == campaign
    assert note(at=at + timedelta(days=30)).campaign is None
    assert note(lat=30.205, lon=120.135).campaign is None  # in another cell
    assert note(campaign=campaign).campaign == campaign


def test_a_code_on_material_says_which_campaign_it_was(campaign, later, prospector, manager, note, at):
    actions.add_handout(
        campaign, prospector=prospector, what="Leaflet", count=200, on=at.date(), code="tea 88", by=manager, at=at
    )
    entry = Entry.objects.filter(verb="prospecting.add_handout").get()
    assert (entry.changes["quantity"], entry.note) == ([None, 200], "Leaflet")
    assert note(material_code="Tea88 ").campaign == campaign
    with pytest.raises(Refused, match="TEA99"):
        note(material_code="tea99")
    with pytest.raises(Refused, match="belongs to “Tea month”"):
        actions.add_handout(
            later, prospector=prospector, what="Leaflet", count=1, on=at.date(), code="TEA88", by=manager, at=at
        )


def test_what_was_noted_before_the_campaign_was_entered_counts_too_and_goes_on_counting(lake, xihu, note, manager, at):
    before, known = note(at=at - timedelta(days=3)), note(at=at - timedelta(days=30))
    values = {"name": "Tea", "region": xihu, "starts_on": FIRST, "ends_on": LAST, "cells": [lake]}
    campaign = actions.make_campaign(**values, by=manager, at=at)
    assert list(campaign.leads.all()) == [before]
    assert Entry.objects.about(before).first().changes == {"campaign": [None, "Tea"]}
    actions.change_campaign(campaign, starts_on=date(2026, 10, 1), by=manager, at=at)
    assert set(campaign.leads.all()) == {before, known}
    actions.change_campaign(campaign, starts_on=FIRST, cells=[], by=manager, at=at)
    assert set(campaign.leads.all()) == {before, known}


def test_a_campaign_goes_on_in_the_parts_of_a_cell_that_is_split(campaign, lake, note, manager, at):
    parts = actions.split_cell(lake, count=2, is_by_work=False, by=manager, at=at)
    assert set(campaign.cells.filter(retired_at=None)) == set(parts)
    lead = note()
    assert (lead.cell in parts, lead.campaign) == (True, campaign)


def test_costs_are_added_taken_back_and_refused_once_the_campaign_is_closed(campaign, note, manager, at):
    cost = actions.add_cost(campaign, on=FIRST, what="Leaflets", amount=Decimal(900), by=manager, at=at)
    actions.add_cost(campaign, on=FIRST, what="Stand", amount=Decimal(300), by=manager, at=at)
    actions.remove_cost(campaign, cost=cost.pk, by=manager, at=at)
    assert Entry.objects.first().changes == {"amount": ["900.00", None]}
    with pytest.raises(Refused, match="more than nothing"):
        actions.add_cost(campaign, on=FIRST, what="Stand", amount=Decimal(0), by=manager, at=at)
    closed = actions.close_campaign(campaign, by=manager, at=at)
    assert (closed.ends_on, closed.closed_at) == (at.date(), at)
    assert note().campaign is None
    for late in (
        lambda: actions.add_cost(campaign, on=FIRST, what="Stand", amount=Decimal(1), by=manager, at=at),
        lambda: actions.change_campaign(campaign, name="New", by=manager, at=at),
        lambda: actions.close_campaign(campaign, by=manager, at=at),
    ):
        with pytest.raises(Refused, match="is closed"):
            late()
    assert campaign.costs.count() == 1


def test_it_refuses_a_period_upside_down_and_cells_of_elsewhere(campaign, xihu, manager, at):
    with pytest.raises(Refused) as refusal:
        actions.change_campaign(campaign, ends_on=FIRST - timedelta(days=1), by=manager, at=at)
    assert refusal.value.field == "ends_on"
    elsewhere = make.RegionFactory(code="elsewhere", parent=None)
    with pytest.raises(Refused, match="lies outside"):
        actions.make_campaign(
            name="Far", region=elsewhere, starts_on=FIRST, ends_on=LAST, cells=campaign.cells.all(), by=manager, at=at
        )


def test_in_the_office_it_is_begun_paid_handed_out_read_and_closed(client, lake, xihu, prospector, note, manager, at):
    client.force_login(manager)
    days = {"starts_on": "2026-11-16", "ends_on": "2026-11-30"}
    added = client.post(
        reverse("office:campaign-add"), {"name": "Tea month", "region": xihu.pk, **days, "cells": [lake.number]}
    )
    campaign = Campaign.objects.get()
    assert added.headers["Location"] == campaign.get_absolute_url()

    def act(name, facts, *more):
        return client.post(reverse(f"office:campaign-{name}", args=[campaign.number, *more]), facts)

    act("cost-add", {"on": "2026-11-16", "what": "Leaflets", "amount": "1234.50"})
    given = {"on": "2026-11-16", "prospector": prospector.username, "what": "Leaflet", "count": "200", "code": "TEA88"}
    act("handout-add", given)
    note()
    shown = client.get(campaign.get_absolute_url()).content.decode()
    assert f"{reverse('public:want')}?c=TEA88" in shown and "<svg xmlns" in shown  # to be printed on it
    for part in ("¥ 1,235", "−100 %", "200 × Leaflet", "TEA88", prospector.name, lake.name):
        assert part in shown
    listed = client.get(reverse("office:campaign-list")).content.decode()
    assert f'/office/leads/?campaign={campaign.number}&amp;reached=lead">1<' in listed
    act("cost-remove", {}, campaign.costs.get().pk)
    wrong = act("edit", {"name": "Tea", **days, "ends_on": "2026-11-01"})
    assert (wrong.status_code, "It ends before it begins." in wrong.content.decode()) == (422, True)
    act("close", {})
    campaign.refresh_from_db()
    assert (campaign.costs.count(), campaign.closed_at is None) == (0, False)
    assert act("cost-add", {"on": "2026-11-16", "what": "Stand", "amount": "1"}).status_code == 422
