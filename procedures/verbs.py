from django.utils.translation import gettext_lazy as _

VERBS = {"procedures.publish_version": _("published a version of the procedure")}
