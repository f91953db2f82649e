"""What changed rules would have decided yesterday, shown before they are put in force."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from dispatch.actions import assign_by_hand, make_rules
from dispatch.models import Decision, RuleSet
from journal.models import Entry
from tests.dispatch.conftest import place

pytestmark = pytest.mark.django_db
VALUES = {
    "name": "Hangzhou", "max_travel_min": 90, "max_orders": 12, "accept_within_min": 20, "travel_weight": 100,
    "lateness_weight": 0, "load_weight": 0, "continuity_weight": 0, "overskill_weight": 0, "version": 1,
}  # fmt: skip


@pytest.fixture
def yesterday(engineer, colleague, manager, hangzhou, new_order, at):
    """Eleven orders for one merchant. The colleague was given the first, so need not drive for the others."""
    for person, km in ((engineer, 1), (colleague, 9)):
        person.start_lat, person.start_lon = place(km)
        person.save()
    orders = [new_order() for _ in range(11)]
    assign_by_hand(orders[0], engineer=colleague, by=manager, reason="Is there", at=at)
    rules = make_rules(by=None, at=at, region=hangzhou, **VALUES)
    return rules, orders


def test_it_shows_order_by_order_and_in_sums_what_would_change_and_writes_nothing(
    client, manager, yesterday, at
) -> None:
    rules, orders = yesterday
    client.force_login(manager)
    url = reverse("office:rule-set-try", args=[rules.number])
    before = (Decision.objects.count(), RuleSet.objects.count(), Entry.objects.count())
    with time_machine.travel(at + timedelta(days=1)):
        first = client.post(url, VALUES | {"max_orders": 1}).content.decode()
        sums = {"try_done": 8, "try_changed": 7, "try_ways_before": 8, "try_min_before": 0, "try_ways_after": 8}
        last = client.post(url, VALUES | {"max_orders": 1} | sums).content.decode()
    assert "8 of 11 orders tried" in first
    assert "Cora Colleague" in first.split(f"{orders[0].number}</a>")[1].split("</td>")[0]
    second = first.split(f"{orders[1].number}</a>")[1].split("</tr>")[0]
    assert second.index("Cora Colleague") < second.index("Emil Engineer") < second.index("changed")
    assert '"try_changed": 7' in first
    assert "10<span" in last
    assert "hx-trigger" not in last
    assert (Decision.objects.count(), RuleSet.objects.count(), Entry.objects.count()) == before


def test_only_orders_for_which_the_rules_would_count_are_tried(client, manager, yesterday, xihu, repair, at) -> None:
    make_rules(name="Xihu", region=xihu, by=None, at=at)
    client.force_login(manager)
    new = {key: value for key, value in VALUES.items() if key != "version"}
    with time_machine.travel(at + timedelta(days=1)):
        edit = client.post(reverse("office:rule-set-try", args=[yesterday[0].number]), VALUES).content.decode()
        deeper = client.post(
            reverse("office:rule-set-try-new"), new | {"region": xihu.pk, "order_type": repair.pk}
        ).content.decode()
        wrong = client.post(reverse("office:rule-set-try-new"), new | {"max_orders": 0}).content.decode()
    assert "No order for which these rules would count" in edit
    assert "8 of 11 orders tried" in deeper
    assert "Mend the form first" in wrong
