VIEW_ALERT = "monitoring.view_alert"
EDIT_RULES = "monitoring.edit_rules"
EXEMPT = "monitoring.exempt"  # say of a terminal that it may lie idle
