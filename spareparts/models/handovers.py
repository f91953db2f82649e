from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts.models.places import Part, Place
from toolkit.numbers import next_number
from workforce.models import User


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "HandoverQuerySet":
        places = Place.objects.visible_to(user).values("pk")
        return self.filter(Q(source__in=places) | Q(target__in=places))

    def open(self) -> "HandoverQuerySet":
        return self.filter(state=Handover.State.SENT)

    def coming_to(self, person: User) -> "HandoverQuerySet":
        return self.open().filter(target__person=person)

    def search(self, text: str) -> "HandoverQuerySet":
        number = text.strip().upper()
        return self.filter(Q(number__startswith=number) | Q(order_number=number))


class Handover(models.Model):
    """Parts on their way from one to another: gone from the sender's stock, in the receiver's when he says so."""

    class Kind(models.TextChoices):
        ISSUE = "issue", _("Handed out")
        TRANSFER = "transfer", _("Moved")
        RETURN = "return", _("Returned")

    class State(models.TextChoices):
        SENT = "sent", _("On the way")
        CONFIRMED = "confirmed", _("Confirmed")
        SENT_BACK = "sent_back", _("Sent back")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SENT)
    source = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("to"))
    order_number = models.CharField(_("work order"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    sent_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent"))
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("confirmed by")
    )
    done_at = models.DateTimeField(_("confirmed"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="handover_leads_elsewhere"),
            models.CheckConstraint(
                condition=Q(state="sent", done_at=None) | (~Q(state="sent") & Q(done_at__isnull=False)),
                name="handover_done_at_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="handover_state"),
            models.Index(fields=["order_number"], name="handover_order", condition=~Q(order_number="")),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:handover-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("HO")
        super().save(*args, **kwargs)


class HandoverLine(models.Model):
    handover = models.ForeignKey(Handover, models.CASCADE, related_name="lines", verbose_name=_("hand-over"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("part"))
    quantity = models.PositiveIntegerField(_("quantity"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    arrived = models.PositiveIntegerField(_("arrived"), null=True)

    class Meta:
        verbose_name = _("line of a hand-over")
        verbose_name_plural = _("lines of hand-overs")
        ordering = ["part_id"]
        constraints = [
            models.UniqueConstraint(fields=["handover", "part"], name="handover_part_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & (Q(arrived=None) | Q(arrived__lte=F("quantity"))),
                name="handover_brings_no_more_than_was_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"
