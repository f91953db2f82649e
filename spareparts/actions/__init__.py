"""Every write of spare parts. Each move is one entry of the ledger and its two sums, under their row locks."""

from spareparts.actions.counting import (
    approve_scrapping,
    approve_stocktake,
    ask_to_scrap,
    hand_in_count,
    refuse_scrapping,
    refuse_stocktake,
    start_stocktake,
)
from spareparts.actions.figures import follow_ledger
from spareparts.actions.forecasts import drop_forecast_edit, make_forecasts, set_forecast
from spareparts.actions.handovers import confirm_parts, send_parts, take_back_parts
from spareparts.actions.moves import receive_part, return_part, transfer_part, use_part
from spareparts.actions.places import bag_of, change_depot, change_part, make_depot, make_part, way_to
from spareparts.actions.purchasing import (
    move_instead,
    order_purchase,
    receive_purchase,
    replenish,
    set_reorder_rule,
)
from spareparts.actions.requisitions import (
    approve_requisition,
    drop_requisitions,
    end_lapsed_requisitions,
    give_parts,
    pick_parts,
    refuse_requisition,
    request_parts,
    withdraw_requisition,
)

__all__ = [
    "approve_requisition",
    "approve_scrapping",
    "approve_stocktake",
    "ask_to_scrap",
    "bag_of",
    "change_depot",
    "change_part",
    "confirm_parts",
    "drop_forecast_edit",
    "drop_requisitions",
    "end_lapsed_requisitions",
    "follow_ledger",
    "give_parts",
    "hand_in_count",
    "make_depot",
    "make_forecasts",
    "make_part",
    "move_instead",
    "order_purchase",
    "pick_parts",
    "receive_part",
    "receive_purchase",
    "refuse_requisition",
    "refuse_scrapping",
    "refuse_stocktake",
    "replenish",
    "request_parts",
    "return_part",
    "send_parts",
    "set_forecast",
    "set_reorder_rule",
    "start_stocktake",
    "take_back_parts",
    "transfer_part",
    "use_part",
    "way_to",
    "withdraw_requisition",
]
