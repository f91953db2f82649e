"""What the stock is worth, how fast it turns, what lies dead and what fails: from the months, never from the ledger."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Sum

from spareparts.history import months_before, places_in
from spareparts.lists.stock import EVERY_MODEL, SEVERAL_MODELS
from spareparts.models import LedgerMark, Part, Place, Stock, StockMonth, Supplier
from workforce.models import Region, User

MONTHS = 12  # the running one included
DEAD_MONTHS = 6  # full ones without use, so 181 days at least
MOST_ROWS = 10
KEPT_S = 3600
ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """`key`: of the row it leads to."""

    key: Any
    label: Any
    quantity: int
    value: Decimal


@dataclass(frozen=True)
class Supplied:
    supplier: Supplier
    received: int
    defective: int

    @property
    def rate(self) -> float | None:
        return self.defective / self.received if self.received else None


@dataclass(frozen=True)
class Figures:
    """Money as the ledger has it; scrap is worth nothing any more and not counted."""

    since: date
    dead_since: date
    value: Decimal
    by_place: list[Line]
    places: int
    months: list[date]
    values: list[Decimal]  # of the stock, when each month began
    used_by_month: list[Decimal]
    dead: list[Line]
    dead_parts: int
    dead_value: Decimal
    by_model: list[Line]
    by_region: list[Line]
    suppliers: list[Supplied]

    @property
    def used_value(self) -> Decimal:
        return sum(self.used_by_month, ZERO)

    def turnover(self, on: date) -> Decimal | None:
        """How often a year the stock is used up."""
        mean = sum([*self.values, self.value], ZERO) / (len(self.values) + 1)
        days = (on - self.since).days + 1
        return self.used_value * 365 / days / mean if mean else None

    @property
    def defective_rate(self) -> float | None:
        received = sum(each.received for each in self.suppliers)
        return sum(each.defective for each in self.suppliers) / received if received else None


def stock_figures(user: User, region: Region | None, on: date) -> Figures:
    """Of what the person may see, in this region or everywhere."""
    places = Place.objects.visible_to(user).exclude(kind=Place.Kind.SCRAP)
    if region is not None:
        places = places.filter(pk__in=places_in(region).values("pk"))
    here = list(places.values_list("pk", flat=True))
    month = on.replace(day=1)
    months = [*months_before(month, MONTHS - 1), month]
    mark = LedgerMark.objects.values_list("movement", flat=True).first()
    database = connection.settings_dict["NAME"]  # several may share a cache
    key = f"stock-figures:{database}:{region.pk if region else 'all'}:{month}:{mark}"
    kept = cache.get_or_set(key, lambda: _read(here, months[0]), KEPT_S)

    value = sum((row[2] for row in kept.at_places), ZERO)
    net, used_by_month, used, received = (
        Counter[date](),
        Counter[date](),
        defaultdict[int, list](_nothing),
        Counter[int](),
    )
    dead_since, alive = months_before(month, DEAD_MONTHS)[0], set()
    for part, when, come, went, count, worth, got in kept.by_part:
        net[when] += come - went
        used_by_month[when] += worth
        used[part][0] += count
        used[part][1] += worth
        received[part] += got
        if when >= dead_since and (count or got):
            alive.add(part)
    begun = list(accumulate((net[each] for each in reversed(months)), lambda later, gone: later - gone, initial=value))

    parts = Part.objects.select_related("supplier").prefetch_related("fits").in_bulk()
    dead = [Line(parts[part].code, parts[part], *rest) for part, *rest in kept.of_parts if part not in alive]
    by_model = ((_model(parts[part]), *rest) for part, rest in used.items() if rest[0])
    return Figures(
        since=months[0],
        dead_since=dead_since,
        value=value,
        by_place=_places(kept.at_places[:MOST_ROWS]),
        places=len(kept.at_places),
        months=months,
        values=[ZERO + each for each in begun[:0:-1]],
        used_by_month=[ZERO + used_by_month[each] for each in months],
        dead=dead[:MOST_ROWS],
        dead_parts=len(dead),
        dead_value=sum((line.value for line in dead), ZERO),
        by_model=_grouped(by_model, _model_label(parts.values())),
        by_region=_by_region(kept.by_place, region),
        suppliers=_suppliers(parts, received, dict(kept.defective)),
    )


class Kept(NamedTuple):
    """What the page reads of Stock and StockMonth: too much to be read each time, and the same until the mark moves."""

    at_places: list[tuple]  # place, pieces, value; the dearest first
    of_parts: list[tuple]  # part, pieces, value; the dearest first
    by_part: list[tuple]  # part, month, value that came and went, used, its value, received
    by_place: list[tuple]  # place, used, its value
    defective: list[tuple]  # part, put to the defective ones


def _read(places: list[int], since: date) -> Kept:
    kept = StockMonth.objects.filter(place__in=places, month__gte=since).order_by()
    names = ("came_value", "went_value", "used", "used_value", "received")
    broken = kept.filter(place__kind=Place.Kind.DEFECTIVE, came__gt=0)
    stock = Stock.objects.filter(place__in=places, quantity__gt=0)
    at_places, of_parts = (
        list(stock.values_list(by).annotate(Sum("quantity"), worth=Sum("value")).order_by("-worth", by))
        for by in ("place", "part")
    )
    return Kept(
        at_places,
        of_parts,
        list(kept.values_list("part", "month").annotate(*map(Sum, names))),
        list(kept.filter(used__gt=0).values_list("place").annotate(Sum("used"), Sum("used_value"))),
        list(broken.values_list("part").annotate(Sum("came"))),
    )


def _nothing() -> list:
    return [0, ZERO]


def _places(rows: Iterable[tuple]) -> list[Line]:
    places = Place.objects.select_related("person", "leads_to__person").in_bulk([row[0] for row in rows])
    return [Line(places[key].code, places[key], quantity, value) for key, quantity, value in rows]


def _model(part: Part) -> str:
    fits = part.fits.all()
    return fits[0].code if len(fits) == 1 else SEVERAL_MODELS if fits else EVERY_MODEL


def _model_label(parts: Iterable[Part]) -> Callable[[str], Any]:
    labels: dict[str, Any] = {model.code: model for part in parts for model in part.fits.all()}
    return lambda code: labels.get(code)


def _by_region(used: list[tuple[int, int, Decimal]], region: Region | None) -> list[Line]:
    """By the regions right below this one; what is used in itself stands under its own name."""
    paths = {
        key: depot or person or ""
        for key, depot, person in Place.objects.filter(pk__in=[row[0] for row in used]).values_list(
            "pk", "region__path", "person__region__path"
        )
    }
    depth = region.path.count("/") + 1 if region else 1

    def above(path: str) -> str:
        return "".join(f"{code}/" for code in path.split("/")[:-1][:depth])

    rows = [(above(paths[key]), quantity, value) for key, quantity, value in used]
    regions = {each.path: each for each in Region.objects.filter(path__in={row[0] for row in rows})}
    return _grouped(((regions[path].pk, *rest) for path, *rest in rows if path in regions), _by_key(regions.values()))


def _by_key(regions: Iterable[Region]) -> Callable[[int], Region]:
    known = {each.pk: each for each in regions}
    return lambda key: known[key]


def _grouped(rows: Iterable[tuple], label: Callable[[Any], Any]) -> list[Line]:
    sums: dict[Any, list] = defaultdict(_nothing)
    for key, quantity, value in rows:
        sums[key][0] += quantity
        sums[key][1] += value
    lines = [Line(key, label(key), quantity, value) for key, (quantity, value) in sums.items()]
    return sorted(lines, key=lambda line: (-line.value, str(line.key)))


def _suppliers(parts: dict[int, Part], received: dict[int, int], defective: dict[int, int]) -> list[Supplied]:
    suppliers = {part.supplier for part in parts.values() if part.supplier}
    found = []
    for supplier in suppliers:
        theirs = [key for key, part in parts.items() if part.supplier == supplier]
        come, broken = (sum(counts.get(key, 0) for key in theirs) for counts in (received, defective))
        if come or broken:
            found.append(Supplied(supplier, come, broken))
    return sorted(found, key=lambda each: (-(each.rate or 0), str(each.supplier)))
