from django.utils.translation import gettext_lazy as _

VERBS = {
    "workforce.create_person": _("added the person"),
    "workforce.change_person": _("changed the person"),
    "workforce.deactivate_person": _("deactivated the person"),
    "workforce.revoke_badge": _("revoked the badge code"),
    "workforce.make_organisation": _("added the organisation"),
    "workforce.change_organisation": _("changed the organisation"),
    "workforce.set_skill": _("set a skill"),
    "workforce.set_shifts": _("set the shifts"),
    "workforce.book_time": _("booked time"),
    "workforce.view_track": _("looked at the track"),
}
