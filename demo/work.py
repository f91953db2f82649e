"""The life of a work order from the pool to its end, every step through its action."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assets.actions import (
    issue_terminal,
    scrap_terminal,
    swap_terminals,
    take_back_terminal,
    unbind_terminal,
    wipe_terminals,
)
from demo import names
from demo.crew import Worker, choose
from demo.pictures import take_photo
from demo.places import WEAK
from demo.seasons import HOT
from demo.shops import install
from demo.timeline import Life
from demo.world import Device, Shop, World
from merchants.actions import change_merchant
from procedures.branching import taken_steps
from workorders import actions
from workorders.challenges import code_of
from workorders.models import WorkOrder
from workorders.service_report import hash_of

CANCELLED, WITHDRAWN = 0.035, 0.015
PAUSED = 0.08
RATED = 0.32
REPEATED, REPEATED_WHERE_WEAK = 0.06, 0.25
LATE_UPLOAD = 0.03  # completed without network, sent later
SCRAPPED = 0.1
FARTHEST_MIN = 150


@dataclass(eq=False)
class Job:
    order: WorkOrder
    kind: str
    shop: Shop
    device: Device | None = None
    remedy: str = ""
    cause: str = "software"
    codes: dict[str, str] = field(default_factory=dict)  # fault codes of a repair, by kind
    is_repeat: bool = False
    is_moved: bool = False  # its terminals
    again: Callable[[datetime], Life | None] | None = None  # how the same terminal is reported once more
    fresh: Device | None = None  # the terminal that is brought along
    refused_by: set[Worker] = field(default_factory=set)

    @property
    def is_weak(self) -> bool:
        return self.shop.district.code == WEAK


def carry_out(world: World, job: Job) -> Life:
    rng = world.rng
    while True:
        yield world.timeline.now + world.minutes(1, 25) * (5 if job.is_weak else 1)
        if rng.random() < CANCELLED:
            return cancel(world, job)
        found = _find(world, job)
        if found is None:
            yield world.timeline.now + timedelta(hours=6)
            continue
        worker, start = found
        end = start + timedelta(minutes=job.order.duration_min)
        worker.planned_until = end + world.minutes(10, 25)
        if worker.is_taken(start, end):
            continue
        by_hand = rng.random() < 0.3
        actions.assign_work_order(
            job.order, engineer=worker.user, start=start, end=end, by=world.dispatcher(job.shop) if by_hand else None,
            at=world.timeline.now,
        )  # fmt: skip
        yield world.timeline.now + world.minutes(1, 14) * worker.pace
        if rng.random() < worker.reject_rate:
            reasons = names.EXCUSES if worker.reject_rate > 0.1 else names.REJECTIONS
            actions.reject_work_order(job.order, by=worker.user, reason=world.words.one(reasons), at=world.timeline.now)
            job.refused_by.add(worker)
            continue
        break
    now = world.timeline.now
    actions.accept_work_order(job.order, by=worker.user, at=now, device_at=now - timedelta(seconds=rng.randint(1, 4)))
    yield from _go(world, job, worker, start)
    if rng.random() < WITHDRAWN:
        return cancel(world, job)
    yield from _work(world, job, worker)
    yield from finish(world, job, worker)


def cancel(world: World, job: Job) -> None:
    actions.cancel_work_order(
        job.order, by=world.dispatcher(job.shop), reason=world.words.one(names.CANCELLATIONS), at=world.timeline.now
    )
    job.shop.has_order = False
    if job.fresh:  # it stays in the bag until the warehouse has it back
        take_back_terminal(job.fresh.terminal, by=world.office["warehouse"], at=world.timeline.now)
        world.stock[job.fresh.model].append(job.fresh)


def _find(world: World, job: Job) -> tuple[Worker, datetime] | None:
    merchant = job.shop.merchant
    crew = [each for each in world.crew_for(job.shop, job.order.needed_skills) if each not in job.refused_by]
    if job.kind == "inspect":
        crew = [each for each in crew if each.user.role == "inspector"] or crew
    patience = timedelta(hours=world.rng.uniform(*{"repair": (0.2, 1.5), "swap": (1, 20)}.get(job.kind, (12, 70))))
    if job.shop.merchant.tier == "key":
        patience *= 0.6
    if job.is_weak:
        patience += timedelta(hours=world.rng.uniform(2, 22))
    since = world.timeline.now + patience
    return choose(crew, world.rng, lat=merchant.lat, lon=merchant.lon, since=since, minutes=job.order.duration_min)


def _go(world: World, job: Job, worker: Worker, start: datetime) -> Life:
    """To the merchant: with a terminal in the bag where one is to be left there."""
    rng, merchant = world.rng, job.shop.merchant
    travel = timedelta(minutes=min(worker.travel_min(merchant.lat, merchant.lon), FARTHEST_MIN))
    if job.kind in ("install", "swap"):
        yield start - travel - world.minutes(20, 50)
        job.fresh = world.from_stock(
            world.timeline.now, but=job.device.model if job.device and job.device.model == HOT else ""
        )
        issue_terminal(job.fresh.terminal, holder=worker.user, by=world.office["warehouse"], at=world.timeline.now)
    yield start - travel
    while worker.busy_until and worker.busy_until > world.timeline.now:
        yield worker.busy_until + world.minutes(3, 12)
    travel *= rng.uniform(0.8, 1.5) * (1.15 if job.is_weak else 1)
    worker.busy_until = world.timeline.now + travel + timedelta(minutes=job.order.duration_min * worker.pace)
    actions.depart(job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now)
    yield world.timeline.now + travel
    lat, lon, reason, photo = merchant.lat + rng.gauss(0, 4e-4), merchant.lon + rng.gauss(0, 4e-4), "", None
    if rng.random() < 0.04:
        lat, reason = lat + 0.005, world.words.one(names.NO_POSITION)
        photo = take_photo(rng, merchant.name, by=worker.user, at=world.timeline.now, lat=lat, lon=lon)
    elif abs(lat - merchant.lat) + abs(lon - merchant.lon) > 0.0015:
        lat, lon = merchant.lat, merchant.lon
    actions.arrive(
        job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now, lat=lat, lon=lon,
        accuracy_m=round(rng.uniform(5, 45)), reason=reason, photo=photo,
    )  # fmt: skip


def _work(world: World, job: Job, worker: Worker) -> Life:
    rng = world.rng
    yield world.timeline.now + world.minutes(1, 6)
    actions.start_work(job.order, by=worker.user, at=world.timeline.now, device_at=world.timeline.now)
    minutes = job.order.duration_min * rng.uniform(0.45, 1.05) * worker.pace
    yield world.timeline.now + timedelta(minutes=minutes / 2)
    if rng.random() < PAUSED:
        reason = rng.choice(list(names.PAUSES))
        note = world.words.one(names.PAUSES[reason])
        actions.pause_work(job.order, by=worker.user, reason=reason, note=note, at=world.timeline.now)
        worker.busy_until = world.timeline.now
        back_at = worker.first_slot(world.timeline.now + timedelta(hours=rng.uniform(1, 26)), 30)
        yield back_at or world.timeline.now + timedelta(hours=20)
        while worker.busy_until > world.timeline.now:
            yield worker.busy_until + world.minutes(3, 12)
        worker.busy_until = world.timeline.now + timedelta(minutes=minutes / 2 + 5)
        actions.resume_work(job.order, by=worker.user, at=world.timeline.now)
        yield world.timeline.now + timedelta(minutes=minutes / 4)
    yield from answer(world, job, worker)
    handle_terminals(world, job, worker)
    yield world.timeline.now + timedelta(minutes=minutes / 4)


def answer(world: World, job: Job, worker: Worker) -> Life:
    """Goes through the checklist the order was opened with, if there was one."""
    rng, merchant = world.rng, job.shop.merchant
    if job.order.run is None:
        return
    device = job.fresh or job.device or next(iter(job.shop.devices), None)
    serial = device.terminal.serial if device else ""
    job.order.refresh_from_db(fields=["assigned_at", "engineer"])  # what the code for photos is made of
    steps = job.order.run.steps
    answers: dict[str, Any] = {}
    for step in steps:
        if step not in taken_steps(steps, answers):
            continue
        yield world.timeline.now + world.minutes(0.5, 3)
        now, value, captures, kind = world.timeline.now, None, (), step["kind"]
        if kind == "test_transaction" and job.kind == "swap":
            handle_terminals(world, job, worker)  # it is the new one that is tested
        if kind == "photo":
            code = code_of(job.order, now) if step.get("code") else ""
            captures = [take_photo(rng, serial, by=worker.user, at=now, lat=merchant.lat, lon=merchant.lon, code=code)]
        elif kind == "choice":
            value = job.cause if step["key"] == "cause" else rng.choice(_fine(step["options"][:2]))["value"]
        elif kind == "number":
            value = -rng.randint(62, 104) if step["key"] == "signal" else rng.randint(1, 6)
        elif kind == "test_transaction":
            value = {"amount": "0.01", "approval_code": f"{rng.randint(0, 999_999):06d}"}
        elif kind == "position":
            value = {"lat": merchant.lat, "lon": merchant.lon, "accuracy_m": rng.randint(5, 40)}
        else:
            value = {"scan": serial, "text": merchant.name}.get(kind, True)
        answers[step["key"]] = value
        actions.answer_step(
            job.order, step=step["key"], value=value, captures=captures, by=worker.user, at=now, device_at=now
        )


def _fine(options: list[dict[str, str]]) -> list[dict[str, str]]:
    return [option for option in options if not option.get("finding")]


def handle_terminals(world: World, job: Job, worker: Worker) -> None:
    """What the order moves is moved, once."""
    if job.is_moved:
        return
    job.is_moved = True
    now, rng = world.timeline.now, world.rng
    if job.kind in ("swap", "retrieve"):
        moved: dict[str, Any] = {"by": worker.user, "at": now, "reason": job.order.summary}
        moved |= {"to_holder": worker.user, "order_number": job.order.number}
        if job.fresh:
            swap_terminals(
                job.device.terminal, job.fresh.terminal, merchant=job.shop.merchant, moves_sticker=True, **moved
            )
            world.put_live(job.fresh, job.shop)
            job.fresh.has_sticker = job.device.has_sticker
            job.fresh = None
        else:
            unbind_terminal(job.device.terminal, **moved)
        world.take_away(job.device)
        world.timeline.at(now + timedelta(days=rng.randint(3, 60)), lambda at: refurbish(world, job.device, at))
    if job.fresh:
        install(world, [(job.fresh, job.shop)], worker, now)
        job.fresh = None
    if job.kind == "retrieve" and not job.shop.devices:
        job.shop.is_closing = True


def refurbish(world: World, device: Device, at: datetime) -> None:
    keeper = world.office["warehouse"]
    take_back_terminal(device.terminal, by=keeper, at=at)
    (device.terminal,) = wipe_terminals([device.terminal], by=keeper, at=at)
    if world.rng.random() < SCRAPPED:
        scrap_terminal(device.terminal, by=keeper, at=at, reason=world.words.of(("无法修复", "Beyond repair")))
    else:
        world.make_ready([device.terminal], at)
        world.stock[device.model].append(device)


def finish(world: World, job: Job, worker: Worker) -> Life:
    """Signed, completed, and then rated or closed by itself; what was not really solved comes back."""
    rng, merchant, order = world.rng, job.shop.merchant, job.order
    now = world.timeline.now
    if job.codes:
        chosen = {kind: world.fault_codes[kind, code] for kind, code in job.codes.items()}
        actions.choose_fault_codes(order, **chosen, by=worker.user, at=now, device_at=now)
    capture = world.signatures.sign(by=worker.user, at=now, lat=merchant.lat, lon=merchant.lon)
    actions.sign(
        order, capture=capture, signer_name=job.shop.contact, shown_sha256=hash_of(order), by=worker.user, at=now,
        device_at=now,
    )  # fmt: skip
    done_at = now + timedelta(minutes=1)
    yield done_at + (world.minutes(10, 90) if rng.random() < LATE_UPLOAD else timedelta(0))
    resolution = job.remedy or world.words.one(names.DONE[job.kind])
    order = actions.complete_work_order(
        order, by=worker.user, at=world.timeline.now, resolution=resolution, device_at=done_at,
        lat=merchant.lat, lon=merchant.lon, accuracy_m=20,
    )  # fmt: skip
    worker.busy_until = min(worker.busy_until or done_at, world.timeline.now)
    job.shop.has_order = False
    settle(world, job)
    if rng.random() < RATED:
        yield world.timeline.now + world.minutes(10, 1800)
        score = _score(world, job, order)
        texts = names.PRAISE if score > 3 else names.FAIR if score == 3 else names.BLAME
        tags = rng.sample(
            ["punctual", "friendly", "competent", "explained"] if score > 3 else ["late", "not_solved"], 1
        )
        actions.rate_work_order(order, score=score, comment=world.words.one(texts), tags=tags, at=world.timeline.now)
        if complaint := WorkOrder.objects.filter(complaint_of__order=order).first():
            yield world.timeline.now + world.minutes(60, 1500)
            actions.cancel_work_order(
                complaint, by=world.office["manager"], reason=world.words.one(names.SETTLED), at=world.timeline.now
            )
    else:
        yield world.timeline.now + timedelta(hours=72, minutes=rng.randint(1, 5))
        actions.close_work_order(order, by=None, at=world.timeline.now)


def settle(world: World, job: Job) -> None:
    now, rng, manager = world.timeline.now, world.rng, world.office["manager"]
    if job.shop.is_closing:
        job.shop.merchant = change_merchant(job.shop.merchant, by=manager, at=now, status="closed")
    if job.again and rng.random() < (REPEATED_WHERE_WEAK if job.is_weak else REPEATED):
        world.timeline.at(now + timedelta(days=rng.uniform(1.5, 26)), job.again)


def _score(world: World, job: Job, order: WorkOrder) -> int:
    mean = 3.2 if job.is_weak else 4.6
    mean -= 0.8 * bool(order.response_due_at and order.arrived_at > order.response_due_at) + 0.7 * job.is_repeat
    return max(1, min(5, round(world.rng.gauss(mean, 0.7))))
