from django.utils.translation import gettext_lazy as _

VERBS = {"integrations.start_import": _("started an import"), "integrations.finish_import": _("finished an import")}
