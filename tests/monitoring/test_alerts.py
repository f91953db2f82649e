"""From what terminals report to orders and back, through the task's own steps."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from assets.models import Binding, Terminal
from assets.telemetry import mark_silent
from journal.models import Entry
from merchants.models import Merchant
from monitoring import actions
from monitoring.lifecycle import Kind, State
from monitoring.models import Alert, AlertRule, Incident
from notifications.models import Notice
from tests import factories as make
from tests.races import at_once
from toolkit.errors import Refused
from workorders.actions import cancel_work_order
from workorders.lifecycle import Status
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def keep(at, *kinds: Kind) -> None:
    """What the tasks do in a minute, for the kinds that there are rules of."""
    mark_silent(at=at)
    for kind in kinds or AlertRule.objects.order_by().values_list("kind", flat=True).distinct():
        actions.evaluate(Kind(kind), at=at)
    actions.end_incidents(at=at)
    actions.settle_alerts(at=at)
    actions.follow_renewals(at=at)
    actions.withdraw_orders(at=at)
    actions.open_alert_orders(at=at)


def test_low_paper_brings_one_order_that_is_withdrawn_when_somebody_filled_up(rule, shop, repair, hear, at) -> None:
    rule("paper", order_type=repair, priority=2)
    terminal, fine = shop(paper_percent=8), shop()
    keep(at)
    assert not Alert.objects.exists()  # five minutes without a break first
    for minute in (6, 7, 8):
        keep(at + minute * MINUTE)
    alert = Alert.objects.get()
    assert (alert.terminal, alert.state, alert.order.priority, alert.order.merchant) == (
        terminal, State.ORDERED, 2, terminal.live_binding.merchant,
    )  # fmt: skip
    assert alert.order.summary == "Paper low: 8 percent of paper left"
    hear([terminal], at, paper_percent=20)  # above the level, not yet clear
    keep(at + 20 * MINUTE)
    hear([terminal], at, paper_percent=90)
    for minute in (30, 36):
        keep(at + minute * MINUTE)
    alert.refresh_from_db()
    assert alert.state == State.CLEARED
    assert alert.order.status == Status.CANCELLED and "All is well again" in alert.order.cancel_reason
    assert not fine.alerts.exists()
    verbs = Entry.objects.filter(verb__startswith="monitoring.", merchant_id=alert.merchant_id).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        f"monitoring.{verb}" for verb in ("raise_alert", "order_alert", "clear_alert")
    ]


def test_an_order_somebody_has_begun_stays_and_a_second_one_comes_only_when_the_rule_says(
    rule, shop, repair, manager, at
) -> None:
    rule("keys", order_type=repair, again_after_h=24)
    terminal = shop(card_keys_left=3)
    keep(at)
    alert = Alert.objects.get()
    cancel_work_order(alert.order, reason="No time", by=manager, at=at)
    for hours in (1, 23):
        keep(at + hours * HOUR)
    assert WorkOrder.objects.count() == 1 and Alert.objects.get().state == State.HANDLED
    keep(at + 26 * HOUR)
    keep(at + 27 * HOUR)
    assert WorkOrder.objects.count() == 2 and Alert.objects.uncleared().get().order.status == Status.OPEN
    with pytest.raises(IntegrityError, match="one_alert_per_terminal"), transaction.atomic():
        Alert.objects.create(
            kind="keys", terminal=terminal, region=alert.region, rule=alert.rule, value=1, opened_at=at
        )


def test_what_trembles_and_what_a_merchant_reported_already_is_one_order(rule, shop, repair, hear, at) -> None:
    rule("paper", order_type=repair, raise_after_min=0)
    rule("keys", order_type=repair)
    terminal = shop(paper_percent=9, card_keys_left=5)
    for minute in range(9):
        hear([terminal], at, paper_percent=9 + minute % 3)
        keep(at + minute * MINUTE, Kind.PAPER, Kind.KEYS)
    assert Alert.objects.count() == 2 and WorkOrder.objects.count() == 1
    hear([terminal], at, paper_percent=99)  # the keys are still low: the order stays
    keep(at + HOUR, Kind.PAPER)
    keep(at + 2 * HOUR, Kind.PAPER)
    assert Alert.objects.get(kind="paper").state == State.CLEARED
    assert WorkOrder.objects.get().status == Status.OPEN


def test_the_most_specific_rule_counts_and_one_switched_off_clears(rule, shop, repair, xihu, manager, at) -> None:
    rule("paper", raise_after_min=0, order_type=repair)
    strict = rule("paper", raise_after_min=0, raise_at=5, region=xihu)
    shop(paper_percent=8)
    keep(at)
    assert not Alert.objects.exists()
    actions.retire_rule(strict, by=manager, at=at)
    keep(at + MINUTE)
    alert = Alert.objects.get()
    with pytest.raises(Refused, match="on for the same region"):
        rule("paper")
    changed = actions.change_rule(alert.rule, raise_at=6, clear_at=7, clear_after_min=0, by=manager, at=at)
    assert (changed.version, changed.state) == (2, AlertRule.State.DRAFT)
    keep(at + 2 * MINUTE)
    assert Alert.objects.get().state == State.ORDERED  # a draft changes nothing
    actions.publish_rule(changed, by=manager, at=at)
    for minute in (3, 9):
        keep(at + minute * MINUTE)
    assert Alert.objects.get().state == State.CLEARED and WorkOrder.objects.get().status == Status.CANCELLED
    assert AlertRule.objects.active().filter(number=changed.number).get() == changed


@pytest.fixture
def city(xihu, at):
    """Keys of 2,000 terminals at shops of one cell, and of 40 elsewhere; bench/alerts.py takes 10,000."""
    shops = Merchant.objects.bulk_create(
        Merchant(number=f"M-8{n}", name=str(n), region=xihu, lat=30.27, lon=120.15 + (n == 10) / 2, created_at=at)
        for n in range(11)
    )
    model = make.TerminalModelFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
              INSERT INTO assets_terminal (serial, model_id, region_id, status, tested_at, received_on, tid, firmware)
              SELECT 'T' || n, %s, %s, 'live', now(), now(), '', '' FROM generate_series(0, 2039) n RETURNING id, serial
            ), bound AS (
              INSERT INTO assets_binding (
                terminal_id, merchant_id, started_at, end_reason, tid, acquirer_code, merchant_code, credit_code,
                settlement_account, address
              )
              SELECT id, (%s::bigint[])[substr(serial, 2)::int / 200 + 1], %s, '', '', '', '', '', '', '' FROM made
            )
            INSERT INTO assets_terminalstate (terminal_id, last_heard_at, seq, clock_off_s)
            SELECT id, %s, 0, 0 FROM made RETURNING terminal_id
            """,
            [model.pk, xihu.pk, [shop.pk for shop in shops], at, at],
        )
        terminals = sorted(key for (key,) in cursor.fetchall())
    return terminals[:2_000], terminals[2_000:]


