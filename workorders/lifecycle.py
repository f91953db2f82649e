"""The life of a work order: where it may go from where. A dispatcher can read this."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    HELD = "held", _("Waits for the review")
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
    S.HELD: {S.OPEN, S.CANCELLED},
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

# the field of an order that holds when it reached a status, in the order in which work goes
STAMPS: dict[Status, str] = {
    S.ASSIGNED: "assigned_at",
    S.ACCEPTED: "accepted_at",
    S.EN_ROUTE: "departed_at",
    S.ON_SITE: "arrived_at",
    S.IN_PROGRESS: "started_at",
    S.COMPLETED: "completed_at",
    S.CLOSED: "closed_at",
    S.CANCELLED: "cancelled_at",
}

# said to whoever tries what is not allowed: what can be done instead
WAYS_ON = {
    S.HELD: _("It comes into the pool by itself when the merchant's review has passed; a dispatcher can cancel it."),
    S.OPEN: _("It waits in the pool: assign it or cancel it."),
    S.ASSIGNED: _("Its engineer can accept or reject it; a dispatcher can assign it to somebody else or take it back."),
    S.ACCEPTED: _("Its engineer can set off; a dispatcher can assign it to somebody else or take it back."),
    S.EN_ROUTE: _("Its engineer can check in on site; a dispatcher can assign it to somebody else or take it back."),
    S.ON_SITE: _("Its engineer can begin the work; a dispatcher can cancel it."),
    S.IN_PROGRESS: _("Its engineer can pause or complete it."),
    S.PAUSED: _("Its engineer can resume the work; a dispatcher can cancel it."),
    S.COMPLETED: _("It can only be closed."),
    S.CLOSED: _("It is over: open a new order for further work."),
    S.CANCELLED: _("It is over: open a new order for further work."),
}

UNDER_WAY = (S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED)  # work has begun: nobody is displaced any more
WITH_ENGINEER = (S.ASSIGNED, S.ACCEPTED, *UNDER_WAY)
CLOCKED = (S.OPEN, *WITH_ENGINEER)  # promised time runs
ONGOING = (S.HELD, *CLOCKED)
DONE = (S.COMPLETED, S.CLOSED)


class Outcome(models.TextChoices):
    """How a request ended; every request ends as exactly one of these."""

    ORDER = "order", _("Became an order")
    MERGED = "merged", _("Merged with an open order")
    REJECTED = "rejected", _("Rejected")
