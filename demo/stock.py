"""Spare parts on shelves and in bags, two organisations that send people, and an order only a detour can serve."""

from datetime import datetime, timedelta

from assets.actions import make_filing_report, mark_reported
from demo.catalogue import CALENDARS, ORGANISATIONS, SEVEN_DAYS
from demo.channels import fill_channels
from demo.keeping import DAY, HOUR, MINUTE, NO_SUGGESTION, Keeping
from demo.parts import DEFECTIVE, KIT, RARE, SCRAP, STORES, SUPPLIERS, WAREHOUSE, Item, catalogue
from demo.people import FAR
from demo.world import Setting
from merchants.models import ServiceCalendar
from spareparts import actions
from spareparts.models import ApprovalRule, Place, Supplier
from workforce.actions import change_person, make_organisation
from workforce.models import User
from workorders.actions import change_needs, learn_part_use, request_parts
from workorders.lifecycle import WITH_ENGINEER, Status
from workorders.models import WorkOrder

BAGS, FEW_BAGS = 40, 4
FEW_PARTS = {*KIT, RARE, NO_SUGGESTION}  # in a small company
APPROVED_ABOVE = 150  # CNY
SENT = 3  # engineers by each organisation
UNREPORTED = timedelta(days=6)


def stock_up(setting: Setting, *, seed: int, language: str, at: datetime, is_small: bool) -> None:
    items = {item.code: item for item in catalogue() if not is_small or item.code in FEW_PARTS}
    keeping = _found(setting, items, seed=seed, is_chinese=language.startswith("zh"), at=at)
    done = WorkOrder.objects.filter(completed_at__isnull=False, departed_at__isnull=False, engineer__role="engineer")
    orders = done.select_related("engineer__region", "terminal__model", "type", "remedy")
    keeping.tell(list(orders.order_by("departed_at", "merchant__lat")), bags=FEW_BAGS if is_small else BAGS)
    _leave_something_to_do(keeping, at)
    _ask_for_the_rare_one(setting, at)
    if not is_small:
        there = User.objects.filter(is_active=True, region__path__startswith=setting.regions["hangzhou"].path)
        prospectors = sorted(
            there.filter(role="prospector").order_by("pk"), key=lambda who: who.username != "prospector"
        )
        fill_channels(
            depot=keeping.stores[WAREHOUSE], people=prospectors, keeper=keeping.keeper, seed=seed,
            language=language, at=at,
        )  # fmt: skip
        learn_part_use(at=at)  # else these come within ten minutes
        actions.follow_ledger()
        actions.make_forecasts(at=at)


def _found(setting: Setting, items: dict[str, Item], *, seed: int, is_chinese: bool, at: datetime) -> Keeping:
    """The catalogue and the shelves."""
    founded, keeper = setting.begin - 30 * DAY, setting.staff.office["warehouse"]
    calendar = ServiceCalendar.objects.filter(name__in=CALENDARS[SEVEN_DAYS][:2]).first()
    suppliers = {
        code: Supplier.objects.create(code=code, name=zh if is_chinese else en) for code, zh, en, _dead in SUPPLIERS
    }
    parts = {
        code: actions.make_part(
            code=code, name=item.en, name_zh=item.zh, unit=item.unit, supplier=suppliers[item.supplier],
            price_class=item.price_class, is_serialised=item.is_serialised,
            fits=[setting.reference.models[item.model]] if item.model else [], by=keeper, at=founded,
        )
        for code, item in items.items()
    }  # fmt: skip
    stores = {
        code: actions.make_depot(
            code=code, name=zh if is_chinese else en, kind=kind, region=setting.regions[region], lat=lat, lon=lon,
            calendar=calendar if kind in Place.SHELVES else None, by=keeper, at=founded,
        )
        for code, zh, en, kind, region, lat, lon in STORES
    }  # fmt: skip
    ApprovalRule.objects.create(above=APPROVED_ABOVE)
    return Keeping(setting, items, parts, stores, seed=seed)


