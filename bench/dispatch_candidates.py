"""How long one dispatch decision takes to find its people: top 5 of 10,000 engineers of one city, how often its first
is the best of all, and how long automatic dispatch takes for 1,000 orders.

    DEVELOPMENT=1 .venv/bin/python bench/dispatch_candidates.py [--people 10000] [--rounds 200] [--exact 100]
        [--orders 1000] [--scattered]

Makes its own scratch database, fills it in two minutes (50,000 orders in hand with their bookings, 100,000 finished ones,
leave, positions of which a fifth are stale, half of the bags with the part, a fifth of the people sent by
organisations, everybody in a territory or `--scattered` over the whole city), measures orders at random places that
need one skill, or two and a part, and drops it. Bars: 50 ms; the best of all 99 times of 100.
"""

import argparse
import os
import random
import sys
import time as clock
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Max, Model

from bench.stage import scratch_database
from demo.company import quiet
from dispatch import queries
from dispatch.actions import assign_open_orders
from dispatch.models import Attempt, RuleSet
from dispatch.queries import people
from merchants.models import Merchant
from routing.geo import distance_m
from spareparts.models import Part, Place, Stock
from workforce.actions import make_organisation
from workforce.models import Booking, PersonSkill, Position, Region, Shift, Skill, User
from workorders.models import WorkOrder, WorkOrderType

CASES: dict[str, dict[str, dict[str, int]]] = {
    "one skill": {"needed_skills": {"skill-0": 1}, "needed_parts": {}},
    "two skills, a part": {"needed_skills": {"skill-0": 2, "skill-1": 1}, "needed_parts": {"keypad": 1}},
}
AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # Wednesday, 10:00 in Hangzhou
BAR_MS, BAR_EXACT = 50, 0.99
WARMING = 10  # plans are made once per connection
TERRITORY = 0.025  # degrees of latitude: most jobs lie within 6 km of where the day begins
EAST = 0.86  # a degree of longitude in degrees of latitude


