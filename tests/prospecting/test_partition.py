"""Whatever is drawn, split, merged or imported: every point of the district lies in exactly one cell."""

from itertools import combinations

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon
from shapely.geometry import box, mapping

from prospecting.partition import GRID_M, Plane, carve, cell_of, core_of, cover, merge, split_along, split_evenly

DISTRICT = Polygon([(0, 0), (2000, 100), (2600, 1500), (1200, 2200), (-300, 1400)])


def is_partition(cells: dict[int, Polygon], district: Polygon = DISTRICT) -> None:
    assert all(isinstance(cell, Polygon) and not cell.interiors and cell.is_valid for cell in cells.values())
    missing = abs(sum(cell.area for cell in cells.values()) - district.area)
    assert missing < GRID_M * sum(cell.length for cell in cells.values())
    for one, other in combinations([core_of(cell) for cell in cells.values()], 2):
        assert not one.is_empty
        assert not one.intersects(other)
    west, south, east, north = district.bounds
    rng = np.random.default_rng(4)
    points = rng.uniform((west, south), (east, north), (400, 2))
    borders = [point for cell in cells.values() for point in cell.exterior.coords]
    for point, found in zip([*points, *borders], cell_of(np.array([*points, *borders]), cells), strict=True):
        if district.covers(Point(*point)):
            assert found is not None


class Grid:
    """The standing cells, as the actions keep them."""

    def __init__(self) -> None:
        self.cells = {1: DISTRICT}
        self.next = 2

    def replace(self, pieces) -> None:
        for key in {parent for piece in pieces for parent in piece.parents}:
            del self.cells[key]
        for piece in pieces:
            self.cells[self.next] = piece.shape
            self.next += 1

    def nth(self, number: int) -> int:
        return sorted(self.cells)[number % len(self.cells)]


xs, ys = st.integers(-400, 2700), st.integers(-100, 2300)
steps = st.one_of(
    st.tuples(st.just("draw"), st.lists(st.tuples(xs, ys), min_size=3, max_size=6)),
    st.tuples(st.just("split"), st.integers(0, 20), st.integers(2, 5)),
    st.tuples(st.just("cut"), st.integers(0, 20), st.lists(st.tuples(xs, ys), min_size=2, max_size=4)),
    st.tuples(st.just("merge"), st.integers(0, 20), st.integers(0, 20)),
    st.tuples(st.just("import"), st.lists(st.tuples(xs, ys, st.integers(30, 900)), max_size=5)),
)


@example([("cut", 0, [(0, 2), (2, 1), (0, 0), (0, 2)])])
@example([("draw", [(0, 0), (232, 452), (336, 385)]), ("draw", [(0, 0), (232, 452), (151, 0)])])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, max_size=7))
def test_any_sequence_leaves_a_partition(story) -> None:
    grid = Grid()
    for what, *given_ in story:
        if what == "draw":
            new, left = carve(grid.cells, Polygon(given_[0]).buffer(0))
            grid.replace([*new, *left])
        elif what == "split":
            key = grid.nth(given_[0])
            grid.replace(split_evenly(key, grid.cells[key], given_[1]))
        elif what == "cut":
            key = grid.nth(given_[0])
            grid.replace(split_along(key, grid.cells[key], [LineString(given_[1])]))
        elif what == "merge":
            keys = {grid.nth(given_[0]), grid.nth(given_[1])}
            if len(keys) == 2 and (one := merge({key: grid.cells[key] for key in keys})):
                grid.replace([one])
        else:
            outlines = [box(x, y, x + size, y + size) for x, y, size in given_[0]]
            grid.cells = dict(enumerate((cell for cell, _index in cover(DISTRICT, outlines)), grid.next))
            grid.next += len(grid.cells)
        is_partition(grid.cells)


def test_shops_are_shared_out_evenly() -> None:
    rng = np.random.default_rng(7)
    shops = rng.normal((1000, 1000), 300, (900, 2))
    pieces = split_evenly(1, DISTRICT, 6, shops)
    found = cell_of(shops, {index: piece.shape for index, piece in enumerate(pieces)})
    counts = [found.count(index) for index in range(len(pieces))]
    assert len(pieces) == 6
    assert max(counts) - min(counts) <= 12


def test_a_ring_of_streets_makes_blocks() -> None:
    streets = [LineString([(-500, 800), (3000, 900)]), LineString([(1000, -500), (1100, 2500)])]
    pieces = split_along(1, DISTRICT, streets)
    assert len(pieces) == 4
    is_partition({index: piece.shape for index, piece in enumerate(pieces)})


def test_what_is_drawn_inside_leaves_no_hole() -> None:
    new, left = carve({1: DISTRICT}, box(900, 900, 1200, 1200))
    assert (len(new), len(left)) == (1, 2)
    is_partition({index: piece.shape for index, piece in enumerate([*new, *left])})


def test_only_neighbours_become_one() -> None:
    halves = split_evenly(1, DISTRICT, 2)
    assert merge({2: halves[0].shape, 3: halves[1].shape}).shape.symmetric_difference(DISTRICT).area < 10
    assert merge({2: box(0, 0, 10, 10), 3: box(20, 0, 30, 10)}) is None


def test_the_plane_and_the_globe_agree_to_a_centimetre() -> None:
    plane = Plane(30.27, 120.15)
    outline = mapping(box(120.1, 30.2, 120.2, 30.3))
    there = plane.read(outline)
    assert plane.read(plane.write(there)).symmetric_difference(there).area < 60 * 0.02 * 1000
    ((x, y),) = plane.points([(120.1, 30.2)])
    assert there.exterior.distance(Point(x, y)) < 0.02
