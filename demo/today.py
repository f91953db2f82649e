"""The last hours before now: orders at every stage of their life, so that every first page has something to show."""

from datetime import datetime, time, timedelta

from assets.actions import issue_terminal
from demo.asking import open_order, report_fault
from demo.crew import ZONE, Worker, local
from demo.names import PAUSES, WANTED
from demo.timeline import Life
from demo.tracks import tell_positions
from demo.work import Job, answer, finish
from demo.world import Device, World
from dispatch.actions import assign_by_hand
from workforce.actions import book_time
from workorders import actions
from workorders.lifecycle import Status

# per heap: how far it has come, and how many minutes ago it was asked for
STAGES = [
    (Status.COMPLETED, 150), (Status.PAUSED, 120), (Status.IN_PROGRESS, 95), (Status.IN_PROGRESS, 80),
    (Status.ON_SITE, 65), (Status.EN_ROUTE, 50), (Status.EN_ROUTE, 38), (Status.ACCEPTED, 27), (Status.ASSIGNED, 7),
]  # fmt: skip
IN_THE_POOL = (4, 3, 2)  # minutes ago; automatic dispatch takes them
NEGLECTED = timedelta(days=3, hours=5)  # ago; by now it is overdue
WAITING = "chunan"  # where nobody can go today
STEPS = (Status.ASSIGNED, Status.ACCEPTED, Status.EN_ROUTE, Status.ON_SITE, Status.IN_PROGRESS)
IN_A_BAG = 3  # terminals, at most


def prepare(world: World, *, every: int = 1) -> None:
    """Puts all of it on the timeline; with `every` 2, each heap has every other stage."""
    end = world.setting.end
    for status, minutes in STAGES[world.heap % every :: every]:
        world.timeline.at(end - timedelta(minutes=minutes), lambda at, to=status: stage(world, to, at))
    for minutes in IN_THE_POOL:
        world.timeline.at(end - timedelta(minutes=minutes), lambda at: _only_ask(world, at))
    world.timeline.at(end - NEGLECTED, lambda at: _neglect(world, at))
    for name, kind in (("engineer", "activate"), ("inspector", "inspect")):
        for worker in world.crew:
            if worker.user.username == name:
                world.timeline.at(
                    end - timedelta(minutes=55), lambda at, who=worker, what=kind: _plan_for(world, who, what, at)
                )
    for worker in world.crew:
        if worker.user.role == "engineer":
            world.timeline.at(
                end - timedelta(days=world.rng.uniform(0.5, 25)), lambda at, who=worker: _fill_bag(world, who, at)
            )
        if worker.covers == {WAITING}:
            first = (end - timedelta(days=1)).astimezone(ZONE).date()
            worker.away.append((first, first + timedelta(days=4)))
            world.timeline.at(end - timedelta(days=8), lambda at, who=worker: _take_leave(world, who, at))
            world.timeline.at(end - timedelta(minutes=35), lambda at: _only_ask(world, at, district=WAITING))
    world.timeline.at(end - timedelta(seconds=90), lambda at: tell_positions(world, at))


def stage(world: World, to: Status, at: datetime) -> Life | None:
    """A repair that comes just so far by now, at an even pace."""
    found = _fault_and_worker(world, at)
    return _come_to(world, to, report_fault(world, found[0], at), found[1], at) if found else None


def _come_to(world: World, to: Status, job: Job, worker: Worker, at: datetime) -> Life:
    end, merchant = world.setting.end, job.shop.merchant
    ways = STEPS.index(to) + 1 if to in STEPS else len(STEPS) + 2
    pace = (end - timedelta(minutes=4) - at) / ways
    planned = at + pace * 3.5 if to not in (Status.ASSIGNED, Status.ACCEPTED) else end + world.minutes(40, 90)
    worker.planned_until = planned + timedelta(minutes=job.order.duration_min + 15)
    yield at + pace
    assign_by_hand(
        job.order, engineer=worker.user, by=world.dispatcher(job.shop), reason=world.words.of(("离得最近", "Nearest")),
        at=world.timeline.now, start=planned,
    )  # fmt: skip
    if to is Status.ASSIGNED:
        return
    yield at + pace * 2
    actions.accept_work_order(job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now)
    if to is Status.ACCEPTED:
        return
    worker.busy_until = worker.planned_until
    yield at + pace * 3
    actions.depart(
        job.order,
        by=worker.user,
        at=world.timeline.now,
        device_at=world.timeline.now,
        lat=worker.lat,
        lon=worker.lon,
        accuracy_m=20,
    )
    if to is Status.EN_ROUTE:
        return
    yield at + pace * 4
    actions.arrive(
        job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now, lat=merchant.lat, lon=merchant.lon,
        accuracy_m=15,
    )  # fmt: skip
    if to is Status.ON_SITE:
        return
    yield world.timeline.now + timedelta(minutes=2)
    actions.start_work(job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now)
    if to is Status.IN_PROGRESS:
        return
    if to is Status.PAUSED:
        yield world.timeline.now + timedelta(minutes=3)
        note = world.words.one(PAUSES["part"])
        actions.pause_work(job.order, by=worker.user, reason="part", note=note, at=world.timeline.now)
        return
    yield from answer(world, job, worker)
    yield from finish(world, job, worker)


