"""What is asked of the company, by whom and through which channel."""

from datetime import datetime

from demo.experience import REMEDIES, SYMPTOMS
from demo.names import FAULTS, WANTED
from demo.pictures import new_id
from demo.rounds import shop_in_turn
from demo.seasons import HOT
from demo.shops import open_shop
from demo.timeline import Life
from demo.work import Job, carry_out
from demo.world import Device, Shop, World
from workorders.actions import open_work_order, receive_request
from workorders.models import WorkOrder

NEW_SHOP = "new-shop"  # an installation at a merchant who is new
NEW_SHOPS = 0.8  # of the installations
MERGED, REJECTED = 0.07, 0.02
PLANNED = ("inspect", "train")  # by the office itself, without a request


def ask(world: World, kind: str, at: datetime) -> Life | None:
    """Something happens somewhere; the life of the order that comes of it."""
    if world.rng.random() < REJECTED:
        ask_in_vain(world, at)
    if kind == "repair":
        device = world.failing(at.date())
        return repair(world, device, at) if device else None
    device = None
    if kind == NEW_SHOP:
        kind, shop = "install", open_shop(world, at)
    else:
        shop = shop_in_turn(world) if kind == "inspect" else None
        shop = shop or world.some_shop(with_terminal=kind != "install")
    if shop is None:
        return None
    if kind in ("swap", "retrieve", "activate", "inspect"):
        device = world.rng.choice(shop.devices)
    return carry_out(
        world, Job(open_order(world, kind, shop, device, world.words.one(WANTED[kind]), at), kind, shop, device)
    )


def repair(world: World, device: Device, at: datetime, *, is_repeat: bool = False) -> Life:
    job = report_fault(world, device, at)
    job.is_repeat = is_repeat

    def again(later: datetime) -> Life | None:
        is_free = device.shop is not None and not device.shop.has_order
        return repair(world, device, later, is_repeat=True) if is_free else None

    job.again = again
    return carry_out(world, job)


def report_fault(world: World, device: Device, at: datetime) -> Job:
    """The repair order for a terminal; now and then a second request follows within minutes and joins it."""
    rng, shop, kind = world.rng, device.shop, device.terminal.model.kind
    summary, remedy, cause = rng.choice(FAULTS["hot" if device.model == HOT and rng.random() < 0.7 else kind])
    wrong = world.words.of(summary)
    order = open_order(world, "repair", shop, device, wrong, at)
    if rng.random() < MERGED:
        world.timeline.at(at + world.minutes(1, 9), lambda later: _ask_again(world, device, wrong, later))
    codes = {"symptom": SYMPTOMS[summary[1]], "cause": cause, "remedy": REMEDIES[remedy[1]]}
    return Job(order, "repair", shop, device, remedy=world.words.of(remedy), cause=cause, codes=codes)


def ask_in_vain(world: World, at: datetime) -> None:
    """Somebody calls about a shop that is closed."""
    closed = [shop for shop in world.shops if shop.is_closing and not shop.devices and not shop.has_order]
    if closed:
        shop = world.rng.choice(closed)
        _request(world, "repair", shop, None, world.words.of(FAULTS["pos"][0][0]), at, channel="call_centre")


def open_order(world: World, kind: str, shop: Shop, device: Device | None, summary: str, at: datetime) -> WorkOrder:
    shop.has_order = True
    world.steps_done += 4
    if kind in PLANNED:
        return open_work_order(
            type=world.setting.reference.types[kind],
            merchant=shop.merchant,
            summary=summary,
            by=world.dispatcher(shop),
            at=at,
        )
    if kind == "repair" and device and device.has_sticker:
        channel = world.rng.choices(("sticker", "link", "call_centre"), weights=(7, 1, 2))[0]
    else:
        channel = world.rng.choices(("office", "call_centre"), weights=(3, 1) if kind != "repair" else (1, 3))[0]
    return _request(world, kind, shop, device, summary, at, channel=channel).order


def _request(world: World, kind: str, shop: Shop, device: Device | None, summary: str, at: datetime, *, channel: str):
    request, _token = receive_request(
        id=new_id(world.rng), channel=channel, type=world.setting.reference.types[kind], merchant=shop.merchant,
        terminal=device.terminal if device else None, summary=summary, at=at, language=world.setting.language,
        by=world.dispatcher(shop) if channel in ("call_centre", "office") else None,
        contact_name=shop.contact, contact_phone=shop.phone,
    )  # fmt: skip
    return request


def _ask_again(world: World, device: Device, summary: str, at: datetime) -> None:
    """The cashier scans the sticker as well: merged while the order is open."""
    if device.shop is not None and device.shop.has_order:
        _request(
            world,
            "repair",
            device.shop,
            device,
            summary,
            at,
            channel="sticker" if device.has_sticker else "call_centre",
        )
