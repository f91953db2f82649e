"""Prospecting: districts in cells, leads seen on the street, visits, opportunities, and some that became orders."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import translation
from shapely import MultiPoint, Point, voronoi_polygons
from shapely.geometry import mapping

from demo.campaigns import promote
from demo.names import Wording
from demo.pictures import take_photo
from demo.places import DISTRICTS, KM_PER_DEGREE
from demo.walks import Ground, shop
from demo.world import Setting
from prospecting import actions
from prospecting.models import Cell, Competitor, Lead, LostReason, Objection, Visit
from workforce.models import Boundary, User
from workforce.roles import Role

AREAS = ("shangcheng", "gongshu", "xihu", "binjiang")
DAYS = 30
STOPS = 25  # of a task
OBJECTIONS = [("fee", "费率太高", "Fee too high"), ("has-one", "已有收款设备", "Has a terminal already"),
              ("no-time", "老板没空", "Owner has no time"), ("phone", "习惯用手机收款", "Takes payments by phone"),
              ("contract", "合同期内", "Bound by a contract")]  # fmt: skip
COMPETITORS = [("blue", "蓝付", "BluePay"), ("swift", "捷收", "SwiftPOS"), ("union", "联汇", "UnionPoint")]
LOST_REASONS = [("fee", "费率谈不拢", "No agreement on the fee"), ("rival", "选择了竞争对手", "Chose a competitor"),
                ("closed", "店铺关闭", "Shop closed")]  # fmt: skip
OFFERS = [("extra", "送收款音箱", "A speaker as a gift", {"quantity": 1}),
          ("environment", "安装 5 米网线", "A network cable of 5 m", {}),
          ("rate", "首年优惠费率", "Lower fee in the first year", {"rate": Decimal("0.38")})]  # fmt: skip
OUTCOMES = ["decider", "decider", "staff", "staff", "closed"]


@dataclass(frozen=True)
class Extent:
    cells: int  # of each district
    leads: int  # in each district, this month
    remembered: int  # leads of the months before
    months: int
    visits: int
    opportunities: int
    converted: int
    lost: int


SMALL, LARGE = Extent(2, 12, 24, 2, 8, 6, 3, 1), Extent(10, 60, 5600, 12, 48, 16, 5, 3)


def stake_out(setting: Setting, *, is_small: bool, language: str, at: datetime) -> Ground:
    """Cells and whose they are, and what may be said on a visit."""
    words = Wording(language, random.Random())
    prospectors = list(User.objects.filter(role=Role.PROSPECTOR).order_by("pk"))
    with translation.override(language):
        return Ground(
            _draw_cells(setting, extent_of(is_small).cells, prospectors, setting.staff.office["manager"], at),
            prospectors,
            [_picked(Objection, words, row) for row in OBJECTIONS],
            [_picked(Competitor, words, row) for row in COMPETITORS],
            [_picked(LostReason, words, row) for row in LOST_REASONS],
        )


def extent_of(is_small: bool) -> Extent:
    return SMALL if is_small else LARGE


def hunt(setting: Setting, ground: Ground, *, is_small: bool, seed: int, language: str, at: datetime) -> None:
    """The campaigns, and this month."""
    extent, rng = extent_of(is_small), random.Random(f"{seed} hunting")
    words, manager = Wording(language, rng), setting.staff.office["manager"]
    cells, prospectors = ground.cells, ground.prospectors
    begin = at - timedelta(days=DAYS)
    with translation.override(language):
        promote(setting, words, cells, prospectors, seed=seed, at=at)
        actions.release_expired_claims(at=at, limit=extent.remembered)
        leads = _see_leads(setting, extent.leads, rng, words, manager, begin)
        moments = sorted(begin + timedelta(days=DAYS - 1) * rng.random() for _number in range(extent.visits))
        for number, moment in enumerate(moments):
            _visit(rng, leads[number], ground, moment)
        _win_some(setting, extent, rng, words, leads[: extent.visits], ground.reasons, at)
        for number, prospector in enumerate(prospectors[:2]):
            own = Lead.objects.hunted().filter(cell__in=cells[number :: len(prospectors)], owner=None)
            actions.give_task(
                prospector=prospector, title=words.of(("本周重点店铺", "The shops to see this week")),
                region=cells[number].region, due_on=at.date() + timedelta(days=4), leads=own.order_by("-potential", "pk")[:STOPS],
                by=manager, at=at - timedelta(hours=3),
            )  # fmt: skip


def _picked(model: type, words: Wording, row: tuple[str, str, str]):
    code, zh, en = row
    return model.objects.get_or_create(code=code, defaults={"name": en, "name_zh": zh})[0]


def _draw_cells(setting: Setting, count: int, prospectors: list[User], manager: User, at: datetime) -> list[Cell]:
    """Each point of the city belongs to the district whose middle is nearest."""
    middles = {code: Point(each.lon, each.lat) for code, each in DISTRICTS.items()}
    shares = voronoi_polygons(MultiPoint(list(middles.values()))).geoms
    cells: list[Cell] = []
    for code in AREAS:
        district = DISTRICTS[code]
        share = next(each for each in shares if each.covers(middles[code]))
        outline = mapping(share.intersection(middles[code].buffer(2.2 * district.edge_km / KM_PER_DEGREE)))
        region = setting.regions[code]
        Boundary.objects.create(region=region, outline=outline)
        (whole,) = actions.draw_cell(region, outline=outline, name=str(region), by=manager, at=at)
        for cell in actions.split_cell(whole, count=count, is_by_work=False, by=manager, at=at):
            cells.append(actions.give_cell(cell, prospector=prospectors[len(cells) % len(prospectors)], by=manager, at=at))  # fmt: skip
    return cells


def _see_leads(
    setting: Setting, count: int, rng: random.Random, words: Wording, manager: User, at: datetime
) -> list[Lead]:
    news = []
    for code in AREAS:
        for _lead in range(count):
            source = rng.choice(["street", "street", "import", "web"])
            news.append(shop(setting, rng, words, DISTRICTS[code]) | {"source": source})
    rng.shuffle(news)
    return actions.make_leads(news, by=manager, at=at)


def _visit(rng: random.Random, lead: Lead, ground: Ground, at: datetime) -> None:
    by = ground.hunters.get(lead.cell_id) or rng.choice(ground.prospectors)
    outcome = rng.choice(OUTCOMES)
    intention = rng.choice([1, 2, 3, 3, 4, 4, 5]) if outcome == "decider" else None
    step = rng.choice(list(Visit.NextStep)) if outcome != "closed" else Visit.NextStep.VISIT
    lat, lon = lead.lat + rng.gauss(0, 0.0003), lead.lon + rng.gauss(0, 0.0003)
    actions.record_visit(
        lead, outcome=outcome, by=by, at=at, lat=lat, lon=lon, accuracy_m=rng.uniform(6, 40), intention=intention,
        captures=[take_photo(rng, lead.number, by=by, at=at, lat=lat, lon=lon)], next_step=step,
        reason="GPS" if rng.random() < 0.1 else "",
        next_step_on=None if step == Visit.NextStep.NONE else at.date() + timedelta(days=rng.randint(1, 9)),
        objections=rng.sample(ground.objections, rng.randint(0, 2)),
        seen={rng.choice(ground.competitors): rng.randint(1, 2)} if rng.random() < 0.4 else None,
    )  # fmt: skip


def _win_some(
    setting: Setting, extent: Extent, rng: random.Random, words: Wording, leads: list[Lead], reasons: list, at: datetime
) -> None:
    models = list(setting.reference.models.values())
    warm = list(Lead.objects.filter(pk__in=[lead.pk for lead in leads], status="visited").order_by("-intention", "pk"))
    for number, lead in enumerate(warm[: extent.opportunities]):
        who = {"by": lead.owner, "at": at - timedelta(days=rng.randint(1, 20), hours=rng.randint(0, 9))}
        opportunity = actions.open_opportunity(
            lead, monthly_volume=Decimal(rng.randint(8, 90) * 1000), monthly_fee=Decimal(rng.randint(3, 12) * 10), **who
        )
        actions.change_opportunity(opportunity, terminals={rng.choice(models): rng.randint(1, 3)}, **who)
        kind, zh, en, terms = rng.choice(OFFERS)
        actions.make_offer(opportunity, kind=kind, text=words.of((zh, en)), **terms, **who)
        if number < extent.converted:
            actions.convert_opportunity(opportunity, **who)
        elif number < extent.converted + extent.lost:
            actions.lose_opportunity(opportunity, reason=rng.choice(reasons), **who)
        else:
            actions.move_opportunity(opportunity, stage=rng.choice(["qualified", "offered", "agreed"]), **who)
