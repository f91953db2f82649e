"""A merchant's signature, and what it stands under."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from workforce.models import User


class SignatureQuerySet(models.QuerySet):
    def valid(self) -> "SignatureQuerySet":
        """Not replaced by a later one."""
        return self.filter(replaced_at=None)


class Signature(models.Model):
    """Bound to the SHA-256 of the report that was shown; the report is kept, so that what changed later can be named."""

    class Basis(models.TextChoices):
        REPORT = "report", _("Signed the report shown here")
        PHONE = "phone", _("Signed out of reach: what the phone showed is kept")
        UNKNOWN = "unknown", _("What was shown is not known")

    order = models.ForeignKey(
        "workorders.WorkOrder", models.PROTECT, related_name="signatures", verbose_name=_("work order")
    )
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="+", verbose_name=_("signature"))
    signer_name = models.CharField(_("signed by"), max_length=80)
    basis = models.CharField(_("bound to"), max_length=8, choices=Basis)
    report = models.JSONField(_("report"), help_text="as it stood here when the signature came")
    report_sha256 = models.CharField(max_length=64, help_text="of that report: workorders.report.sha256_of")
    shown_sha256 = models.CharField(max_length=64, blank=True, help_text="what the phone said it showed")
    shown_text = models.TextField(blank=True, help_text="what it showed, where that was not the report of ours")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("taken by"))
    signed_at = models.DateTimeField(_("signed"))
    device_at = models.DateTimeField(_("time on the device"), null=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(replaced_at=None), name="one_valid_signature"),
            models.CheckConstraint(
                condition=~Q(basis="report") | Q(shown_sha256=models.F("report_sha256")), name="signed_what_was_shown"
            ),
            models.CheckConstraint(condition=~Q(basis="phone") | ~Q(shown_text=""), name="signed_text_is_kept"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="only_replaced", exclude=["replaced_at"]),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.signer_name}"
