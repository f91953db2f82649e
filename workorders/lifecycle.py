"""The life of a work order: where it may go from where. A dispatcher can read this."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    OPEN = "open", _("In the pool")
    ASSIGNED = "assigned", _("Assigned")
    ACCEPTED = "accepted", _("Accepted")
    EN_ROUTE = "en_route", _("On the way")
    ON_SITE = "on_site", _("On site")
    IN_PROGRESS = "in_progress", _("In progress")
    PAUSED = "paused", _("Paused")
    COMPLETED = "completed", _("Completed")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


S = Status

NEXT: dict[Status, set[Status]] = {
    S.OPEN: {S.ASSIGNED, S.CANCELLED},
    S.ASSIGNED: {S.ASSIGNED, S.ACCEPTED, S.OPEN, S.CANCELLED},
    S.ACCEPTED: {S.EN_ROUTE, S.ASSIGNED, S.OPEN, S.CANCELLED},
    S.EN_ROUTE: {S.ON_SITE, S.ASSIGNED, S.OPEN, S.CANCELLED},
    S.ON_SITE: {S.IN_PROGRESS, S.CANCELLED},
    S.IN_PROGRESS: {S.PAUSED, S.COMPLETED},
    S.PAUSED: {S.IN_PROGRESS, S.CANCELLED},
    S.COMPLETED: {S.CLOSED},
    S.CLOSED: set(),
    S.CANCELLED: set(),
}

UNDER_WAY = (S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED)  # work has begun: nobody is displaced any more
WITH_ENGINEER = (S.ASSIGNED, S.ACCEPTED, *UNDER_WAY)
ONGOING = (S.OPEN, *WITH_ENGINEER)
DONE = (S.COMPLETED, S.CLOSED)


class Outcome(models.TextChoices):
    """How a request ended; every request ends as exactly one of these."""

    ORDER = "order", _("Became an order")
    MERGED = "merged", _("Merged with an open order")
    REJECTED = "rejected", _("Rejected")
