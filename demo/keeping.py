"""A year of spare parts as the orders of the year needed them: bought, handed out, used up, sent back, counted, scrapped.

It is told when the orders are over, in the order of time. What is where is kept here as well, so that nothing is asked
for that would be refused.
"""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from demo.crew import local
from demo.parts import BY_KIND, BY_REMEDY, DEFECTIVE, KIT, RARE, SCRAP, SUPPLIERS, SURPRISE, WAREHOUSE, Item, short
from demo.seasons import SHARES
from demo.timeline import Life, Timeline
from demo.world import Setting
from routing.geo import distance_m
from spareparts import actions
from spareparts.models import Part, Place, PurchaseOrder, PurchaseRequest, Supplier
from workforce.models import User
from workorders.models import WorkOrder

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEFORE = 20 * DAY  # the first order the shelves are filled
ROUND = 28 * DAY  # after which shelves are looked through
ON_A_SHELF = {"a": 0, "b": 3, "c": 8}  # of a part, by its price class, in each depot
IN_THE_WAREHOUSE = {"a": 12, "b": 18, "c": 60}
OFTEN = 3  # times as many of what is in every bag
FIRST_TIME = 8  # parts, one of each, in a new bag besides the usual ones
ASKED = 0.2  # of what is missing for an order is asked for by requisition
COME_SHORT = 0.2  # of the purchases
COUNTED = 56 * DAY  # after which the bag that does not add up is counted again
NO_SUGGESTION = "paper-80x60"  # of which the warehouse may give away all


