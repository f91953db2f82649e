"""Orders whose engineer is stuck on site and waits for somebody who knows more."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workforce.models import RegionScopedQuerySet, User


class SupportCallQuerySet(RegionScopedQuerySet):
    region_field = "order__region"

    def visible_to(self, user: User) -> "SupportCallQuerySet":
        return self.filter(order__engineer=user) if user.is_field else self.in_regions_of(user)

    def waiting(self) -> "SupportCallQuerySet":
        return self.filter(closed_at=None)


class SupportCall(models.Model):
    """Asked on site; while it waits the order is paused. Closed with an answer, or without one when work went on."""

    order = models.ForeignKey(
        "workorders.WorkOrder", models.CASCADE, related_name="support_calls", verbose_name=_("work order")
    )
    note = models.CharField(_("what is needed"), max_length=500, blank=True)
    step = models.CharField(_("step"), max_length=120, blank=True, help_text="the one it stood at, in words")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))
    closed_at = models.DateTimeField(_("answered"), null=True)

    objects = SupportCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for support")
        verbose_name_plural = _("calls for support")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(closed_at=None), name="one_open_support_call_per_order"
            )
        ]

    def __str__(self) -> str:
        return self.order.number
