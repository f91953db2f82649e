"""Every write of prospecting, one function per verb."""

from prospecting.actions.grid import draw_cell, give_cell, import_cells, merge_cells, split_cell
from prospecting.actions.leads import (
    change_lead,
    claim_lead,
    discard_lead,
    make_lead,
    make_leads,
    merge_leads,
    release_expired_claims,
    release_lead,
    reveal_phone,
)

__all__ = [
    "change_lead",
    "claim_lead",
    "discard_lead",
    "draw_cell",
    "give_cell",
    "import_cells",
    "make_lead",
    "make_leads",
    "merge_cells",
    "merge_leads",
    "release_expired_claims",
    "release_lead",
    "reveal_phone",
    "split_cell",
]
