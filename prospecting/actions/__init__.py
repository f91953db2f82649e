"""Every write of prospecting, one function per verb."""

from prospecting.actions.boundaries import set_boundary
from prospecting.actions.campaigns import (
    add_cost,
    add_handout,
    change_campaign,
    close_campaign,
    make_campaign,
    remove_cost,
)
from prospecting.actions.grid import draw_cell, give_cell, import_cells, merge_cells, split_cell
from prospecting.actions.intake import ask_for_terminal, import_leads, inform_lead
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
from prospecting.actions.opportunities import (
    change_opportunity,
    convert_opportunity,
    follow_installs,
    lose_opportunity,
    make_offer,
    move_opportunity,
    open_opportunity,
    withdraw_offer,
)
from prospecting.actions.renewals import propose_renewals
from prospecting.actions.rounds import order_round, put_off
from prospecting.actions.tasks import cancel_task, give_task
from prospecting.actions.visits import note_lead, record_visit, record_visits

__all__ = [
    "add_cost",
    "add_handout",
    "ask_for_terminal",
    "cancel_task",
    "change_campaign",
    "change_lead",
    "change_opportunity",
    "claim_lead",
    "close_campaign",
    "convert_opportunity",
    "discard_lead",
    "draw_cell",
    "follow_installs",
    "give_cell",
    "give_task",
    "import_cells",
    "import_leads",
    "inform_lead",
    "lose_opportunity",
    "make_campaign",
    "make_lead",
    "make_leads",
    "make_offer",
    "merge_cells",
    "merge_leads",
    "move_opportunity",
    "note_lead",
    "open_opportunity",
    "order_round",
    "propose_renewals",
    "put_off",
    "record_visit",
    "record_visits",
    "release_expired_claims",
    "release_lead",
    "remove_cost",
    "reveal_phone",
    "set_boundary",
    "split_cell",
    "withdraw_offer",
]
