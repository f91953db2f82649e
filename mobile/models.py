from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from workforce.models import User
from workorders.models import WorkOrder, WorkOrderQuerySet


class Device(models.Model):
    """One installation of the field app, known by the UUID it made for itself, and who used it last."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name=_("person"))
    first_seen_at = models.DateTimeField(_("first seen"))
    seen_at = models.DateTimeField(_("last seen"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return str(self.id)[:8]

    @property
    def must_wipe(self) -> bool:
        return self.revoked_at is not None or not self.user.is_active


class Operation(models.Model):
    """One operation of a phone that got its answer for ever; the answer itself is in journal.Command of the same id."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Done")
        REFUSED = "refused", _("Refused")
        CONFLICT = "conflict", _("Conflict")
        PARKED = "parked", _("Sent in too late")

    id = models.UUIDField(primary_key=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="operations", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    outcome = models.CharField(max_length=8, choices=Outcome)
    device_at = models.DateTimeField(help_text="by the phone's clock, corrected by its skew")
    is_time_doubtful = models.BooleanField(default=False, help_text="in the future or older than a week: not believed")
    received_at = models.DateTimeField()
    answer = models.BigIntegerField(null=True, help_text="id of the answer of the checklist that it made")

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes = [models.Index(fields=["answer"], name="operation_answer", condition=~Q(answer=None))]


class ParkedQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ParkedQuerySet":
        """Where the orders are seen; the field staff's own is not asked for."""
        orders: WorkOrderQuerySet = WorkOrder.objects.visible_to(user)
        return self.filter(order__in=orders.values("pk"))

    def unsettled(self) -> "ParkedQuerySet":
        return self.filter(settled_at=None)


class Parked(models.Model):
    """Work that came in when the order was over or somebody else's: kept until a dispatcher takes it over or not."""

    class Reason(models.TextChoices):
        CANCELLED = "cancelled", _("The order had been cancelled")
        REASSIGNED = "reassigned", _("The order had gone to somebody else")
        OVER = "over", _("The order was already completed")

    class How(models.TextChoices):
        TAKEN_OVER = "taken_over", _("Taken over")
        DISMISSED = "dismissed", _("Dismissed")

    id = models.UUIDField(primary_key=True, help_text="of the operation")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="parked", verbose_name=_("work order"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    kind = models.CharField(_("what"), max_length=30, help_text="name of the command")
    payload = models.JSONField(help_text="fields of the command's form")
    captures = models.ManyToManyField(Capture, related_name="parked", blank=True, verbose_name=_("captures"))
    device_at = models.DateTimeField(_("time on the device"))
    received_at = models.DateTimeField(_("received"))
    reason = models.CharField(_("why too late"), max_length=10, choices=Reason)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by"))
    how = models.CharField(_("how settled"), max_length=10, choices=How, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ParkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("work sent in too late")
        verbose_name_plural = _("work sent in too late")
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, how="") | (Q(settled_at__isnull=False) & ~Q(how="")),
                name="parked_is_settled_somehow",
            )
        ]
        indexes = [
            models.Index(fields=["order", "-received_at"], name="parked_order"),
            models.Index(fields=["-received_at"], name="parked_unsettled", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.id)[:8]
