"""Leads, opportunities and tasks in the office."""

import pytest
from django.urls import reverse

from prospecting import actions
from prospecting.models import Lead, LostReason, Opportunity, ProspectingTask
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, manager):
    client.force_login(manager)
    return client


def address(name, subject):
    return reverse(f"office:{name}", args=[subject.number])


def test_a_lead_is_added_found_and_handed_to_a_prospector(page, lake, prospector, xihu):
    facts = {"name": "晨光便利店", "region": xihu.pk, "lat": "30.215", "lon": "120.115", "phone": "138 1234 5678"}
    added = page.post(reverse("office:lead-create"), facts, follow=True)
    lead = Lead.objects.get()
    assert (lead.cell, lead.masked_phone) == (lake, "*******5678")
    assert "138 1234 5678" not in added.content.decode()
    assert "晨光便利店" in page.get(reverse("office:lead-list"), {"q": "晨光"}).content.decode()
    page.post(address("lead-hand-on", lead), {"owner": prospector.username})
    lead.refresh_from_db()
    assert lead.owner == prospector
    edited = page.post(address("lead-edit", lead), {**facts, "phone": "", "note": "Corner"})
    lead.refresh_from_db()
    assert (edited.status_code, lead.note, lead.masked_phone) == (302, "Corner", "*******5678")
    assert b"138 1234 5678" in page.post(address("lead-reveal", lead)).content


def test_leads_are_listed_by_where_they_come_from_and_those_of_the_office_say_so(page, note, lake, xihu):
    page.post(reverse("office:lead-create"), {"name": "Office shop", "region": xihu.pk})
    note(name="Street shop")
    shown = page.get(reverse("office:lead-list"), {"source": ["office", "web"], "status": "new"}).content.decode()
    assert "Office shop" in shown and "Noted in the office" in shown
    assert "Street shop" not in shown


def test_a_double_is_shown_and_merged(page, note):
    lead, double = note(name="晨光便利店"), note(name="晨光便利店 2")
    shown = page.get(lead.get_absolute_url()).content.decode()
    assert "Known already?" in shown
    assert double.number in shown
    page.post(address("lead-merge", lead), {"merged": double.number})
    assert page.get(double.get_absolute_url()).headers["Location"] == lead.get_absolute_url()


def test_an_opportunity_goes_from_the_lead_to_the_install_order(page, note, repair):
    make.WorkOrderTypeFactory(code="install", name="Install", needs_review=True, procedure=repair.procedure)
    model, lead = make.TerminalModelFactory(), note()
    page.post(address("lead-opportunity", lead), {"monthly_volume": "30000", f"model_{model.pk}": "2"})
    opportunity = Opportunity.objects.get()
    page.post(f"{address('opportunity-move', opportunity)}?pipeline", {"stage": "agreed"})
    offered = page.post(address("opportunity-offer", opportunity), {"kind": "extra", "text": "A speaker"})
    assert offered.status_code == 422
    assert "Say how many." in offered.content.decode()
    page.post(address("opportunity-offer", opportunity), {"kind": "extra", "text": "A speaker", "quantity": "1"})
    pipeline = page.get(reverse("office:pipeline")).content.decode()
    assert "¥ 30,000" in pipeline
    page.post(address("opportunity-convert", opportunity))
    page.post(address("opportunity-convert", opportunity))
    opportunity.refresh_from_db()
    shown = page.get(opportunity.get_absolute_url()).content.decode()
    assert opportunity.order.number in shown
    assert "Waits for the review" in shown
    assert "A speaker" in shown


def test_an_opportunity_is_lost_for_a_reason(page, note, manager, at):
    reason = LostReason.objects.create(code="fee", name="Fee too high")
    opportunity = actions.open_opportunity(note(), by=manager, at=at)
    page.post(address("opportunity-lose", opportunity), {"reason": reason.pk})
    assert "Fee too high" in page.get(opportunity.get_absolute_url()).content.decode()


def test_a_task_is_given_and_its_progress_shown(page, lake, note, prospector, xihu):
    note()
    facts = {
        "title": "The lake", "prospector": prospector.username, "region": xihu.pk, "cells": [lake.number],
        "due_on": "2099-01-01",
    }  # fmt: skip
    shown = page.post(reverse("office:prospecting-task-give"), facts, follow=True).content.decode()
    assert "0 of 1 visited" in shown
    page.post(address("prospecting-task-cancel", ProspectingTask.objects.get()), {"reason": "Rain"})
    assert "Cancelled" in page.get(reverse("office:prospecting-task-list")).content.decode()


@pytest.mark.parametrize("name", ["lead-list", "opportunity-list", "pipeline", "prospecting-task-list"])
def test_a_list_costs_the_same_queries_with_3_rows_and_with_30(
    page, name, note, lake, prospector, manager, xihu, at, django_assert_max_num_queries
):
    def add(count):
        for number in range(count):
            lead = note(name=f"Shop {number}")
            actions.open_opportunity(lead, by=manager, at=at)
            other = note(name=f"Stall {number}")
            actions.give_task(
                prospector=prospector, title="Visit", region=xihu, due_on=at.date(), leads=[other], by=manager, at=at
            )

    counts = []
    for more in (3, 27):
        add(more)
        with django_assert_max_num_queries(20) as queries:
            page.get(reverse(f"office:{name}"), {"size": 50})
        counts.append(len(queries))
    assert counts[0] == counts[1]
