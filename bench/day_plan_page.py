"""What a day plan costs beside the search itself: 200 people × 2,000 orders of one day.

    DEVELOPMENT=1 .venv/bin/python bench/day_plan_page.py [--seconds 5]

Makes its own scratch database, half of the orders booked and half in the pool, and prints a table: reading the day,
posing the problem, the search, storing, each page, and applying it. Seconds are of this process's processor unless a
column says wall; the memory is its highest so far.
"""

import argparse
import os
import random
import resource
import sys
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ["ALLOWED_HOSTS"] = "testserver"

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dispatch import actions
from dispatch.plans.models import DayPlan
from dispatch.plans.problem import pose, warm_up
from dispatch.plans.reading import read_day
from merchants.models import Merchant
from workforce.models import Booking, PersonSkill, Region, Shift, Skill, User
from workorders.models import SkillNeed, WorkOrder, WorkOrderType

PEOPLE, ORDERS = 200, 2_000


def fill(now: datetime) -> tuple[User, Region]:
    chance = random.Random(7)
    city = Region.objects.create(code="bench-plan", name="City", lat=30.27, lon=120.15)
    districts = [Region.objects.create(code=f"bench-{n}", name=f"District {n}", parent=city) for n in range(10)]
    skills = [Skill.objects.create(code=f"s{n}", name=f"Skill {n}") for n in range(8)]
    types = [WorkOrderType.objects.create(code=f"t{n}", name=f"Type {n}") for n in range(8)]
    SkillNeed.objects.bulk_create(
        SkillNeed(type=kind, skill=skill, level=1 + n % 3) for n, (kind, skill) in enumerate(zip(types, skills))
    )
    dispatcher = User.objects.create_user("bench", name="Bench", role="dispatcher", region=city)
    staff = User.objects.bulk_create(
        User(username=f"e{n}", name=f"Engineer {n}", role="engineer", region=city,
             start_lat=30.27 + chance.gauss(0, 0.1), start_lon=120.15 + chance.gauss(0, 0.1))
        for n in range(PEOPLE)
    )  # fmt: skip
    Shift.objects.bulk_create(
        Shift(person=each, weekday=day, starts_at=time(8), ends_at=time(18)) for each in staff for day in range(7)
    )
    PersonSkill.objects.bulk_create(
        PersonSkill(person=each, skill=skill, level=chance.randint(1, 4))
        for each in staff
        for skill in chance.sample(skills, 4)
    )
    shops = Merchant.objects.bulk_create(
        Merchant(number=f"M-{n}", name=f"Shop {n}", region=chance.choice(districts), created_at=now,
                 lat=30.27 + chance.gauss(0, 0.12), lon=120.15 + chance.gauss(0, 0.12))
        for n in range(ORDERS)
    )  # fmt: skip
    begin = timezone.localtime(now, city.zone).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    booked = [(each, begin + timedelta(hours=2 * slot)) for each in staff for slot in range(5)]
    bookings = Booking.objects.bulk_create(
        Booking(person=each, kind="work", during=DateTimeTZRange(start, start + timedelta(minutes=45)))
        for each, start in booked
    )
    WorkOrder.objects.bulk_create(
        WorkOrder(
            number=f"WO-B-{n:06d}", type=chance.choice(types), merchant=shop, region=shop.region, summary="Bench",
            lat=shop.lat, lon=shop.lon, duration_min=chance.choice([30, 45, 60]), priority=chance.choice([1, 2, 3, 3, 3, 4]),
            opened_at=now, service_date=now.date(), status="assigned" if n < len(booked) else "open",
            engineer=booked[n][0] if n < len(booked) else None, booking=bookings[n] if n < len(booked) else None,
            assigned_at=now if n < len(booked) else None, resolution_due_at=begin + timedelta(hours=chance.randint(2, 40)),
        )
        for n, shop in enumerate(shops)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return dispatcher, city


@contextmanager
def measured(what: str) -> Iterator[None]:
    wall, cpu = clock.perf_counter(), clock.process_time()
    with CaptureQueriesContext(connection) as asked:
        yield
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what:<28}{clock.process_time() - cpu:>9.2f}{clock.perf_counter() - wall:>9.2f}{len(asked):>9}{megabytes:>9.0f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seconds", type=int, default=5, help="time to think")
    asked = parser.parse_args()
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    real = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_day_plan_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        now = timezone.now()
        dispatcher, city = fill(now)
        tomorrow = city.service_date(now) + timedelta(days=1)
        print(f"{PEOPLE} people, {ORDERS} orders, load {os.getloadavg()[0]:.1f}")
        print(f"{'':<28}{'CPU s':>9}{'wall s':>9}{'queries':>9}{'MB':>9}")
        with measured("read the day"):
            inputs, _left_out = read_day(DayPlan(region=city, on=tomorrow), now)
        with measured("pose the problem"):
            pose(inputs)
        with measured("load the engine"):
            warm_up()
        plan = actions.request_plan(region=city, on=tomorrow, seconds=asked.seconds, by=dispatcher, at=now)
        with measured(f"whole plan, {asked.seconds} s to think"):
            actions.run_waiting_plans()
        plan.refresh_from_db()
        print(plan.failure or f"served {plan.totals['after']['served']}, points {plan.progress['points']}")
        client = Client()
        client.force_login(dispatcher)
        for name in ("detail", "timeline", "changes", "map", "unserved", "apply"):
            with measured(f"page: {name}"):
                answer = client.get(f"/office/day-plans/{plan}/{'' if name == 'detail' else name + '/'}", secure=True)
            assert answer.status_code == 200, name
        with measured("apply"):
            actions.apply_plan(plan, by=dispatcher, at=timezone.now())
        print(f"changes: {plan.totals['changes']}")
    finally:
        connection.creation.destroy_test_db(real, verbosity=0)


if __name__ == "__main__":
    main()
