"""How many positions a second are taken in: 3,000 people in shift, every 30 seconds each, on two cores.

    DEVELOPMENT=1 .venv/bin/python bench/positions.py [--people 3000] [--seconds 10]

Makes its own scratch database, calls the action from two processes, with one fix and with ten in a call, and drops it.
Bar: 100 fixes a second. Where the machine is busy with
other things, the last column says what its processor time would have been enough for.
"""

import argparse
import os
import sys
import time as clock
from datetime import time, timedelta
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from bench.stage import scratch_database
from workforce.models import Fix, Position, Region, Shift, User
from workforce.positions import keep_tracks, record_positions

CORES = 2
BAR_PER_S = 3000 / 30


def fill(people: int) -> None:
    city = Region.objects.create(code="hangzhou", name="Hangzhou", lat=30.27, lon=120.15)
    staff = User.objects.bulk_create(
        User(username=f"e{n}", name=f"Engineer {n}", role="engineer", region=city) for n in range(people)
    )
    Shift.objects.bulk_create(
        (Shift(person=each, weekday=day, starts_at=time(0), ends_at=time.max) for each in staff for day in range(7)),
        batch_size=5000,
    )
    keep_tracks(at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def report(database: str, which: int, seconds: float, batch: int) -> tuple[int, float]:
    """Fixes kept, and seconds of processor time here and in the database server, of every second person in turn."""
    connection.settings_dict["NAME"] = database
    connection.settings_dict["OPTIONS"].pop("pool", None)
    staff = list(User.objects.engineers().select_related("region"))[which::CORES]
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")

    def cpu_s() -> float:
        return clock.process_time() + int(server.read_text().split()[0]) / 1e9

    begun, kept, calls, used = timezone.now(), 0, 0, cpu_s()
    stop_at = clock.monotonic() + seconds
    while clock.monotonic() < stop_at:
        person, round_number = staff[calls % len(staff)], calls // len(staff)
        at = begun + timedelta(milliseconds=round_number * batch + batch)
        fixes = [(at - timedelta(milliseconds=n), 30.27 + n / 1e4, 120.15, 12.0) for n in range(batch)]
        kept += record_positions(person, fixes, at=at).kept
        calls += 1
    return kept, cpu_s() - used


def measure(people: int, seconds: float) -> int:
    slowest = float("inf")
    print(f"{people:,} people, {CORES} processes, load {os.getloadavg()[0]:.1f}")
    print(f"{'fixes in a call':>16}{'fixes/s':>10}{'calls/s':>10}{'CPU ms a call':>15}{'fixes/s of idle cores':>23}")
    for batch in (1, 10):
        Fix.objects.all().delete()
        Position.objects.all().delete()
        name = connection.settings_dict["NAME"]
        connection.close()
        with get_context("spawn").Pool(CORES) as pool:
            done = pool.starmap(report, [(name, which, seconds, batch) for which in range(CORES)])
        kept = sum(count for count, _cpu in done)
        assert Fix.objects.count() == kept
        calls, cpu_ms = kept / batch, sum(cpu for _kept, cpu in done) / kept * batch * 1000
        free = CORES * 1000 / cpu_ms * batch
        print(f"{batch:>16}{kept / seconds:>10.0f}{calls / seconds:>10.0f}{cpu_ms:>15.2f}{free:>23.0f}")
        slowest = min(slowest, kept / seconds)
    print(f"bar {BAR_PER_S:.0f} fixes/s: {'reached' if slowest >= BAR_PER_S else 'MISSED'}")
    return int(slowest < BAR_PER_S)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    with scratch_database("positions"):
        fill(options.people)
        return measure(options.people, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
