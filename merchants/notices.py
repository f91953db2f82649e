"""Whom we tell what about a review: whoever brings its documents."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal.models import Entry
from merchants.models import Review, ReviewDocument
from notifications.actions import notify


def _url(review: Review) -> str:
    return f"/field/reviews/{review.number}/" if review.owner.is_field else review.get_absolute_url()


def tell_rejected(document: ReviewDocument, entry: Entry) -> None:
    review = document.review

    def text() -> tuple[str, str]:
        names = {
            "document": document,
            "merchant": review.merchant,
            "reason": document.get_reason_display(),
            "day": date_format(document.due_on, "SHORT_DATE_FORMAT"),
        }
        subject = _("%(merchant)s: bring “%(document)s” again by %(day)s") % names
        return subject, f"{names['reason']}. {document.note}".strip()

    _tell(review, "document-rejected", f"rejected:{entry.pk}", text, entry.at)


def tell_passed(review: Review, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        return (
            _("%(merchant)s has passed its review") % {"merchant": review.merchant},
            _("The merchant is live, and its install order is on its way."),
        )

    _tell(review, "review-passed", f"passed:{entry.pk}", text, entry.at)


def _tell(review: Review, kind: str, key: str, text, at: datetime) -> None:
    if review.owner is not None:
        notify(review.owner, kind=kind, key=key, text=text, at=at, url=_url(review))
