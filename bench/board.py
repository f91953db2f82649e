"""What 50 open dispatch boards cost, and how soon they show a change: 200 people × 2,000 orders of one day.

    DEVELOPMENT=1 .venv/bin/python bench/board.py [--viewers 50] [--seconds 60] [--changes 2]

Makes its own scratch database with 20,000 older orders, starts a web server on it, lets every viewer look every 2.5
seconds as the page does and fetch what has changed, while orders are moved and set out for. Bars: shown within 5 s, 300
ms for 95 of 100 answers. Queries are the transactions the database counts, changes included. On a busy machine
compare processor times rather than waiting times.
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import time as clock
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, time, timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit, urlunsplit

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ |= {"HTTPS": "0", "ALLOWED_HOSTS": "127.0.0.1,testserver"}  # of the web server on this machine

import json

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.utils import timezone

from bench.stage import scratch_database
from config import embedded
from dispatch.actions import move_order
from dispatch.queries import board
from merchants.models import Merchant
from workforce.models import Booking, Region, Shift, User
from workorders.models import WorkOrder, WorkOrderType

PEOPLE, A_DAY, WAITING, OLDER = 200, 10, 200, 20_000
EVERY_S, SOON_S, BAR_MS = 2.5, 5.0, 300
CODE = "bench-board"


def fill() -> tuple[User, board.Day]:
    chance, now = random.Random(7), timezone.now()
    city = Region.objects.create(code=CODE, name="City", lat=30.27, lon=120.15)
    kind = WorkOrderType.objects.create(code="repair", name="Repair")
    dispatcher = User.objects.create_user("bench", name="Bench", role="dispatcher", region=city)
    staff = User.objects.bulk_create(
        User(username=f"e{n}", name=f"Engineer {n}", role="engineer", region=city, start_lat=30.27, start_lon=120.15)
        for n in range(PEOPLE)
    )
    Shift.objects.bulk_create(
        Shift(person=each, weekday=day, starts_at=time(8), ends_at=time(18)) for each in staff for day in range(7)
    )
    shops = Merchant.objects.bulk_create(
        Merchant(number=f"M-{n}", name=f"Shop {n}", region=city, lat=30.27 + chance.gauss(0, 0.1),
                 lon=120.15 + chance.gauss(0, 0.1), created_at=now)
        for n in range(2000)
    )  # fmt: skip
    day = board.Day(city, city.service_date(now) + timedelta(days=1))
    slots: list[tuple[User | None, datetime]] = [
        (each, day.instant(480 + 60 * n)) for each in staff for n in range(A_DAY)
    ]
    slots += [(None, day.start)] * WAITING
    slots += [(staff[n % PEOPLE], day.instant(480 + 60 * (n // PEOPLE % A_DAY) - 1440 * (2 + n // PEOPLE // A_DAY))) for n in range(OLDER)]  # fmt: skip
    bookings = Booking.objects.bulk_create(
        (Booking(person=each, kind="work", during=DateTimeTZRange(start, start + timedelta(minutes=45)))
         for each, start in slots if each),
        batch_size=5000,
    )  # fmt: skip
    left, orders = iter(bookings), []
    for n, (each, start) in enumerate(slots):
        shop, is_past = chance.choice(shops), start < day.start
        orders.append(WorkOrder(
            number=f"WO-{n}", type=kind, merchant=shop, region=city, summary="Paper jam", lat=shop.lat, lon=shop.lon,
            duration_min=45, engineer=each, booking=next(left) if each else None, priority=chance.randint(1, 4),
            status="closed" if is_past else "assigned" if each else "open", completed_at=start if is_past else None,
            service_date=start.date(), opened_at=min(start, now), resolution_due_at=day.end,
        ))  # fmt: skip
    WorkOrder.objects.bulk_create(orders, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return dispatcher, day


class Seen:
    """What the viewers measured. A change is a place of an order; each viewer notes when it first sees it."""

    def __init__(self) -> None:
        self.answers: dict[str, list[float]] = defaultdict(list)
        self.bytes: dict[str, int] = defaultdict(int)
        self.delays: list[float] = []
        self.faults: list[str] = []
        self.written: dict[tuple[str, int], float] = {}


def view(port: int, cookie: str, day: board.Day, seen: Seen, stop: Event) -> None:
    chance, known, marks, stamp = random.Random(cookie), set(), {}, ""
    query = f"region={CODE}&on={day.on}"

    def ask(what: str, address: str) -> dict | None:
        begun = clock.monotonic()
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as line:
            line.request("GET", f"/office/board/{address}", headers={"Cookie": cookie})
            answer = line.getresponse()
            body = answer.read()
        seen.answers[what if answer.status == 200 else "look, unchanged"].append((clock.monotonic() - begun) * 1000)
        seen.bytes[what] += len(body)
        if answer.status not in (200, 204):
            seen.faults.append(f"{address}: {answer.status}")
        return json.loads(body) if answer.status == 200 else None

    news = ask("first look", f"changes/?{query}")
    if news:
        marks, stamp = news["marks"], news["stamp"]
    joined = clock.monotonic()
    stop.wait(chance.random() * EVERY_S)
    while not stop.is_set():
        news = ask("look", f"changes/?{query}&stamp={stamp}")
        if news and "rows" in news:
            fresh, stamp = news, news["stamp"]
            marks |= news["marks"]
        elif news:
            changed = [key for key, mark in news["marks"].items() if marks.get(key) != mark]
            people = ",".join(f"{key}.{news['marks'][key]}" for key in changed if key != board.POOL)
            fresh = ask("what changed", f"rows/?{query}&people={people}")
            marks, stamp = news["marks"], news["stamp"]
        if news:
            for bar in (bar for row in (fresh or {"rows": []})["rows"] for bar in row["bars"]):
                place = bar["number"], bar["start"]
                if seen.written.get(place, 0) > joined and place not in known:
                    known.add(place)
                    seen.delays.append(clock.monotonic() - seen.written[place])
        stop.wait(EVERY_S)


def change(day: board.Day, by: User, each_s: float, seen: Seen, stop: Event) -> None:
    """Moves one order after the other within the quarter that is free after it."""
    numbers = list(WorkOrder.objects.filter(status="assigned").values_list("number", flat=True))
    random.Random(3).shuffle(numbers)
    for number in numbers:
        if stop.wait(each_s):
            break
        order = WorkOrder.objects.select_related("booking", "engineer", "region").get(number=number)
        start = order.booking.during.lower + timedelta(minutes=10)
        move_order(
            order, engineer=order.engineer, start=start, by=by, at=timezone.now(), version=board.version_of(order)
        )
        seen.written[number, day.minute(start)] = clock.monotonic()
    connection.close()


@contextmanager
def web_server(url: str) -> Iterator[tuple[int, subprocess.Popen]]:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "DEVELOPMENT": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "--threads", "8", "--log-level", "error"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _try in range(120):
            with closing(socket.socket()) as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            clock.sleep(0.5)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def cpu_s(pids: list[int]) -> dict[int, float]:
    return {pid: int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9 for pid in pids}


def share(before: dict[int, float], after: dict[int, float], took: float) -> float:
    """Of one core, in percent; who came in between counts from nothing."""
    return 100 * sum(used - before.get(pid, 0) for pid, used in after.items()) / took


def threads_of(process: int) -> list[int]:
    """Of the server and its workers."""
    children = [
        int(pid) for path in Path(f"/proc/{process}/task").glob("*/children") for pid in path.read_text().split()
    ]
    return [int(task.name) for pid in (process, *children) for task in Path(f"/proc/{pid}/task").iterdir()]


def of_database() -> tuple[int, list[int]]:
    """Transactions so far, and the processes that serve others than us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        (done,) = cursor.fetchone()
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return done, [pid for (pid,) in cursor.fetchall()]


