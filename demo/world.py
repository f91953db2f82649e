"""One heap of districts: its shops, terminals and crew, and the clock that drives them. Heaps share no row."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from assets.actions import key_terminals, print_stickers, receive_terminals, stage_terminals, test_terminals
from assets.models import Sticker, Terminal
from demo.crew import Worker
from demo.names import Wording
from demo.people import Staff
from demo.pictures import Signatures
from demo.places import CITY_OF, District
from demo.reference import Reference
from demo.seasons import SHARES, failure_rate
from demo.timeline import Timeline
from merchants.models import Merchant
from workforce.models import Region, User
from workorders.models import FaultCode

SHEET = 240
WARRANTY = timedelta(days=3 * 365)


@dataclass(eq=False)
class Device:
    terminal: Terminal
    model: str
    shop: "Shop | None" = None
    has_sticker: bool = False


@dataclass(eq=False)
class Shop:
    merchant: Merchant
    district: District
    contact: str
    phone: str
    devices: list[Device] = field(default_factory=list)
    is_closing: bool = False
    has_order: bool = False
    looked_at: int = 0  # when it had its turn in a round

    @property
    def is_free(self) -> bool:
        return not (self.has_order or self.is_closing)


@dataclass(frozen=True)
class Setting:
    """What all heaps have in common."""

    regions: dict[str, Region]
    reference: Reference
    staff: Staff
    heads: dict[str, Merchant]  # head offices by trade
    language: str
    founded: datetime
    begin: datetime  # of the year with orders
    end: datetime  # now


class World:
    def __init__(self, setting: Setting, heap: int, districts: list[District], seed: int) -> None:
        self.setting = setting
        self.heap = heap
        self.districts = districts
        self.rng = random.Random(f"{seed} heap {heap}")
        self.words = Wording(setting.language, self.rng)
        self.crew: list[Worker] = setting.staff.crews[heap]
        self.timeline = Timeline()
        self.signatures = Signatures(self.rng)
        self.shops: list[Shop] = []
        self.live: dict[str, list[Device]] = {model: [] for model in SHARES}
        self.stock: dict[str, list[Device]] = {model: [] for model in SHARES}
        self.counters: dict[str, int] = {}
        self.steps_done = 0
        self.fault_codes = {(code.kind, code.code): code for code in FaultCode.objects.all()}
        self._stickers: list[Sticker] = []

    @property
    def office(self) -> dict[str, User]:
        return self.setting.staff.office

    def dispatcher(self, shop: Shop) -> User:
        return self.office["dispatcher" if CITY_OF[shop.district.code] == "hangzhou" else "dispatcher-ningbo"]

    def next(self, what: str) -> int:
        self.counters[what] = self.counters.get(what, 0) + 1
        return self.counters[what]

    def minutes(self, low: float, high: float) -> timedelta:
        return timedelta(minutes=self.rng.uniform(low, high))

    # terminals

    def draw_model(self) -> str:
        return self.rng.choices(list(SHARES), weights=SHARES.values())[0]

    def draw_district(self) -> District:
        return self.rng.choices(self.districts, weights=[each.share for each in self.districts])[0]

    def receive(self, models: list[str], at: datetime, *, is_in_use: bool = False) -> list[Device]:
        """New terminals, ready to be issued; those from before the year were made so elsewhere."""
        news = [
            {
                "serial": f"{model[0]}{model.partition('-')[2]}{self.heap}{self.next(model):06d}".upper(),
                "model": self.setting.reference.models[model],
                "region": self.setting.regions["hangzhou"],
                "received_on": at.date(),
                "firmware": f"{self.rng.randint(2, 4)}.{at.year % 10}",
                "warranty_ends_on": at.date() + WARRANTY,
                "is_in_use": is_in_use,
            }
            for model in models
        ]
        terminals = receive_terminals(news, by=self.office["warehouse"], at=at)
        if not is_in_use:
            self.make_ready(terminals, at)
        return [Device(terminal, model) for terminal, model in zip(terminals, models, strict=True)]

    def make_ready(self, terminals: list[Terminal], at: datetime) -> None:
        """Staged, keyed where the model has keys, and tested: in stock."""
        who: dict[str, Any] = {"by": self.office["warehouse"], "at": at}
        run = f"{at:%y%m%d}-{self.heap}-{self.next('run'):04d}"
        stage_terminals(terminals, run=f"ST-{run}", **who)
        if keyed := [terminal for terminal in terminals if terminal.model.needs_keys]:
            key_terminals(keyed, run=f"KEY-{run}", **who)
        test_terminals(terminals, run=f"TEST-{run}", **who)

    def stock_up(self, models: list[str], at: datetime) -> None:
        for device in self.receive(models, at):
            self.stock[device.model].append(device)

    def from_stock(self, at: datetime, *, but: str = "") -> Device:
        """The oldest of some model; a new one where the stock is empty."""
        wanted = self.draw_model()
        models = [wanted, *(model for model in SHARES if self.stock[model])]
        model = next((model for model in models if model != but and self.stock[model]), None)
        if model is None:
            model = "orvane-a90"
            self.stock_up([model], at)
        return self.stock[model].pop(0)

    def put_live(self, device: Device, shop: Shop) -> None:
        device.shop = shop
        shop.devices.append(device)
        self.live[device.model].append(device)

    def take_away(self, device: Device) -> None:
        device.shop.devices.remove(device)
        self.live[device.model].remove(device)
        device.shop = None

    def new_tid(self) -> str:
        return f"{self.heap + 1}{self.next('tid'):07d}"

    def sticker(self, at: datetime) -> Sticker:
        if not self._stickers:
            sheet = print_stickers(
                count=SHEET, region=self.setting.regions["hangzhou"], by=self.office["warehouse"], at=at
            )
            self._stickers = list(sheet.stickers.order_by("-pk"))
        return self._stickers.pop()

    def failing(self, day: date, *, district: str = "") -> Device | None:
        """A live terminal without an order under way: the worse its model, the likelier."""
        if district:
            shops = [shop for shop in self.shops if shop.district.code == district and shop.is_free and shop.devices]
            return shops[0].devices[0] if shops else None
        models = [model for model in SHARES if self.live[model]]
        weights = [len(self.live[model]) * failure_rate(model, day) for model in models]
        for _try in range(20):
            if not models:
                break
            device = self.rng.choice(self.live[self.rng.choices(models, weights=weights)[0]])
            if device.shop.is_free:
                return device
        return None

    def some_shop(self, *, with_terminal: bool = False) -> Shop | None:
        for _try in range(20):
            if not self.shops:
                break
            shop = self.rng.choice(self.shops)
            if shop.is_free and (shop.devices or not with_terminal):
                return shop
        return None

    # people

    def crew_for(self, shop: Shop, levels: dict[str, int]) -> Iterator[Worker]:
        """`levels` by code of the skill."""
        near = (each for each in self.crew if shop.district.code in each.covers)
        return (each for each in near if all(each.can(skill, level) for skill, level in levels.items()))

    def anybody(self, district: District) -> Worker:
        return self.rng.choice(
            [each for each in self.crew if district.code in each.covers and "install" in each.levels]
        )
