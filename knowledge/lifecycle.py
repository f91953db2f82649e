"""The life of an article: somebody drafts it, somebody else publishes it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


S = Status

NEXT: dict[Status, set[Status]] = {
    S.DRAFT: {S.IN_REVIEW, S.RETIRED},
    S.IN_REVIEW: {S.DRAFT, S.PUBLISHED},
    S.PUBLISHED: {S.DRAFT, S.RETIRED},
    S.RETIRED: {S.DRAFT},
}

# said to whoever tries what is not allowed: what can be done instead
WAYS_ON = {
    S.DRAFT: _("It can be changed, proposed for review or retired."),
    S.IN_REVIEW: _("A reviewer can publish it or send it back."),
    S.PUBLISHED: _("It can be taken up again as a draft, or retired."),
    S.RETIRED: _("It can be taken up again as a draft."),
}
