"""What it costs to plan the inspections of 100,000 merchants, the first time, and again when everything is there.

    DEVELOPMENT=1 .venv/bin/python bench/inspections.py [--merchants 100000]

Makes its own scratch database and drops it. Bar: five minutes; prints processor seconds of program and database.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from bench.stage import cpu_s, scratch_database
from inspections.actions import change_plan, ensure_inspections, make_plan, start_plan
from inspections.models import Inspection
from inspections.outlook import outlook_of, reach_of
from merchants.models import Merchant, ServiceCalendar
from workforce.models import Region
from workorders.models import WorkOrderType

BAR_S = 300


def measure(about: str, run: Callable[[], object]) -> None:
    before = cpu_s()
    run()
    spent = cpu_s() - before
    print(
        f"{about:<44}{spent:>8.1f} s{Inspection.objects.count():>12,} inspections{'' if spent < BAR_S else '  TOO SLOW'}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--merchants", type=int, default=100_000)
    count = parser.parse_args().merchants
    now = timezone.now()
    with scratch_database("inspections"):
        region = Region.objects.create(code="bench", name="Bench")
        shops = (Merchant(number=f"M{n}", name=f"Shop {n}", region=region, created_at=now) for n in range(count))
        Merchant.objects.bulk_create(shops, batch_size=5_000)
        weekly = {str(day): [["09:00", "17:00"]] for day in range(5)}
        plan = make_plan(
            name="Quarterly", region=region, type=WorkOrderType.objects.create(code="inspect", name="Inspect"), every=3,
            calendar=ServiceCalendar.objects.create(name="Weekdays", weekly=weekly), unit="month", horizon_days=120,
            per_day=count // 50, starts_on=now.date(), by=None, at=now,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        measure("what its form shows it would bring", lambda: outlook_of(plan, reach_of(region, {}, now), now))
        start_plan(plan, by=None, at=now)

        def ensure(days: int = 0) -> None:
            while ensure_inspections(at=now + timedelta(days=days)):
                pass

        measure(f"the first time, {count:,} merchants", ensure)
        measure("the next day", lambda: ensure(1))
        measure("the rule changes: taken back", lambda: change_plan(plan, every=2, by=None, at=now + timedelta(days=1)))
        measure("and made anew", lambda: ensure(1))


if __name__ == "__main__":
    main()
