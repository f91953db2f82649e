from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _
from shapely import Polygon, affinity, get_num_coordinates
from shapely.errors import ShapelyError
from shapely.geometry import shape

from journal.actions import record, record_all
from prospecting.attribution import hand_down
from prospecting.models import Cell, CellOwner, Lead
from prospecting.partition import Piece, Plane, carve, cell_of, core_of, cover, merge, split_along, split_evenly
from toolkit.errors import Refused
from toolkit.numbers import next_numbers
from workforce.models import Boundary, Region, User
from workforce.roles import Role

MOST_AT_ONCE = 400
MOST_CORNERS = 2000
FINE = 1e5  # PostgreSQL takes what differs by a millionth for equal: too coarse for degrees
NameOf = dict[int, str]


class _Grid:
    """The standing cells of a region under its lock, on a plane of its own."""

    def __init__(self, region: Region) -> None:
        boundary = Boundary.objects.select_for_update().filter(region=region).first()
        if boundary is None:
            raise Refused(_("%(region)s has no boundary yet. Import one first.") % {"region": region})
        self.region = region
        self.plane = Plane.of(boundary.outline)
        self.district = self.plane.read(boundary.outline)
        self.cells = {cell.pk: cell for cell in Cell.objects.standing().filter(region=region)}
        self.shapes: dict[int, Polygon] = {key: self.plane.read(cell.outline) for key, cell in self.cells.items()}

    def standing(self, cells: Iterable[Cell]) -> list[int]:
        keys = [cell.pk for cell in cells]
        if gone := [cell.name for cell in cells if cell.pk not in self.cells]:
            raise Refused(
                _("%(cells)s has been redrawn meanwhile. Look at the map again.") % {"cells": ", ".join(gone)}
            )
        return keys

    def read(self, outline: dict[str, Any]) -> Any:
        try:
            if get_num_coordinates(shape(outline)) > MOST_CORNERS:
                raise Refused(_("An outline has at most %(count)d corners.") % {"count": MOST_CORNERS})
            return self.plane.read(outline)
        except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as nonsense:
            raise Refused(_("This is no outline that could be drawn. Draw it again.")) from nonsense

    def replace(self, pieces: Sequence[tuple[Piece, str]], gone: Collection[int], at: datetime) -> list[Cell]:
        """Retires `gone`, makes the pieces with their names, and hands on owners and leads."""
        owners = dict(CellOwner.objects.filter(cell__in=gone, during__upper_inf=True).values_list("cell", "prospector"))
        Cell.objects.filter(pk__in=gone).update(retired_at=at)
        _end_ownership(gone, at)
        cells = [self._cell(piece.shape, name, at) for piece, name in pieces]
        for cell, number in zip(cells, next_numbers("G", len(cells)), strict=True):
            cell.number = number
        try:
            with transaction.atomic():
                Cell.objects.bulk_create(cells)
        except IntegrityError as clash:
            if "cells_never_overlap" not in str(clash):
                raise
            raise Refused(_("It overlaps a cell of a neighbouring region. Mend the boundaries first.")) from clash
        links = Cell.parents.through
        links.objects.bulk_create(
            links(from_cell=cell, to_cell_id=parent)
            for cell, (piece, _name) in zip(cells, pieces, strict=True)
            for parent in piece.parents
        )
        CellOwner.objects.bulk_create(
            CellOwner(cell=cell, prospector_id=heir, during=DateTimeTZRange(at, None))
            for cell, (piece, _name) in zip(cells, pieces, strict=True)
            if (heir := _heir({owners.get(parent) for parent in piece.parents}))
        )
        hand_down(cells, [piece.parents for piece, _name in pieces])
        self._move_leads(cells, gone)
        return cells

    def _cell(self, outline: Polygon, name: str, at: datetime) -> Cell:
        west, south, east, north = self.plane.to_degrees(outline).bounds
        core = affinity.scale(self.plane.to_degrees(core_of(outline)), FINE, FINE, origin=(0, 0))
        return Cell(
            region=self.region, name=name[:80], outline=self.plane.write(outline), core=list(core.exterior.coords)[:-1],
            west=west, south=south, east=east, north=north, area_m2=outline.area, created_at=at,
        )  # fmt: skip

    def _move_leads(self, cells: Sequence[Cell], gone: Collection[int]) -> None:
        """Those of the retired cells, and those of the region that had none."""
        placed = Lead.objects.filter(lat__isnull=False, lon__isnull=False)
        within = Region.objects.within(self.region).values("pk")
        rows = [*placed.filter(cell__in=gone).values_list("pk", "lat", "lon")]
        rows += placed.filter(cell=None, region__in=within).values_list("pk", "lat", "lon")
        shapes = {cell.pk: self.plane.read(cell.outline) for cell in cells}
        found = cell_of(self.plane.points([(lon, lat) for _key, lat, lon in rows]), shapes)
        for cell in cells:
            keys = [key for (key, *_place), home in zip(rows, found, strict=True) if home == cell.pk]
            Lead.objects.filter(pk__in=keys).update(cell=cell)
        Lead.objects.filter(cell__in=gone).update(cell=None)  # outside of the region by now

    def work(self, key: int) -> np.ndarray:
        """Where the leads of a cell are, in metres."""
        places = Lead.objects.hunted().filter(cell=key, lat__isnull=False).values_list("lon", "lat")
        return self.plane.points(list(places))


