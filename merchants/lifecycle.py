"""Onboarding review: what a merchant of which kind hands in, and the table of allowed moves."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    MICRO = "micro", _("Micro-merchant without a licence")
    SOLE = "sole", _("Sole trader")
    COMPANY = "company", _("Company")


class Document(TextChoices):
    """In the order in which they are taken."""

    LICENCE = "licence", _("Business licence")
    IDENTITY = "identity", _("Identity card, portrait side")
    IDENTITY_BACK = "id-back", _("Identity card, emblem side")
    ACCOUNT = "account", _("Settlement account")
    SHOP_SIGN = "shop-sign", _("Shop sign")
    INTERIOR = "interior", _("Interior")
    TILL = "till", _("Till")
    LEASE = "lease", _("Lease")


NUMBERED = (Document.LICENCE, Document.IDENTITY, Document.ACCOUNT)  # have a number, which the reviewer reads off
# two photos of one thing, each brought and decided on alone, and looked at together
OTHER_SIDE = {Document.IDENTITY: Document.IDENTITY_BACK, Document.IDENTITY_BACK: Document.IDENTITY}
ON_SITE = (Document.SHOP_SIGN, Document.INTERIOR, Document.TILL)  # seen at the shop, with the live camera

_EVERYBODY = {document: document != Document.LEASE for document in Document}
# which documents, and whether it can do without: what DocumentRule begins with
ASKED: dict[Kind, dict[Document, bool]] = {
    Kind.MICRO: {document: must for document, must in _EVERYBODY.items() if document != Document.LICENCE},
    Kind.SOLE: _EVERYBODY,
    Kind.COMPANY: {**_EVERYBODY, Document.LEASE: True},
}


class ReviewState(TextChoices):
    COLLECTING = "collecting", _("Collecting documents")
    SUBMITTED = "submitted", _("Waiting for a decision")
    RETURNED = "returned", _("Rejected in part")
    PASSED = "passed", _("Passed")


NEXT: dict[ReviewState, set[ReviewState]] = {
    ReviewState.COLLECTING: {ReviewState.SUBMITTED},
    ReviewState.SUBMITTED: {ReviewState.RETURNED, ReviewState.COLLECTING, ReviewState.PASSED},
    ReviewState.RETURNED: {ReviewState.SUBMITTED},
    ReviewState.PASSED: set(),
}


class DocumentState(TextChoices):
    MISSING = "missing", _("Missing")
    GIVEN = "given", _("Handed in")
    ACCEPTED = "accepted", _("Approved")
    REJECTED = "rejected", _("Rejected")


class Reason(TextChoices):
    BLURRED = "blurred", _("Blurred or too dark")
    CUT_OFF = "cut-off", _("Not all of it can be seen")
    WRONG = "wrong", _("Not the document that was asked for")
    EXPIRED = "expired", _("Expired")
    MISMATCH = "mismatch", _("Does not match the merchant")
    COPY = "copy", _("A copy or a screen, not the original")
    OTHER = "other", _("Another reason")
