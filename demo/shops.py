"""How shops come into being: found, signed, given a contact, and their first terminals."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from assets.actions import bind_stickers, bind_terminals
from demo.crew import Worker
from demo.names import CHAINS, COMMON, ROLES, SHOPS, Wording
from demo.places import CITIES, CITY_OF, District
from demo.reference import Reference
from demo.timeline import Life
from demo.world import Device, Shop, World
from merchants.actions import create_merchant, create_merchants, merge_merchants, set_contact
from merchants.models import Merchant
from workforce.models import Region, User

TIERS = {"key": 6, "standard": 64, "small": 30}
TERMINALS = {0: 10, 1: 79, 2: 9, 3: 2}  # of a shop: how many, and how often
FEES = {"basic": 0, "plus": 30, "premium": 98}
IN_A_CHAIN = 0.07
SHOPS_PER_CHAIN = 250
WITH_CONTRACT = 0.5
WITH_STICKER = 0.65
ACQUIRER = "48023310"


def open_shop(world: World, at: datetime) -> Shop:
    """A merchant with its contact and mostly a contract, somewhere in these districts."""
    return open_shops(world, at, [world.draw_district()])[0]


def open_shops(world: World, at: datetime, districts: list[District]) -> list[Shop]:
    news = [_draw(world, at, district) for district in districts]
    merchants = create_merchants(news, by=world.office["manager"], at=at)
    shops = [
        Shop(merchant, district, new["contact"]["name"], new["contact"]["phone"])
        for merchant, district, new in zip(merchants, districts, news, strict=True)
    ]
    world.shops += shops
    return shops


def _draw(world: World, at: datetime, district: District) -> dict[str, Any]:
    rng, words, setting = world.rng, world.words, world.setting
    street = rng.choice(district.streets)
    trade = rng.choices(list(SHOPS), weights=[COMMON.get(code, 1) for code in SHOPS])[0]
    head = None
    if setting.heads and rng.random() < IN_A_CHAIN:
        trade, head = rng.choice(list(setting.heads.items()))
    name = words.branch(head.name, street) if head else words.shop(trade)
    if not head and rng.random() < 0.5:
        name = words.branch(name, street)
    lat, lon = district.place(rng)
    city = CITIES[CITY_OF[district.code]]
    return {
        "name": name,
        "region": setting.regions[district.code],
        "external_id": f"{8100 + world.heap}{world.next('merchant'):08d}",
        "trade": setting.reference.trades[trade],
        "tier": "key" if head else rng.choices(list(TIERS), weights=TIERS.values())[0],
        "address": words.address(city[:2], district, street),
        "lat": lat,
        "lon": lon,
        "location_source": rng.choice(("device", "device", "import", "map")),
        "location_accuracy_m": round(rng.uniform(5, 60)),
        "parent": head,
        "acquirer_code": ACQUIRER,
        "contact": {
            "name": words.person()[0],
            "role": words.one(ROLES),
            "phone": words.phone(),
            "language": setting.language,
        },
        "contract": _draw_contract(world, at) if rng.random() < WITH_CONTRACT else None,
    }


def _draw_contract(world: World, at: datetime) -> dict[str, Any]:
    level = world.rng.choices(list(FEES), weights=(75, 19, 6))[0]
    starts_on, left = at.date(), (world.setting.end - at).days
    return {
        "number": f"HT{at:%y}-{world.heap}{world.next('contract'):05d}",
        "service_level": level,
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=left + world.rng.randint(5, 700)) if world.rng.random() < 0.6 else None,
        "monthly_fee": Decimal(FEES[level]),
    }


def install(world: World, installed: list[tuple[Device, Shop]], worker: Worker, at: datetime) -> None:
    """Binds terminals and sticks a sticker on most of them."""
    bind_terminals(
        [
            {
                "terminal": device.terminal, "merchant": shop.merchant, "tid": world.new_tid(),
                "acquirer_code": ACQUIRER, "merchant_code": shop.merchant.external_id,
            }
            for device, shop in installed
        ],
        by=worker.user, at=at,
    )  # fmt: skip
    for device, shop in installed:
        world.put_live(device, shop)
    stuck = [device for device, _shop in installed if world.rng.random() < WITH_STICKER]
    if stuck:
        bind_stickers([(world.sticker(at), device.terminal) for device in stuck], by=worker.user, at=at)
    for device in stuck:
        device.has_sticker = True


def settled_shops(world: World, district: District, count: int, at: datetime) -> Life:
    """Shops of a district from before the year with orders, their terminals with them; one has a terminal for certain."""
    shops = open_shops(world, at, [district] * count)
    terminals = [world.rng.choices(list(TERMINALS), weights=TERMINALS.values())[0] for _shop in shops]
    terminals[0] = max(terminals[0], 1)
    owners = [shop for shop, number in zip(shops, terminals, strict=True) for _number in range(number)]
    devices = world.receive([world.draw_model() for _shop in owners], at, is_in_use=True)
    world.steps_done += count
    yield at + timedelta(days=world.rng.randint(2, 9), minutes=world.rng.randint(0, 300))
    install(world, list(zip(devices, owners, strict=True)), world.anybody(district), world.timeline.now)


def doubled_shop(world: World, at: datetime) -> Life:
    """The same shop is typed in again by somebody else; some are found and merged, some still wait to be found."""
    rng, kept = world.rng, world.some_shop()
    if kept is None:
        return
    street = rng.choice(kept.district.streets)
    name = kept.merchant.name if rng.random() < 0.5 else world.words.branch(kept.merchant.name[:12], street)
    double = create_merchant(
        name=name, region=kept.merchant.region, by=world.office["manager"], at=at, trade=kept.merchant.trade,
        address=kept.merchant.address, lat=kept.merchant.lat + rng.uniform(-4e-4, 4e-4),
        lon=kept.merchant.lon + rng.uniform(-4e-4, 4e-4), location_source="map", acquirer_code=ACQUIRER,
    )  # fmt: skip
    set_contact(double, by=world.dispatcher(kept), at=at, name=kept.contact, phone=kept.phone, is_primary=True)
    if rng.random() < 0.5:
        yield at + timedelta(days=rng.randint(3, 40))
        merge_merchants(kept.merchant, double, by=world.office["manager"], at=world.timeline.now)


def open_head_offices(
    merchants: int, *, region: Region, reference: Reference, by: User, words: Wording, language: str, at: datetime
) -> dict[str, Merchant]:
    """One merchant per chain, by trade; its branches open later."""
    heads = {}
    for trade, zh, en in CHAINS[: max(1, merchants // SHOPS_PER_CHAIN)]:
        head = create_merchant(
            name=words.of((zh, en)), region=region, by=by, at=at, trade=reference.trades[trade], tier="key",
            acquirer_code=ACQUIRER,
        )  # fmt: skip
        set_contact(head, by=by, at=at, name=words.person()[0], phone=words.phone(), language=language, is_primary=True)
        heads[trade] = head
    return heads
