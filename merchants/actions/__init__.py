"""Every write of merchants, one function per verb."""

from merchants.actions.calendars import load_holidays
from merchants.actions.changes import (
    apply_due_changes,
    approve_change,
    file_change,
    refuse_change,
    reveal_account,
    withdraw_change,
)
from merchants.actions.contracts import sign_contract
from merchants.actions.merchants import (
    NewMerchant,
    change_merchant,
    create_merchant,
    create_merchants,
    merge_merchants,
    remove_contact,
    reveal_phone,
    set_contact,
    take_turns,
)
from merchants.actions.review import (
    begin_review,
    choose_kind,
    decide_document,
    give_document,
    hand_on_review,
    pass_review,
    reveal_number,
    submit_review,
)
from merchants.actions.transactions import Takings, recompute_changed_days, take_table, take_transactions

__all__ = [
    "NewMerchant",
    "Takings",
    "apply_due_changes",
    "approve_change",
    "begin_review",
    "change_merchant",
    "choose_kind",
    "create_merchant",
    "create_merchants",
    "decide_document",
    "file_change",
    "give_document",
    "hand_on_review",
    "load_holidays",
    "merge_merchants",
    "pass_review",
    "recompute_changed_days",
    "refuse_change",
    "remove_contact",
    "reveal_account",
    "reveal_number",
    "reveal_phone",
    "set_contact",
    "sign_contract",
    "submit_review",
    "take_table",
    "take_transactions",
    "take_turns",
    "withdraw_change",
]
