"""Spare parts in depots and bags, two organisations that send people, and an order only a detour can serve."""

import random
from datetime import datetime, timedelta

from assets.actions import make_filing_report, mark_reported
from demo.catalogue import CALENDARS, DEPOTS, ORGANISATIONS, PARTS, SEVEN_DAYS
from demo.people import FAR
from demo.world import Setting
from merchants.models import ServiceCalendar
from spareparts.actions import bag_of, make_depot, receive_part, transfer_part
from spareparts.models import Part
from workforce.actions import change_person, make_organisation
from workorders.actions import change_needs
from workorders.lifecycle import Status
from workorders.models import WorkOrder

ON_THE_SHELF = (20, 120)
IN_A_BAG = (1, 4)
WITH_PARTS = 16  # engineers
RARE = "keypad"  # in depots only
SENT = 3  # engineers by each organisation
UNREPORTED = timedelta(days=6)


def stock_up(setting: Setting, *, seed: int, language: str, at: datetime) -> None:
    rng, begin = random.Random(f"{seed} stock"), at - timedelta(days=20)
    is_chinese = language.startswith("zh")
    keeper, manager = setting.staff.office["warehouse"], setting.staff.office["manager"]
    calendar = ServiceCalendar.objects.filter(name__in=CALENDARS[SEVEN_DAYS][:2]).first()
    parts = [
        Part.objects.get_or_create(code=code, defaults={"name": en, "name_zh": zh, "unit": unit})[0]
        for code, zh, en, unit in PARTS
    ]
    depots = [
        make_depot(
            code=code, name=zh if is_chinese else en, region=setting.regions[region], lat=lat, lon=lon,
            calendar=calendar, by=keeper, at=begin,
        )
        for code, zh, en, region, lat, lon in DEPOTS
    ]  # fmt: skip
    for depot in depots:
        for part in parts:
            receive_part(part, target=depot, quantity=rng.randint(*ON_THE_SHELF), by=keeper, at=begin)
    engineers = [worker.user for crew in setting.staff.crews for worker in crew if worker.user.role == "engineer"]
    for person in sorted(engineers, key=lambda person: person.username != "engineer")[:WITH_PARTS]:
        for part in rng.sample([part for part in parts if part.code != RARE], 2):
            transfer_part(
                part, source=depots[0], target=bag_of(person), quantity=rng.randint(*IN_A_BAG), by=keeper,
                at=begin + timedelta(days=2),
            )  # fmt: skip
    for number, (code, zh, en, kinds, days) in enumerate(ORGANISATIONS):
        organisation = make_organisation(
            code=code, name=zh if is_chinese else en, regions=[setting.regions["hangzhou"]],
            order_types=[setting.reference.types[kind] for kind in kinds], ends_on=at.date() + timedelta(days=days),
            by=manager, at=begin,
        )  # fmt: skip
        for person in engineers[-SENT * (number + 1) :][:SENT]:
            change_person(person, organisation=organisation, by=manager, at=begin)
    _ask_for_the_rare_one(setting, at)
    _report_bindings(setting, at)


def _ask_for_the_rare_one(setting: Setting, at: datetime) -> None:
    """The newest order of the pool in the city."""
    near = WorkOrder.objects.filter(status=Status.OPEN, region__path__startswith=setting.regions["hangzhou"].path)
    order = near.exclude(region__code__in=FAR).order_by("-opened_at", "merchant__lat").first()
    if order:
        skills = {"pos-repair": 2, "install": 2}
        change_needs(
            order, skills=skills, parts={RARE: 1}, by=setting.staff.office["dispatcher"], at=at - timedelta(minutes=1)
        )


def _report_bindings(setting: Setting, at: datetime) -> None:
    """The acquirer has heard of all but the last days: of these some are late by now."""
    manager = setting.staff.office["manager"]
    report = make_filing_report(region=manager.region, by=manager, at=at - UNREPORTED, until=at - UNREPORTED)
    mark_reported(report, file_name=f"{report.number}.csv", by=manager, at=at - UNREPORTED)