def _heir(owners: set[int | None]) -> int | None:
    return owners.pop() if len(owners) == 1 else None


def _end_ownership(cells: Collection[int], at: datetime) -> None:
    for row in CellOwner.objects.select_for_update().filter(cell__in=cells, during__upper_inf=True):
        row.during = DateTimeTZRange(row.during.lower, at)
        row.save(update_fields=["during"]) if row.during.lower < at else row.delete()


def _numbered(pieces: Sequence[Piece], name: str) -> list[tuple[Piece, str]]:
    return [(piece, f"{name} {number}" if len(pieces) > 1 else name) for number, piece in enumerate(pieces, 1)]


def draw_cell(region: Region, *, outline: dict[str, Any], name: str, by: User, at: datetime) -> list[Cell]:
    """What is drawn becomes a cell, out of those it lies over; in a region without cells, the rest becomes cells too.

    Returns the new ones: more than one where what was drawn has parts.
    """
    name = name.strip()
    if not name:
        raise Refused(_("Give the cell a name."), field="name")
    with transaction.atomic():
        grid = _Grid(region)
        drawn = grid.read(outline)
        if grid.cells:
            new, left = carve(grid.shapes, drawn)
        else:
            covered = [(Piece(piece, frozenset()), index) for piece, index in cover(grid.district, [drawn])]
            new = [piece for piece, index in covered if index is not None]
            left = [piece for piece, index in covered if index is None]
        if not new:
            raise Refused(_("That lies outside %(region)s. Draw it inside.") % {"region": region}, field="outline")
        pieces = [*_numbered(new, name), *_left_over(left, grid.cells, region)]
        gone = {parent for piece, _name in pieces for parent in piece.parents}
        cells = grid.replace(pieces, gone, at)
        record("prospecting.draw_cell", cells[0], by=by, at=at, changes={"cells": [len(gone), len(cells)]})
        return cells[: len(new)]


def _left_over(pieces: Sequence[Piece], cells: dict[int, Cell], region: Region) -> list[tuple[Piece, str]]:
    """They keep the name of what they are left of."""
    names = [", ".join(cells[key].name for key in sorted(piece.parents)) or str(region) for piece in pieces]
    times = Counter(names)
    seen: Counter[str] = Counter()
    named = []
    for piece, name in zip(pieces, names, strict=True):
        seen[name] += 1
        named.append((piece, f"{name} {seen[name]}" if times[name] > 1 else name))
    return named


