"""The queue. Every periodic task is level-triggered: it does what is due now, so a missed or doubled tick is harmless."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fieldloop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "assign open orders": {"task": "dispatch.tasks.assign_open_orders", "schedule": 5},
    "plan days": {"task": "dispatch.tasks.run_waiting_plans", "schedule": 5},
    "propose next days": {"task": "dispatch.tasks.propose_next_days", "schedule": 60},
    "escalate unaccepted orders": {"task": "dispatch.tasks.take_back_unaccepted", "schedule": 30},
    "replenish stock": {"task": "spareparts.tasks.replenish", "schedule": 120},
    "refill channels": {"task": "spareparts.tasks.keep_channels", "schedule": 120},
    "forecast parts": {"task": "spareparts.tasks.keep_forecasts", "schedule": 600},
    "end lapsed requisitions": {"task": "spareparts.tasks.end_lapsed_requisitions", "schedule": 300},
    "warn of due times": {"task": "workorders.tasks.warn_of_due_times", "schedule": 15},
    "end claims": {"task": "prospecting.tasks.release_expired_claims", "schedule": 600},
    "propose renewals": {"task": "prospecting.tasks.propose_renewals", "schedule": 3600},
    "follow installs": {"task": "prospecting.tasks.follow_installs", "schedule": 60},
    "apply changes of merchants": {"task": "merchants.tasks.apply_due_changes", "schedule": 300},
    "roll up days of merchants": {"task": "merchants.tasks.roll_up_days", "schedule": 60},
    "keep months of merchants": {"task": "merchants.tasks.keep_months", "schedule": 3600},
    "release held orders": {"task": "workorders.tasks.release_held_orders", "schedule": 60},
    "send notices": {"task": "notifications.tasks.send_due_notices", "schedule": 10},
    "run imports": {"task": "integrations.tasks.run_waiting_imports", "schedule": 10},
    "seal evidence": {"task": "evidence.tasks.seal_captures", "schedule": 60},
    "drop abandoned uploads": {"task": "evidence.tasks.drop_abandoned_uploads", "schedule": 3600},
    "score visits": {"task": "workorders.tasks.score_visits", "schedule": 60},
    "learn use of parts": {"task": "workorders.tasks.learn_part_use", "schedule": 600},
    "prepare reports": {"task": "workorders.tasks.prepare_reports", "schedule": 120},
    "keep inspections": {"task": "inspections.tasks.keep_inspections", "schedule": 60},
    "keep alerts": {"task": "monitoring.tasks.keep_alerts", "schedule": 60},
    "score merchants": {"task": "analytics.tasks.keep_insights", "schedule": 600},
    "keep tracks": {"task": "workforce.tasks.keep_tracks", "schedule": 3600},
    "mark silent terminals": {"task": "assets.tasks.mark_silent", "schedule": 60},
    "keep readings": {"task": "assets.tasks.keep_readings", "schedule": 3600},
    "follow up closed orders": {"task": "workorders.tasks.keep_follow_ups", "schedule": 60},
    "close completed orders": {"task": "workorders.tasks.close_completed_orders", "schedule": 300},
}
app.conf.beat_schedule_filename = os.environ.get("BEAT_SCHEDULE", ".run/celerybeat-schedule")
