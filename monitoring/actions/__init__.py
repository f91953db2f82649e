"""Every write to alert rules, alerts and incidents."""

from monitoring.actions.consequences import (
    end_exemption,
    exempt_terminal,
    follow_renewals,
    open_alert_orders,
    settle_alerts,
    withdraw_orders,
)
from monitoring.actions.evaluation import evaluate
from monitoring.actions.incidents import end_incidents
from monitoring.actions.rules import change_rule, make_rule, publish_rule, retire_rule

__all__ = [
    "change_rule",
    "end_exemption",
    "end_incidents",
    "evaluate",
    "exempt_terminal",
    "follow_renewals",
    "make_rule",
    "open_alert_orders",
    "publish_rule",
    "retire_rule",
    "settle_alerts",
    "withdraw_orders",
]
