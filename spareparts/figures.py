"""What the stock is worth, how fast it turns, what lies dead and what fails: from the months, never from the ledger."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from spareparts.history import months_before, places_in
from spareparts.lists.stock import EVERY_MODEL, SEVERAL_MODELS
from spareparts.models import Part, Place, Stock, StockMonth, Supplier
from workforce.models import Region, User

MONTHS = 12  # the running one included
DEAD_MONTHS = 6  # full ones without use, so 181 days at least
MOST_ROWS = 10
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
    here = places.values("pk")
    month = on.replace(day=1)
    months = [*months_before(month, MONTHS - 1), month]
    kept = StockMonth.objects.filter(place__in=here, month__gte=months[0])
    stock = Stock.objects.filter(place__in=here, quantity__gt=0)

    at_places = list(
        stock.values_list("place").annotate(Sum("quantity"), value=Sum("value")).order_by("-value", "place")
    )
    value = sum((row[2] for row in at_places), ZERO)
    monthly = {
        row["month"]: row
        for row in kept.values("month").annotate(net=Sum(F("came_value") - F("went_value")), used=Sum("used_value"))
    }
    net = [monthly[each]["net"] if each in monthly else ZERO for each in months]
    begun = list(accumulate(reversed(net), lambda later, gone: later - gone, initial=value))[:0:-1]

    parts = Part.objects.select_related("supplier").prefetch_related("fits").in_bulk()
    used = {part: rest for part, *rest in _sums(kept, "part", "used", "used_value")}
    received = dict(kept.filter(received__gt=0).values_list("part").annotate(Sum("received")))
    broken = kept.filter(place__kind=Place.Kind.DEFECTIVE, came__gt=0)
    defective = dict(broken.values_list("part").annotate(Sum("came")))
    dead_since = months_before(month, DEAD_MONTHS)[0]
    alive = kept.filter(Q(used__gt=0) | Q(received__gt=0), month__gte=dead_since).values("part")
    dead = stock.exclude(part__in=alive).values_list("part").annotate(Sum("quantity"), value=Sum("value"))
    dead_lines = [Line(parts[part].code, parts[part], *rest) for part, *rest in dead.order_by("-value", "part")]
    return Figures(
        since=months[0],
        dead_since=dead_since,
        value=value,
        by_place=_places(at_places[:MOST_ROWS]),
        places=len(at_places),
        months=months,
        values=begun,
        used_by_month=[monthly[each]["used"] if each in monthly else ZERO for each in months],
        dead=dead_lines[:MOST_ROWS],
        dead_parts=len(dead_lines),
        dead_value=sum((line.value for line in dead_lines), ZERO),
        by_model=_grouped(((_model(parts[part]), *rest) for part, rest in used.items()), _model_label(parts.values())),
        by_region=_by_region(_sums(kept, "place", "used", "used_value"), region),
        suppliers=_suppliers(parts, received, defective),
    )


def _sums(kept: QuerySet, by: str, quantity: str, value: str) -> list[tuple[Any, int, Decimal]]:
    return list(kept.filter(used__gt=0).values_list(by).annotate(Sum(quantity), Sum(value)).order_by())


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
    sums: dict[Any, list] = defaultdict(lambda: [0, ZERO])
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
