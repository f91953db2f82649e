"""Onboarding review. Who changes it has locked first its merchant, then the review."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from evidence.models import Capture
from journal.actions import record, record_all
from journal.models import Entry
from journal.reveals import record_reveal
from merchants import notices
from merchants.credit_codes import is_credit_code
from merchants.identity import is_identity_number
from merchants.lifecycle import Document, DocumentState, Kind, Reason, ReviewState
from merchants.models import DocumentRule, Merchant, Review, ReviewDocument, Terms
from merchants.models.review import TO_BRING
from toolkit.errors import Refused
from toolkit.numbers import next_numbers
from workforce.models import User
from workforce.roles import Role

TIME_TO_MEND = timedelta(days=3)
FEWEST_DIGITS = 8  # of an account


def begin_review(
    merchant: Merchant,
    *,
    by: User | None,
    at: datetime,
    kind: str = Kind.SOLE,
    owner: User | None = None,
    made_by: User | None = None,
) -> Review:
    """`owner` brings the documents; `made_by` has won the merchant, and like the owner does not review it."""
    with transaction.atomic():
        merchant = Merchant.objects.select_for_update(of=("self",)).get(pk=merchant.pk)
        if merchant.status != Merchant.Status.ONBOARDING:
            raise Refused(
                _("%(name)s is “%(status)s”: only merchants in onboarding are reviewed.")
                % {"name": merchant, "status": merchant.get_status_display()}
            )
        if merchant.reviews.exclude(state=ReviewState.PASSED).exists():
            raise Refused(_("%(name)s is in review already.") % {"name": merchant})
        return begin_reviews([(merchant, {"kind": kind, "owner": owner, "made_by": made_by})], by=by, at=at)[0]


def begin_reviews(
    asked: Sequence[tuple[Merchant, Mapping[str, Any]]], *, by: User | None, at: datetime
) -> list[Review]:
    """Of new merchants, which nobody else reviews yet, each with kind, owner and made_by of begin_review."""
    reviews = [
        Review(
            number=number, merchant=merchant, kind=about.get("kind", Kind.SOLE), owner=about.get("owner"),
            made_by=about.get("made_by") or by, begun_at=at,
        )
        for number, (merchant, about) in zip(next_numbers("RV", len(asked)), asked, strict=True)
    ]  # fmt: skip
    rules = {kind: DocumentRule.of(kind) for kind in {review.kind for review in reviews}}
    Review.objects.bulk_create(reviews)
    ReviewDocument.objects.bulk_create(
        ReviewDocument(review=review, type=type, is_required=rules[review.kind][type])
        for review in reviews
        for type in Document
        if type in rules[review.kind]
    )
    record_all(
        "merchants.begin_review", reviews, by=by, at=at, merchant_ids=[review.merchant_id for review in reviews],
        changes=[{"kind": [None, review.kind]} for review in reviews],
    )  # fmt: skip
    return reviews


def choose_kind(review: Review, *, kind: str, by: User, at: datetime, device_at: datetime | None = None) -> Review:
    """Another kind of merchant hands in other documents; what has been given already stays."""
    with transaction.atomic():
        review = _locked_open(review)
        if kind == review.kind:
            return review
        changes, review.kind = {"kind": [review.kind, kind]}, kind
        asked = DocumentRule.of(kind)
        review.documents.filter(state__in=TO_BRING).exclude(type__in=asked).delete()
        for document in review.documents.all():
            document.is_required = asked.get(document.type, False)
            document.save(update_fields=["is_required"])
        _ask_for(review, asked)
        if review.state == ReviewState.SUBMITTED and review.lacking().exists():
            changes |= _move(review, ReviewState.COLLECTING, at)
        review.save()
        _write("merchants.choose_kind", review, by, at, changes, device_at=device_at)
        return review


def hand_on_review(review: Review, *, owner: User, by: User, at: datetime) -> Review:
    """Somebody else brings the documents."""
    with transaction.atomic():
        review = _locked_open(review)
        if owner.role != Role.PROSPECTOR or not owner.is_active:
            raise Refused(_("%(person)s is no active prospector.") % {"person": owner}, field="owner")
        changes = {"owner": [review.owner and str(review.owner), str(owner)]}
        review.owner = owner
        review.save(update_fields=["owner"])
        _write("merchants.hand_on_review", review, by, at, changes)
        return review


def give_document(
    review: Review, *, type: str, capture: Capture, by: User, at: datetime, device_at: datetime | None = None
) -> ReviewDocument:
    """A photo of it; a later one takes the place of what has not been accepted. The last of those that were rejected
    puts the review before the reviewer again."""
    with transaction.atomic():
        review = _locked_open(review)
        document = _document(review, type)
        if document.state == DocumentState.ACCEPTED:
            raise Refused(_("“%(document)s” has been accepted already.") % {"document": document})
        changes = {"document": [None, type], "state": [document.state, DocumentState.GIVEN]}
        document.state, document.capture = DocumentState.GIVEN, capture
        document.given_by, document.given_at = by, device_at or at
        document.reason = document.note = document.number = ""
        document.due_on = document.decided_by = document.decided_at = None
        document.save()
        if review.state == ReviewState.RETURNED and not review.lacking().exists():
            changes["review"] = _move(review, ReviewState.SUBMITTED, at)["state"]
            review.save()
        entry = _write("merchants.give_document", review, by, at, changes, device_at=device_at, note=str(document))
        if "review" in changes:
            notices.tell_submitted(review, entry)
        return document


def submit_review(review: Review, *, by: User, at: datetime, device_at: datetime | None = None) -> Review:
    with transaction.atomic():
        review = _locked_open(review)
        if review.state == ReviewState.SUBMITTED:
            return review
        if lacking := list(review.lacking()):
            raise Refused(_("Still missing: %(documents)s.") % {"documents": ", ".join(map(str, lacking))})
        changes = _move(review, ReviewState.SUBMITTED, at)
        review.save()
        notices.tell_submitted(review, _write("merchants.submit_review", review, by, at, changes, device_at=device_at))
        return review


def decide_document(
    review: Review,
    *,
    type: str,
    is_accepted: bool,
    by: User,
    at: datetime,
    number: str = "",
    reason: str = "",
    note: str = "",
    due_on: date | None = None,
    seen: UUID | None = None,
) -> ReviewDocument:
    """Accepts it, with the number that stands on it, or rejects it: then it is to be brought again by `due_on`.

    `seen` is the photo that the reviewer has looked at. The first decision stands; whoever made it may change it.
    """
    with transaction.atomic():
        review = _locked_open(review)
        _refuse_own(review, by)
        document = _document(review, type)
        if not review.is_with_reviewer or document.state == DocumentState.MISSING:
            raise Refused(_("“%(document)s” has not been submitted yet.") % {"document": document})
        if document.decided_by_id not in (None, by.pk):
            raise Refused(
                _("%(person)s has already decided on “%(document)s”: %(state)s.")
                % {"person": document.decided_by, "document": document, "state": document.get_state_display()}
            )
        if seen is not None and seen != document.capture_id:
            raise Refused(_("A new photo of “%(document)s” has come in. Look at that one.") % {"document": document})
        before = document.state
        document.decided_by, document.decided_at = by, at
        if is_accepted:
            document.state = DocumentState.ACCEPTED
            document.number = _checked_number(document, number) if document.has_number else ""
            document.reason, document.note, document.due_on = "", note.strip()[:200], None
        else:
            document.state = DocumentState.REJECTED
            document.reason, document.note = _reason(reason, note), note.strip()[:200]
            document.due_on = due_on or review.merchant.region.service_date(at + TIME_TO_MEND)
            if document.due_on < review.merchant.region.service_date(at):
                raise Refused(_("Choose a day that is still to come."), field="due_on")
        document.save()
        changes: dict[str, Any] = {"document": [None, type], "state": [before, document.state]}
        if (state := ReviewState.RETURNED if review.lacking().exists() else ReviewState.SUBMITTED) != review.state:
            changes["review"] = _move(review, state, at)["state"]
            review.save()
        verb = "merchants.accept_document" if is_accepted else "merchants.reject_document"
        words = [str(document), "" if is_accepted else document.get_reason_display(), document.note]
        entry = _write(verb, review, by, at, changes, note=": ".join(filter(None, words)))
        if not is_accepted:
            document.review = review
            notices.tell_rejected(document, entry)
        return document


def pass_review(review: Review, *, by: User, at: datetime) -> Review:
    """The merchant goes live, and with it what was held back until now. Asked for again, it answers the same."""
    with transaction.atomic():
        review = _locked(review)
        if not review.is_open:
            return review
        _refuse_own(review, by)
        if left := list(review.undecided()):
            raise Refused(_("Not accepted yet: %(documents)s.") % {"documents": ", ".join(map(str, left))})
        changes: dict[str, Any] = review.move_to(ReviewState.PASSED)
        review.passed_by, review.passed_at = by, at
        review.save()
        merchant = review.merchant
        if merchant.status == Merchant.Status.ONBOARDING:
            merchant.status = Merchant.Status.ACTIVE
            merchant.save(update_fields=["status"])
            changes["status"] = [Merchant.Status.ONBOARDING, Merchant.Status.ACTIVE]
        if account := review.documents.filter(type=Document.ACCOUNT, state=DocumentState.ACCEPTED).first():
            Terms.objects.update_or_create(merchant=merchant, defaults={"settlement_account": account.number})
        notices.tell_passed(review, _write("merchants.pass_review", review, by, at, changes))
        return review


def reveal_number(document: ReviewDocument, *, by: User, at: datetime) -> str:
    """The clear number, for one person, written down; so many an hour and no more."""
    record_reveal("merchants.reveal_number", document.review, by=by, at=at, merchant_id=document.review.merchant_id)
    return document.number


def _locked(review: Review) -> Review:
    Merchant.objects.select_for_update(of=("self",)).get(pk=review.merchant_id)
    rows = Review.objects.select_for_update(of=("self",)).select_related("merchant__region", "owner")
    return rows.get(pk=review.pk)


def _locked_open(review: Review) -> Review:
    review = _locked(review)
    if not review.is_open:
        raise Refused(_("%(merchant)s has passed its review already.") % {"merchant": review.merchant})
    if review.merchant.status == Merchant.Status.CLOSED:
        raise Refused(_("%(merchant)s is closed.") % {"merchant": review.merchant})
    return review


def _document(review: Review, type: str) -> ReviewDocument:
    found = review.documents.select_related("decided_by").filter(type=type).first()
    if found is None:
        raise Refused(_("“%(document)s” is not asked for here.") % {"document": Document(type).label})
    return found


def _move(review: Review, state: ReviewState, at: datetime) -> dict[str, list]:
    changes = review.move_to(state)
    review.submitted_at = at if state == ReviewState.SUBMITTED else None
    return changes


def _refuse_own(review: Review, by: User) -> None:
    if not review.may_be_judged_by(by):
        raise Refused(_("You have won this merchant yourself: somebody else reviews it."))


def _reason(reason: str, note: str) -> str:
    if reason not in Reason:
        raise Refused(_("Choose what is wrong with it."), field="reason")
    if reason == Reason.OTHER and not note.strip():
        raise Refused(_("Say in a few words what is wrong with it."), field="note")
    return reason


def _checked_number(document: ReviewDocument, number: str) -> str:
    number = "".join(number.split()).upper() or document.number
    if not number:
        raise Refused(_("Type the number that stands on it."), field="number")
    if document.type == Document.IDENTITY and not is_identity_number(number):
        raise Refused(_("This is no number of an identity card: a digit is wrong or missing."), field="number")
    if document.type == Document.LICENCE and not is_credit_code(number):
        raise Refused(_("This is no unified social credit code: a character is wrong or missing."), field="number")
    if document.type == Document.ACCOUNT and not (number.isdigit() and len(number) >= FEWEST_DIGITS):
        raise Refused(_("An account has at least %(count)d digits.") % {"count": FEWEST_DIGITS}, field="number")
    return number


def _ask_for(review: Review, asked: dict[str, bool]) -> None:
    there = set(review.documents.values_list("type", flat=True))
    for type in Document:
        if type in asked and type not in there:
            ReviewDocument.objects.create(review=review, type=type, is_required=asked[type])


def _write(verb: str, review: Review, by: User | None, at: datetime, changes: dict[str, Any], **more: Any) -> Entry:
    return record(verb, review, by=by, at=at, merchant_id=review.merchant_id, changes=changes, **more)
