from django.utils.translation import gettext_lazy as _

VERBS = {
    "prospecting.draw_cell": _("drew the cell"),
    "prospecting.split_cell": _("split the cell"),
    "prospecting.merge_cells": _("merged cells"),
    "prospecting.import_cells": _("imported cells"),
    "prospecting.give_cell": _("handed the cell to a prospector"),
}
