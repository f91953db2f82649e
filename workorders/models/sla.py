"""Whom we warn that promised time runs out, and what was warned of."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from merchants.models import ServiceCalendar
from toolkit.numbers import next_number
from workforce.models import Region, RegionRulesQuerySet, User
from workforce.roles import FIELD, Role
from workorders.models.orders import WorkOrder
from workorders.models.types import SlaPolicy, WorkOrderType

OFFICE_ROLES = [(role.value, role.label) for role in Role if role not in FIELD]


class Target(models.TextChoices):
    RESPONSE = "response", _("Response")
    RESOLUTION = "resolution", _("Resolution")


class Percent(models.IntegerChoices):
    """How much of the promised service time is used up when we warn."""

    HALF = 50, _("50 %")
    CLOSE = 75, _("75 %")
    DUE = 100, _("100 %: overdue")


class SlaWarning(models.Model):
    """So much of the time of a target of an order is used up: written once, together with its notices."""

    order = models.ForeignKey(
        WorkOrder, models.CASCADE, related_name="sla_warnings", verbose_name=_("work order"), db_index=False
    )
    target = models.CharField(_("target"), max_length=10, choices=Target)
    percent = models.PositiveSmallIntegerField(_("percent"), choices=Percent)
    reached_at = models.DateTimeField(_("reached"), help_text="by the service hours")
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("SLA warning")
        verbose_name_plural = _("SLA warnings")
        ordering = ["reached_at", "percent"]
        constraints = [models.UniqueConstraint(fields=["order", "target", "percent"], name="sla_warning_once")]

    def __str__(self) -> str:
        return f"{self.order} {self.get_target_display()} {self.percent} %"


class EscalationQuerySet(RegionRulesQuerySet):
    def for_warning(self, warning: SlaWarning) -> "EscalationQuerySet":
        """All that fit count, not only the most specific."""
        order = warning.order
        return self.filter(
            Q(region=None) | Q(region__path__in=order.region.line),
            Q(policy=None) | Q(policy=order.sla_policy_id),
            Q(order_type=None) | Q(order_type=order.type_id),
            Q(target="") | Q(target=warning.target),
            percent=warning.percent,
            is_active=True,
        )


class SlaEscalation(models.Model):
    """Who is told when so much of the time is used up: people by name, and whoever has a role there."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    percent = models.PositiveSmallIntegerField(_("time used up"), choices=Percent, default=Percent.DUE)
    target = models.CharField(_("target"), max_length=10, choices=Target, blank=True)
    policy = models.ForeignKey(
        SlaPolicy, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("SLA policy")
    )
    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    order_type = models.ForeignKey(
        WorkOrderType, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("order type")
    )
    role = models.CharField(
        _("everybody who is"),
        max_length=12,
        choices=OFFICE_ROLES,
        blank=True,
        help_text=_("In the order's region, or in one above it."),
    )
    people = models.ManyToManyField(
        User, blank=True, related_name="+", verbose_name=_("people"), help_text=_("Beside or in place of a role.")
    )
    by_mail = models.BooleanField(_("by mail too"), default=False, help_text=_("Otherwise in the app only."))
    is_active = models.BooleanField(_("in force"), default=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["percent", "pk"]

    def __str__(self) -> str:
        return self.number

    def save(self, *args, **kwargs) -> None:
        self.number = self.number or next_number("SE")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("office:escalation-edit", args=[self.number])


class TerritoryCalendar(models.Model):
    """The service hours of a territory: they count in it and below it, for policies that follow the territory."""

    region = models.OneToOneField(Region, models.CASCADE, related_name="+", verbose_name=_("region"))
    calendar = models.ForeignKey(ServiceCalendar, models.PROTECT, related_name="+", verbose_name=_("service calendar"))

    class Meta:
        verbose_name = _("service hours of a territory")
        verbose_name_plural = _("service hours of territories")
        ordering = ["region__path"]

    def __str__(self) -> str:
        return f"{self.region}: {self.calendar}"
