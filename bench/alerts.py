"""What it costs to look at every terminal each minute: in quiet times, while 10,000 of one area fall silent, and after.

    DEVELOPMENT=1 .venv/bin/python bench/alerts.py [--terminals 100000] [--outage 10000]

Makes its own scratch database and drops it. Bar: one incident, no single order, and a few processor seconds a minute;
prints those of program and database.
"""

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from assets.models import TerminalModel
from assets.telemetry import mark_silent
from bench.stage import cpu_s, scratch_database
from monitoring import actions
from monitoring.lifecycle import PERIODS, Kind
from monitoring.models import Alert, Incident
from workforce.models import Region
from workorders.models import WorkOrder, WorkOrderType

BAR_S = 10
PER_SHOP = 4
RULES = {
    "offline": (60, 15), "paper": (10, 40), "keys": (20, 50), "tamper": (1, 0), "place": (500, 300),
}  # fmt: skip

# the outage is in one cell, the others lie about in a hundred; one in a hundred is low on paper already
TERMINALS = """
WITH shop AS (
    INSERT INTO merchants_merchant (number, external_id, name, tier, status, region_id, address, lat, lon, location_source,
        note, created_at)
    SELECT 'M' || n, '', 'Shop', 'small', 'active', %(region)s, '',
        30.01 + CASE WHEN n < %(dark)s THEN 0 ELSE 0.1 + n %% 10 * 0.02 END, 120.01 + n / 10 %% 10 * 0.0001, 'map', '', %(at)s
    FROM generate_series(0, %(shops)s - 1) n RETURNING id, number, lat, lon
), terminal AS (
    INSERT INTO assets_terminal (serial, model_id, region_id, status, tested_at, received_on, tid, firmware)
    SELECT 'T' || n, %(model)s, %(region)s, 'live', %(at)s, %(at)s, '', '' FROM generate_series(0, %(count)s - 1) n
    RETURNING id, substr(serial, 2)::int AS n
), bound AS (
    INSERT INTO assets_binding (terminal_id, merchant_id, started_at, lat, lon, end_reason, tid, acquirer_code,
        merchant_code, credit_code, settlement_account, address)
    SELECT terminal.id, shop.id, %(at)s, shop.lat, shop.lon, '', '', '', '', '', '', ''
    FROM terminal JOIN shop ON shop.number = 'M' || n / %(per_shop)s
)
INSERT INTO assets_terminalstate (terminal_id, last_heard_at, seq, clock_off_s, paper_percent, card_keys_left, is_tampered)
SELECT id, %(at)s, 0, 0, CASE WHEN n %% 100 = 99 THEN 5 ELSE 50 END, 100, false FROM terminal
"""
HEARD = """
UPDATE assets_terminalstate s SET last_heard_at = %s, silent_since = NULL FROM assets_terminal t
WHERE t.id = s.terminal_id AND substr(t.serial, 2)::int >= %s
"""


def minute(about: str, at) -> None:
    before = cpu_s()
    mark_silent(at=at)
    for kind in Kind:
        if PERIODS.get(kind, timedelta()) < timedelta(days=1):
            actions.evaluate(kind, at=at)
    actions.end_incidents(at=at)
    actions.settle_alerts(at=at)
    actions.withdraw_orders(at=at)
    actions.open_alert_orders(at=at)
    spent = cpu_s() - before
    counts = (Alert.objects.uncleared().count(), Incident.objects.running().count(), WorkOrder.objects.count())
    print(
        f"{about:<40}{spent:>8.2f} s{counts[0]:>12,}{counts[1]:>12,}{counts[2]:>12,}{'' if spent < BAR_S else '  TOO SLOW'}"
    )


def hear(at, since: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(HEARD, [at, since])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terminals", type=int, default=100_000)
    parser.add_argument("--outage", type=int, default=10_000)
    asked = parser.parse_args()
    now = timezone.now()
    with scratch_database("alerts"):
        region = Region.objects.create(code="bench", name="Bench")
        visit = WorkOrderType.objects.create(code="repair", name="Repair")
        for kind, (raise_at, clear_at) in RULES.items():
            order_type = visit if kind == "offline" else None
            rule = actions.make_rule(
                name=kind, kind=kind, raise_at=raise_at, clear_at=clear_at, order_type=order_type, by=None, at=now
            )
            actions.publish_rule(rule, by=None, at=now)
        model = TerminalModel.objects.create(code="m", maker="M", name="M")
        values = {
            "region": region.pk, "model": model.pk, "at": now, "count": asked.terminals, "per_shop": PER_SHOP,
            "shops": asked.terminals // PER_SHOP, "dark": asked.outage // PER_SHOP,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(TERMINALS, values)
            cursor.execute("ANALYZE")
        print(f"{asked.terminals:,} terminals{'':<26}processor      alerts   incidents      orders")
        minute("the first, one in a hundred low on paper", now)
        minute("a quiet one", now + timedelta(minutes=1))
        dark = now + timedelta(minutes=80)
        hear(dark, asked.outage)
        minute(f"{asked.outage:,} have fallen silent", dark)
        minute("the next", dark + timedelta(minutes=1))
        hear(dark + timedelta(minutes=30), asked.outage)
        minute("half an hour later", dark + timedelta(minutes=30))
        hear(dark + timedelta(minutes=60), 0)
        minute("all are back", dark + timedelta(minutes=60))


if __name__ == "__main__":
    main()
