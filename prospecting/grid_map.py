"""What the map of the grid shows of a part of the world, as far as one person may see it.

Up to MOST cells are drawn as they are, with the leads around them gathered by the database; more cells than that are
gathered themselves. No answer holds more than 2 × MOST things. The figures of up to MOST cells come from the index
lead_cell alone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from math import floor
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import models
from django.db.models import Avg, Count, F, Max, Min, Q
from django.db.models.functions import Floor
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prospecting.lifecycle import HUNTED, LeadStatus
from prospecting.models import Cell, Lead
from prospecting.models.grid import CellQuerySet
from prospecting.models.leads import LeadQuerySet
from toolkit.map_view import View
from workforce.models import Region, User

MOST = 500
KEPT_S = 60
LISTED = 100  # cells, as text beside the map
SQUARE_PX = 60  # at least: what is gathered
GONE = (LeadStatus.MERGED, LeadStatus.DISCARDED)
OWNERS = ("blue", "orange", "green", "purple", "red", "teal", "yellow", "pink", "indigo", "lime")
NOTHING = "secondary"


class Measure(models.TextChoices):
    """What the cells are coloured by."""

    COVERAGE = "coverage", gettext_lazy("Coverage")
    LAST_VISIT = "last-visit", gettext_lazy("Last visit")
    CONVERSION = "conversion", gettext_lazy("Conversion")
    POTENTIAL = "potential", gettext_lazy("Open leads")
    OWNER = "owner", gettext_lazy("Owner")


# at least so much (of days: at most so many ago), its colour and what the legend says; the best first
SHADES: dict[str, list[tuple[float, str, Any]]] = {
    Measure.COVERAGE: [
        (0.75, "green", gettext_lazy("75 % and more")),
        (0.5, "lime", gettext_lazy("50 to 74 %")),
        (0.25, "yellow", gettext_lazy("25 to 49 %")),
        (0, "red", gettext_lazy("under 25 %")),
    ],
    Measure.LAST_VISIT: [
        (-7, "green", gettext_lazy("in the last 7 days")),
        (-14, "lime", gettext_lazy("8 to 14 days ago")),
        (-30, "yellow", gettext_lazy("15 to 30 days ago")),
        (float("-inf"), "red", gettext_lazy("longer ago")),
    ],
    Measure.CONVERSION: [
        (0.2, "green", gettext_lazy("20 % and more")),
        (0.1, "lime", gettext_lazy("10 to 19 %")),
        (0.05, "yellow", gettext_lazy("5 to 9 %")),
        (0, "red", gettext_lazy("under 5 %")),
    ],
    Measure.POTENTIAL: [
        (50, "purple", gettext_lazy("50 and more")),
        (25, "indigo", gettext_lazy("25 to 49")),
        (10, "azure", gettext_lazy("10 to 24")),
        (1, "cyan", gettext_lazy("1 to 9")),
    ],
}
EMPTY = {
    Measure.COVERAGE: gettext_lazy("no leads"),
    Measure.LAST_VISIT: gettext_lazy("not visited yet"),
    Measure.CONVERSION: gettext_lazy("not visited yet"),
    Measure.POTENTIAL: gettext_lazy("none"),
    Measure.OWNER: gettext_lazy("nobody"),
}


def percent(share: float | None) -> str:
    return "–" if share is None else f"{floor(100 * share)} %"


class Figures(NamedTuple):
    """Of the leads of a cell, or of several: those that are not merged or discarded."""

    leads: int = 0
    visited: int = 0
    won: int = 0  # of those visited
    open: int = 0  # worth another visit
    last_visited_at: datetime | None = None

    @property
    def coverage(self) -> float | None:
        return self.visited / self.leads if self.leads else None

    @property
    def conversion(self) -> float | None:
        return self.won / self.visited if self.visited else None

    @property
    def covered(self) -> str:
        return percent(self.coverage)

    @property
    def converted(self) -> str:
        return percent(self.conversion)

    def of(self, measure: str, at: datetime) -> float | None:
        """Larger is better; None where there is nothing to measure."""
        match measure:
            case Measure.COVERAGE:
                return self.coverage
            case Measure.LAST_VISIT:
                return -(at - self.last_visited_at).days if self.last_visited_at else None
            case Measure.CONVERSION:
                return self.conversion
        return self.open or None


def together(figures: Iterable[Figures]) -> Figures:
    leads, visited, won, more, visits = zip(*figures, strict=True)
    return Figures(sum(leads), sum(visited), sum(won), sum(more), max(filter(None, visits), default=None))


def figures_of(cells: models.QuerySet[Cell, Any] | list[int]) -> defaultdict[int, Figures]:
    """By the key of the cell. A list of keys lets the database see that they are few."""
    counted = (
        Lead.objects.filter(cell__in=cells)
        .exclude(status__in=GONE)
        .values("cell")
        .annotate(
            all=Count("status"),
            visited=Count("last_visited_at"),
            won=Count("status", filter=Q(status=LeadStatus.WON, last_visited_at__isnull=False)),
            open=Count("status", filter=Q(status__in=HUNTED)),
            last=Max("last_visited_at"),
        )
        .values_list("cell", "all", "visited", "won", "open", "last")
    )
    return defaultdict(Figures, {key: Figures(*figures) for key, *figures in counted})


class Shown(NamedTuple):
    """A cell on the map, without its outline, which may be long."""

    figures: Figures
    key: int
    number: str
    name: str
    west: float
    south: float
    east: float
    north: float
    prospector: int | None
    prospector_name: str | None


@dataclass(frozen=True)
class GridMap:
    """`asked` is what GridFilter has checked."""

    user: User
    at: datetime
    asked: dict[str, Any]

    @property
    def cells(self) -> CellQuerySet:
        cells = Cell.objects.visible_to(self.user).standing().with_owner()
        if region := self.asked["region"]:
            cells = cells.filter(region__in=Region.objects.within(region).values("pk"))
        if prospector := self.asked["prospector"]:
            cells = cells.filter(now__prospector=prospector)
        return cells

    @property
    def leads(self) -> LeadQuerySet:
        leads = Lead.objects.visible_to(self.user).exclude(status__in=GONE)
        if region := self.asked["region"]:
            leads = leads.filter(region__in=Region.objects.within(region).values("pk"))
        return leads.filter(cell__in=self.cells.order_by().values("pk")) if self.asked["prospector"] else leads

    @cached_property
    def measure(self) -> str:
        return self.asked["colour"] or Measure.COVERAGE

    def corners(self) -> list[list[float]]:
        box = self.cells.order_by().aggregate(a=Min("south"), b=Min("west"), c=Max("north"), d=Max("east"))
        return [[box["a"], box["b"]], [box["c"], box["d"]]] if box["a"] is not None else []

    def inside(self, box: View) -> list[Shown]:
        cells = self.cells.touching(box.west, box.south, box.east, box.north)
        columns = ("pk", "number", "name", "west", "south", "east", "north", "now__prospector", "now__prospector__name")
        rows: list[tuple[Any, ...]] = list(cells.values_list(*columns))
        figures = figures_of([row[0] for row in rows]) if len(rows) <= MOST else self._figures_of_all()
        return [Shown(figures[row[0]], *row) for row in rows]

    def _figures_of_all(self) -> defaultdict[int, Figures]:
        """The database goes through all leads for them; who moves a map of thousands of cells sees them a minute late."""
        scope = [self.user.pk, *(each and each.pk for each in (self.asked["region"], self.asked["prospector"]))]
        cells = self.cells.order_by().values("pk")
        return cache.get_or_set(f"grid-figures:{scope}".replace(" ", ""), lambda: figures_of(cells), KEPT_S)

    def features(self, box: View) -> dict[str, Any]:
        found = self.inside(box)
        is_near = len(found) <= MOST
        return {
            "cells": self._drawn(found) if is_near else [],
            "groups": [] if is_near else self._gathered(found, box.square(MOST, SQUARE_PX)),
            "leads": self._leads(box) if is_near and self.asked["leads"] != "no" else [],
            "legend": self.legend(found),
            "found": found,
        }

    def _drawn(self, found: list[Shown]) -> list[dict[str, Any]]:
        outlines = dict(Cell.objects.filter(pk__in=[cell.key for cell in found]).values_list("pk", "outline"))
        card = reverse("office:cell-card", args=["~"])
        return [
            {
                "number": cell.number,
                "name": cell.name,
                "card": card.replace("~", cell.number),
                "ring": outlines[cell.key]["coordinates"][0],
                "colour": self.colour(cell),
                "text": self.text(cell),
            }
            for cell in found
        ]

    def _gathered(self, found: list[Shown], side: float) -> list[dict[str, Any]]:
        squares: dict[tuple[int, int], list[Shown]] = defaultdict(list)
        for cell in found:
            lat, lon = (cell.south + cell.north) / 2, (cell.west + cell.east) / 2
            squares[floor(lat / side), floor(lon / side)].append(cell)
        return [self._group(cells) for cells in squares.values()]

    def _group(self, cells: list[Shown]) -> dict[str, Any]:
        figures = together(cell.figures for cell in cells)
        south, north = min(cell.south for cell in cells), max(cell.north for cell in cells)
        west, east = min(cell.west for cell in cells), max(cell.east for cell in cells)
        owners = {cell.prospector for cell in cells}
        by_owner = _owner_colour(owners.pop()) if len(owners) == 1 else "blue"
        return {
            "box": [[south, west], [north, east]],
            "count": len(cells),
            "colour": by_owner if self.measure == Measure.OWNER else self._shade(figures),
            "text": _("%(cells)d cells, %(leads)d leads") % {"cells": len(cells), "leads": figures.leads},
        }

    def _leads(self, box: View) -> list[dict[str, Any]]:
        side = box.square(MOST, SQUARE_PX)
        squares = (
            self.leads.filter(lat__range=(box.south, box.north), lon__range=(box.west, box.east))
            .annotate(x=Floor(F("lon") / side), y=Floor(F("lat") / side))
            .values("x", "y")
            .annotate(here=Avg("lat"), there=Avg("lon"), count=Count("pk"), visited=Count("last_visited_at"))
            .annotate(south=Min("lat"), west=Min("lon"), north=Max("lat"), east=Max("lon"))
            .annotate(a_name=Max("name"), a_number=Max("number"))
            .order_by("-count", "x", "y")
            .values_list("here", "there", "south", "west", "north", "east", "count", "visited", "a_name", "a_number")
        )
        return [
            {
                "at": [lat, lon],
                "box": [[south, west], [north, east]],
                "count": count,
                "visited": visited,
                "label": name if count == 1 else str(count),
                "url": reverse("office:lead-detail", args=[number]) if count == 1 else "",
            }
            for lat, lon, south, west, north, east, count, visited, name, number in squares[:MOST]
        ]

    # -- colours and words

    def colour(self, cell: Shown) -> str:
        return _owner_colour(cell.prospector) if self.measure == Measure.OWNER else self._shade(cell.figures)

    def _shade(self, figures: Figures) -> str:
        value = figures.of(self.measure, self.at)
        return (
            NOTHING
            if value is None
            else next(colour for least, colour, _label in SHADES[self.measure] if value >= least)
        )

    def text(self, cell: Shown) -> str:
        if self.measure == Measure.OWNER:
            return cell.prospector_name or str(EMPTY[Measure.OWNER])
        value = cell.figures.of(self.measure, self.at)
        if value is None:
            return str(EMPTY[Measure(self.measure)])
        if self.measure == Measure.LAST_VISIT:
            return _("%(days)d d ago") % {"days": -value}
        return str(int(value)) if self.measure == Measure.POTENTIAL else percent(value)

    def legend(self, found: Iterable[Shown]) -> list[tuple[str, str]]:
        if self.measure == Measure.OWNER:
            owners = {cell.prospector: cell.prospector_name for cell in found if cell.prospector}
            shades = sorted(((_owner_colour(key), name) for key, name in owners.items()), key=lambda each: each[1])
        else:
            shades = [(colour, str(label)) for _least, colour, label in SHADES[self.measure]]
        return [*shades[: len(OWNERS)], (NOTHING, str(EMPTY[Measure(self.measure)]))]

    def worst_first(self, found: Iterable[Shown]) -> list[Shown]:
        """Where most is to be done: nobody's, least covered, longest not visited; of open leads, most of them."""

        def rank(cell: Shown) -> tuple[Any, ...]:
            if self.measure == Measure.OWNER:
                return (cell.prospector_name or "",)
            value = cell.figures.of(self.measure, self.at)
            if self.measure == Measure.POTENTIAL:
                return (-(value or 0),)
            return (not cell.figures.leads, value is not None, value)

        return nsmallest(LISTED, found, key=lambda cell: (*rank(cell), cell.name, cell.key))


def _owner_colour(key: int | None) -> str:
    return NOTHING if key is None else OWNERS[key % len(OWNERS)]