class Keeping:
    def __init__(
        self, setting: Setting, items: Mapping[str, Item], parts: Mapping[str, Part], stores: Mapping[str, Place], *, seed: int
    ) -> None:  # fmt: skip
        self.setting, self.items, self.parts, self.stores = setting, items, parts, stores
        self.rng, self.timeline = random.Random(f"{seed} keeping"), Timeline()
        self.keeper, self.manager = setting.staff.office["warehouse"], setting.staff.office["manager"]
        self.there: Counter[tuple[Place, Part]] = Counter()
        self.bags: dict[User, Place] = {}
        self.depot_of: dict[User, Place] = {}
        self.dead = {code: share for code, _zh, _en, share in SUPPLIERS}
        self.common = [part for code, part in parts.items() if code not in KIT and code != RARE]
        self.depots = [place for place in stores.values() if place.kind == Place.Kind.DEPOT]

    def tell(self, orders: list[WorkOrder], *, bags: int) -> None:
        """All of it, up to now; `bags` for so many of those who did most of the orders."""
        begin, end = self.setting.begin, self.setting.end
        done = Counter(order.engineer for order in orders)
        people = sorted(done, key=lambda person: (person.username != "engineer", -done[person], person.username))[:bags]
        self.timeline.at(begin - BEFORE, self.open)
        for number, person in enumerate(people):
            self.bags[person] = actions.bag_of(person)
            self.depot_of[person] = self._nearest(person)
            some = {part: 1 for part in self.rng.sample(self.common, min(FIRST_TIME, len(self.common)))}
            self.timeline.at(
                begin - BEFORE / 2 + number * HOUR, lambda _at, who=person, more=some: self.fetch(who, more)
            )
        for order in orders:
            if order.engineer in self.bags:
                self.timeline.at(order.departed_at - HOUR, lambda _at, it=order: self.serve(it))
        for number in range(1, (end - begin) // ROUND + 1):
            self.timeline.at(begin + number * ROUND, self.look_through)
            if number % 3 == 0:
                self.timeline.at(begin + number * ROUND + 9 * DAY, self.scrap)
        for number in range(1, (end - begin) // COUNTED + 1):
            self._count_on(begin + number * COUNTED, self.bags[people[len(people) // 3]], lost=self.rng.randint(2, 4))
            self._count_on(begin + number * COUNTED + DAY, self.bags[people[-number]])
            self._count_on(
                begin + number * COUNTED + 2 * DAY, self.depots[number % len(self.depots)], lost=number % 3 == 0
            )
        self.timeline.run(end)

    # what is where

    def _nearest(self, person: User) -> Place:
        return min(self.depots, key=lambda depot: distance_m(person.start_lat, person.start_lon, depot.lat, depot.lon))

    def moved(self, lines: Mapping[Part, int], source: Place | None, target: Place | None) -> None:
        for part, quantity in lines.items():
            if source:
                self.there[source, part] -= quantity
            if target:
                self.there[target, part] += quantity

    def available(self, wanted: Mapping[Part, int], place: Place) -> dict[Part, int]:
        found = {part: min(quantity, self.there[place, part]) for part, quantity in wanted.items()}
        return {part: quantity for part, quantity in found.items() if quantity > 0}

    def full_shelf(self, code: str, place: Place) -> int:
        size = (IN_THE_WAREHOUSE if place.kind == Place.Kind.WAREHOUSE else ON_A_SHELF)[self.items[code].price_class]
        return size * (OFTEN if code in KIT else 1)

    # shelves

    def open(self, at: datetime) -> Life:
        """Everything is bought once for all shelves, and what is bought from then on follows rules."""
        warehouse = self.stores[WAREHOUSE]
        for code, part in self.parts.items():
            quantity = self.full_shelf(code, warehouse) + len(self.depots) * self.full_shelf(code, self.depots[0])
            actions.receive_part(
                part, target=warehouse, quantity=quantity, unit_cost=self._price(code), by=self.keeper, at=at
            )
            self.moved({part: quantity}, None, warehouse)
            if code != NO_SUGGESTION:
                full = self.full_shelf(code, warehouse)
                actions.set_reorder_rule(
                    part, place=warehouse, reorder_point=full // 2, order_up_to=full, by=self.keeper, at=at
                )
        yield at + DAY
        yield from self.fill_depots()

    def fill_depots(self) -> Life:
        """Depots get from the warehouse what is half gone."""
        warehouse, sent = self.stores[WAREHOUSE], []
        for depot in self.depots:
            wanted = {
                part: full - self.there[depot, part] for code, part in self.parts.items()
                if self.there[depot, part] * 2 <= (full := self.full_shelf(code, depot)) and full
            }  # fmt: skip
            if lines := self.available(wanted, warehouse):
                sent.append((actions.send_parts(
                    lines, source=warehouse, target=depot, by=self.keeper, at=self.timeline.now
                ), lines))  # fmt: skip
                self.moved(lines, warehouse, None)
        yield self.timeline.now + DAY
        for handover, lines in sent:
            actions.confirm_parts(handover, by=self.keeper, at=self.timeline.now)
            self.moved(lines, None, handover.target)

    def _price(self, code: str) -> Decimal:
        return (self.items[code].price * Decimal(self.rng.uniform(0.92, 1.12))).quantize(Decimal("0.01"))

    def look_through(self, at: datetime) -> Life:
        """What ran low is bought, from each supplier together; then the depots are filled up."""
        actions.replenish(at=at)
        asked = PurchaseRequest.objects.filter(state="open").select_related("part__supplier", "place").order_by("pk")
        by_supplier: dict[Supplier, list[PurchaseRequest]] = {}
        for request in asked:
            by_supplier.setdefault(request.part.supplier, []).append(request)
        yield at + DAY
        for supplier, requests in by_supplier.items():
            prices = {request: self._price(request.part.code) for request in requests}
            order = actions.order_purchase(prices, supplier=supplier, by=self.keeper, at=self.timeline.now)
            self.timeline.at(
                self.timeline.now + self.rng.uniform(6, 17) * DAY,
                lambda now, it=order, lines=requests: self.receive(it, lines),
            )
        yield from self.fill_depots()

    def receive(self, order: PurchaseOrder, lines: list[PurchaseRequest]) -> Life:
        come = {line: line.quantity for line in lines}
        if self.rng.random() < COME_SHORT:
            come[lines[0]] -= 1 + lines[0].quantity // 4
        come = {line: max(count, 0) for line, count in come.items()}
        self._receive(order, come)
        late = {line: line.quantity - count for line, count in come.items() if count < line.quantity}
        if late:
            yield self.timeline.now + 8 * DAY
            self._receive(order, late)

    def _receive(self, order: PurchaseOrder, come: Mapping[PurchaseRequest, int]) -> None:
        actions.receive_purchase(order, received=come, by=self.keeper, at=self.timeline.now)
        for line, count in come.items():
            self.moved({line.part: count}, None, line.place)

    # bags

    def serve(self, order: WorkOrder) -> Life:
        """Before setting out what is missing is fetched; on site it is used up."""
        needed, bag = self.needed(order), self.bags[order.engineer]
        missing = {part: count - self.there[bag, part] for part, count in needed.items()}
        if missing := {part: count for part, count in missing.items() if count > 0}:
            is_asked = self.rng.random() < ASKED or not self.available(missing, self.depot_of[order.engineer])
            yield from self.ask(order, missing) if is_asked else self.fetch(order.engineer, missing)
        yield order.started_at + (order.completed_at - order.started_at) * 2 / 3
        for part, count in self.available(needed, bag).items():
            actions.use_part(
                part, source=bag, quantity=count, order_number=order.number, merchant_id=order.merchant_id,
                by=order.engineer, at=self.timeline.now,
            )  # fmt: skip
            self.moved({part: count}, bag, None)

    def needed(self, order: WorkOrder) -> Counter[Part]:
        """By the remedy and the model; now and then one more part, whichever."""
        rng, kind = self.rng, order.type.code
        if order.terminal:
            model = order.terminal.model.code
        else:
            model = rng.choices(list(SHARES), weights=SHARES.values())[0]
        remedy = order.remedy.code if order.remedy else ""
        found: Counter[Part] = Counter()
        for code, chance, most in BY_REMEDY.get(remedy, []) if kind == "repair" else BY_KIND.get(kind, []):
            part = self.parts.get(f"{short(model)}{code}" if code.startswith("-") else code)
            if rng.random() < chance and part:
                found[part] += rng.randint(1, most)
        if kind == "repair" and rng.random() < SURPRISE:
            own = [code for code in self.parts if self.items[code].model in (model, "") and code != RARE]
            found[self.parts[rng.choice(own)]] += 1
        return found

    def fetch(self, person: User, missing: Mapping[Part, int]) -> Life:
        """From the nearest depot, together with what is lacking of the usual things."""
        depot, bag = self.depot_of[person], self.bags[person]
        usual = {self.parts[code]: count for code, count in KIT.items() if code in self.parts}
        wanted = Counter({part: count - self.there[bag, part] for part, count in usual.items()}) | Counter(missing)
        if lines := self.available(wanted, depot):
            handover = actions.send_parts(lines, source=depot, target=bag, by=self.keeper, at=self.timeline.now)
            self.moved(lines, depot, None)
            yield self.timeline.now + self.rng.randint(4, 20) * MINUTE
            actions.confirm_parts(handover, by=person, at=self.timeline.now)
            self._take(person, lines)

    def ask(self, order: WorkOrder, missing: Mapping[Part, int]) -> Life:
        """By requisition, which somebody approves where it is dear."""
        person, depot = order.engineer, self.depot_of[order.engineer]
        depot = depot if self.available(missing, depot) else self.stores[WAREHOUSE]
        if lines := self.available(missing, depot):
            requisition = actions.request_parts(
                lines, source=depot, order_number=order.number, merchant_id=order.merchant_id, by=person, at=self.timeline.now
            )  # fmt: skip
            self.moved(lines, depot, None)  # held
            if requisition.state == "asked":
                yield self.timeline.now + 7 * MINUTE
                actions.approve_requisition(requisition, by=self.manager, at=self.timeline.now)
            yield self.timeline.now + 9 * MINUTE
            actions.pick_parts(requisition, by=self.keeper, at=self.timeline.now)
            yield self.timeline.now + 15 * MINUTE
            handover = actions.give_parts(requisition, by=self.keeper, at=self.timeline.now)
            yield self.timeline.now + 2 * MINUTE
            actions.confirm_parts(handover, by=person, at=self.timeline.now)
            self._take(person, lines)

    def _take(self, person: User, lines: Mapping[Part, int]) -> None:
        """Into the bag; those that turn out to be dead come back in the evening."""
        self.moved(lines, None, self.bags[person])
        for part, count in lines.items():
            share = self.dead[self.items[part.code].supplier]
            if dead := sum(self.rng.random() < share for _each in range(count)):
                self.timeline.at(
                    self.timeline.now + 9 * HOUR,
                    lambda at, what=part, many=dead: self._send_back(person, what, many, at),
                )

    def _send_back(self, person: User, part: Part, count: int, at: datetime) -> None:
        bag, shelf = self.bags[person], self.stores[DEFECTIVE]
        if lines := self.available({part: count}, bag):
            actions.return_part(part, source=bag, target=shelf, quantity=lines[part], by=person, at=at)
            self.moved(lines, bag, shelf)

    # counting and scrapping

    def _count_on(self, day: datetime, place: Place, lost: int = 0) -> None:
        self.timeline.at(local(day.date(), time(6, 20)), lambda at: self.count(place, lost, at))

    def count(self, place: Place, lost: int, at: datetime) -> Life:
        """By the keeper, approved by the manager; so many are not there."""
        stocktake = actions.start_stocktake(place, by=self.keeper, at=at)
        yield at + 25 * MINUTE
        counts = self.counted(place, lost)
        missing = {part: self.there[place, part] - count for part, count in counts.items()}
        stocktake = actions.hand_in_count(stocktake, counts=counts, by=self.keeper, at=self.timeline.now)
        yield self.timeline.now + 15 * MINUTE
        if all(self.there[place, part] >= count for part, count in missing.items()):
            actions.approve_stocktake(stocktake, by=self.manager, at=self.timeline.now)
            self.moved(missing, place, None)

    def counted(self, place: Place, lost: int = 0) -> dict[Part, int]:
        """What lies there, but for one each of so many parts, the dearest of those that fit one model."""
        counts = {part: count for (where, part), count in self.there.items() if where == place and count}
        by_worth = sorted(counts, key=lambda part: (not self.items[part.code].model, -self.items[part.code].price))
        return {part: count - (part in by_worth[:lost]) for part, count in counts.items()}

    def scrap(self, at: datetime) -> Life:
        shelf, bin_ = self.stores[DEFECTIVE], self.stores[SCRAP]
        asked = [
            actions.ask_to_scrap(part, quantity=count, place=shelf, target=bin_, reason="DOA", by=self.keeper, at=at)
            for part, count in self.counted(shelf).items()
        ]
        yield at + DAY
        for scrapping in asked:
            actions.approve_scrapping(scrapping, by=self.manager, at=self.timeline.now)
            self.moved({scrapping.part: scrapping.quantity}, shelf, bin_)
