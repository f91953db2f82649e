"""What a change of the grid would come to: it is made, looked at, and taken back."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from shapely.geometry import shape

from prospecting.grid_map import figures_of, percent
from prospecting.models import Cell
from prospecting.partition import Plane
from workforce.models import Boundary, Region


@dataclass(frozen=True)
class Preview:
    """`gone` are retired for `made`; those of these that were not asked for are what is left of neighbours."""

    gone: list[Cell]
    made: list[Any]  # cells with figures, prospector_name, is_wanted

    @property
    def shapes(self) -> list[dict[str, Any]]:
        """For static/js/map_draw.js."""
        return [
            {"ring": cell.outline["coordinates"][0], "name": cell.name, "is_wanted": cell.is_wanted}
            for cell in self.made
        ]


def preview(
    change: Callable[[], Cell | Sequence[Cell]], *, region: Region, at: datetime, names: Collection[str] = ()
) -> Preview:
    """`change` is an action at this instant; of what it returns, only cells of these `names` were asked for, if given."""
    with transaction.atomic():
        result = change()
        wanted = {result.pk} if isinstance(result, Cell) else {cell.pk for cell in result}
        cells = Cell.objects.filter(region=region)
        made = list(cells.filter(created_at=at).with_owner().annotate(prospector_name=F("now__prospector__name")))
        figures = figures_of([cell.pk for cell in made])
        for cell in made:
            cell.figures, cell.is_wanted = figures[cell.pk], cell.pk in wanted and (not names or cell.name in names)
        outcome = Preview(list(cells.filter(retired_at=at).defer("outline", "core")), made)
        transaction.set_rollback(True)
    return outcome


@dataclass(frozen=True)
class Kept:
    """What becomes of the outlines of one name."""

    name: str
    share: float  # the rest lies outside the region, or over an outline further up
    is_mended: bool

    @property
    def is_cut(self) -> bool:
        return self.share < 0.999

    @property
    def kept(self) -> str:
        return percent(self.share)


def kept(outlines: Sequence[tuple[str, dict[str, Any]]], made: Sequence[Cell], region: Region) -> list[Kept]:
    plane = Plane.of(Boundary.objects.get(region=region).outline)
    lines = []
    for name in dict.fromkeys(name for name, _outline in outlines):
        own = [outline for other, outline in outlines if other == name]
        title = name[:80] or str(region)
        area = sum(plane.read(outline).area for outline in own)
        left = sum(cell.area_m2 for cell in made if cell.name == title)
        is_mended = not all(shape(outline).is_valid for outline in own)
        lines.append(Kept(title, min(left / area, 1.0) if area else 0.0, is_mended))
    return lines
