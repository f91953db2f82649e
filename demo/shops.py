"""How shops come into being: found, signed, given a contact, and their first terminals."""

from datetime import datetime, timedelta
from decimal import Decimal

from assets.actions import bind_sticker, bind_terminal
from demo.crew import Worker
from demo.names import CHAINS, COMMON, ROLES, SHOPS, Wording
from demo.places import CITIES, CITY_OF, District
from demo.reference import Reference
from demo.timeline import Life
from demo.world import Device, Shop, World
from merchants.actions import create_merchant, merge_merchants, set_contact, sign_contract
from merchants.models import Merchant
from workforce.models import Region, User

TIERS = {"key": 6, "standard": 64, "small": 30}
TERMINALS = {0: 10, 1: 79, 2: 9, 3: 2}  # of a shop: how many, and how often
FEES = {"basic": 0, "plus": 30, "premium": 98}
IN_A_CHAIN = 0.07
SHOPS_PER_CHAIN = 250
WITH_CONTRACT = 0.5
WITH_STICKER = 0.65


def open_shop(world: World, at: datetime, *, status: str = "active", district: District | None = None) -> Shop:
    """A merchant with its contact and mostly a contract."""
    rng, words, setting = world.rng, world.words, world.setting
    district = district or rng.choices(world.districts, weights=[each.share for each in world.districts])[0]
    street = rng.choice(district.streets)
    trade = rng.choices(list(SHOPS), weights=[COMMON.get(code, 1) for code in SHOPS])[0]
    head = None
    if setting.heads and rng.random() < IN_A_CHAIN:
        trade, head = rng.choice(list(setting.heads.items()))
    tier = "key" if head else rng.choices(list(TIERS), weights=TIERS.values())[0]
    name = words.branch(head.name, street) if head else words.shop(trade)
    if not head and rng.random() < 0.5:
        name = words.branch(name, street)
    lat, lon = district.place(rng)
    city = CITIES[CITY_OF[district.code]]
    merchant = create_merchant(
        name=name, region=setting.regions[district.code], by=world.office["manager"], at=at,
        external_id=f"{8100 + world.heap}{world.next('merchant'):08d}", trade=setting.reference.trades[trade], tier=tier,
        address=words.address(city[:2], district, street), lat=lat, lon=lon,
        location_source=rng.choice(("device", "device", "import", "map")), location_accuracy_m=round(rng.uniform(5, 60)),
        parent=head, status=status,
    )  # fmt: skip
    shop = Shop(merchant, district, words.person()[0], words.phone())
    set_contact(
        merchant, by=world.office["manager"], at=at, name=shop.contact, role=words.one(ROLES), phone=shop.phone,
        language=setting.language, is_primary=True,
    )  # fmt: skip
    if rng.random() < WITH_CONTRACT:
        _sign(world, shop, at)
    world.shops.append(shop)
    return shop


def _sign(world: World, shop: Shop, at: datetime) -> None:
    level = world.rng.choices(list(FEES), weights=(75, 19, 6))[0]
    starts_on, left = at.date(), (world.setting.end - at).days
    ends_on = starts_on + timedelta(days=left + world.rng.randint(5, 700)) if world.rng.random() < 0.6 else None
    sign_contract(
        shop.merchant, by=world.office["manager"], at=at, number=f"HT{at:%y}-{world.heap}{world.next('contract'):05d}",
        service_level=level, starts_on=starts_on, ends_on=ends_on, monthly_fee=Decimal(FEES[level]),
    )  # fmt: skip


def install(world: World, device: Device, shop: Shop, worker: Worker, at: datetime) -> None:
    """Binds a terminal and mostly sticks a sticker on it."""
    bind_terminal(
        device.terminal, merchant=shop.merchant, by=worker.user, at=at, tid=world.new_tid(), acquirer_code="48023310",
        merchant_code=shop.merchant.external_id,
    )  # fmt: skip
    world.put_live(device, shop)
    if world.rng.random() < WITH_STICKER:
        bind_sticker(world.sticker(at), terminal=device.terminal, by=worker.user, at=at)
        device.has_sticker = True


def settled_shop(world: World, at: datetime, *, district: District | None = None) -> Life:
    """A shop from before the year with orders, its terminals with it; the first of a district has one for certain."""
    count = max(world.rng.choices(list(TERMINALS), weights=TERMINALS.values())[0], district is not None)
    shop = open_shop(world, at, district=district)
    devices = [world.receive(world.draw_model(), at) for _number in range(count)]
    for device in devices:
        world.stock[device.model].remove(device)
    world.steps_done += 1
    worker = world.anybody(shop.district)
    for device in devices:
        yield (at := at + timedelta(days=world.rng.randint(2, 9), minutes=world.rng.randint(0, 300)))
        install(world, device, shop, worker, at)


def doubled_shop(world: World, at: datetime) -> Life:
    """The same shop is typed in again by somebody else; some are found and merged, some still wait to be found."""
    rng, kept = world.rng, world.some_shop()
    if kept is None:
        return
    street = rng.choice(kept.district.streets)
    name = kept.merchant.name if rng.random() < 0.5 else world.words.branch(kept.merchant.name[:12], street)
    double = create_merchant(
        name=name, region=kept.merchant.region, by=world.dispatcher(kept), at=at, trade=kept.merchant.trade,
        address=kept.merchant.address, lat=kept.merchant.lat + rng.uniform(-4e-4, 4e-4),
        lon=kept.merchant.lon + rng.uniform(-4e-4, 4e-4), location_source="map",
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
            name=words.of((zh, en)), region=region, by=by, at=at, trade=reference.trades[trade], tier="key"
        )
        set_contact(head, by=by, at=at, name=words.person()[0], phone=words.phone(), language=language, is_primary=True)
        heads[trade] = head
    return heads
