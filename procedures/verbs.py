from django.utils.translation import gettext_lazy as _

VERBS = {
    "procedures.publish_version": _("published a version of the procedure"),
    "procedures.make_variant": _("made a variant of a procedure"),
    "procedures.publish_variant": _("published a version of the variant"),
    "procedures.set_reference_picture": _("put a reference picture beside a step"),
    "procedures.remove_reference_picture": _("took a reference picture away"),
    "procedures.retire_variant": _("took the variant out of use"),
}