def split_cell(
    cell: Cell,
    *,
    by: User,
    at: datetime,
    count: int | None = None,
    lines: Sequence[dict[str, Any]] = (),
    is_by_work: bool = True,
) -> list[Cell]:
    """Along lines (GeoJSON), say streets, or into `count` parts with as many leads each, or of the same area."""
    if not lines and not 2 <= (count or 0) <= MOST_AT_ONCE:
        raise Refused(_("Say into how many cells: 2 to %(most)d.") % {"most": MOST_AT_ONCE}, field="count")
    with transaction.atomic():
        grid = _Grid(cell.region)
        (key,) = grid.standing([cell])
        if lines:
            pieces = split_along(key, grid.shapes[key], [grid.read(line) for line in lines])
        else:
            pieces = split_evenly(key, grid.shapes[key], count, grid.work(key) if is_by_work else None)
        if len(pieces) < 2:
            raise Refused(_("The lines do not cut %(cell)s in two. Draw them from border to border.") % {"cell": cell})
        if len(pieces) > MOST_AT_ONCE:
            raise Refused(_("That makes %(count)d cells; at most %(most)d at once.") % {"count": len(pieces), "most": MOST_AT_ONCE})  # fmt: skip
        cells = grid.replace(_numbered(pieces, cell.name), {key}, at)
        record("prospecting.split_cell", cell, by=by, at=at, changes={"cells": [1, len(cells)]})
        return cells


def merge_cells(cells: Sequence[Cell], *, name: str, by: User, at: datetime) -> Cell:
    """Neighbours become one."""
    if len({cell.pk for cell in cells}) < 2:
        raise Refused(_("Choose two cells or more."))
    if len({cell.region_id for cell in cells}) > 1:
        raise Refused(_("Cells of different regions cannot become one."))
    with transaction.atomic():
        grid = _Grid(cells[0].region)
        keys = grid.standing(cells)
        piece = merge({key: grid.shapes[key] for key in keys})
        if piece is None:
            raise Refused(_("Only neighbours can become one, without a hole between them."))
        names = ", ".join(cell.name for cell in cells)
        (cell,) = grid.replace([(piece, name.strip() or names)], set(keys), at)
        record("prospecting.merge_cells", cell, by=by, at=at, changes={"cells": [names, cell.name]})
        return cell


def import_cells(
    region: Region, *, outlines: Sequence[tuple[str, dict[str, Any]]], by: User, at: datetime
) -> list[Cell]:
    """The grid of a region anew, from (name, GeoJSON): mended, cut to the boundary, the earlier keeps what two want.

    What none of them covers becomes cells named after the region.
    """
    if not 1 <= len(outlines) <= MOST_AT_ONCE * 10:
        raise Refused(_("The file holds no outlines, or too many: 1 to %(most)d.") % {"most": MOST_AT_ONCE * 10})
    with transaction.atomic():
        grid = _Grid(region)
        found = cover(grid.district, [grid.read(outline) for _name, outline in outlines])
        whole = [Piece(piece, frozenset(_under(piece, grid.shapes))) for piece, _index in found]
        names = [str(region) if index is None else outlines[index][0] or str(region) for _piece, index in found]
        cells = grid.replace(list(zip(whole, names, strict=True)), set(grid.cells), at)
        record_all("prospecting.import_cells", cells, by=by, at=at)
        return cells


def _under(piece: Polygon, shapes: dict[int, Polygon]) -> list[int]:
    """The cells that lose most of themselves to it, or it to them."""
    shared = {key: each.intersection(piece).area for key, each in shapes.items() if each.intersects(piece)}
    return [key for key, area in shared.items() if 2 * area > min(piece.area, shapes[key].area)]


def give_cell(cell: Cell, *, prospector: User | None, by: User, at: datetime) -> Cell:
    """From now on it is theirs; None takes it from whoever has it. Who had it before stays written down."""
    with transaction.atomic():
        cell = Cell.objects.select_for_update().get(pk=cell.pk)
        if cell.retired_at:
            raise Refused(_("%(cells)s has been redrawn meanwhile. Look at the map again.") % {"cells": cell.name})
        if prospector and (prospector.role != Role.PROSPECTOR or not prospector.is_active):
            raise Refused(_("%(person)s is no active prospector.") % {"person": prospector}, field="prospector")
        held = cell.owners.filter(during__upper_inf=True).select_related("prospector").first()
        before = held and held.prospector
        if before == prospector:
            return cell
        _end_ownership([cell.pk], at)
        if prospector:
            cell.owners.create(prospector=prospector, during=DateTimeTZRange(at, None))
        names = [str(before) if before else None, str(prospector) if prospector else None]
        record("prospecting.give_cell", cell, by=by, at=at, changes={"prospector": names})
        return cell
