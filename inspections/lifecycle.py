"""The life of one inspection: where it may go from where. An office manager can read this."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Work order open")
    DONE = "done", _("Inspected")
    COUNTED = "counted", _("Another visit counts")
    MISSED = "missed", _("Missed")
    DROPPED = "dropped", _("No longer wanted")  # closed, merged, or not among the plan's merchants any more


S = State

NEXT: dict[State, set[State]] = {
    S.PLANNED: {S.OPEN, S.COUNTED, S.MISSED, S.DROPPED},
    S.OPEN: {S.DONE, S.MISSED},
    S.DONE: set(),
    S.COUNTED: set(),
    S.MISSED: set(),
    S.DROPPED: set(),
}

OVER = (S.DONE, S.COUNTED, S.MISSED, S.DROPPED)
