"""Builds the company: reference data, people, four years of merchants and terminals, a year of orders, and today."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial

from django.conf import settings
from django.db import connection, transaction

from demo import today
from demo.advice import write_down
from demo.asking import NEW_SHOP, NEW_SHOPS, ask
from demo.catalogue import RULE_SETS
from demo.driving import Aside, Beside, without_collecting, without_savepoints
from demo.heartbeats import tell_heartbeats
from demo.hunting import extent_of, hunt, stake_out
from demo.insights import tell_insights
from demo.money import bring_money
from demo.names import Wording
from demo.people import hire
from demo.places import District, heaps, make_regions
from demo.reference import load_reference
from demo.reviews import file_changes, hand_in
from demo.rounds import begin_round, tell_rounds
from demo.seasons import KINDS, instants
from demo.shops import doubled_shop, open_head_offices, settled_shops
from demo.stock import report_bindings, sign_organisations, stock_up
from demo.walks import Ground, remember
from demo.watching import watch
from demo.world import Setting, World
from dispatch.actions import assign_open_orders, make_rules, request_plan
from notifications.actions import read_notices
from notifications.models import Notice
from workforce.models import Region, User
from workorders.actions import warn_of_due_times

HEAPS = 2
TERMINALS_PER_SHOP = 4 / 3
BEFORE = timedelta(days=3 * 365)  # the company is so much older than its first order
CELLS = timedelta(days=370)  # before now they were drawn
EVENING = time(20, 30)  # from when on the next day is planned
CHECKLISTS = timedelta(days=10)  # before now they were introduced
DOUBLES = 1 / 250
SHOPS_IN_A_LIST = (6, 14)
SMALL = 300  # merchants: below, fewer people work here and less happens besides the orders
SHOP_STEPS, ORDER_STEPS = 1, 4  # what a shop and an order weigh in the progress
NOTHING_WAKES: dict[str, list[str]] = {}  # what is past needs nobody


@dataclass(frozen=True)
class Plan:
    at: datetime  # now
    language: str = "zh-hans"
    seed: int = 1
    merchants: int = 3000
    days: int = 365
    orders: int = 600

    @property
    def begin(self) -> datetime:
        return self.at - timedelta(days=self.days)

    @property
    def is_small(self) -> bool:
        return self.merchants < SMALL

    @property
    def steps(self) -> int:
        return self.merchants * SHOP_STEPS + self.orders * ORDER_STEPS


Progress = Callable[[int], None]


def build(plan: Plan, progress: Progress, drive: Callable, beside: Beside) -> None:
    """`drive` runs the worlds up to each boundary, `beside` two tasks, here or in processes of their own: see
    demo/driving.py."""
    with quiet():
        with transaction.atomic():
            worlds = found_company(plan)
            setting, extent = worlds[0].setting, extent_of(plan.is_small)
            ground = stake_out(setting, is_small=plan.is_small, language=plan.language, at=plan.at - CELLS)
        past = remember(
            setting, ground, leads=extent.remembered, months=extent.months, seed=plan.seed, language=plan.language, at=plan.at,
        )  # fmt: skip
        checklists_at = max(plan.at - CHECKLISTS, plan.begin)
        measured_at = {plan.begin - BEFORE * 3 / 4, plan.begin, plan.begin + (plan.at - plan.begin) / 3, plan.at}
        boundaries = sorted(
            {*measured_at, plan.begin - BEFORE / 3, plan.at - (plan.at - plan.begin) / 3, checklists_at}
        )

        def at_boundary(boundary: datetime) -> None:
            if boundary == checklists_at:
                load_reference(checklists_at, language=plan.language)
            read_notices(Notice.objects.filter(created_at__lt=boundary - timedelta(days=1)), at=boundary)
            if boundary in measured_at:
                with connection.cursor() as cursor:
                    cursor.execute("ANALYZE")  # the tables have grown, the planner must know

        drive(worlds, boundaries, at_boundary, progress, Aside(plan.begin, past))
        with (
            beside(partial(stock_up, setting, seed=plan.seed, language=plan.language, at=plan.at, is_small=plan.is_small)),
            transaction.atomic(), without_savepoints(), without_collecting(),
        ):  # fmt: skip
            tell_the_rest(plan, setting, ground)
        with transaction.atomic():
            bring_money(seed=plan.seed, by=setting.staff.office["manager"], at=plan.at, is_small=plan.is_small)
        tell_heartbeats(at=plan.at)
        watch(setting.reference, by=setting.staff.office["manager"], language=plan.language, at=plan.at)
        tell_insights(by=setting.staff.office["manager"], at=plan.at)
        read_notices(Notice.objects.filter(created_at__lt=plan.at - timedelta(days=1)), at=plan.at)
        plan_evenings(setting.regions["hangzhou"], by=setting.staff.office["manager"], at=plan.at)
        assign_open_orders(at=plan.at)
        warn_of_due_times(at=plan.at)
        city = setting.regions["hangzhou"]
        tomorrow = city.service_date(plan.at) + timedelta(days=1)
        request_plan(region=city, on=tomorrow, seconds=5, by=setting.staff.office["dispatcher"], at=plan.at)


def tell_the_rest(plan: Plan, setting: Setting, ground: Ground) -> None:
    """What was learned from the orders, who helps, and who was won how."""
    write_down(setting.reference, setting.staff, language=plan.language, seed=plan.seed, begin=plan.begin, at=plan.at)
    sign_organisations(setting, language=plan.language, at=plan.at)
    report_bindings(setting, at=plan.at)
    hunt(setting, ground, is_small=plan.is_small, seed=plan.seed, language=plan.language, at=plan.at)
    hand_in(setting, language=plan.language, seed=plan.seed, at=plan.at)
    file_changes(setting, language=plan.language, seed=plan.seed, at=plan.at)
    tell_rounds(at=plan.at)


def plan_evenings(city: Region, *, by: User, at: datetime) -> None:
    """Rules for the city, so that the next day is planned by itself; of what they weigh most orders there are repairs."""
    make_rules(name=city.name, region=city, plans_at=EVENING, **RULE_SETS[1][-1], by=by, at=at)


def found_company(plan: Plan) -> list[World]:
    """What stands before the first shop; and what is going to happen, on the timelines of the worlds."""
    founded, rng = plan.begin - BEFORE, random.Random(f"{plan.seed} company")
    districts = heaps(HEAPS)
    regions = make_regions(plan.language)
    reference = load_reference(founded, language=plan.language, publish=False)
    staff = hire(
        regions, reference, districts, language=plan.language, rng=rng, at=founded, today=plan.at.date(),
        is_small=plan.is_small,
    )  # fmt: skip
    heads = open_head_offices(
        plan.merchants, region=regions["hangzhou"], reference=reference, by=staff.office["manager"],
        words=Wording(plan.language, rng), language=plan.language, at=founded,
    )  # fmt: skip
    setting = Setting(regions, reference, staff, heads, plan.language, founded, plan.begin, plan.at)
    worlds = [World(setting, heap, each, plan.seed) for heap, each in enumerate(districts)]
    left, orders_left = plan.merchants - len(heads), plan.orders
    for number, world in enumerate(worlds):
        is_last = number == len(worlds) - 1
        share = sum(each.share for each in world.districts) / 100
        merchants = left if is_last else round(plan.merchants * share)
        orders = orders_left if is_last else round(plan.orders * share)
        left, orders_left = left - merchants, orders_left - orders
        write_story(world, merchants, orders, is_small=plan.is_small)
    return worlds


def write_story(world: World, merchants: int, orders: int, *, is_small: bool) -> None:
    rng, setting, timeline = world.rng, world.setting, world.timeline
    kinds = list(KINDS)
    new_shops = 0
    timeline.at(setting.begin, lambda now: begin_round(world, now))
    for at in instants(rng, setting.begin, setting.end - timedelta(hours=2), orders):
        kind = rng.choices(kinds, weights=KINDS.values())[0]
        if kind == "install" and rng.random() < NEW_SHOPS:
            kind, new_shops = NEW_SHOP, new_shops + 1
        timeline.at(at, lambda now, kind=kind: ask(world, kind, now))
    doubles = max(1, round(merchants * DOUBLES))
    for _number in range(doubles):
        timeline.at(setting.begin + (setting.end - setting.begin) * rng.random(), lambda now: doubled_shop(world, now))
    settled = max(merchants - new_shops - doubles, len(world.districts))
    span = setting.begin - setting.founded - timedelta(days=45)
    for district, count in lists_of_shops(world, settled):
        timeline.at(
            setting.founded + timedelta(days=1) + span * rng.random(),
            lambda now, district=district, count=count: settled_shops(world, district, count, now),
        )
    spare = round(merchants * TERMINALS_PER_SHOP - settled * 1.03)
    for quarter in range(5):
        at = setting.begin + (setting.end - setting.begin) * max(0, quarter / 4 - 0.02) - timedelta(days=1)
        timeline.at(at, lambda now: world.stock_up([world.draw_model() for _number in range(spare // 5)], now))
    today.prepare(world, every=HEAPS if is_small else 1)


def lists_of_shops(world: World, settled: int) -> Iterator[tuple[District, int]]:
    """They came in lists, each of one district, every district at least one."""
    left = settled
    for district in world.districts:
        left -= 1
        yield district, 1
    while left > 0:
        count = min(left, world.rng.randint(*SHOPS_IN_A_LIST))
        left -= count
        yield world.draw_district(), count


@contextmanager
def quiet() -> Iterator[None]:
    """What is past wakes no task."""
    before, settings.WAKES = settings.WAKES, f"{__name__}.NOTHING_WAKES"
    try:
        yield
    finally:
        settings.WAKES = before
