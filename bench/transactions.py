"""What a daily file of a whole acquirer costs, and a merchant's page of transactions in a year of everybody's.

    DEVELOPMENT=1 .venv/bin/python bench/transactions.py [--merchants 250000] [--days 10000000] [--format csv|xlsx]

Makes a scratch database with so many merchants of one city, runs upload, dry run and run of a file with one day of each
twice, fills a year with so many days, and reads the trend of some. Prints processor time, which other load does not
change much. Bars: 60 s for dry run and run of 250,000 rows; 100 ms for a trend among 10,000,000 days.
"""

import argparse
import os
import random
import sys
import tempfile
import time as clock
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import override_settings

from bench.imports import AT, Report, bring_in, fill, write
from bench.stage import scratch_database
from integrations import actions
from integrations.models import Import
from merchants.actions import recompute_changed_days, take_table
from merchants.models import CityDay, Merchant, MerchantDay, Trade
from merchants.months import keep_months
from merchants.trend import trend_of
from workforce.models import Region, User

IMPORT_S, TREND_MS = 60, 100
HEADS = ["商户编号", "交易日期", "交易笔数", "交易金额", "退款金额"]
DAY, YEAR, READ = timedelta(days=1), 370, 50
TODAY = AT.date()


def make_merchants(count: int, by: User) -> None:
    districts, trades = list(Region.objects.filter(parent__code="hangzhou")), list(Trade.objects.all())
    first = Merchant.objects.create(number="B0", name="瑞华咖啡", region=districts[0], trade=trades[0], created_at=AT)
    columns = [field.column for field in Merchant._meta.concrete_fields if not (field.generated or field.primary_key)]
    own = {"number": "'B' || n", "external_id": "'X' || n", "region_id": "(%s::bigint[])[1 + n %% 10]",
           "trade_id": "(%s::bigint[])[1 + n %% 5]"}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO merchants_merchant ({', '.join(columns)}) SELECT {', '.join(own.get(each, each) for each in columns)}"
            " FROM merchants_merchant, generate_series(1, %s) AS n WHERE id = %s",
            [each for column in columns if column in ("region_id", "trade_id")
             for each in [[one.pk for one in (districts if column == "region_id" else trades)]]] + [count - 1, first.pk],
        )  # fmt: skip
        cursor.execute("ANALYZE merchants_merchant")


def lines(count: int, chance: random.Random) -> Iterator[list]:
    for n in range(count):
        yield [f"B{n}", TODAY - DAY, chance.randint(1, 90), f"{chance.lognormvariate(7, 1):.2f}", 0]


def fill_year(merchants: int, by: User) -> None:
    """Of the first so many merchants, a month at once."""
    keys = list(Merchant.objects.order_by("pk").values_list("pk", flat=True)[:merchants])
    months = sorted({(TODAY - n * DAY).replace(day=1) for n in range(1, YEAR + 1)})
    for month in months:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE told ON COMMIT DROP AS SELECT id AS merchant_id, day::date AS day, 30 AS count,"
                " (100000 * exp(random()))::bigint AS cents, 0::bigint AS refunds_cents, 1::smallint AS terminals"
                " FROM generate_series(%s::date, least(%s::date + interval '1 month', %s::date) - interval '1 day', '1 day')"
                " AS day, unnest(%s::bigint[]) AS id WHERE day >= %s",
                [month, month, TODAY, keys, TODAY - YEAR * DAY],
            )
            take_table("told", by=by, at=AT, source=str(month))


def measure(merchants: int, days: int, suffix: str) -> int:
    region, by = fill()
    make_merchants(merchants, by)
    keep_months(at=AT)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"takings.{suffix}"
        write(path, HEADS, lines(merchants, random.Random(7)))
        storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
        with override_settings(STORAGES={**settings.STORAGES, "default": storage}):
            bring_in("takings", path, merchants, region, by, report)
            imported_s = report.total_cpu_s
            job = Import.objects.get()
            report.step("takings", "again", merchants, lambda: again(job, by))
    fill_year(days // YEAR, by)
    recompute_changed_days()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE merchants_merchantday")
        cursor.execute("ANALYZE merchants_cityday")
    some = list(Merchant.objects.filter(days__day=TODAY - 99 * DAY).select_related("region").order_by("?")[:READ])
    trend_of(some[0], TODAY)
    start, (here_s, there_s) = clock.perf_counter(), report.cpu_s()
    for merchant in some:
        assert len(trend_of(merchant, TODAY).weeks) >= 51
    wall_ms = 1000 * (clock.perf_counter() - start) / READ
    trend_ms = 1000 * (sum(report.cpu_s()) - here_s - there_s) / READ
    print(f"{MerchantDay.objects.count():,} days, {CityDay.objects.count():,} of cities: a trend {trend_ms:.0f} ms of CPU, "
          f"{wall_ms:.0f} ms on the wall, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"import {imported_s:.0f} s of CPU, bar {IMPORT_S} s; trend bar {TREND_MS} ms")
    return int(imported_s > IMPORT_S or trend_ms > TREND_MS)


def again(job: Import, by: User) -> Import:
    actions.start_import(job, by=by, at=AT)
    while Import.objects.under_way().exists():
        actions.run_import(job, at=AT)
    done = Import.objects.get(pk=job.pk)
    assert (done.unchanged, done.created) == (job.total, 0)
    return done


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--merchants", type=int, default=250_000)
    parser.add_argument("--days", type=int, default=10_000_000)
    parser.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    options = parser.parse_args()
    with scratch_database("transactions"):
        return measure(options.merchants, options.days, options.format)


if __name__ == "__main__":
    sys.exit(main())
