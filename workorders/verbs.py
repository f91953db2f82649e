from django.utils.translation import gettext_lazy as _

VERBS = {
    "workorders.receive_request": _("received a request"),
    "workorders.open_work_order": _("opened the order"),
    "workorders.change_work_order": _("changed the order"),
    "workorders.assign_work_order": _("assigned the order"),
    "workorders.accept_work_order": _("accepted the order"),
    "workorders.reject_work_order": _("rejected the order"),
    "workorders.return_to_pool": _("put the order back into the pool"),
    "workorders.depart": _("set off"),
    "workorders.arrive": _("arrived"),
    "workorders.start_work": _("began to work"),
    "workorders.pause_work": _("paused the work"),
    "workorders.resume_work": _("resumed the work"),
    "workorders.answer_step": _("answered a step"),
    "workorders.add_photo": _("added a photo"),
    "workorders.sign": _("took a signature"),
    "workorders.complete_work_order": _("completed the order"),
    "workorders.close_work_order": _("closed the order"),
    "workorders.cancel_work_order": _("cancelled the order"),
    "workorders.rate_work_order": _("rated the order"),
    "workorders.make_tracking_link": _("made a tracking link"),
}
