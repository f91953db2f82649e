"""Whom we tell what about reviews and changes: whoever brings the documents, and whoever is to decide."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journal.models import Entry
from merchants.models import ChangeRequest, Review, ReviewDocument
from merchants.permissions import APPROVE_CHANGE, REVIEW_MERCHANT
from notifications.actions import notify
from workforce.models import User


def _url(review: Review) -> str:
    return f"/field/reviews/{review.number}/" if review.owner.is_field else review.get_absolute_url()


def tell_submitted(review: Review, entry: Entry) -> None:
    """Once for each time it comes before those who review in the region."""

    def text() -> tuple[str, str]:
        names = {"merchant": review.merchant, "kind": review.get_kind_display(), "region": review.merchant.region}
        return _("%(merchant)s waits for its review") % names, _("%(kind)s, %(region)s. Look at its documents.") % names

    others = [review.owner_id, review.made_by_id]
    for person in User.objects.nearest_with(REVIEW_MERCHANT, review.merchant.region, but=others):
        notify(
            person, kind="review-submitted", key=f"submitted:{entry.pk}", text=text, at=entry.at,
            url=review.get_absolute_url(),
        )  # fmt: skip


def tell_filed(change: ChangeRequest, entry: Entry) -> None:
    def text() -> tuple[str, str]:
        names = {
            "kind": change.get_kind_display(),
            "merchant": change.merchant,
            "person": change.made_by,
            "day": date_format(change.effective_on, "SHORT_DATE_FORMAT"),
        }
        return (
            _("%(merchant)s: “%(kind)s” waits for approval") % names,
            _("Filed by %(person)s, in force from %(day)s. Approve or refuse it.") % names,
        )

    for person in User.objects.nearest_with(APPROVE_CHANGE, change.merchant.region, but=[change.made_by_id]):
        notify(
            person, kind="change-filed", key=f"filed:{entry.pk}", text=text, at=entry.at, url=change.get_absolute_url()
        )


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
