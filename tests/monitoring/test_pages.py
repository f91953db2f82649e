"""Rules from draft to on through their pages, and what people see of alerts."""

from datetime import timedelta

import pytest
import time_machine

from assets.models import Reading
from monitoring import actions
from monitoring.lifecycle import Kind
from monitoring.models import Alert, AlertRule, Exemption, Incident
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(at):
    with time_machine.travel(at, tick=False):
        yield


def test_a_rule_is_drafted_tried_out_on_the_past_and_switched_on(client, manager, shop, repair, xihu, at) -> None:
    terminal = shop(paper_percent=8)
    Reading.objects.bulk_create(  # every third day from full to nearly empty, and filled up again
        Reading(terminal=terminal, at=at - hour * HOUR, received_at=at, paper_percent=max(5, 100 - 2 * (-hour % 72)))
        for hour in range(1, 40 * 24)
    )
    client.force_login(manager)
    form = {
        "name": "Paper", "kind": "paper", "raise_at": 10, "clear_at": 40, "raise_after_min": 60, "clear_after_min": 60,
        "least_faults": 0, "order_type": repair.pk, "region": xihu.pk,
    }  # fmt: skip
    answer = client.post("/office/alert-rules/new/", form | {"clear_at": 5})
    assert answer.status_code == 422 and "above the level" in answer.text
    answer = client.post("/office/alert-rules/new/", form)
    rule = AlertRule.objects.get()
    assert (answer.url, rule.state) == (rule.get_absolute_url(), "draft")
    actions.evaluate(Kind.PAPER, at=at)
    assert not Alert.objects.exists()
    page = client.get(f"{rule.get_absolute_url()}try/").text
    assert '<div class="h1 mb-0">14</div>' in page and page.count(terminal.get_absolute_url()) == 10
    assert client.post(rule.get_absolute_url(), {"publish": "1"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.state, rule.published_by) == ("active", manager)
    changed = client.post(rule.get_absolute_url(), form | {"version": 1, "raise_at": 20})
    assert changed.status_code == 302 and AlertRule.objects.get(version=2).state == "draft"
    stale = client.post(rule.get_absolute_url(), form | {"version": 1, "raise_at": 30})
    assert stale.status_code == 422 and "changed meanwhile" in stale.text
    client.post(rule.get_absolute_url(), {"publish": "1"})
    assert AlertRule.objects.active().get().version == 2


def test_silences_places_dormancy_and_regions_are_tried_out_too(client, manager, rule, shop, at) -> None:
    terminal = shop()
    Reading.objects.bulk_create(
        Reading(terminal=terminal, at=at - hour * HOUR / 2, received_at=at, lat=30.2701 if hour > 9 else 31, lon=120.1501)
        for hour in range(1, 200) if hour not in range(100, 120)
    )  # fmt: skip
    client.force_login(manager)
    found = {}
    for kind in ("offline", "place", "dormant", "demand", "firmware"):
        page = client.get(f"{rule(kind).get_absolute_url()}try/").text
        found[kind] = page.count(terminal.get_absolute_url())
    assert found == {"offline": 1, "place": 1, "dormant": 0, "demand": 0, "firmware": 0}


def test_alerts_are_listed_where_they_belong_and_nowhere_else(
    client, dispatcher, stranger, manager, rule, shop, repair, django_assert_max_num_queries, at
) -> None:
    rule("keys", order_type=repair)
    terminals = [shop(card_keys_left=n) for n in range(4)]
    actions.evaluate(Kind.KEYS, at=at)
    actions.open_alert_orders(at=at, limit=2)
    client.force_login(dispatcher)
    with django_assert_max_num_queries(16):
        page = client.get("/office/alerts/?state=open&state=ordered").text
    assert all(each.serial in page for each in terminals) and WorkOrder.objects.first().number in page
    terminal = terminals[0]
    merchant = terminal.live_binding.merchant
    for address in (f"/office/terminals/{terminal.serial}/alerts/", f"/office/merchants/{merchant.number}/alerts/"):
        assert "Card keys low" in client.get(address).text
    assert client.post(f"/office/terminals/{terminal.serial}/may-lie-idle/", {"reason": "x"}).status_code == 403
    client.force_login(manager)
    client.post(f"/office/terminals/{terminal.serial}/may-lie-idle/", {"reason": "For the fair"})
    assert (Exemption.objects.get().approved_by, Exemption.objects.get().reason) == (manager, "For the fair")
    assert "For the fair" in client.get(f"/office/terminals/{terminal.serial}/alerts/").text
    client.post(f"/office/terminals/{terminal.serial}/may-lie-idle/", {"end": "1"})
    assert Exemption.objects.get().ended_at == at
    client.force_login(stranger)
    assert terminal.serial not in client.get("/office/alerts/").text


def test_an_incident_is_shown_on_the_map(client, dispatcher, stranger, rule, shop, hear, at) -> None:
    rule("offline")
    terminals = [shop(20 * n, last_heard_at=at - 2 * HOUR, silent_since=at - 2 * HOUR) for n in range(6)]
    hear([shop(40_000)], at)
    actions.evaluate(Kind.OFFLINE, at=at)
    incident = Incident.objects.get()
    client.force_login(dispatcher)
    page = client.get(incident.get_absolute_url())
    assert len(page.context["map_data"]["points"]) == 6 and page.context["silent"] == 6
    assert terminals[0].serial in page.text and incident.number in client.get("/office/incidents/").text
    client.force_login(stranger)
    assert client.get(incident.get_absolute_url()).status_code == 404