def test_an_outage_of_2000_terminals_is_one_incident_and_no_order(
    rule, city, hear, repair, dispatcher, django_assert_max_num_queries, at
) -> None:
    rule("offline", order_type=repair)
    silent, others = city
    now = at + 75 * MINUTE
    hear(others, now)
    mark_silent(at=now)
    with django_assert_max_num_queries(45):  # however many they are
        actions.evaluate(Kind.OFFLINE, at=now)
    incident = Incident.objects.get()
    assert (incident.count, incident.region.code, incident.alerts.count()) == (2_000, "xihu", 2_000)
    assert Notice.objects.filter(kind="incident", channel="in_app").count() == 1
    assert Entry.objects.filter(verb__startswith="monitoring.").exclude(verb__contains="rule").count() == 1
    hear(others, now + HOUR)
    keep(now + HOUR, Kind.OFFLINE)
    assert not WorkOrder.objects.exists() and Incident.objects.get().ended_at is None
    later = now + 3 * HOUR
    back = Terminal.objects.exclude(pk__in=silent[:5])
    hear(back, later)
    keep(later, Kind.OFFLINE)
    assert Incident.objects.get().ended_at == later
    assert WorkOrder.objects.count() == 5  # somebody goes to those
    hear(back, later + 30 * MINUTE)
    keep(later + 30 * MINUTE, Kind.OFFLINE)
    assert Alert.objects.uncleared().count() == 5


