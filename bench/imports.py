"""How long a customer's whole stock takes to come in: 100,000 merchants and 200,000 terminals, two thirds bound.

    DEVELOPMENT=1 .venv/bin/python bench/imports.py [--merchants 100000] [--format csv|xlsx] [--profile FILE]

Makes the two files and a scratch database with one city, runs upload, dry run and run of each as a worker would, prints
what each step took, and drops the database. Bar (R75): 10 minutes for all of it on two cores.
"""

import argparse
import cProfile
import csv
import os
import random
import resource
import sys
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from assets.models import Binding, Terminal, TerminalModel
from bench.stage import scratch_database
from integrations import actions
from integrations.columns import suggest
from integrations.models import Import
from merchants.models import Merchant, Trade
from toolkit.exports import write_xlsx
from workforce.models import Region, User

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
BAR_S = 600
DISTRICTS = ["西湖区", "拱墅区", "上城区", "滨江区", "余杭区", "临平区", "萧山区", "富阳区", "临安区", "钱塘区"]
STREETS = ["文三路", "中山北路", "庆春路", "古墩路", "莫干山路", "凤起路", "解放路", "江南大道", "丰潭路", "天目山路"]
BRANDS = [
    "瑞华咖啡",
    "蜜雪茶饮",
    "新华书店",
    "老王面馆",
    "朝阳水果",
    "百草药房",
    "红旗超市",
    "好邻居便利店",
    "明月火锅",
]
FIRST, LAST = "金银玉福顺兴旺盛隆祥和泰安康宁华美佳乐喜", "源记斋坊阁轩楼居馆店铺行园苑堂庄里屋家号"
TRADES = ["餐饮", "零售", "药店", "茶饮", "超市"]
MERCHANT_HEADS = ["商户编号", "商户名称", "地址", "城市", "联系人", "联系电话", "行业", "经度", "纬度", "收单机构"]
TERMINAL_HEADS = ["序列号", "机型", "终端号", "商户编号", "固件", "入库日期"]


def merchants(count: int, chance: random.Random) -> Iterator[list]:
    """All in one city, crowded in the middle; a third are branches of nine chains."""
    for n in range(count):
        street, house = chance.choice(STREETS), chance.randint(1, 999)
        if chance.random() < 0.33:
            name = f"{chance.choice(BRANDS)}({street}{house}号店)"
        else:
            name = "".join(chance.choices(FIRST, k=3)) + chance.choice(LAST) + chance.choice(TRADES)
        phone = f"1{chance.choice('3578')}{chance.randint(0, 999_999_999):09d}"
        lat, lon = 30.27 + chance.gauss(0, 0.08), 120.15 + chance.gauss(0, 0.1)
        yield [
            f"B{n:07d}", name, f"{chance.choice(DISTRICTS)}{street}{house}号", "杭州市", chance.choice("张王李赵陈") + "先生",
            phone, chance.choice(TRADES), f"{lon:.6f}", f"{lat:.6f}", "48021000",
        ]  # fmt: skip


def terminals(count: int, chance: random.Random) -> Iterator[list]:
    """Two for each merchant, one of three in stock."""
    for n in range(count):
        day = AT.date() - timedelta(days=chance.randint(0, 900))
        shop = "" if n % 3 == 2 else f"B{n // 2:07d}"
        yield [f"PX{n:09d}", "A920", f"{80_000_000 + n}", shop, f"2.{n % 9}", str(day)]


def write(path: Path, heads: list[str], rows: Iterator[list]) -> None:
    if path.suffix == ".xlsx":
        path.write_bytes(write_xlsx("1", heads, rows).read())
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)


def fill() -> tuple[Region, User]:
    company = Region.objects.create(code="cn", name="全国")
    city = Region.objects.create(code="hangzhou", name="杭州", parent=company, aliases="杭州市", lat=30.27, lon=120.15)
    for n, name in enumerate(DISTRICTS):
        Region.objects.create(code=f"district-{n}", name=name, parent=city)
    for n, name in enumerate(TRADES):
        Trade.objects.create(code=f"trade-{n}", name=name)
    TerminalModel.objects.create(code="a920", maker="PAX", name="A920")
    return company, User.objects.create(username="manager", name="Manager", role="manager", region=company)


