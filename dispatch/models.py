from django.db import models
from django.utils.translation import gettext_lazy as _

from workforce.models import Region, User
from workorders.models import WorkOrder, WorkOrderType


class RuleSet(models.Model):
    """How to choose: limits and weights for a territory and an order type. A change is a new version."""

    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    order_type = models.ForeignKey(
        WorkOrderType, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("order type")
    )
    is_current = models.BooleanField(_("in force"), default=True)
    is_automatic = models.BooleanField(_("assign by itself"), default=True)
    max_travel_min = models.PositiveSmallIntegerField(_("longest way, minutes"), default=90)
    max_orders = models.PositiveSmallIntegerField(_("most orders at a time"), default=12)
    accept_within_min = models.PositiveSmallIntegerField(_("accept within, minutes"), default=20)
    travel_weight = models.PositiveSmallIntegerField(_("weight of the way"), default=40)
    load_weight = models.PositiveSmallIntegerField(_("weight of the load"), default=20)
    lateness_weight = models.PositiveSmallIntegerField(_("weight of lateness"), default=25)
    continuity_weight = models.PositiveSmallIntegerField(_("weight of knowing the merchant"), default=10)
    overskill_weight = models.PositiveSmallIntegerField(_("weight of sparing experts"), default=5)

    class Meta:
        verbose_name = _("dispatch rule set")
        verbose_name_plural = _("dispatch rule sets")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="rule_set_version_once"),
            models.UniqueConstraint(
                fields=["region", "order_type"],
                condition=models.Q(is_current=True),
                name="one_rule_set_in_force",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Decision(models.Model):
    """Who was chosen for an order, by whom, and why: rule version, inputs and ranking, so that it can be repeated."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="decisions", verbose_name=_("work order"))
    at = models.DateTimeField(_("time"))
    rule_set = models.ForeignKey(
        RuleSet, models.PROTECT, null=True, related_name="+", verbose_name=_("dispatch rule set")
    )
    chosen = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("chosen"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"), help_text="empty: the rules"
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    ranking = models.JSONField(default=list, help_text="best first: {person, score, factors, arrival}")
    passed_over = models.JSONField(default=dict, help_text="{reason: number of people}")

    class Meta:
        verbose_name = _("dispatch decision")
        verbose_name_plural = _("dispatch decisions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["order", "-id"], name="decision_order")]


class Attempt(models.Model):
    """The next time automatic dispatch looks at an order nobody could be found for."""

    order = models.OneToOneField(WorkOrder, models.CASCADE, primary_key=True, related_name="attempt")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