def test_single_silence_waits_for_an_outage_and_one_beside_it_joins(rule, shop, hear, repair, at) -> None:
    rule("offline", order_type=repair)
    first, *later = [shop(10 * n) for n in range(8)]
    witness = shop(90_000)
    lonely = shop(30_000)
    hear(later, at + 8 * MINUTE)
    now = at + 62 * MINUTE
    hear([witness], now)
    keep(now, Kind.OFFLINE)
    assert {alert.terminal for alert in Alert.objects.all()} == {first, lonely}
    assert not WorkOrder.objects.exists()
    now += 9 * MINUTE
    hear([witness], now)
    keep(now, Kind.OFFLINE)
    assert Incident.objects.get().count == 8 and first.alerts.get().incident
    hear([witness], now + 2 * MINUTE)
    keep(now + 2 * MINUTE, Kind.OFFLINE)
    assert [order.terminal for order in WorkOrder.objects.all()] == [lonely]


def test_while_our_own_intake_stands_still_nobody_falls_silent(rule, shop, repair, at) -> None:
    rule("offline", order_type=repair)
    for n in range(8):
        shop(10 * n)
    keep(at + 9 * HOUR, Kind.OFFLINE)
    assert not Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_raise_each_alert_and_open_each_order_once(rule, shop, repair, at) -> None:
    rule("keys", order_type=repair)
    terminals = {shop(card_keys_left=n).pk for n in range(6)}
    for minute in range(3):
        at_once(3, lambda _number, now=at + minute * MINUTE: keep(now, Kind.KEYS))
    assert sorted(Alert.objects.values_list("terminal", flat=True)) == sorted(terminals)
    assert sorted(WorkOrder.objects.values_list("terminal", flat=True)) == sorted(terminals)


def test_one_tampered_with_is_blocked_until_somebody_has_looked(rule, shop, repair, hear, manager, at) -> None:
    rule("tamper", order_type=repair, priority=1)
    terminal = shop(is_tampered=True)
    keep(at)
    terminal.refresh_from_db()
    assert terminal.is_blocked
    hear([terminal], at, is_tampered=False)
    keep(at + HOUR)
    terminal.refresh_from_db()
    order = WorkOrder.objects.get()
    assert terminal.is_blocked and order.status == Status.OPEN  # that it says so is not enough
    cancel_work_order(order, reason="Seen: a new case", by=manager, at=at + 2 * HOUR)
    keep(at + 3 * HOUR)
    keep(at + 3 * HOUR + MINUTE)
    terminal.refresh_from_db()
    assert not terminal.is_blocked and Alert.objects.get().state == State.CLEARED


def test_one_away_from_its_place_is_blocked_and_verified(rule, shop, at) -> None:
    inspect = make.WorkOrderTypeFactory(code="inspect", name="Inspect")
    rule("place", order_type=inspect)
    terminal, near = shop(lat=30.29, lon=120.15), shop(lat=30.2702, lon=120.1502)
    for minute in (0, 1, 11):
        keep(at + minute * MINUTE)
    terminal.refresh_from_db()
    mismatch = terminal.mismatches.get()
    assert terminal.is_blocked and mismatch.order_number == Alert.objects.get().order.number
    assert not near.mismatches.exists()


