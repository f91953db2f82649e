"""Three campaigns: leaflets that paid, a week of street stalls that is paying, and a fair that never will.

Shops that joined during one become leads it brought, those that joined before leads of the street: their
installations were real orders of the year.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from demo.names import Wording
from demo.pictures import take_photo
from demo.places import DISTRICTS, HANGZHOU
from demo.walks import shop, walk
from demo.world import Setting
from journal.actions import record_all
from merchants.actions import change_merchant
from prospecting import actions
from prospecting.lifecycle import LeadStatus, Stage
from prospecting.models import Campaign, Cell, Lead, Opportunity, Visit
from workforce.models import User
from workorders.lifecycle import DONE
from workorders.models import WorkOrder


@dataclass(frozen=True)
class Story:
    """Days are counted back from today; `most_won` of the shops that joined meanwhile came by it."""

    zh: str
    en: str
    first: int
    last: int
    costs: tuple[tuple[int, str, str], ...]  # yuan
    material: tuple[str, str, str, int]  # what, and its code
    leads: int  # that have not come to an order
    most_won: int
    areas: tuple[str, ...] = ()  # whose cells it runs in


STORIES = (
    Story("开学季传单", "Leaflets for the new term", 92, 50,
          ((2600, "传单印刷", "Printing"), (1800, "临时人员", "Helpers")), ("传单", "Leaflets", "TERM26", 400), 34, 12),
    Story("社区摆摊周", "Street stalls", 45, 9,
          ((1900, "摊位与帐篷", "Stalls and tents"), (1400, "小礼品", "Small gifts")), ("优惠券", "Vouchers", "STALL26", 150), 26, 8,
          ("xihu", "gongshu")),
    Story("商业展会展台", "A stand at the trade fair", 21, -7,
          ((15000, "展位费", "Stand"), (6800, "展台搭建", "Building it")), ("手册", "Brochures", "FAIR26", 300), 18, 2,
          ("binjiang",)),
)  # fmt: skip
EVERY = 5  # of the cells of its areas a campaign runs in one
VISITS_TODAY = 5
SHOPS_AT_ONCE = 4  # that joined one after the other and were seen by one prospector
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def promote(
    setting: Setting, words: Wording, cells: Sequence[Cell], prospectors: Sequence[User], *, seed: int, at: datetime
) -> None:
    rng = random.Random(f"{seed} campaigns")
    joined = _joined(setting, at)
    for story in STORIES:
        campaign = _begin(setting, words, story, cells, prospectors, at)
        period = (at - story.first * DAY, min(at, at - story.last * DAY))
        won = [order for order in joined if period[0] + 3 * DAY <= order.opened_at <= period[1]][: story.most_won]
        joined = [order for order in joined if order not in won]
        _win(campaign, rng, prospectors, won, at)
        _only_talk(setting, campaign, rng, words, story, prospectors, period)
    _win(None, rng, prospectors, joined, at)
    _go_out_today(campaign, rng, prospectors, at)


def _joined(setting: Setting, at: datetime) -> list[WorkOrder]:
    """Installations, done, at shops of the city that were new then."""
    orders = WorkOrder.objects.filter(
        type__code="install", status__in=DONE, opportunity=None, opened_at__gt=at - 360 * DAY,
        region__path__startswith=setting.regions["hangzhou"].path,
    )  # fmt: skip
    rows = orders.select_related("merchant__trade", "region").order_by("opened_at")
    return [order for order in rows if abs(order.merchant.created_at - order.opened_at) < DAY]


def _begin(
    setting: Setting, words: Wording, story: Story, cells: Sequence[Cell], prospectors: Sequence[User], at: datetime
) -> Campaign:
    begin, manager = at - story.first * DAY, setting.staff.office["manager"]
    who: dict[str, Any] = {"by": manager, "at": begin}
    campaign = actions.make_campaign(
        name=words.of((story.zh, story.en)), region=setting.regions["hangzhou"], starts_on=begin.date(),
        ends_on=(at - story.last * DAY).date(), goal=story.most_won + 4,
        cells=[cell for cell in cells if cell.region.code in story.areas][::EVERY], **who,
    )  # fmt: skip
    for number, (yuan, zh, en) in enumerate(story.costs):
        on = begin.date() + number * DAY
        actions.add_cost(campaign, on=on, what=words.of((zh, en)), amount=Decimal(yuan), **who)
    zh, en, code, count = story.material
    for prospector in prospectors[:3]:
        actions.add_handout(
            campaign, prospector=prospector, what=words.of((zh, en)), count=count, code=code, on=begin.date(), **who
        )
    return campaign


def _win(
    campaign: Campaign | None, rng: random.Random, prospectors: Sequence[User], won: Sequence[WorkOrder], at: datetime
) -> None:
    for first in range(0, len(won), SHOPS_AT_ONCE):
        orders, prospector = won[first : first + SHOPS_AT_ONCE], rng.choice(prospectors)
        seen_at = orders[0].opened_at - rng.uniform(0.5, 3) * DAY
        news = [
            {"name": each.name, "region": each.region, "source": Lead.Source.STREET, "trade": each.trade,
             "address": each.address, "lat": each.lat, "lon": each.lon, "campaign": campaign, "owner": prospector}
            for each in [order.merchant for order in orders]
        ]  # fmt: skip
        leads = actions.make_leads(news, by=prospector, at=seen_at)
        walk(rng, leads, prospector, seen_at, outcome="decider")
        for lead, order in zip(leads, orders, strict=True):
            who: dict[str, Any] = {"by": prospector, "at": order.opened_at - timedelta(hours=2)}
            fee = Decimal(rng.randint(5, 16) * 10)
            opportunity = actions.open_opportunity(
                lead, monthly_volume=rng.randint(10, 80) * 1000, monthly_fee=fee, **who
            )
            _end(lead, opportunity, order)
            first_on = order.region.service_date(order.completed_at) + rng.randint(0, 6) * DAY
            if first_on <= order.region.service_date(at) and rng.random() < 0.9:
                change_merchant(order.merchant, first_transaction_on=first_on, by=prospector, at=at)


def _end(lead: Lead, opportunity: Opportunity, order: WorkOrder) -> None:
    """Won by an order that stands already, where converting would make another."""
    Opportunity.objects.filter(pk=opportunity.pk).update(
        stage=Stage.WON, stage_since=order.completed_at, merchant=order.merchant, order=order,
        converted_at=order.opened_at, ended_at=order.completed_at,
    )  # fmt: skip
    Lead.objects.filter(pk=lead.pk).update(status=LeadStatus.WON, merchant=order.merchant, claimed_until=None)
    record_all(
        "prospecting.win_opportunity", [opportunity], by=None, at=order.completed_at, merchant_ids=[order.merchant_id]
    )


def _only_talk(
    setting: Setting, campaign: Campaign, rng: random.Random, words: Wording, story: Story,
    prospectors: Sequence[User], period: tuple[datetime, datetime],
) -> None:  # fmt: skip
    """Leads that were noted and partly visited, in four goes, some with an opportunity that is still open."""
    begin, end = period
    districts = [DISTRICTS[code] for code in story.areas] or HANGZHOU[:6]
    for number in range(4):
        at = begin + (end - begin) * (number + 0.4) / 4
        prospector = rng.choice(prospectors)
        news = []
        for _lead in range(story.leads // 4):
            new = shop(setting, rng, words, rng.choice(districts))
            news.append(new | {"source": Lead.Source.STREET, "material_code": story.material[2]})
        leads = actions.make_leads(news, by=prospector, at=at)
        visited = leads[: round(len(leads) * 0.7)]
        walk(rng, visited, prospector, at + timedelta(hours=1), outcome="decider")
        for lead in visited[: max(1, len(visited) // 4)]:
            fee = Decimal(rng.randint(4, 12) * 10)
            actions.open_opportunity(lead, owner=prospector, monthly_fee=fee, by=prospector, at=at + 2 * DAY)


def _go_out_today(campaign: Campaign, rng: random.Random, prospectors: Sequence[User], at: datetime) -> None:
    """Of its shops that nobody has seen yet; the last one from far away, with a photo that was used before."""
    leads = list(campaign.leads.filter(visits_count=0, lat__isnull=False).order_by("pk")[:VISITS_TODAY])
    for number, lead in enumerate(leads, 1):
        by, moment, is_faked = (
            lead.owner or prospectors[0],
            at - (len(leads) - number) * 11 * MINUTE,
            number == len(leads),
        )
        lat, lon = lead.lat + (0.03 if is_faked else 0.0001), lead.lon
        if not is_faked:
            photo = take_photo(rng, lead.number, by=by, at=moment, lat=lat, lon=lon)
        actions.record_visit(
            lead, outcome=Visit.Outcome.STAFF, captures=[photo], lat=lat, lon=lon, accuracy_m=12,
            reason="GPS" if is_faked else "", intention=rng.choice([2, 3, 4]), by=by, at=moment,
        )  # fmt: skip