class Report:
    """Seconds on the wall, and of processor time here and in the database's process: other load counts only for the
    first."""

    def __init__(self) -> None:
        self.total_s = self.total_cpu_s = 0.0
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
        print(
            f"{'':12}{'step':10}{'rows':>10}{'seconds':>10}{'rows/s':>10}{'CPU here':>10}{'CPU there':>10}{'peak MB':>10}"
        )

    def cpu_s(self) -> tuple[float, float]:
        return clock.process_time(), int(self.server.read_text().split()[0]) / 1e9

    def step(self, kind: str, what: str, rows: int, run: Callable[[], Import]) -> Import:
        start, (here_s, there_s) = clock.perf_counter(), self.cpu_s()
        job = run()
        seconds = clock.perf_counter() - start
        here_s, there_s = self.cpu_s()[0] - here_s, self.cpu_s()[1] - there_s
        self.total_s += seconds
        self.total_cpu_s += here_s + there_s
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{kind:12}{what:10}{rows:10,}{seconds:10.1f}{rows / seconds:10,.0f}{here_s:10.1f}{there_s:10.1f}{peak_mb:10,.0f}",
            flush=True,
        )
        return job


def bring_in(kind: str, path: Path, rows: int, region: Region, by: User, report: Report) -> None:
    def upload() -> Import:
        with path.open("rb") as file:
            return actions.upload_import(kind=kind, file=file, filename=path.name, region=region, by=by, at=AT)

    def check() -> Import:
        with job.open_table() as table:
            actions.check_import(job, mapping=suggest(kind, table.headers), by=by, at=AT)
        return work()

    def run() -> Import:
        actions.start_import(job, by=by, at=AT)
        return work()

    def work() -> Import:
        while Import.objects.under_way().exists():
            actions.run_import(job, at=AT)
        return Import.objects.get(pk=job.pk)

    job = report.step(kind, "upload", rows, upload)
    checked = report.step(kind, "dry run", rows, check)
    done = report.step(kind, "run", rows, run)
    assert (checked.created, done.created, done.failed) == (rows, rows, 0), done.rows.filter(is_error=True)[:5]


def measure(count: int, suffix: str, profile: str) -> int:
    region, by = fill()
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        files = {
            "merchants": (MERCHANT_HEADS, merchants(count, chance), count),
            "terminals": (TERMINAL_HEADS, terminals(2 * count, chance), 2 * count),
        }
        paths = {kind: Path(folder) / f"{kind}.{suffix}" for kind in files}
        for kind, (heads, lines, _count) in files.items():
            write(paths[kind], heads, lines)
        storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
        with override_settings(STORAGES={**settings.STORAGES, "default": storage}):
            report = Report()
            with cProfile.Profile() if profile else nullcontext() as profiler:
                for kind, (_heads, _lines, rows) in files.items():
                    bring_in(kind, paths[kind], rows, region, by, report)
            if profile:
                profiler.dump_stats(profile)
    bound = Binding.objects.count()
    print(f"{Merchant.objects.count():,} merchants, {Terminal.objects.count():,} terminals, {bound:,} bound, {suffix}, "
          f"load {os.getloadavg()[0]:.1f}: {report.total_s:.0f} s on the wall, {report.total_cpu_s:.0f} s of CPU")  # fmt: skip
    is_reached = report.total_s <= BAR_S
    print(f"bar {BAR_S} s: {'reached' if is_reached else 'MISSED'}")
    return int(not is_reached)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--merchants", type=int, default=100_000)
    parser.add_argument("--format", choices=("csv", "xlsx"), default="csv")
    parser.add_argument("--profile", default="")
    options = parser.parse_args()
    with scratch_database("imports"):
        return measure(options.merchants, options.format, options.profile)


if __name__ == "__main__":
    sys.exit(main())