def test_dormancy_is_counted_from_the_newest_file_and_spares_are_left_alone(
    rule, shop, repair, manager, xihu, at
) -> None:
    from datetime import date

    from merchants.models import CityDay, MerchantDay, TransactionBatch

    rule("dormant", order_type=repair)
    asleep, spare, busy = shop(), shop(), shop()
    actions.exempt_terminal(spare, reason="For the fair in May", by=manager, at=at)
    batch = TransactionBatch.objects.create(source="test", at=at)
    for terminal, day in ((asleep, date(2026, 8, 1)), (spare, date(2026, 8, 1)), (busy, date(2026, 11, 16))):
        merchant = terminal.live_binding.merchant
        MerchantDay.objects.create(merchant=merchant, day=day, count=3, cents=900, region=xihu, batch=batch)
    CityDay.objects.create(day=date(2026, 11, 17), city=xihu, merchants=1, count=3, cents=900)
    for day in (0, 2, 400):
        keep(at + timedelta(days=day))
    order = WorkOrder.objects.get()
    assert order.merchant == asleep.live_binding.merchant and Alert.objects.get().value == 108
    rule("abandoned", order_type=make.WorkOrderTypeFactory(code="retrieve", name="Retrieve"))
    CityDay.objects.create(day=date(2027, 8, 20), city=xihu, merchants=1, count=3, cents=900)
    for day in (401, 403):
        keep(at + timedelta(days=day))
    order.refresh_from_db()  # fetching it goes before looking why
    found = WorkOrder.objects.get(type__code="retrieve")
    assert (order.status, found.status, found.merchant) == (Status.CANCELLED, Status.OPEN, order.merchant)


def test_old_and_often_repaired_is_due_for_renewal_and_a_swap_counts_as_won(rule, shop, repair, at) -> None:
    from workorders.actions import open_work_order

    rule("renewal")
    old, young = shop(), shop()
    type(old).objects.filter(pk=old.pk).update(received_on=at.date() - timedelta(days=1300))
    merchant = old.live_binding.merchant
    for terminal in (old, young):
        for _number in range(2):
            open_work_order(
                type=repair, merchant=terminal.live_binding.merchant, terminal=terminal, summary="Again", by=None, at=at
            )
    keep(at)
    assert Alert.objects.get().terminal == old
    old.bindings.update(ended_at=at + HOUR)
    Binding.objects.create(terminal=make.TerminalFactory(status="live"), merchant=merchant, started_at=at + HOUR)
    keep(at + timedelta(days=1, minutes=1))
    alert = Alert.objects.get()
    assert alert.state == State.CLEARED and alert.converted_at
    assert Entry.objects.filter(verb="monitoring.convert_renewal").exists()


def test_old_firmware_is_told(rule, shop, at) -> None:
    rule("firmware")
    old = shop(firmware="4.1.9")
    shop(firmware="4.10.0")
    keep(at)
    assert [alert.terminal for alert in Alert.objects.all()] == [old]


def test_a_region_far_off_its_usual_orders_is_told(rule, hangzhou, xihu, yuhang, repair, at) -> None:
    rule("region", region=hangzhou)
    merchant = make.MerchantFactory(region=xihu)
    today = at.date()
    WorkOrder.objects.bulk_create(
        WorkOrder(
            number=f"WO-{day}-{n}", type=repair, merchant=merchant, region=region, summary="x", duration_min=1,
            service_date=today - timedelta(days=day), opened_at=at,
        )
        for day in range(1, 70) for region in (xihu, yuhang)
        for n in range(region.pk * 1000, region.pk * 1000 + (60 if day == 1 and region == xihu else 4 + day % 2))
    )  # fmt: skip
    keep(at)
    alert = Alert.objects.get()
    assert (alert.region, alert.terminal, alert.merchant) == (xihu, None, None)


def test_it_refuses_levels_the_wrong_way_round(rule) -> None:
    with pytest.raises(Refused, match="above the level"):
        rule("paper", clear_at=5)
    with pytest.raises(Refused, match="below the level"):
        rule("offline", clear_at=90)