def fill(count: int, is_scattered: bool) -> None:
    chance = random.Random(7)

    def place() -> tuple[float, float]:
        return 30.27 + chance.gauss(0, 0.12), 120.15 + chance.gauss(0, 0.15)

    city = Region.objects.create(code="hangzhou", name="Hangzhou", lat=30.27, lon=120.15)
    skills = [Skill.objects.create(code=f"skill-{n}", name=f"Skill {n}") for n in range(8)]
    kind = WorkOrderType.objects.create(code="repair", name="Repair")
    keypad = Part.objects.create(code="keypad", name="Keypad")
    senders = [
        make_organisation(
            code=f"sender-{n}", name=f"Sender {n}", regions=[city], order_types=[kind] if n else [], by=None, at=AT,
            ends_on=AT.date() - timedelta(days=1) if n == 1 else None,
        )
        for n in range(5)
    ]  # fmt: skip
    shops = copy(
        Merchant(number=f"M-{n}", name=f"Shop {n}", region=city, lat=lat, lon=lon, created_at=AT)
        for n in range(5000)
        for lat, lon in [place()]
    )
    engineers = copy(
        User(username=f"e{n}", name=f"Engineer {n}", role="engineer", region=city, start_lat=lat, start_lon=lon,
             date_joined=AT, organisation=chance.choice(senders) if chance.random() < 0.2 else None)
        for n in range(count)
        for lat, lon in [place()]
    )  # fmt: skip
    bags = copy(
        Place(code=f"bag-{person.pk}", kind="bag", person=person) for person in engineers if chance.random() < 0.5
    )
    copy(Stock(part=keypad, place=bag, quantity=chance.randint(1, 3)) for bag in bags)
    copy(
        PersonSkill(person=person, skill=skill, level=chance.randint(1, 5),
                    expires_on=AT.date() + timedelta(days=chance.randint(-30, 700)))
        for person in engineers
        for skill in chance.sample(skills, 4)
    )  # fmt: skip
    copy(
        Shift(person=person, weekday=day, starts_at=time(start), ends_at=time(start + 9))
        for person in engineers
        for start in [chance.choice([8, 9, 9, 12])]
        for day in chance.sample(range(7), 5)
    )
    copy(orders_of(engineers, shops, kind, chance, is_scattered))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def orders_of(
    engineers: list[User], shops: list[Merchant], kind: WorkOrderType, chance: random.Random, is_scattered: bool
) -> Iterator[WorkOrder]:
    """What each has today and tomorrow, one after the other with time for the way, and ten of the months before: around
    their start places, or anywhere. Then where their phones are."""
    places = np.array([(shop.lat, shop.lon * EAST) for shop in shops])

    def shop_for(person: User) -> Merchant:
        if is_scattered:
            return chance.choice(shops)
        spot = person.start_lat + chance.gauss(0, TERRITORY), person.start_lon * EAST + chance.gauss(0, TERRITORY)
        return shops[int(((places - spot) ** 2).sum(axis=1).argmin())]

    def order(number: str, shop: Merchant, engineer: User, **values: Any) -> WorkOrder:
        return WorkOrder(
            number=number, type=kind, merchant=shop, region_id=shop.region_id, summary="-", lat=shop.lat, lon=shop.lon,
            duration_min=45, engineer=engineer, **values,
        )  # fmt: skip

    visits: list[tuple[Booking, Merchant | None]] = []
    positions = []
    for person in engineers:
        end, here = AT - timedelta(minutes=chance.randint(60, 150)), shop_for(person)
        seen = here
        for n in range(6):
            shop = shop_for(person)
            way = distance_m(here.lat, here.lon, shop.lat, shop.lon) * 1.35 / 25_000
            begin = (
                end + timedelta(hours=float(way), minutes=chance.randint(0, 60))
                if n != 4
                else end + timedelta(hours=16)
            )
            end, here = begin + timedelta(minutes=45), shop
            seen = shop if begin <= AT else seen
            is_away = n == 3 and chance.random() < 0.1
            booking = Booking(
                person=person, kind="leave" if is_away else "work", label="" if is_away else "-",
                during=DateTimeTZRange(begin, end),
            )  # fmt: skip
            visits.append((booking, None if is_away else shop))
        told = AT - timedelta(minutes=chance.choice([1, 5, 10, 20, 300]))
        positions.append(Position(person=person, lat=seen.lat + chance.gauss(0, 0.01), lon=seen.lon, at=told))
    copy(positions)
    copy(booking for booking, _shop in visits)
    for booking, shop in visits:
        begin, end = booking.during.lower, booking.during.upper
        if shop:
            done = {"departed_at": begin, "completed_at": end} if end < AT else {}
            yield order(
                f"WO-{booking.pk}", shop, booking.person, booking=booking, service_date=AT.date(), opened_at=AT,
                status="completed" if done else "accepted", **done,
            )  # fmt: skip
    for n in range(10 * len(engineers)):
        when, person = AT - timedelta(days=chance.randint(1, 300)), engineers[n % len(engineers)]
        yield order(
            f"WO-old-{n}", shop_for(person), person, service_date=when.date(), opened_at=when, departed_at=when,
            completed_at=when, status="closed",
        )  # fmt: skip


Row = TypeVar("Row", bound=Model)


def copy(made: Iterable[Row]) -> list[Row]:
    """As bulk_create, but ten times as fast."""
    rows = list(made)
    model, table = type(rows[0]), type(rows[0])._meta
    fields = [field for field in table.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        if table.auto_field:
            for pk, row in enumerate(rows, start=(model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1):
                row.pk = pk
        with cursor.copy(f'COPY "{table.db_table}" ({columns}) FROM STDIN') as stream:
            for row in rows:
                stream.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        if table.auto_field:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table.db_table, rows[-1].pk])
    return rows


