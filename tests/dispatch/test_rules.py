"""Rule sets: which counts for an order, and how a change makes a new version."""

from datetime import timedelta

import pytest

from dispatch.actions import assign_open_orders, change_rules, decide, make_rules, retire_rules
from dispatch.models import Attempt, RuleSet
from journal.models import Entry
from tests import factories as make
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(manager, at):
    return make_rules(name="Everywhere", by=manager, at=at)


def test_the_deepest_region_counts_then_the_order_type(order, hangzhou, xihu, ningbo, repair, manager, at) -> None:
    other = make.WorkOrderTypeFactory(code="install", name="Install")
    assert RuleSet.objects.for_order(order).pk is None  # the standard values
    for name, region, kind in [
        ("other type", None, other),
        ("other region", ningbo, repair),
        ("everywhere", None, None),
        ("type everywhere", None, repair),
        ("city", hangzhou, None),
        ("type in the city", hangzhou, repair),
        ("district", xihu, None),
    ]:
        make_rules(name=name, region=region, order_type=kind, by=manager, at=at)
        expected = {"other type": "Standard", "other region": "Standard"}.get(name, name)
        assert RuleSet.objects.for_order(order).name == expected


def test_a_change_is_a_new_version_and_decisions_keep_theirs(rules, engineer, order, manager, at) -> None:
    decision = decide(order, at=at)
    changed = change_rules(rules, travel_weight=90, by=manager, at=at)
    assert (changed.version, changed.number, changed.travel_weight, changed.is_current) == (2, rules.number, 90, True)
    decision.refresh_from_db()
    assert (decision.rule_set.version, decision.rule_set.travel_weight, decision.rule_set.is_current) == (1, 40, False)
    assert RuleSet.objects.in_force().get() == changed
    entry = Entry.objects.about(changed).get()
    assert (entry.verb, entry.actor, entry.changes) == (
        "dispatch.change_rules", manager, {"travel_weight": [40, 90]},
    )  # fmt: skip


def test_no_change_is_no_version(rules, manager, at) -> None:
    assert change_rules(rules, travel_weight=40, by=manager, at=at) == rules
    assert RuleSet.objects.count() == 1


def test_two_who_edit_the_same_version_the_second_is_told(rules, manager, at) -> None:
    change_rules(rules, travel_weight=90, by=manager, at=at)
    with pytest.raises(Refused, match="changed meanwhile"):
        change_rules(rules, travel_weight=10, by=manager, at=at)


def test_two_for_the_same_region_and_type_are_refused(rules, manager, at) -> None:
    with pytest.raises(Refused, match="There are rules for this region") as refusal:
        make_rules(name="Another", by=manager, at=at)
    assert refusal.value.field == "region"


def test_rules_that_weigh_nothing_are_refused(manager, at) -> None:
    nothing = dict.fromkeys([field.name for field in RuleSet._meta.fields if field.name.endswith("_weight")], 0)
    with pytest.raises(Refused, match="above 0"):
        make_rules(name="Nothing", by=manager, at=at, **nothing)


def test_retired_rules_no_longer_count_and_a_change_brings_them_back(rules, order, manager, at) -> None:
    retired = retire_rules(rules, by=manager, at=at)
    assert RuleSet.objects.for_order(order).pk is None
    assert Entry.objects.about(rules).first().verb == "dispatch.retire_rules"
    back = change_rules(retired, by=manager, at=at)
    assert RuleSet.objects.for_order(order) == back
    assert back.version == 2


def test_a_change_of_rules_tries_the_pool_again_at_once(rules, engineer, order, manager, at) -> None:
    engineer.start_lat = 31.0
    engineer.save()
    assign_open_orders(at=at)
    assert Attempt.objects.get().next_at > at
    change_rules(rules, max_travel_min=600, by=manager, at=at + timedelta(seconds=1))
    assert assign_open_orders(at=at + timedelta(seconds=1)) == 1
    order.refresh_from_db()
    assert order.engineer == engineer


def test_who_sees_and_who_may_change_which_rules(
    rules, hangzhou, xihu, ningbo, manager, dispatcher, engineer, at
) -> None:
    city = make_rules(name="City", region=hangzhou, by=manager, at=at)
    district = make_rules(name="District", region=xihu, by=manager, at=at)
    other = make_rules(name="Other", region=ningbo, by=manager, at=at)
    of_xihu = make.UserFactory(role="manager", region=xihu)
    assert set(RuleSet.objects.visible_to(manager)) == {rules, city, district, other}
    assert set(RuleSet.objects.visible_to(of_xihu)) == {rules, city, district}
    assert set(RuleSet.objects.visible_to(engineer)) == set()
    assert set(RuleSet.objects.editable_by(manager)) == {rules, city, district, other}
    assert set(RuleSet.objects.editable_by(of_xihu)) == {district}
