from django.utils.translation import gettext_lazy as _

VERBS = {
    "monitoring.make_rule": _("made an alert rule"),
    "monitoring.change_rule": _("changed the alert rule"),
    "monitoring.publish_rule": _("switched the alert rule on"),
    "monitoring.retire_rule": _("switched the alert rule off"),
    "monitoring.raise_alert": _("raised an alert"),
    "monitoring.order_alert": _("opened a work order for the alert"),
    "monitoring.handle_alert": _("the alert's work order was over"),
    "monitoring.clear_alert": _("cleared the alert"),
    "monitoring.begin_incident": _("found an outage"),
    "monitoring.end_incident": _("found the outage over"),
    "monitoring.exempt_terminal": _("said that the terminal may lie idle"),
    "monitoring.end_exemption": _("took back that the terminal may lie idle"),
    "monitoring.convert_renewal": _("found the terminal renewed"),
}
