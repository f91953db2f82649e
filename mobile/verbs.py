from django.utils.translation import gettext_lazy as _

VERBS = {
    "mobile.park_work": _("sent in work too late"),
    "mobile.take_over": _("took over work sent in too late"),
    "mobile.dismiss": _("dismissed work sent in too late"),
    "mobile.revoke_device": _("revoked a phone"),
}
