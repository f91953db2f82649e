from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts.models.handovers import Handover
from spareparts.models.places import Part, Place
from toolkit.numbers import next_number
from workforce.models import Region, User


class ApprovalRule(models.Model):
    """What is worth more than this waits for somebody's approval. The rule of the nearest region holds."""

    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("region"),
        help_text=_("Empty: the whole company."),
    )  # fmt: skip
    above = models.DecimalField(_("worth more than"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("approval rule for parts")
        verbose_name_plural = _("approval rules for parts")
        constraints = [
            models.UniqueConstraint(fields=["region"], name="approval_rule_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(above__gte=0), name="approval_rule_above_nought"),
        ]

    def __str__(self) -> str:
        return str(self.above)


class RequisitionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "RequisitionQuerySet":
        """Field staff see their own, and those for what is in their bag."""
        if user.is_field:
            return self.filter(Q(person=user) | Q(source__person=user))
        return self.filter(source__in=Place.objects.visible_to(user).values("pk"))

    def open(self) -> "RequisitionQuerySet":
        return self.filter(state__in=Requisition.OPEN)

    def live(self, at: datetime) -> "RequisitionQuerySet":
        """They hold what they ask for."""
        return self.open().filter(expires_at__gt=at)

    def lapsed(self, at: datetime) -> "RequisitionQuerySet":
        return self.open().filter(expires_at__lte=at)

    def search(self, text: str) -> "RequisitionQuerySet":
        number = text.strip().upper()
        people = User.objects.filter(name__icontains=text).values("pk")
        by_number = Requisition.objects.filter(Q(number__startswith=number) | Q(order_number=number)).values("pk")
        return self.filter(pk__in=by_number.union(Requisition.objects.filter(person__in=people).values("pk")))


class Requisition(models.Model):
    """Parts asked for, for an order. What lies in a depot is held for it until `expires_at`; in a bag it is not."""

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for approval")
        APPROVED = "approved", _("To be picked")
        PICKED = "picked", _("Ready to be fetched")
        SENT = "sent", _("On the way")
        DONE = "done", _("Received")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Lapsed")

    OPEN = (State.ASKED, State.APPROVED, State.PICKED)

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="requisitions", verbose_name=_("for whom"))
    order_number = models.CharField(_("work order"), max_length=20)
    merchant_id = models.BigIntegerField(null=True)
    source = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False, verbose_name=_("from"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.APPROVED)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("held until"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    handover = models.OneToOneField(
        Handover, models.PROTECT, null=True, related_name="requisition", verbose_name=_("hand-over")
    )

    objects = RequisitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("requisition")
        verbose_name_plural = _("requisitions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(order_number=""), name="requisition_is_for_an_order"),
            models.CheckConstraint(condition=~Q(decided_by=F("person")), name="requisition_decided_by_another"),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "done"]) | Q(handover__isnull=False),
                name="requisition_sent_is_handed_over",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="requisition_state"),
            models.Index(fields=["order_number"], name="requisition_order"),
            models.Index(
                fields=["source", "expires_at"], name="requisition_live",
                condition=Q(state__in=["asked", "approved", "picked"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:requisition-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("RN")
        super().save(*args, **kwargs)


class RequisitionLine(models.Model):
    requisition = models.ForeignKey(
        Requisition, models.CASCADE, related_name="lines", verbose_name=_("requisition"), db_index=False
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("part"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("line of a requisition")
        verbose_name_plural = _("lines of requisitions")
        ordering = ["part_id"]
        constraints = [
            models.UniqueConstraint(fields=["requisition", "part"], name="requisition_part_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="requisition_asks_for_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"
