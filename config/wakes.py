"""Which tasks are woken by which journal verb, right after its commit.

Only a nudge: each task also runs by the clock (config/celery.py), so a lost nudge costs seconds, never work.
"""

WAKES: dict[str, list[str]] = {
    "workorders.open_work_order": ["dispatch.tasks.assign_open_orders"],
    "workorders.release_work_order": ["dispatch.tasks.assign_open_orders"],
    "workorders.change_needs": ["dispatch.tasks.assign_open_orders"],
    "workorders.reject_work_order": ["dispatch.tasks.assign_open_orders"],
    "workorders.return_to_pool": ["dispatch.tasks.assign_open_orders"],
    "workorders.complete_work_order": [
        "workorders.tasks.prepare_reports",
        "workorders.tasks.score_visits",
        "prospecting.tasks.follow_installs",
    ],
    "merchants.change_merchant": ["workorders.tasks.release_held_orders"],
    "merchants.take_transactions": ["merchants.tasks.roll_up_days"],
    "merchants.pass_review": ["workorders.tasks.release_held_orders"],
    "dispatch.request_plan": ["dispatch.tasks.run_waiting_plans"],
    "integrations.start_import": ["integrations.tasks.run_waiting_imports"],
}