def _leave_something_to_do(keeping: Keeping, at: datetime) -> None:
    """What is on its way, asked for, short, counted and to be scrapped right now."""
    who = {"by": keeping.keeper, "at": at - HOUR}
    for number, (person, bag) in enumerate(list(keeping.bags.items())[:3]):
        some = {part: 1 for code, part in list(keeping.parts.items())[number::17] if code != RARE}
        if lines := keeping.available(some, keeping.depot_of[person]):
            actions.send_parts(lines, source=keeping.depot_of[person], target=bag, **who)
            keeping.moved(lines, keeping.depot_of[person], None)
    dear_last = sorted(keeping.parts.values(), key=lambda part: (part.average_cost, part.code))
    waiting = WorkOrder.objects.filter(status__in=WITH_ENGINEER, engineer__in=keeping.bags)
    for order, part in zip(waiting.order_by("opened_at", "merchant__lat")[:4], dear_last[-6::2], strict=False):
        depot = keeping.stores[WAREHOUSE]
        if keeping.available({part: 1}, depot):
            request_parts(order, part=part, quantity=1, source=depot, by=order.engineer, at=at - 9 * MINUTE)
    depot = keeping.depots[1]
    for code in (NO_SUGGESTION, "k9-battery", "paper-57x40"):
        if part := keeping.parts.get(code):
            left = keeping.there[depot, part]
            actions.set_reorder_rule(part, place=depot, reorder_point=left + 2, order_up_to=2 * left + 6, **who)
    actions.replenish(at=at)
    stocktake = actions.start_stocktake(keeping.depots[3], **who)
    counts = keeping.counted(stocktake.place, lost=1)
    actions.hand_in_count(stocktake, counts=counts, by=keeping.keeper, at=at - 8 * MINUTE)
    for part in list(keeping.counted(keeping.stores[DEFECTIVE]))[:1]:
        actions.ask_to_scrap(
            part, quantity=1, place=keeping.stores[DEFECTIVE], target=keeping.stores[SCRAP], reason="DOA", **who
        )


def _ask_for_the_rare_one(setting: Setting, at: datetime) -> None:
    """The newest order of the pool in the city."""
    near = WorkOrder.objects.filter(status=Status.OPEN, region__path__startswith=setting.regions["hangzhou"].path)
    order = near.exclude(region__code__in=FAR).order_by("-opened_at", "merchant__lat").first()
    if order:
        skills = {"pos-repair": 2, "install": 2}
        change_needs(
            order, skills=skills, parts={RARE: 1}, by=setting.staff.office["dispatcher"], at=at - timedelta(minutes=1)
        )


def sign_organisations(setting: Setting, *, language: str, at: datetime) -> None:
    manager, begin, is_chinese = setting.staff.office["manager"], at - 20 * DAY, language.startswith("zh")
    engineers = [worker.user for crew in setting.staff.crews for worker in crew if worker.user.role == "engineer"]
    for number, (code, zh, en, kinds, days) in enumerate(ORGANISATIONS):
        organisation = make_organisation(
            code=code, name=zh if is_chinese else en, regions=[setting.regions["hangzhou"]],
            order_types=[setting.reference.types[kind] for kind in kinds], ends_on=at.date() + timedelta(days=days),
            by=manager, at=begin,
        )  # fmt: skip
        for person in engineers[-SENT * (number + 1) :][:SENT]:
            change_person(person, organisation=organisation, by=manager, at=begin)


def report_bindings(setting: Setting, at: datetime) -> None:
    """The acquirer has heard of all but the last days: of these some are late by now."""
    manager = setting.staff.office["manager"]
    report = make_filing_report(region=manager.region, by=manager, at=at - UNREPORTED, until=at - UNREPORTED)
    mark_reported(report, file_name=f"{report.number}.csv", by=manager, at=at - UNREPORTED)
