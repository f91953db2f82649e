from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from workforce.models import User
from workorders.models.orders import WorkOrder


class PromiseTerms(models.Model):
    """What somebody promised a merchant. `kind` says which of the other fields are filled."""

    class Kind(models.TextChoices):
        WINDOW = "window", _("Time")
        ENVIRONMENT = "environment", _("Surroundings")
        EXTRA = "extra", _("Extra")
        RATE = "rate", _("Fee rate")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text = models.CharField(_("what was promised"), max_length=200)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    quantity = models.PositiveSmallIntegerField(_("how many"), null=True, blank=True)
    rate = models.DecimalField(_("rate, %"), max_digits=6, decimal_places=4, null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="window")
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="%(class)s_window_has_its_times",
            ),
            models.CheckConstraint(
                condition=~Q(kind="extra") | Q(quantity__isnull=False, quantity__gt=0),
                name="%(class)s_extra_has_a_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(kind="rate") | Q(rate__isnull=False, rate__range=(0, 100)),
                name="%(class)s_rate_has_a_rate",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Promise(PromiseTerms):
    """A promise whoever does the order sees first, and has to answer before it can be completed."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="promises", verbose_name=_("work order"))
    is_kept = models.BooleanField(_("kept"), null=True)
    reason = models.CharField(_("why not kept"), max_length=200, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta(PromiseTerms.Meta):
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = [
            *PromiseTerms.Meta.constraints,
            models.CheckConstraint(condition=~Q(is_kept=False) | ~Q(reason=""), name="promise_not_kept_for_a_reason"),
        ]
