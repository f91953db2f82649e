"""Every write to requests and work orders, one function per verb."""

from workorders.actions.calls import record_call
from workorders.actions.changes import send_somebody
from workorders.actions.closing import (
    cancel_work_order,
    close_completed_orders,
    close_work_order,
    complete_work_order,
    rate_work_order,
)
from workorders.actions.escalations import change_escalation, make_escalation, warn_of_due_times
from workorders.actions.experience import learn_part_use
from workorders.actions.faults import choose_fault_codes
from workorders.actions.follow_ups import keep_follow_ups
from workorders.actions.intake import follow_merchant, open_work_order, receive_request, reveal_phone
from workorders.actions.late import attach_late_work
from workorders.actions.needs import change_needs, use_part
from workorders.actions.on_site import (
    accept_work_order,
    add_photo,
    answer_step,
    arrive,
    depart,
    pause_work,
    reject_work_order,
    resume_work,
    sign,
    start_work,
)
from workorders.actions.originals import open_original
from workorders.actions.parts import request_parts
from workorders.actions.planning import assign_work_order, change_work_order, lock_work_order, return_to_pool
from workorders.actions.promises import answer_promise, release_held_orders
from workorders.actions.scheduling import Move, reschedule_work_orders
from workorders.actions.support import answer_support, ask_support
from workorders.actions.terminals import (
    install_terminal,
    relocate_terminal,
    report_place,
    retrieve_terminal,
    swap_terminal,
)
from workorders.actions.tracking import make_tracking_link, order_by_token
from workorders.actions.visits import review_code, score_visits, settle_visit

__all__ = [
    "Move",
    "accept_work_order",
    "add_photo",
    "answer_promise",
    "answer_step",
    "answer_support",
    "arrive",
    "ask_support",
    "assign_work_order",
    "attach_late_work",
    "cancel_work_order",
    "change_escalation",
    "change_needs",
    "change_work_order",
    "choose_fault_codes",
    "close_completed_orders",
    "close_work_order",
    "complete_work_order",
    "depart",
    "follow_merchant",
    "install_terminal",
    "keep_follow_ups",
    "learn_part_use",
    "lock_work_order",
    "make_escalation",
    "make_tracking_link",
    "open_original",
    "open_work_order",
    "order_by_token",
    "pause_work",
    "rate_work_order",
    "receive_request",
    "record_call",
    "reject_work_order",
    "release_held_orders",
    "relocate_terminal",
    "report_place",
    "request_parts",
    "reschedule_work_orders",
    "resume_work",
    "retrieve_terminal",
    "return_to_pool",
    "reveal_phone",
    "review_code",
    "score_visits",
    "send_somebody",
    "settle_visit",
    "sign",
    "start_work",
    "swap_terminal",
    "use_part",
    "warn_of_due_times",
]
