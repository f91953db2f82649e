"""How long the server takes for each page, with its queries, on the company the demo has built.

    DATABASE_URL=… REDIS_URL=… .venv/bin/python bench/pages.py [--rounds 20]

Without DATABASE_URL the running demo's. Bars: p95 300 ms, 30 queries.
"""

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client

from demo.tour import field_pages, office_pages, public_pages
from workforce.models import User

BAR_MS, BAR_QUERIES = 300, 30


def measure(client: Client, address: str, rounds: int) -> tuple[float, float, int]:
    """Milliseconds in the middle and at the 95th percentile, and queries."""
    client.get(address, follow=True)
    queries = 0

    def count(execute, *statement):
        nonlocal queries
        queries += 1
        return execute(*statement)

    with connection.execute_wrapper(count):
        answer = client.get(address, follow=True)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    times = []
    for _round in range(rounds):
        begun = time.perf_counter()
        client.get(address, follow=True)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1], queries


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    if not User.objects.exists():
        sys.exit("There is no company to measure with. Run `make demo` once, then this again.")
    settings.ALLOWED_HOSTS = ["testserver"]
    print(f"{'who':<12} {'page':<22} {'p50 ms':>7} {'p95 ms':>7} {'queries':>8}")
    worst = 0.0
    for username, pages in [("", public_pages()), *field_pages().items(), *office_pages().items()]:
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-CN")
        if username:
            client.force_login(User.objects.get(username=username), "config.roles.RoleBackend")
        for name, address in pages.items():
            if name == "unknown":
                continue
            middle, high, queries = measure(client, address.partition("#")[0], rounds)
            worst = max(worst, high)
            over = " !" if high > BAR_MS or queries > BAR_QUERIES else ""
            print(f"{username:<12} {name:<22} {middle:7.0f} {high:7.0f} {queries:8}{over}")
    print(f"worst p95: {worst:.0f} ms (bar {BAR_MS})")


if __name__ == "__main__":
    main()
