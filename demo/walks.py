"""Years of prospecting before today: shops won long ago, shops from lists, and who went to see which of them when."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import cycle

from django.db import transaction

from demo.crew import ZONE, local
from demo.driving import without_savepoints
from demo.names import SHOPS, Wording
from demo.places import DISTRICTS, District
from demo.world import Setting
from journal.actions import record_all
from merchants.models import Merchant
from prospecting import actions
from prospecting.lifecycle import LeadStatus, Stage
from prospecting.models import Cell, Competitor, Lead, LostReason, Objection, Visit
from prospecting.places import cells_at
from workforce.models import User

DAY, MONTH, QUARTER = timedelta(days=1), timedelta(days=30), timedelta(days=91)
QUARTERS = range(9, 5, -1)  # ago: shops that were settled then were won by somebody
LUCK = (0.1, 0.25, 0.5, 0.8)  # share of these that a prospector won
ZEAL = (0.08, 0.2, 0.2, 0.3, 0.45)  # share of the shops of a list that a prospector sees
SHOPS_A_WALK = 18
AGAIN = 0.15  # of the shops seen are seen once more in the month after
TALKED = 0.03  # of the shops seen became an opportunity
WITH_PHONE = 0.4
FAKED = 0.75  # of the walks of one prospector
FAKED_DEG = 0.025  # from the shop, some three kilometres
OUTCOMES = {"decider": 50, "staff": 32, "closed": 15, "gone": 3}


@dataclass(frozen=True)
class Ground:
    """Where is hunted, and by whom."""

    cells: list[Cell]
    prospectors: list[User]
    objections: list[Objection]
    competitors: list[Competitor]
    reasons: list[LostReason]

    @cached_property
    def hunters(self) -> dict[int, User]:
        """By the key of the cell."""
        return {cell.pk: person for cell, person in zip(self.cells, cycle(self.prospectors), strict=False)}


def remember(
    setting: Setting, ground: Ground, *, leads: int, months: int, seed: int, language: str, at: datetime
) -> Iterator[None]:
    """So many leads in a list a month, and the walks to them: a step a month. One prospector has mostly been elsewhere."""
    rng = random.Random(f"{seed} walks")
    words, areas = Wording(language, rng), sorted({cell.region.code for cell in ground.cells})
    zeal = dict(zip(ground.prospectors, cycle(ZEAL), strict=False))
    faker = ground.prospectors[len(ground.prospectors) // 2]
    again: dict[User, list[Lead]] = {}
    with transaction.atomic(), without_savepoints():
        _win_long_ago(setting, ground, rng, areas, at)
    for month in range(months, 0, -1):
        yield
        begin = at - month * MONTH
        news = [shop(setting, rng, words, DISTRICTS[rng.choice(areas)]) for _lead in range(leads // months)]
        with transaction.atomic(), without_savepoints():
            actions.release_expired_claims(at=begin, limit=leads)
            found = defaultdict(list, again)
            for lead in actions.import_leads(news, by=setting.staff.office["manager"], at=begin):
                hunter = ground.hunters.get(lead.cell_id)
                if hunter and rng.random() < zeal[hunter]:
                    found[hunter].append(lead)
            for hunter, chosen in found.items():
                for number in range(0, len(chosen), SHOPS_A_WALK):
                    day = (begin + rng.randint(1, 27) * DAY).astimezone(ZONE).date()
                    walk(
                        rng, chosen[number : number + SHOPS_A_WALK], hunter, local(day, time(rng.randint(9, 12))),
                        objections=ground.objections, is_faked=hunter == faker and rng.random() < FAKED,
                    )  # fmt: skip
                _talk(rng, chosen, hunter, ground.reasons, begin + 28 * DAY, is_over=month > 2)
        again = {hunter: [lead for lead in chosen if rng.random() < AGAIN] for hunter, chosen in found.items()}


def _win_long_ago(setting: Setting, ground: Ground, rng: random.Random, areas: Sequence[str], at: datetime) -> None:
    """Merchants from before the year with orders that a prospector had found."""
    luck = dict(zip(ground.prospectors, cycle(LUCK), strict=False))
    for quarter in QUARTERS:
        begin = at - quarter * QUARTER
        settled = Merchant.objects.filter(
            region__code__in=areas, lat__isnull=False,
            created_at__range=(begin + MONTH, begin + MONTH + QUARTER),
        )  # fmt: skip
        shops = list(settled.select_related("region", "trade").order_by("created_at", "lat"))
        found = defaultdict(list)
        for each, cell in zip(shops, cells_at([(each.lat, each.lon) for each in shops]), strict=True):
            if cell and rng.random() < luck[ground.hunters[cell]]:
                found[ground.hunters[cell]].append(each)
        for hunter, merchants in found.items():
            news = [
                {"name": each.name, "region": each.region, "trade": each.trade, "address": each.address, "lat": each.lat,
                 "lon": each.lon, "merchant": each} for each in merchants
            ]  # fmt: skip
            leads = actions.import_leads(news, by=setting.staff.office["manager"], at=begin)
            walk(rng, leads, hunter, begin + rng.randint(2, 25) * DAY, outcome="decider")
            Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(status=LeadStatus.WON, claimed_until=None)
            record_all(
                "prospecting.change_lead", leads, by=hunter, at=begin + QUARTER,
                merchant_ids=[lead.merchant_id for lead in leads],
                changes=[{"status": [LeadStatus.VISITED, LeadStatus.WON]}] * len(leads),
            )  # fmt: skip


def shop(setting: Setting, rng: random.Random, words: Wording, district: District) -> dict:
    """A new lead somewhere in the district."""
    trade, street = rng.choice(list(SHOPS)), rng.choice(district.streets)
    lat, lon = district.place(rng)
    return {
        "name": words.branch(words.shop(trade), street), "region": setting.regions[district.code],
        "trade": setting.reference.trades[trade], "address": words.address(("杭州", "Hangzhou"), district, street),
        "lat": lat, "lon": lon, "contact_name": words.person()[0], "phone": words.phone() if rng.random() < WITH_PHONE else "",
        "potential": rng.randint(10, 95),
    }  # fmt: skip


def walk(
    rng: random.Random,
    leads: Sequence[Lead],
    prospector: User,
    at: datetime,
    *,
    outcome: str = "",
    objections: Sequence[Objection] = (),
    is_faked: bool = False,
) -> list[Visit]:
    """From shop to shop, told in the evening, without photos; a faked one is a few clicks from one and the same place."""
    news = []
    for number, lead in enumerate(sorted(leads, key=lambda lead: (lead.lon, lead.lat))):
        said = outcome or rng.choices(list(OUTCOMES), weights=OUTCOMES.values())[0]
        new = {
            "outcome": said, "device_at": at + timedelta(minutes=(3 if is_faked else 14) * number + rng.uniform(0, 2)),
            "lat": lead.lat + rng.gauss(0, 2e-4), "lon": lead.lon + rng.gauss(0, 2e-4), "accuracy_m": rng.uniform(6, 40),
            "intention": rng.choice([1, 2, 3, 3, 4, 4, 5]) if said == "decider" else None,
            "objections": rng.sample(objections, 1) if objections and rng.random() < 0.3 else (),
        }  # fmt: skip
        if is_faked:
            new |= {"lat": lead.lat + FAKED_DEG * rng.choice((-1, 1)), "reason": "GPS"}
        news.append((lead, new))
    return actions.record_visits(news, by=prospector, at=at + timedelta(hours=8)) if news else []


def _talk(
    rng: random.Random, leads: Sequence[Lead], prospector: User, reasons: Sequence[LostReason], at: datetime, *, is_over: bool
) -> None:  # fmt: skip
    """Some want to sign. Who did is told by the installations of the year: see demo/campaigns.py; the others gave it up."""
    warm = Lead.objects.filter(
        pk__in=[lead.pk for lead in leads], status=LeadStatus.VISITED, intention__gte=3, owner=prospector
    )
    for lead in warm.order_by("pk")[: round(len(leads) * TALKED + rng.random() / 2)]:
        who = {"by": prospector, "at": at}
        volume, fee = rng.randint(8, 90) * 1000, rng.randint(3, 12) * 10
        opportunity = actions.open_opportunity(lead, monthly_volume=volume, monthly_fee=fee, **who)
        if is_over:
            actions.lose_opportunity(
                opportunity, reason=rng.choice(reasons), by=prospector, at=at + rng.randint(2, 30) * DAY
            )
        elif (stage := rng.choice([Stage.QUALIFIED, Stage.OFFERED, Stage.AGREED])) != Stage.QUALIFIED:
            actions.move_opportunity(opportunity, stage=stage, **who)
