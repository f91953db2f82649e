from django.utils.translation import gettext_lazy as _

VERBS = {
    "prospecting.draw_cell": _("drew the cell"),
    "prospecting.split_cell": _("split the cell"),
    "prospecting.merge_cells": _("merged cells"),
    "prospecting.import_cells": _("imported cells"),
    "prospecting.give_cell": _("handed the cell to a prospector"),
    "prospecting.make_lead": _("noted the lead"),
    "prospecting.change_lead": _("changed the lead"),
    "prospecting.claim_lead": _("claimed the lead"),
    "prospecting.release_lead": _("gave the lead back"),
    "prospecting.merge_leads": _("merged leads"),
    "prospecting.discard_lead": _("discarded the lead"),
    "prospecting.reveal_phone": _("looked at a phone number"),
}
