"""How far leads have come, by whatever they are told apart, each number equal to the rows it leads to."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from merchants.actions import change_merchant
from prospecting import actions, funnel
from prospecting.funnel import By
from prospecting.models import Campaign, Lead
from prospecting.views.leads import LeadList
from tests import factories as make
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(lake, xihu, manager, at):
    days = {"starts_on": date(2026, 11, 16), "ends_on": date(2026, 11, 30)}
    campaign = actions.make_campaign(name="Tea month", region=xihu, cells=[lake], **days, by=manager, at=at)
    actions.add_cost(campaign, on=at.date(), what="Leaflets", amount=Decimal(1000), by=manager, at=at)
    return campaign


@pytest.fixture
def world(campaign, note, picture, prospector, rival, repair, manager, hangzhou, ningbo, at):
    """Of six leads at the lake: one only noted, one visited, one lost, one ordered, one installed, one that transacts.

    One more was noted before the campaign in no cell, visited by another, and one lies in another city.
    """
    make.WorkOrderTypeFactory(code="install", name="Install", procedure=repair.procedure)

    def visit(lead, by=prospector):
        actions.record_visit(
            lead, outcome="decider", captures=[picture(by)], lat=lead.lat, lon=lead.lon, accuracy_m=9, by=by, at=at
        )

    def convert(lead, *, is_installed, fee=None):
        opportunity = actions.open_opportunity(lead, monthly_fee=fee, by=prospector, at=at)
        order = actions.convert_opportunity(opportunity, by=prospector, at=at).order
        if is_installed:
            WorkOrder.objects.filter(pk=order.pk).update(status="completed", completed_at=at)
        return order.merchant

    _noted, visited, lost, ordered, installed, live = (note(name=f"Shop {number}") for number in range(6))
    for lead in (visited, lost, ordered, installed):
        visit(lead)
    actions.open_opportunity(lost, by=prospector, at=at)
    convert(ordered, is_installed=False)
    convert(installed, is_installed=True, fee=Decimal(500))
    merchant = convert(live, is_installed=True, fee=Decimal(75))  # nobody visited it: they called
    change_merchant(merchant, first_transaction_on=at.date(), by=manager, at=at)
    visit(note(name="Stall", lat=30.205, lon=120.135, at=at - timedelta(days=20)), by=rival)
    actions.merge_leads(visited, note(name="Shop 1 again"), by=manager, at=at)
    return note(name="Far", region=ningbo, lat=None, lon=None)


def counts(rows):
    return {row.label: [figure.count for figure in row.figures] for row in rows}


def of(user):
    return Lead.objects.visible_to(user).filter(merged_into=None)


def test_the_numbers_are_those_of_a_small_world(world, manager, prospector, rival, campaign):
    leads = of(manager)
    everything = funnel.total(leads, {})
    assert [figure.count for figure in everything.figures] == [8, 6, 4, 3, 2, 1]
    assert [figure.share and round(figure.share) for figure in everything.figures] == [None, 75, 67, 75, 67, 50]
    assert everything.cells.count == 2
    by = {each: funnel.rows(leads, each, {}) for each in By}
    assert all(together == everything for _rows, together in by.values())
    found = {each: counts(rows) for each, (rows, _together) in by.items()}
    assert found[By.PERSON] == {
        prospector.name: [5, 5, 4, 3, 2, 1], rival.name: [1, 1, 0, 0, 0, 0], "Nobody": [2, 0, 0, 0, 0, 0],
    }  # fmt: skip
    assert found[By.REGION] == {"Xihu": [7, 6, 4, 3, 2, 1], "Ningbo": [1, 0, 0, 0, 0, 0]}
    assert found[By.CAMPAIGN] == {"Tea month": [6, 5, 4, 3, 2, 1], "No campaign": [2, 1, 0, 0, 0, 0]}
    assert found[By.CELL]["Outside of every cell"] == [1, 0, 0, 0, 0, 0]
    assert list(found[By.MONTH]) == ["October 2026", "November 2026"]


def test_who_transacted_before_the_lead_was_noted_does_so_without_it(world, manager):
    live = Lead.objects.get(name="Shop 5")
    change_merchant(live.merchant, first_transaction_on=date(2026, 1, 1), by=manager, at=live.created_at)
    assert [figure.count for figure in funnel.total(of(manager), {}).figures][-2:] == [2, 0]


def test_a_campaign_earns_a_years_fees_of_those_who_transact(world, manager, campaign):
    (found,) = funnel.with_figures(Campaign.objects.all(), manager)
    assert (found.lead, found.visits, found.ordered, found.installed, found.transacting) == (6, 4, 3, 2, 1)
    assert (found.cost, found.revenue, round(found.gain_percent)) == (1000, 900, -10)


def test_its_curve_ends_where_its_funnel_stands(world, manager, campaign):
    lines = {line["name"]: line["y"][-1] for line in funnel.curve(of(manager).filter(campaign=campaign))["data"]}
    assert lines == {"Leads": 6, "Opportunities": 4, "Install orders": 3, "Installed": 2, "First transaction": 1}


@pytest.mark.parametrize("by", By.values)
def test_every_number_leads_to_as_many_rows(world, client, manager, by):
    client.force_login(manager)
    asked = {"by": by, "created_after": "2026-10-01", "created_before": "2026-11-30"}
    answer = client.get(reverse("office:funnel"), asked)
    links = re.findall(r'href="/office/leads/\?([^"]+)">(\d+)</a>', answer.content.decode())
    assert len(links) >= 6
    for query, count in links:
        assert LeadList.counted(answer.wsgi_request, unescape(query)) == int(count), query


def test_nobody_counts_what_they_may_not_see(world, client, stranger):
    stranger.role = "manager"
    stranger.save()
    client.force_login(stranger)
    answer = client.get(reverse("office:funnel"), {"by": "region", "created_after": "2026-10-01"})
    assert counts(answer.context["rows"]) == {"Ningbo": [1, 0, 0, 0, 0, 0]}
    assert "Tea month" not in answer.content.decode()


def test_the_period_and_the_campaign_narrow_it_down(world, client, manager, campaign):
    client.force_login(manager)
    october = client.get(reverse("office:funnel"), {"created_after": "2026-10-01", "created_before": "2026-10-31"})
    assert [figure.count for figure in october.context["total"].figures] == [1, 1, 0, 0, 0, 0]
    brought = client.get(reverse("office:funnel"), {"campaign": campaign.number})
    assert [figure.count for figure in brought.context["total"].figures] == [6, 5, 4, 3, 2, 1]


def test_it_costs_the_same_queries_however_many_people_there_are(
    world, client, manager, note, picture, xihu, at, django_assert_max_num_queries
):
    client.force_login(manager)

    def queries(page):
        with django_assert_max_num_queries(30) as captured:
            client.get(reverse(page), {"created_after": "2026-10-01"})
        return len(captured)

    pages = ["office:funnel", "office:prospecting-today", "office:campaign-list"]
    before = [queries(page) for page in pages]
    for number in range(5):
        walker = make.UserFactory(username=f"walker{number}", role="prospector", region=xihu)
        lead = note(name=f"Kiosk {number}", by=walker)
        actions.record_visit(lead, outcome="staff", captures=[picture(walker)], lat=lead.lat, lon=lead.lon, by=walker, at=at)  # fmt: skip
    assert [queries(page) for page in pages] == before
