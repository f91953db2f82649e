from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from merchants.models import Contract, Merchant, ServiceCalendar
from procedures.models import Procedure
from spareparts.models import Part
from workforce.models import Organisation, Region, Skill


class WorkOrderType(models.Model):
    """install, repair, swap, retrieve, inspect, activate, train …: rows, so that another trade brings its own."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_zh = models.CharField(_("Chinese name"), max_length=60, blank=True)
    duration_min = models.PositiveSmallIntegerField(_("usual duration, minutes"), default=45)
    procedure = models.ForeignKey(
        Procedure, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("procedure")
    )
    organisations = models.ManyToManyField(
        Organisation, related_name="order_types", blank=True, verbose_name=_("organisations that may do it")
    )
    needs_terminal = models.BooleanField(_("needs a terminal"), default=False)
    needs_fault_codes = models.BooleanField(
        _("needs fault codes"), default=False, help_text=_("Completed only with symptom, cause and remedy.")
    )
    needs_review = models.BooleanField(
        _("waits for the review"), default=False, db_default=False,
        help_text=_("Held until the merchant's onboarding review has passed."),
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("order type")
        verbose_name_plural = _("order types")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class SkillNeed(models.Model):
    """Whoever does an order of this type has this skill, at this level or above."""

    type = models.ForeignKey(WorkOrderType, models.CASCADE, related_name="skill_needs", verbose_name=_("order type"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), default=1, help_text=_("1 to 5"))

    class Meta:
        verbose_name = _("needed skill")
        verbose_name_plural = _("needed skills")
        constraints = [
            models.UniqueConstraint(fields=["type", "skill"], name="skill_needed_once"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="needed_level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class PartNeed(models.Model):
    """Whoever does an order of this type brings so many of this part."""

    type = models.ForeignKey(WorkOrderType, models.CASCADE, related_name="part_needs", verbose_name=_("order type"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name=_("part"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("needed part")
        verbose_name_plural = _("needed parts")
        constraints = [
            models.UniqueConstraint(fields=["type", "part"], name="part_needed_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="needed_quantity_above_0"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"


class Priority(models.IntegerChoices):
    URGENT = 1, _("Urgent")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


class SlaPolicy(models.Model):
    """Promised times in service minutes. The most specific policy that fits an order counts."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    order_type = models.ForeignKey(
        WorkOrderType, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("order type")
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Merchant.Tier, blank=True)
    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    service_level = models.CharField(_("service level"), max_length=10, choices=Contract.ServiceLevel, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, null=True, blank=True)
    calendar = models.ForeignKey(ServiceCalendar, models.PROTECT, related_name="+", verbose_name=_("service calendar"))
    follows_territory = models.BooleanField(
        _("by the hours of the territory"),
        default=True,
        help_text=_("Where the order's territory has service hours of its own, they count instead of this calendar."),
    )
    response_min = models.PositiveIntegerField(_("response, service minutes"))
    resolution_min = models.PositiveIntegerField(_("resolution, service minutes"))

    class Meta:
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(resolution_min__gte=F("response_min")), name="resolution_after_response")
        ]

    def __str__(self) -> str:
        return self.name
