from django.utils.translation import gettext_lazy as _

VERBS = {
    "dispatch.decide": _("chose who does the order"),
    "dispatch.find_nobody": _("found nobody for the order"),
    "dispatch.escalate": _("told the dispatchers that the order has not been accepted"),
    "dispatch.make_rules": _("made dispatch rules"),
    "dispatch.change_rules": _("changed the dispatch rules"),
    "dispatch.retire_rules": _("took the dispatch rules out of force"),
    "dispatch.request_plan": _("asked for a day plan"),
    "dispatch.cancel_plan": _("cancelled the day plan"),
    "dispatch.propose_plan": _("worked out the day plan"),
    "dispatch.apply_plan": _("applied the day plan"),
}
