"""Every write of dispatch: deciding by the rules and by hand, taking back, and the rules themselves."""

from dispatch.actions.automatic import assign_open_orders, decide
from dispatch.actions.board import insert_order, lock_on_board, move_order, take_off_board, undo_moves
from dispatch.actions.by_hand import assign_by_hand
from dispatch.actions.evening import propose_next_days
from dispatch.actions.plans import apply_plan, cancel_plan, plan_again, request_plan, restart_plan, run_waiting_plans
from dispatch.actions.rules import change_rules, make_rules, retire_rules
from dispatch.actions.unaccepted import take_back_unaccepted

__all__ = [
    "apply_plan",
    "assign_by_hand",
    "assign_open_orders",
    "cancel_plan",
    "change_rules",
    "decide",
    "insert_order",
    "lock_on_board",
    "make_rules",
    "move_order",
    "plan_again",
    "propose_next_days",
    "request_plan",
    "restart_plan",
    "retire_rules",
    "run_waiting_plans",
    "take_back_unaccepted",
    "take_off_board",
    "undo_moves",
]
