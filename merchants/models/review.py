from typing import Any

from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from merchants.lifecycle import ASKED, NEXT, NUMBERED, ON_SITE, Document, DocumentState, Kind, Reason, ReviewState
from merchants.models.merchants import Merchant
from toolkit.errors import Refused
from toolkit.numbers import next_number
from toolkit.secrets import EncryptedTextField, blind_index, mask_account
from workforce.models import RegionScopedQuerySet, User

TO_BRING = (DocumentState.MISSING, DocumentState.REJECTED)


class DocumentRule(models.Model):
    """A document that merchants of a kind hand in. A kind without rows hands in what stands in lifecycle.ASKED."""

    kind = models.CharField(_("kind of merchant"), max_length=10, choices=Kind)
    type = models.CharField(_("document"), max_length=10, choices=Document)
    is_required = models.BooleanField(_("required"), default=True)

    class Meta:
        verbose_name = _("document asked for")
        verbose_name_plural = _("documents asked for")
        ordering = ["kind", "pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "type"], name="document_asked_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_type_display()}"

    @classmethod
    def of(cls, kind: str) -> dict[str, bool]:
        """The documents of a kind, and whether each is required."""
        return dict(cls.objects.filter(kind=kind).values_list("type", "is_required")) or ASKED[Kind(kind)]


class ReviewQuerySet(RegionScopedQuerySet):
    region_field = "merchant__region"

    def visible_to(self, user: User) -> "ReviewQuerySet":
        """A prospector sees the reviews whose documents are theirs to bring."""
        return self.filter(owner=user) if user.is_field else self.in_regions_of(user)

    def open(self) -> "ReviewQuerySet":
        return self.exclude(state=ReviewState.PASSED).exclude(merchant__status=Merchant.Status.CLOSED)

    def with_missing(self) -> "ReviewQuerySet":
        """`missing`: how many required documents are not there, or not as they should be."""
        lacking = Q(documents__state__in=TO_BRING, documents__is_required=True)
        return self.annotate(missing=Count("documents", filter=lacking))


class Review(models.Model):
    """A merchant's documents, handed in and checked before it goes live; `owner` brings them."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="reviews", verbose_name=_("merchant"))
    kind = models.CharField(_("kind of merchant"), max_length=10, choices=Kind, default=Kind.SOLE)
    state = models.CharField(_("state"), max_length=10, choices=ReviewState, default=ReviewState.COLLECTING)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("brings the documents")
    )
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("won by")
    )
    begun_at = models.DateTimeField(_("begun"))
    submitted_at = models.DateTimeField(_("waiting since"), null=True)
    passed_at = models.DateTimeField(_("passed"), null=True)
    passed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("passed by")
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("onboarding review")
        verbose_name_plural = _("onboarding reviews")
        ordering = [F("submitted_at").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], condition=~Q(state=ReviewState.PASSED), name="one_open_review_per_merchant"
            ),
            models.CheckConstraint(
                condition=Q(state=ReviewState.PASSED, passed_at__isnull=False, passed_by__isnull=False)
                | (~Q(state=ReviewState.PASSED) & Q(passed_at=None, passed_by=None)),
                name="review_passed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(passed_by=F("owner")) & ~Q(passed_by=F("made_by")), name="review_passed_by_another"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="review_waiting"),
            models.Index(fields=["owner", "state"], name="review_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.merchant.name}"

    def get_absolute_url(self) -> str:
        return reverse("office:review-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("RV")
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.state != ReviewState.PASSED

    @property
    def is_with_reviewer(self) -> bool:
        return self.state in (ReviewState.SUBMITTED, ReviewState.RETURNED)

    def lacking(self) -> "models.QuerySet[ReviewDocument]":
        """What is still to be brought before it can be submitted."""
        return self.documents.filter(is_required=True, state__in=TO_BRING)

    def undecided(self) -> "models.QuerySet[ReviewDocument]":
        """What keeps it from being passed."""
        return self.documents.filter(
            Q(state=DocumentState.GIVEN) | Q(is_required=True) & ~Q(state=DocumentState.ACCEPTED)
        )

    def may_be_judged_by(self, user: User) -> bool:
        """Whoever won the merchant, or brings its documents, does not review it."""
        return user.pk not in (self.owner_id, self.made_by_id)

    def move_to(self, state: ReviewState) -> dict[str, list]:
        """Sets the state without saving; what changed, for the journal."""
        before = ReviewState(self.state)
        if state == before:
            return {}
        if state not in NEXT[before]:
            raise Refused(_now("%(review)s is “%(state)s”.") % {"review": self.number, "state": before.label})
        self.state = state
        return {"state": [before.value, state.value]}


class ReviewDocument(models.Model):
    """One document of a review. Its number, where it has one, is encrypted, and shown masked."""

    review = models.ForeignKey(
        Review, models.CASCADE, related_name="documents", db_index=False, verbose_name=_("onboarding review")
    )
    type = models.CharField(_("document"), max_length=10, choices=Document)
    is_required = models.BooleanField(_("required"), default=True)
    state = models.CharField(_("state"), max_length=10, choices=DocumentState, default=DocumentState.MISSING)
    capture = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="+", verbose_name=_("photo"))
    given_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("handed in by")
    )
    given_at = models.DateTimeField(_("handed in"), null=True)
    number = EncryptedTextField(_("number"), blank=True, default="")
    number_index = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    number_last4 = models.CharField(max_length=4, blank=True, editable=False)
    reason = models.CharField(_("why rejected"), max_length=10, choices=Reason, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    due_on = models.DateField(_("bring it by"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "type"], name="document_once_per_review"),
            models.CheckConstraint(
                condition=Q(state=DocumentState.MISSING) | Q(capture__isnull=False, given_at__isnull=False),
                name="document_given_has_its_photo",
            ),
            models.CheckConstraint(
                condition=~Q(state=DocumentState.REJECTED) | (~Q(reason="") & Q(due_on__isnull=False)),
                name="document_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(DocumentState.ACCEPTED, DocumentState.REJECTED)) | Q(decided_by__isnull=False),
                name="document_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_type_display())

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number_index = blind_index(self.number, self.type) if self.number else ""
        self.number_last4 = self.number[-4:]
        super().save(*args, **kwargs)

    @property
    def tone(self) -> str:
        """The state whose colour its badge has: an accepted order is something else."""
        return ReviewState.PASSED if self.state == DocumentState.ACCEPTED else self.state

    @property
    def has_number(self) -> bool:
        return self.type in NUMBERED

    @property
    def is_on_site(self) -> bool:
        return self.type in ON_SITE

    @property
    def is_extra(self) -> bool:
        """Nobody waits for it."""
        return not self.is_to_bring

    @property
    def masked_number(self) -> str:
        return mask_account(self.number)

    @property
    def is_to_bring(self) -> bool:
        return self.state == DocumentState.REJECTED or (self.state == DocumentState.MISSING and self.is_required)

    def same_number_elsewhere(self) -> models.QuerySet[Merchant]:
        """Other merchants that have shown the same number."""
        if not self.number_index:
            return Merchant.objects.none()
        same = ReviewDocument.objects.filter(number_index=self.number_index, type=self.type)
        return Merchant.objects.filter(reviews__documents__in=same).exclude(pk=self.review.merchant_id).distinct()
