"""What it costs to find the orders whose promised time runs out among 5,000,000, and to write their warnings.

    DEVELOPMENT=1 .venv/bin/python bench/sla_warnings.py [--orders 5000000] [--open 20000] [--due 500]

Makes its own scratch database (some minutes and gigabytes; the indexes are built after the rows), prints how PostgreSQL
finds the next due order while none is due, and before and after the warnings are written, and drops it. Bar: 10 ms of
processor time for a look, however many orders there are.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.db import connection, transaction
from django.utils import timezone

from bench.stage import cpu_s, scratch_database
from merchants.models import Merchant, ServiceCalendar
from workforce.models import Region, User
from workorders.actions import open_work_order, warn_of_due_times
from workorders.models import SlaPolicy, SlaWarning, WorkOrder, WorkOrderType

BAR_MS = 10
RESPONSE_MIN = 240  # half of it is the first warning
TABLE = WorkOrder._meta.db_table
OWN_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND NOT EXISTS (
    SELECT FROM pg_constraint WHERE conindid = (quote_ident(schemaname) || '.' || quote_ident(indexname))::regclass
)
"""


@contextmanager
def without_indexes() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(OWN_INDEXES, [TABLE])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def fill(orders: int, waiting: int, due: int, now: datetime) -> None:
    """Of the open ones `due` have had half of their time since a minute ago, the others within the next two hours."""
    region = Region.objects.create(code="city", name="City", lat=30.27, lon=120.15)
    User.objects.create_user("bench", name="Bench", role="dispatcher", region=region)
    hours = {str(day): [["00:00", "24:00"]] for day in range(7)}
    calendar = ServiceCalendar.objects.create(name="Always", weekly=hours)
    SlaPolicy.objects.create(name="All", calendar=calendar, response_min=RESPONSE_MIN, resolution_min=RESPONSE_MIN * 2)
    shop = Merchant.objects.create(number="M-1", name="Shop", region=region, status="active", created_at=now)
    kind = WorkOrderType.objects.create(code="repair", name="Repair")
    first = open_work_order(type=kind, merchant=shop, summary="Paper jam", by=None, at=now)
    half = RESPONSE_MIN // 2
    ago = f"make_interval(mins => CASE WHEN n <= {due} THEN {half + 1} ELSE mod(n, {half}) END)"
    copy(first, waiting, "WO-open-", {
        "opened_at": f"opened_at - {ago}",
        **{name: f"{name} - {ago}" for name in ("response_due_at", "resolution_due_at", "next_warning_at")},
    })  # fmt: skip
    copy(first, orders - waiting, "WO-old-", {
        "status": "'closed'", "next_warning_at": "NULL", "opened_at": "opened_at - make_interval(mins => n)",
        "service_date": "service_date - mod(n, 1500)", "completed_at": "opened_at - make_interval(mins => n - 60)",
    })  # fmt: skip
    first.delete()


def copy(order: WorkOrder, count: int, prefix: str, values: dict[str, str]) -> None:
    columns = [each.column for each in WorkOrder._meta.concrete_fields if not (each.generated or each.primary_key)]
    values = {"number": f"'{prefix}' || n"} | values
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({', '.join(columns)}) SELECT {', '.join(values.get(each, each) for each in columns)}"
            f" FROM {TABLE}, generate_series(1, %s) n WHERE id = %s",
            [count, order.pk],
        )


def explain(what: str, at: datetime) -> None:
    """Of the statement warn_of_due_times begins with."""
    due = (
        WorkOrder.objects.filter(next_warning_at__lte=at)
        .order_by("next_warning_at")
        .select_for_update(skip_locked=True)
    )
    with transaction.atomic():
        plan = due[:1].explain(analyze=True, buffers=True)
    print(f"-- {what}\n{plan}\n")


def looks(at: datetime, rounds: int = 50) -> list[float]:
    used = []
    for _round in range(rounds):
        begun = cpu_s()
        assert warn_of_due_times(at=at, limit=1) == 0
        used.append((cpu_s() - begun) * 1000)
    return used


def measure(due: int, now: datetime) -> int:
    quiet = now - timedelta(minutes=30)
    explain("nothing is due", quiet)
    explain(f"{due:,} are due", now)
    before = looks(quiet)
    begun, wall = cpu_s(), time.perf_counter()
    warned = warn_of_due_times(at=now, limit=due + 1)
    each, wall = (cpu_s() - begun) * 1000 / warned, time.perf_counter() - wall
    assert warned == due == SlaWarning.objects.count()
    explain("they have been warned of", now)
    after = looks(now)
    print(f"{'ms of CPU':34}{'p50':>8}{'p95':>8}")
    for what, used in (("a look, nothing due", before), ("a look, after the warnings", after)):
        print(f"{what:34}{np.median(used):8.2f}{np.percentile(used, 95):8.2f}")
    print(f"{'a warning with its notices':34}{each:8.2f}        ({warned:,} in {wall:.1f} s)")
    is_missed = max(np.median(before), np.median(after)) > BAR_MS
    print(f"bar {BAR_MS} ms a look: {'MISSED' if is_missed else 'reached'}")
    return int(is_missed)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=5_000_000)
    parser.add_argument("--open", type=int, default=20_000)
    parser.add_argument("--due", type=int, default=500)
    options = parser.parse_args()
    with scratch_database("sla_warnings"):
        now = timezone.now()
        with without_indexes():
            fill(options.orders, options.open, options.due, now)
        print(f"{WorkOrder.objects.count():,} orders, {options.open:,} of them open; load {os.getloadavg()[0]:.1f}\n")
        return measure(options.due, now)


if __name__ == "__main__":
    sys.exit(main())
