from django.utils.translation import gettext_lazy as _

VERBS = {
    "dispatch.decide": _("chose who does the order"),
    "dispatch.find_nobody": _("found nobody for the order"),
    "dispatch.change_rules": _("changed the dispatch rules"),
}
