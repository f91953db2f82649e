"""What a prospector brings for the onboarding reviews of their merchants."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from merchants.lifecycle import Document, DocumentState, Kind
from merchants.models import Review, ReviewDocument
from mobile.forms import Moment, Photos
from workforce.models import User


class DocumentTaken(Photos):
    """Its `step` is the document: the phone knows by it which of several forms it was."""

    step = forms.ChoiceField(choices=Document, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if (taken := values.pop("captures", None)) and "step" in values:
            values |= {"type": values.pop("step"), "capture": taken[0]}
        return values


class KindChosen(Moment):
    kind = forms.ChoiceField(label=_("Kind of merchant"), choices=Kind)


@dataclass(frozen=True)
class ToBring:
    """Documents of one person, those that were rejected first, the most urgent before the others."""

    rejected: list[ReviewDocument]
    missing: list[ReviewDocument]

    def __bool__(self) -> bool:
        return bool(self.rejected or self.missing)


def own_reviews(user: User) -> QuerySet[Review]:
    """Open ones whose documents are the person's to bring, with the documents."""
    rows = Review.objects.filter(owner=user).open().select_related("merchant", "merchant__region")
    return rows.prefetch_related("documents").order_by("begun_at", "pk")


def to_bring(user: User) -> ToBring:
    documents = ReviewDocument.objects.filter(review__in=Review.objects.filter(owner=user).open())
    documents = documents.select_related("review__merchant").order_by("due_on", "review__begun_at", "pk")
    return ToBring(
        list(documents.filter(state=DocumentState.REJECTED)),
        list(documents.filter(state=DocumentState.MISSING, is_required=True)),
    )