def measure(dispatcher: User, day: board.Day, viewers: int, seconds: float, changes: float) -> int:
    seen, stop = Seen(), Event()
    address = urlsplit(os.environ.get("DATABASE_URL") or embedded.database_url())
    with web_server(urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))) as (port, process):
        cookies = []
        for _viewer in range(viewers):
            client = Client()
            client.force_login(dispatcher, "config.roles.RoleBackend")
            cookies.append("; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()))
        threads = [Thread(target=view, args=(port, cookie, day, seen, stop)) for cookie in cookies]
        threads.append(Thread(target=change, args=(day, dispatcher, 1 / changes, seen, stop)))
        for thread in threads:
            thread.start()
        clock.sleep(5)  # all have looked for the first time
        done, backends = of_database()
        before, begun = cpu_s([*backends, *threads_of(process.pid)]), clock.monotonic()
        seen.answers.clear()
        seen.bytes.clear()
        clock.sleep(seconds)
        took = clock.monotonic() - begun
        load, (now_done, backends) = os.getloadavg()[0], of_database()
        database, web = (share(before, cpu_s(pids), took) for pids in (backends, threads_of(process.pid)))
        queries = now_done - done
        stop.set()
        for thread in threads:
            thread.join()
    print(
        f"{viewers} viewers, {PEOPLE} people, {PEOPLE * A_DAY:,} orders, {changes:g} changes a second, load {load:.1f}"
    )
    print(f"{'':20}{'a second':>10}{'p50 ms':>9}{'p95 ms':>9}{'max':>8}")
    for what, times in sorted(seen.answers.items()):
        middle, high, worst = np.percentile(times, [50, 95, 100])
        print(f"{what:20}{len(times) / took:>10.1f}{middle:>9.0f}{high:>9.0f}{worst:>8.0f}")
    if not seen.delays:
        sys.exit(f"Nobody saw a change: {seen.faults[:3]}")
    middle, high, worst = np.percentile(seen.delays, [50, 95, 100])
    print(f"{'shown after, s':20}{len(seen.delays) / took:>10.1f}{middle:>9.1f}{high:>9.1f}{worst:>8.1f}")
    print(f"{queries / took:.0f} queries a second; of one core the database takes {database:.0f} %, the web server {web:.0f} %")  # fmt: skip
    print(f"{sum(seen.bytes.values()) / took / 1000:.0f} kB a second")
    slow = max(float(np.percentile(times, 95)) for times in seen.answers.values())
    missed = worst > SOON_S or slow > BAR_MS or seen.faults
    print(f"bars {SOON_S:g} s and {BAR_MS} ms: {'MISSED' if missed else 'reached'}{''.join(f' {each}' for each in seen.faults[:3])}")  # fmt: skip
    return int(bool(missed))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--viewers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--changes", type=float, default=2)
    options = parser.parse_args()
    with scratch_database("board"):
        return measure(*fill(), options.viewers, options.seconds, options.changes)


if __name__ == "__main__":
    sys.exit(main())
