from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from merchants.models.merchants import Merchant
from toolkit.numbers import next_number
from toolkit.secrets import EncryptedJSONField, EncryptedTextField, mask_account
from workforce.models import RegionScopedQuerySet, User


class Terms(models.Model):
    """What a live merchant pays and may take. It changes by an approved request only."""

    merchant = models.OneToOneField(Merchant, models.CASCADE, primary_key=True, related_name="terms")
    fee_rate = models.DecimalField(_("fee rate, %"), max_digits=5, decimal_places=3, null=True)
    settlement_account = EncryptedTextField(_("settlement account"), blank=True, default="")
    single_limit = models.DecimalField(_("limit per transaction"), max_digits=12, decimal_places=2, null=True)
    daily_limit = models.DecimalField(_("limit per day"), max_digits=12, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")

    def __str__(self) -> str:
        return str(self.merchant)

    @property
    def masked_account(self) -> str:
        return mask_account(self.settlement_account)


class ChangeRequestQuerySet(RegionScopedQuerySet):
    region_field = "merchant__region"

    def visible_to(self, user: User) -> "ChangeRequestQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def open(self) -> "ChangeRequestQuerySet":
        return self.filter(state__in=OPEN)


class ChangeRequest(models.Model):
    """A change of a live merchant: filed by one, approved by another, applied once on its day."""

    class Kind(models.TextChoices):
        FEE_RATE = "fee-rate", _("Fee rate")
        ACCOUNT = "account", _("Settlement account")
        PLACE = "place", _("Place")
        LIMITS = "limits", _("Transaction limits")

    class State(models.TextChoices):
        FILED = "filed", _("Waiting for approval")
        APPROVED = "approved", _("Waiting for its day")
        APPLIED = "applied", _("In force")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="changes", verbose_name=_("merchant"))
    kind = models.CharField(_("kind of change"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.FILED)
    before = EncryptedJSONField(_("before"))
    after = EncryptedJSONField(_("after"))
    effective_on = models.DateField(_("in force from"))
    needs_visit = models.BooleanField(_("a terminal must be touched"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    signature = models.ForeignKey(
        Capture, models.PROTECT, related_name="+", db_index=False, verbose_name=_("signed by the merchant")
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("filed by"))
    made_at = models.DateTimeField(_("filed"))
    checked_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("checked by")
    )
    checked_at = models.DateTimeField(_("checked"), null=True)
    refusal = models.CharField(_("why refused"), max_length=300, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a merchant")
        verbose_name_plural = _("changes of merchants")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(checked_by=F("made_by")), name="change_checked_by_another"),
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "applied", "refused"))
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="change_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False) | (~Q(state="applied") & Q(applied_at=None)),
                name="change_applied_at_its_time",
            ),
            models.UniqueConstraint(
                fields=["merchant", "kind"],
                condition=Q(state__in=("filed", "approved")),
                name="one_open_change_of_a_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["effective_on"], name="change_due", condition=Q(state="approved")),
            models.Index(fields=["state", "-id"], name="change_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return reverse("office:change-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("CH")
        super().save(*args, **kwargs)

    @property
    def differences(self) -> dict[str, list]:
        """{field: [before, after]} as everybody who sees the change may read it, the account masked."""
        return {
            name: [_masked(name, self.before.get(name)), _masked(name, value)] for name, value in self.after.items()
        }


OPEN = (ChangeRequest.State.FILED, ChangeRequest.State.APPROVED)


def _masked(name: str, value: Any) -> Any:
    return mask_account(value) if name == "settlement_account" and value else value