def _fault_and_worker(world: World, at: datetime) -> tuple[Device, Worker] | None:
    """A terminal that fails, and somebody with time for it, if possible on shift."""
    today = world.setting.end.astimezone(ZONE).date()
    free = [
        each for each in world.crew
        if each.can("pos-repair", 2) and each.user.username != "engineer" and not each.is_away(today)
        and all(until is None or until <= at for until in (each.planned_until, each.busy_until))
    ]  # fmt: skip
    for _try in range(20):
        device = world.failing(at.date())
        near = [each for each in free if device and device.shop.district.code in each.covers]
        if near:
            return device, next((each for each in near if each.is_on_shift(at)), near[0])
    return None


def _only_ask(world: World, at: datetime, *, district: str = "") -> None:
    device = world.failing(at.date(), district=district)
    if device:
        report_fault(world, device, at)


def _neglect(world: World, at: datetime) -> Life | None:
    """A repair that was accepted and then put off."""
    found = _fault_and_worker(world, at)
    return _put_off(world, report_fault(world, found[0], at), found[1]) if found else None


def _put_off(world: World, job: Job, worker: Worker) -> Life:
    start = world.setting.end + world.minutes(30, 90)
    worker.planned_until = start + timedelta(minutes=job.order.duration_min)
    yield world.timeline.now + world.minutes(5, 15)
    actions.assign_work_order(
        job.order, engineer=worker.user, start=start, end=worker.planned_until, by=world.dispatcher(job.shop),
        at=world.timeline.now, reason=world.words.of(("等待备件", "Waits for a part")),
    )  # fmt: skip
    yield world.timeline.now + world.minutes(5, 30)
    actions.accept_work_order(job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now)


def _plan_for(world: World, worker: Worker, kind: str, at: datetime) -> Life | None:
    """One accepted order for later, for whoever logs in by the name of the role."""
    shops = [
        shop for shop in world.shops
        if shop.district.code in worker.covers and shop.devices and shop.is_free
    ]  # fmt: skip
    if not shops or (worker.planned_until and worker.planned_until > world.setting.end):
        return
    shop = min(shops, key=lambda shop: worker.travel_min(shop.merchant.lat, shop.merchant.lon))
    order = open_order(
        world, kind, shop, shop.devices[0] if kind == "activate" else None, world.words.one(WANTED[kind]), at
    )
    start = world.setting.end + timedelta(minutes=150)
    worker.planned_until = start + timedelta(minutes=order.duration_min)
    yield at + timedelta(minutes=3)
    assign_by_hand(
        order, engineer=worker.user, by=world.dispatcher(shop), reason=world.words.of(("顺路", "On the way")),
        at=world.timeline.now, start=start,
    )  # fmt: skip
    yield at + timedelta(minutes=8)
    actions.accept_work_order(order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now)


def _fill_bag(world: World, worker: Worker, at: datetime) -> None:
    """Of a fifth of the stock at most."""
    in_stock = sum(map(len, world.stock.values()))
    for _number in range(min(world.rng.randint(1, IN_A_BAG), in_stock // (5 * len(world.crew)) + 1, in_stock)):
        device = world.from_stock(at)
        issue_terminal(device.terminal, holder=worker.user, by=world.office["warehouse"], at=at)


def _take_leave(world: World, worker: Worker, at: datetime) -> None:
    first, last = worker.away[-1]
    book_time(
        worker.user, kind="leave", start=local(first, time.min), end=local(last, time.max), by=world.office["manager"],
        at=at, label=world.words.of(("年假", "Annual leave")),
    )  # fmt: skip
