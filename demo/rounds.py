"""Two inspection plans that have run since the year began: their shops are looked at in turn, and what came of it is told.

Which orders there are does not hang on the plans' own calendar, which goes by keys and would tell another story each
time: the calendar begins today.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from demo.catalogue import CALENDARS, OFFICE
from demo.seasons import HOT
from demo.world import Shop, World
from inspections.actions import ensure_inspections, make_plan, start_plan
from inspections.criteria import REPAIR
from inspections.lifecycle import State
from inspections.models import Inspection, InspectionPlan
from merchants.models import Merchant, ServiceCalendar
from workorders.lifecycle import DONE, Status
from workorders.models import WorkOrder

DAY = timedelta(days=1)
APART = timedelta(days=45)  # a repair so long after a visit counts as the next


@dataclass(frozen=True)
class Round:
    district: str
    name: tuple[str, str]
    criteria: dict[str, Any]
    rhythm: dict[str, Any]

    def is_for(self, shop: Shop) -> bool:
        wanted = self.criteria["models"]
        is_there = shop.district.code == self.district and shop.merchant.tier in self.criteria["tiers"]
        return is_there and any(device.model in wanted for device in shop.devices)


ROUNDS = (
    Round(
        "shangcheng", ("上城重点商户 K9 巡检", "Key accounts with a K9 in Shangcheng"),
        {"tiers": ["key"], "models": [HOT]}, {"every": 4, "unit": "month", "horizon_days": 150, "per_day": 2},
    ),
    Round(
        "xihu", ("西湖重点商户半年巡检", "Key accounts in Xihu, twice a year"),
        {"tiers": ["key"], "models": ["orvane-a90", "orvane-m3"]},
        {"every": 6, "unit": "month", "horizon_days": 200, "per_day": 2, "after_completion": True},
    ),
)  # fmt: skip


def shop_in_turn(world: World) -> Shop | None:
    """Of the round of this heap, the one that was looked at longest ago; nothing while none is free."""
    wanted = _round_of(world)
    shops = (shop for shop in world.shops if wanted and shop.is_free and wanted.is_for(shop))
    shop = min(shops, key=lambda each: each.looked_at, default=None)
    if shop:
        shop.looked_at = world.next("look")
    return shop


def _round_of(world: World) -> Round | None:
    codes = {district.code for district in world.districts}
    return next((each for each in ROUNDS if each.district in codes), None)


def begin_round(world: World, at: datetime) -> None:
    wanted, setting = _round_of(world), world.setting
    if wanted is None:
        return
    who: dict[str, Any] = {"by": world.office["manager"], "at": at}
    plan = make_plan(
        name=world.words.of(wanted.name), region=setting.regions[wanted.district], type=setting.reference.types["inspect"],
        criteria=wanted.criteria, calendar=ServiceCalendar.objects.get(name__in=CALENDARS[OFFICE][:2]),
        starts_on=at.date(), tolerance_days=7, **wanted.rhythm, **who,
    )  # fmt: skip
    start_plan(plan, **who)


def tell_rounds(*, at: datetime) -> None:
    """What the orders of the year were to the plans, and what lies ahead."""
    for plan in InspectionPlan.objects.select_related("region"):
        Inspection.objects.bulk_create(_told(plan))
        InspectionPlan.objects.filter(pk=plan.pk).update(pass_on=None, ensured_on=plan.region.service_date(at) - DAY)
    while ensure_inspections(at=at):
        pass


def _told(plan: InspectionPlan) -> Iterator[Inspection]:
    there = Merchant.objects.filter(region=plan.region, tier__in=plan.criteria["tiers"])
    orders = WorkOrder.objects.filter(merchant__in=there, type__code__in=[plan.type.code, REPAIR])
    last: dict[int, date] = {}
    for order in orders.select_related("region").order_by("merchant", "pk"):
        due, is_visit = order.service_date, order.type_id == plan.type_id
        apart = due - last.get(order.merchant_id, due)
        if is_visit and (apart or order.merchant_id not in last):
            is_over = order.status in DONE or order.status == Status.CANCELLED
            state = (State.DONE if order.status in DONE else State.MISSED) if is_over else State.OPEN
            told: dict[str, Any] = {"order": order}
        elif order.status in DONE and apart >= APART:
            is_over, state, told = True, State.COUNTED, {"counted_by": order}
        else:
            continue
        last[order.merchant_id] = due
        over_on = plan.region.service_date(order.completed_at or order.cancelled_at) if is_over else None
        yield Inspection(
            plan=plan,
            merchant_id=order.merchant_id,
            due_on=due,
            planned_on=due,
            state=state,
            finished_on=over_on,
            **told,
        )