class Stopwatch:
    """Milliseconds on the wall, and of processor time in this process and in the server's: other load counts only
    for the first."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    @contextmanager
    def measure(self, what: str) -> Iterator[None]:
        wall, cpu = clock.perf_counter(), self._cpu_s()
        yield
        self.wall.setdefault(what, []).append((clock.perf_counter() - wall) * 1000)
        self.cpu.setdefault(what, []).append((self._cpu_s() - cpu) * 1000)

    def _cpu_s(self) -> float:
        return clock.process_time() + int(self.server.read_text().split()[0]) / 1e9

    def report(self) -> None:
        print(f"{'ms':38}{'wall p50':>10}{'p95':>8}{'max':>8}{'CPU p50':>12}{'p95':>8}")
        for what in self.wall:
            wall, cpu = np.percentile(self.wall[what], [50, 95, 100]), np.percentile(self.cpu[what], [50, 95])
            print(f"{what:38}{wall[0]:10.1f}{wall[1]:8.1f}{wall[2]:8.1f}{cpu[0]:12.1f}{cpu[1]:8.1f}")


def measure(rounds: int, exact: int) -> int:
    rules, kind, region = RuleSet(), WorkOrderType.objects.get(), Region.objects.get()
    watch, is_missed = Stopwatch(), False
    load = os.getloadavg()[0]
    print(f"{User.objects.count():,} engineers, {WorkOrder.objects.count():,} orders, {rounds} rounds, load {load:.1f}")
    for case, needs in CASES.items():
        shops = random.Random(11).sample(list(Merchant.objects.order_by("pk")), WARMING + rounds)
        orders = [
            WorkOrder(
                pk=0, number=f"new-{n}", type=kind, merchant=shop, region=region, lat=shop.lat, lon=shop.lon,
                duration_min=45, opened_at=AT, response_due_at=AT + timedelta(hours=4), **needs,
            )
            for n, shop in enumerate(shops)
        ]  # fmt: skip
        for order in orders[:WARMING]:
            queries.rank(order, rules, AT, limit=5)
        found = []
        for order in orders[WARMING:]:
            with watch.measure(f"{case}: what is needed"):
                assert len(order.needs.skills) == len(needs["needed_skills"])
            with watch.measure(f"{case}: top 5, all of it"):
                found.append(queries.rank(order, rules, AT, limit=5).best)
            assert len(found[-1]) == 5, found[-1]
        for order in orders[:WARMING]:
            with watch.measure(f"{case}: count passed over"):
                queries.count_passed_over(order, rules, AT)
        is_missed |= float(np.percentile(watch.wall[f"{case}: top 5, all of it"], 95)) > BAR_MS
        is_missed |= not _are_best(case, orders[WARMING:][:exact], [best[0] for best in found], rules)
    watch.report()
    print(
        f"bar {BAR_MS} ms at p95 of the wall, the best {BAR_EXACT:.0%} of times: {'MISSED' if is_missed else 'reached'}"
    )
    return int(is_missed)


def _are_best(case: str, orders: list[WorkOrder], found: list[dict[str, Any]], rules: RuleSet) -> bool:
    """Compares with a search that looks into the days of everybody who passes the limits."""
    before = people.ENOUGH, people.PROMISING
    people.ENOUGH = people.PROMISING = 10**6
    lost = [
        queries.rank(order, rules, AT, limit=1).best[0]["score"] - best["score"]
        for order, best in zip(orders, found, strict=False)
    ]
    people.ENOUGH, people.PROMISING = before
    share = sum(points <= 0 for points in lost) / len(lost)
    print(f"{case}: the first is the best of all in {share:.1%} of {len(lost)}; at most {max(lost):.1f} points lost")
    return share >= BAR_EXACT


def assign(count: int) -> int:
    """Every order of the pool once, by what the worker runs, and nothing that must not be."""
    chance = random.Random(13)
    shops, kind = list(Merchant.objects.select_related("region")), WorkOrderType.objects.get()
    WorkOrder.objects.bulk_create(
        WorkOrder(
            number=f"WO-new-{n}", type=kind, merchant=shop, region=shop.region, lat=shop.lat, lon=shop.lon, summary="-",
            duration_min=45, opened_at=AT, service_date=AT.date(), response_due_at=AT + timedelta(hours=4),
            **list(CASES.values())[n % len(CASES)],
        )
        for n in range(count)
        for shop in [chance.choice(shops)]
    )  # fmt: skip
    watch = Stopwatch()
    with quiet():
        for _ in range(count):
            with watch.measure("automatic dispatch of an order"):
                assert assign_open_orders(at=AT, limit=1) == 1
        assert assign_open_orders(at=AT, limit=1) == 0
    watch.report()
    wall = sum(watch.wall["automatic dispatch of an order"]) / 1000
    given = WorkOrder.objects.filter(number__startswith="WO-new-", status="assigned").count()
    print(f"{count:,} orders, half of each kind: {given:,} assigned in {wall:.1f} s")
    wrong = {what: count for what, sql in MUST_NOT_BE.items() if (count := _count(sql))}
    print(f"what must not be: {wrong or 'nothing'}")
    return int(bool(wrong) or given + Attempt.objects.count() != count)


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) wrong", {"today": AT.date(), "most": RuleSet().max_orders})
        return cursor.fetchone()[0]


NEW = "FROM workorders_workorder work JOIN workforce_booking booking ON booking.id = booking_id AND work.number LIKE 'WO-new-%%'"
MUST_NOT_BE = {
    "decided twice": "SELECT order_id FROM dispatch_decision WHERE chosen_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    "in two places": f"SELECT {NEW} JOIN workforce_booking other"
    " ON other.person_id = booking.person_id AND other.during && booking.during AND other.id <> booking.id",
    "out of shift": f"""SELECT {NEW} WHERE NOT EXISTS (
        SELECT FROM workforce_shift WHERE person_id = engineer_id
            AND weekday = extract(isodow FROM lower(during) AT TIME ZONE 'Asia/Shanghai') - 1
            AND starts_at <= (lower(during) AT TIME ZONE 'Asia/Shanghai')::time
            AND ends_at >= (upper(during) AT TIME ZONE 'Asia/Shanghai')::time)""",
    "without a skill": f"SELECT {NEW} CROSS JOIN jsonb_each_text(needed_skills) need WHERE NOT EXISTS ("
    "SELECT FROM workforce_personskill held JOIN workforce_skill skill ON skill.id = skill_id AND skill.code = need.key"
    " WHERE person_id = engineer_id AND level >= need.value::int AND coalesce(expires_on >= %(today)s, true))",
    "more parts than in the bag": """SELECT engineer_id FROM workorders_workorder
        CROSS JOIN jsonb_each_text(needed_parts) need WHERE status IN ('assigned', 'accepted') GROUP BY 1
        HAVING sum(need.value::int) > coalesce((SELECT sum(quantity) FROM spareparts_stock JOIN spareparts_place place
            ON place.id = place_id WHERE place.person_id = engineer_id), 0)""",
    "too many in hand": f"SELECT engineer_id FROM workorders_workorder WHERE status IN ('assigned', 'accepted')"
    f" AND engineer_id IN (SELECT engineer_id {NEW}) GROUP BY 1 HAVING count(*) > %(most)s",
    "outside a contract": f"""SELECT {NEW} JOIN workforce_user person ON person.id = engineer_id
        JOIN workforce_organisation sender ON sender.id = organisation_id
        WHERE ends_on < %(today)s OR NOT EXISTS (SELECT FROM workorders_workordertype_organisations allowed
            WHERE allowed.organisation_id = sender.id AND workordertype_id = type_id)""",
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--exact", type=int, default=100)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--scattered", action="store_true")
    options = parser.parse_args()
    with scratch_database("dispatch"):
        began = clock.perf_counter()
        fill(options.people, options.scattered)
        print(f"filled in {clock.perf_counter() - began:.0f} s")
        failed = measure(options.rounds, options.exact)
        return failed | assign(options.orders) if options.orders else failed


if __name__ == "__main__":
    sys.exit(main())
