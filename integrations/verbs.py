from django.utils.translation import gettext_lazy as _

VERBS = {
    "integrations.start_import": _("started an import"),
    "integrations.finish_import": _("finished an import"),
    "integrations.make_token": _("made an API token"),
    "integrations.revoke_token": _("revoked an API token"),
}
