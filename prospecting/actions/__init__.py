"""Every write of prospecting, one function per verb."""

from prospecting.actions.grid import draw_cell, give_cell, import_cells, merge_cells, split_cell

__all__ = ["draw_cell", "give_cell", "import_cells", "merge_cells", "split_cell"]
