from django.utils.translation import gettext_lazy as _

VERBS = {
    "spareparts.make_depot": _("added the depot"),
    "spareparts.change_depot": _("changed the depot"),
    "spareparts.receive_part": _("received parts"),
    "spareparts.transfer_part": _("handed out parts"),
    "spareparts.return_part": _("took parts back"),
    "spareparts.use_part": _("took parts out of a bag for an order"),
}
