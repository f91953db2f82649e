"""What forecasts are made from: use by month, and the terminals that parts fit. Read in bulk, once a night."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from assets.lifecycle import TerminalStatus
from assets.models import Binding, Terminal
from spareparts.demand import FailureRates, Floats, failure_rates
from spareparts.models import Part, Place, Stock, StockMonth
from workforce.models import Region

MONTHS = 24
CITY = 3  # codes in the path of a city: its people fetch parts anywhere in it


def months_before(month: date, count: int = MONTHS) -> list[date]:
    """The firsts of so many months, the last one that before `month`."""
    number = month.year * 12 + month.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(number - count, number)]


def places_in(region: Region) -> QuerySet[Place]:
    """What belongs to the region and all below it: depots, bags of its people, and what is on its way to them."""
    here = Region.objects.within(region).values("pk")
    way = Q(leads_to__region__in=here) | Q(leads_to__person__region__in=here)
    return Place.objects.filter(Q(region__in=here) | Q(person__region__in=here) | way)


def regions_with_parts() -> QuerySet[Region]:
    """Where forecasts are made: regions with a depot that has ever had parts, and cities whose people carry some."""
    parts = Stock.objects.filter(place=OuterRef("pk"), part__is_active=True, part__is_card_key=False)
    places = Place.objects.filter(Exists(parts))
    depots = set(places.depots().values_list("region__path", flat=True))
    bags = places.filter(kind=Place.Kind.BAG, person__region__isnull=False)
    paths = bags.values_list("person__region__path", flat=True).distinct()
    cities = {"".join(f"{code}/" for code in path.split("/")[:-1][:CITY]) for path in paths}
    return Region.objects.filter(path__in=depots | cities).order_by("path")


@dataclass(frozen=True)
class Use:
    """A row a part, a column a month, NaN before the part was there."""

    parts: Sequence[int]
    matrix: Floats

    @property
    def known_months(self) -> np.ndarray:
        return (~np.isnan(self.matrix)).sum(1)


def use_by_month(month: date, region: Region | None, others: AbstractSet[int] = frozenset()) -> Use:
    """Of the parts that have been there, and of these others; without a region in the whole company."""
    rows = StockMonth.objects.filter(part__is_active=True, part__is_card_key=False)
    if region is not None:
        rows = rows.filter(place__in=places_in(region).values("pk"))
    months = months_before(month)
    since = dict(rows.values_list("part").annotate(first=Min("month")))
    parts = sorted(since.keys() | others)
    row_of, column_of = ({key: index for index, key in enumerate(keys)} for keys in (parts, months))
    matrix = np.full((len(parts), len(months)), np.nan)
    for part, first in since.items():
        matrix[row_of[part], column_of.get(first, 0 if first < month else len(months)) :] = 0
    used = (
        rows.filter(month__gte=months[0], month__lt=month, used__gt=0)
        .values_list("part", "month")
        .annotate(count=Sum("used"))
    )
    for part, when, count in used:
        matrix[row_of[part], column_of[when]] = count
    return Use(parts, matrix)


@dataclass(frozen=True)
class InstalledBase:
    """Live terminals by model and path of their region, and how often the parts that fit them fail."""

    live: Mapping[int, Mapping[str, int]]
    fits: Mapping[int, set[int]]  # models by part; a part without a row fits every model
    rates: FailureRates  # by the rows of `parts`
    parts: Mapping[int, int]

    def terminals(self, part: int, region: Region) -> int:
        models = self.fits.get(part, self.live.keys())
        return sum(
            count
            for model in models
            for path, count in self.live.get(model, {}).items()
            if path.startswith(region.path)
        )

    def fitting(self, region: Region) -> set[int]:
        """Parts made for models that are in use there."""
        return {part for part in self.fits if self.terminals(part, region)}

    def expected(self, part: int, region: Region) -> tuple[float, float]:
        """Use a month, and the variance over the mean that goes with how little is known, over two months."""
        row = self.parts.get(part)
        if row is None:
            return 0.0, 1.0
        monthly = float(self.rates.rate[row]) * self.terminals(part, region)
        return monthly, 1 + 2 * monthly / max(float(self.rates.shape[row]), 1e-9) if monthly else 1.0


def installed_base(month: date) -> InstalledBase:
    """Failures of the company's last MONTHS against the terminals that were live in those of them in which the part was
    there: what is new in one region is known from the others, what is new everywhere from all parts."""
    live: dict[int, Counter[str]] = defaultdict(Counter)
    counted = Terminal.objects.filter(status=TerminalStatus.LIVE).values_list("model", "region__path")
    for model, path, count in counted.annotate(count=Count("pk")):
        live[model][path] = count
    fits: dict[int, set[int]] = defaultdict(set)
    for part, model in Part.fits.through.objects.values_list("part_id", "terminalmodel_id"):
        fits[part].add(model)
    by_model = _terminals_by_month(month, {model: sum(paths.values()) for model, paths in live.items()})
    company = use_by_month(month, None)
    there = ~np.isnan(company.matrix)
    exposed = [
        sum((by_model[model] for model in fits.get(part, by_model.keys()) if model in by_model), np.zeros(MONTHS))
        for part in company.parts
    ]
    seen = (np.reshape(exposed, there.shape) * there).sum(1)
    rates = failure_rates(np.nansum(company.matrix, 1) * (seen > 0), seen)
    return InstalledBase(live, fits, rates, {part: row for row, part in enumerate(company.parts)})


def _terminals_by_month(month: date, now: Mapping[int, int]) -> dict[int, Floats]:
    """Live terminals of each model in each month, back from those of now."""
    months = months_before(month)
    change: dict[int, Counter[date]] = defaultdict(Counter)
    for field, sign in (("started_at", 1), ("ended_at", -1)):
        rows = Binding.objects.filter(**{f"{field}__date__gte": months[0]})
        monthly = rows.values_list("terminal__model", TruncMonth(field)).annotate(count=Count("pk"))
        for model, when, count in monthly.order_by():
            change[model][when.date()] += sign * count
    later = {
        model: np.array([sum(n for at, n in change[model].items() if at > each) for each in months]) for model in now
    }
    return {model: np.maximum(count - later[model], 0).astype(float) for model, count in now.items()}
