from django.utils.translation import gettext_lazy as _

VERBS = {
    "inspections.make_plan": _("made an inspection plan"),
    "inspections.change_plan": _("changed the inspection plan"),
    "inspections.start_plan": _("started the inspection plan"),
    "inspections.stop_plan": _("stopped the inspection plan"),
    "inspections.ensure_inspections": _("planned inspections"),
    "inspections.open_inspection": _("an inspection was due"),
    "inspections.settle_inspection": _("an inspection was over"),
    "inspections.find": _("found something at an inspection"),
    "inspections.open_order_for": _("opened an order because of a finding"),
    "inspections.export_evidence": _("exported the evidence of inspections"),
    "inspections.settle_finding": _("settled a finding"),
}
