"""The lives of a lead and of an opportunity: where they may go from where. A sales manager can read this."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LeadStatus(models.TextChoices):
    NEW = "new", _("Not visited yet")
    VISITED = "visited", _("Visited")
    OPPORTUNITY = "opportunity", _("Opportunity")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    DISCARDED = "discarded", _("Discarded")
    MERGED = "merged", _("Merged")


L = LeadStatus

NEXT_OF_LEAD: dict[LeadStatus, set[LeadStatus]] = {
    L.NEW: {L.VISITED, L.OPPORTUNITY, L.DISCARDED, L.MERGED},
    L.VISITED: {L.OPPORTUNITY, L.LOST, L.DISCARDED, L.MERGED},
    L.OPPORTUNITY: {L.WON, L.LOST, L.VISITED},
    L.WON: set(),
    L.LOST: {L.VISITED, L.OPPORTUNITY, L.MERGED},  # they may think again
    L.DISCARDED: {L.NEW},
    L.MERGED: set(),
}

HUNTED = (L.NEW, L.VISITED, L.LOST)  # worth another visit
ALIVE = (L.NEW, L.VISITED, L.OPPORTUNITY)


class Stage(models.TextChoices):
    QUALIFIED = "qualified", _("Interested")
    OFFERED = "offered", _("Offer made")
    AGREED = "agreed", _("Terms agreed")
    REVIEW = "review", _("In review")
    WON = "won", _("Won")
    LOST = "lost", _("Lost")


S = Stage

OPEN_STAGES = (S.QUALIFIED, S.OFFERED, S.AGREED, S.REVIEW)

NEXT_OF_OPPORTUNITY: dict[Stage, set[Stage]] = {
    S.QUALIFIED: {S.OFFERED, S.AGREED, S.REVIEW, S.LOST},
    S.OFFERED: {S.QUALIFIED, S.AGREED, S.REVIEW, S.LOST},
    S.AGREED: {S.QUALIFIED, S.OFFERED, S.REVIEW, S.LOST},
    S.REVIEW: {S.WON, S.LOST},  # converted: the merchant's documents are looked at, the install order waits
    S.WON: set(),
    S.LOST: {S.QUALIFIED},
}
