"""The stock ledger under load: 16 threads × 250 random moves over 8 parts and 10 places; how long one takes, and whether
the sums, the levels and the ledger still agree to the piece and the cent.

    DEVELOPMENT=1 .venv/bin/python bench/stock_ledger.py [--processes 2] [--threads 16] [--moves 250]

The threads are shared out over processes as a web server's are: one process of Python uses one core.

Makes its own scratch database and drops it. Bar: nothing lost, nothing below zero, p95 ≤ 50 ms.
"""

import argparse
import os
import random
import sys
import time as clock
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.db import connection
from django.db.models import Min, Sum

from bench.stage import scratch_database
from spareparts.actions import bag_of, make_depot, make_part, receive_part, transfer_part, use_part
from spareparts.models import Movement, Part, Place, Stock
from spareparts.verify import first_difference
from toolkit.errors import Refused
from workforce.models import Region, User

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
PARTS, DEPOTS, BAGS = 8, 2, 8
FULL = 500  # of each part in each depot
BAR_MS = 50


def fill() -> tuple[list[Part], list[Place]]:
    region = Region.objects.create(code="bench", name="Bench")
    parts = [make_part(code=f"part-{n}", name=f"Part {n}", by=None, at=AT) for n in range(PARTS)]
    depots = [make_depot(code=f"depot-{n}", name=f"Depot {n}", region=region, by=None, at=AT) for n in range(DEPOTS)]
    people = [User.objects.create_user(username=f"e{n}", role="engineer", region=region) for n in range(BAGS)]
    for n, part in enumerate(parts):
        for depot in depots:
            receive_part(part, target=depot, quantity=FULL, unit_cost=Decimal("0.37") * (n + 1), by=None, at=AT)
    return parts, [*depots, *map(bag_of, people)]


Walk = tuple[list[float], int, int]  # milliseconds of each move, pieces used up, refusals


def crowd(seeds: range, moves: int, parts: list[Part], places: list[Place]) -> list[Walk]:
    """A process with a thread for each seed."""
    with ThreadPoolExecutor(len(seeds)) as pool:
        return list(pool.map(lambda seed: walk(seed, moves, parts, places), seeds))


def walk(seed: int, moves: int, parts: list[Part], places: list[Place]) -> Walk:
    rng, took, used, refused = random.Random(seed), [], 0, 0
    for number in range(moves):
        part, quantity = rng.choice(parts), rng.randint(1, 20)
        source, target = rng.sample(places, 2)
        began = clock.perf_counter()
        try:
            if rng.random() < 0.1:
                use_part(
                    part, source=source, quantity=quantity, order_number=f"WO-{seed}-{number}", merchant_id=1, by=None,
                    at=AT,
                )  # fmt: skip
                used += quantity
            else:
                transfer_part(part, source=source, target=target, quantity=quantity, by=None, at=AT)
        except Refused:
            refused += 1
        took.append((clock.perf_counter() - began) * 1000)
    connection.close()
    return took, used, refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--moves", type=int, default=250)
    asked = parser.parse_args()
    with scratch_database("stock"):
        parts, places = fill()
        worth = Stock.objects.aggregate(sum=Sum("value"))["sum"]
        connection.close()  # before it is copied into the processes
        began = clock.perf_counter()
        with ProcessPoolExecutor(asked.processes) as pool:
            shares = [range(first, asked.threads, asked.processes) for first in range(asked.processes)]
            crowds = [pool.submit(crowd, share, asked.moves, parts, places) for share in shares]
            done = [each for one in crowds for each in one.result()]
        seconds = clock.perf_counter() - began
        took = sorted(each for times, _used, _refused in done for each in times)
        used, refused = sum(row[1] for row in done), sum(row[2] for row in done)
        now = Stock.objects.aggregate(pieces=Sum("quantity"), least=Min("quantity"), worth=Sum("value"))
        gone = Movement.objects.filter(kind="use").aggregate(sum=Sum("value"))["sum"] or 0
        print(f"{len(took)} moves, {refused} refused, {len(took) / seconds:,.0f} a second")
        print(f"p50 {took[len(took) // 2]:.0f} ms, p95 {took[len(took) * 95 // 100]:.0f} ms (bar {BAR_MS})")
        print(f"pieces: {now['pieces']} there + {used} used = {PARTS * DEPOTS * FULL}; least {now['least']}")
        print(f"value: {now['worth']} there + {gone} used = {worth}")
        right = now["pieces"] + used == PARTS * DEPOTS * FULL and now["worth"] + gone == worth and now["least"] >= 0
        if not right or (found := first_difference()):
            sys.exit(f"The ledger does not agree: {found if right else 'sums'}")
        print("ledger = levels, to the piece and the cent")


if __name__ == "__main__":
    main()
