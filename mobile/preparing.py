"""What is missing in somebody's bag for the orders of today and tomorrow, and where it is."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.lifecycle import TerminalStatus
from assets.models import Terminal, TerminalModel
from mobile.parts import MOST_PARTS, Offer, asked_by, city_of, offers_of
from mobile.queries import POSITION_AGE, Job
from mobile.terminals import lacking_terminals
from spareparts.models import Part, Place, Requisition
from spareparts.queries import Source, carried_by, sources
from workforce.models import Position, User
from workorders.experience import likely_parts
from workorders.lifecycle import Status
from workorders.likely import Chance
from workorders.models import WorkOrder

AHEAD = (Status.ASSIGNED, Status.ACCEPTED, Status.EN_ROUTE)  # nobody is there yet
MOST_OFFERS = 3
MOST_READY = 50  # terminals of a model that are looked at


@dataclass(frozen=True)
class Reason:
    """An order that needs so many of it, or likely one."""

    order: WorkOrder
    quantity: int = 1
    chance: Chance | None = None

    @property
    def sentence(self) -> str:
        if self.chance is None:
            return _("needed: %(count)d") % {"count": self.quantity}
        names = {"percent": self.chance.percent, "used": self.chance.told.used, "count": self.chance.told.orders}
        return ngettext(
            "likely needed: %(percent)d %%, used on %(used)d of %(count)d such order",
            "likely needed: %(percent)d %%, used on %(used)d of %(count)d such orders",
            self.chance.told.orders,
        ) % names  # fmt: skip


@dataclass
class MissingPart:
    part: Part
    reasons: list[Reason] = field(default_factory=list)
    quantity: int = 0  # to be asked for
    offers: list[Offer] = field(default_factory=list)
    asked: list[Requisition] = field(default_factory=list)

    @property
    def wanted(self) -> int:
        """What is sure, and what is likely together, rounded up."""
        return ceil(sum(each.chance.share if each.chance else each.quantity for each in self.reasons) - 1e-9)

    @property
    def is_sure(self) -> bool:
        return any(each.chance is None for each in self.reasons)

    @property
    def to_ask(self) -> int:
        """No more than the first place has."""
        return min(self.quantity, self.offers[0].source.free)

    @property
    def order(self) -> WorkOrder:
        """The first one: it is asked for on this."""
        return self.reasons[0].order


@dataclass
class MissingTerminal:
    """`model` is None where any will do; `depots` have tested ones."""

    model: TerminalModel | None
    quantity: int
    orders: list[WorkOrder]
    depots: list[str]


@dataclass(frozen=True)
class Preparation:
    terminals: list[MissingTerminal]
    parts: list[MissingPart]
    on_the_way: list[MissingPart]
    orders: int
    is_for_tomorrow: bool

    def find(self, user: User, at: datetime) -> "Preparation":
        """With the places where the parts are, near to where the person is or starts from."""
        here = Position.objects.filter(person=user, at__gte=at - POSITION_AGE).first()
        near = (here.lat, here.lon) if here else (user.start_lat, user.start_lon)
        found = sources([each.part for each in self.parts], person=user, near=near, at=at)
        offers = offers_of({each.part.pk: _best(found.get(each.part.pk, []), each.quantity) for each in self.parts}, at)
        for each in self.parts:
            each.offers = offers[each.part.pk]
        return self

    @property
    def count(self) -> int:
        return len(self.terminals) + len(self.parts)

    def __bool__(self) -> bool:
        return self.count > 0


def preparation_of(user: User, at: datetime) -> Preparation:
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    rows = WorkOrder.objects.visible_to(user).filter(status__in=AHEAD)
    rows = rows.select_related("merchant", "type", "booking", "terminal__model", "run__version")
    rows = rows.prefetch_related("type__part_needs__part")
    jobs = [job for job in (Job(order, at) for order in rows) if job.day <= tomorrow]
    jobs.sort(key=lambda job: (job.starts_at or at, job.order.pk))
    orders = [job.order for job in jobs]
    lacking = lacking_terminals(user, orders)
    parts = _parts(user, orders, at)
    terminals = [
        MissingTerminal(model, len(bringing), list(dict.fromkeys(bringing)), _ready(user, model))
        for model, bringing in lacking.items()
    ]
    missing = [each for each in parts if each.quantity][:MOST_PARTS]
    concerned = {order.pk for each in terminals for order in each.orders} | {
        reason.order.pk for each in missing for reason in each.reasons
    }
    return Preparation(
        terminals=terminals,
        parts=missing,
        on_the_way=[each for each in parts if not each.quantity],
        orders=len(orders),
        is_for_tomorrow=all(job.day == tomorrow for job in jobs if job.order.pk in concerned),
    )


def _parts(user: User, orders: list[WorkOrder], at: datetime) -> list[MissingPart]:
    """Those of which the bag has too few: what is still to be asked for first, and of that what is sure."""
    wanted = _wanted(orders)
    carried = carried_by(user, set(wanted))
    coming: dict[int, list[tuple[Requisition, int]]] = defaultdict(list)
    for requisition in asked_by(user):
        for line in requisition.lines.all():
            coming[line.part_id].append((requisition, line.quantity))
    short = []
    for each in wanted.values():
        lacking = each.wanted - carried.get(each.part.pk, 0)
        if lacking > 0:
            each.asked = [requisition for requisition, _quantity in coming[each.part.pk]]
            each.quantity = max(0, lacking - sum(quantity for _requisition, quantity in coming[each.part.pk]))
            short.append(each)
    short.sort(key=lambda each: (not each.quantity, not each.is_sure, -each.wanted, each.part.code))
    return short


def _best(found: list[Source], quantity: int) -> list[Source]:
    """Who has enough before who has less, a depot before a colleague, then the nearest."""
    return sorted(found, key=lambda source: (source.free < quantity, source.place.kind == Place.Kind.BAG))[:MOST_OFFERS]


def _wanted(orders: list[WorkOrder]) -> dict[int, MissingPart]:
    """By key of the part: what orders say they need, and what they likely do beside that."""
    named = {code for order in orders for code in order.needed_parts or ()}
    by_code = {part.code: part for part in Part.objects.filter(code__in=named)} if named else {}
    likely = likely_parts(orders)
    wanted: dict[int, MissingPart] = {}
    for order in orders:
        if order.needed_parts is None:
            needs = {need.part: need.quantity for need in order.type.part_needs.all()}
        else:
            needs = {by_code[code]: count for code, count in order.needed_parts.items() if code in by_code}
        chances = [(each.part, each.chance) for each in likely[order.pk] if each.part not in needs]
        for part, quantity in needs.items():
            wanted.setdefault(part.pk, MissingPart(part)).reasons.append(Reason(order, quantity))
        for part, chance in chances:
            wanted.setdefault(part.pk, MissingPart(part)).reasons.append(Reason(order, chance=chance))
    return wanted


def _ready(user: User, model: TerminalModel | None) -> list[str]:
    """The regions of the person's city whose depots have tested ones, those with most of the latest first."""
    if user.region is None:
        return []
    ready = Terminal.objects.filter(status=TerminalStatus.TESTED, is_blocked=False, region__in=city_of(user.region))
    ready = ready.filter(model=model) if model else ready
    regions = Counter(ready.order_by("-id").values_list("region__name", flat=True)[:MOST_READY])
    return [name for name, _count in regions.most_common(MOST_OFFERS)]
