from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dispatch.plans.models import DayPlan, PlannedDay, PlannedOrder  # noqa: F401 (Django looks for models here)
from dispatch.scoring import FACTORS
from toolkit.numbers import next_number
from workforce.models import Region, RegionRulesQuerySet, User
from workorders.models import WorkOrder, WorkOrderType


class RuleSetQuerySet(RegionRulesQuerySet):
    def in_force(self) -> "RuleSetQuerySet":
        return self.filter(is_current=True)

    def newest_versions(self) -> "RuleSetQuerySet":
        newer = RuleSet.objects.filter(number=models.OuterRef("number"), version__gt=models.OuterRef("version"))
        return self.filter(~models.Exists(newer))

    def for_order(self, order: WorkOrder) -> "RuleSet":
        """The most specific in force: the deepest region, then the order type. Without any, the standard values."""
        fitting = self.in_force().filter(
            Q(region=None) | Q(region__path__in=order.region.line),
            Q(order_type=None) | Q(order_type=order.type_id),
        )
        standard = RuleSet(name=_("Standard"), version=0)
        return max(fitting.select_related("region"), key=lambda rules: rules.specificity, default=standard)


class RuleSet(models.Model):
    """How to choose: limits and weights for a territory and an order type. A change is a new version."""

    number = models.CharField(_("number"), max_length=20, editable=False, help_text="the same for all versions")
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    region = models.ForeignKey(
        Region, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    order_type = models.ForeignKey(
        WorkOrderType, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("order type")
    )
    is_current = models.BooleanField(_("in force"), default=True)
    is_automatic = models.BooleanField(
        _("assign by itself"), default=True, help_text=_("Otherwise orders wait in the pool for a dispatcher.")
    )
    collects_parts = models.BooleanField(
        _("send by way of a depot"),
        default=False,
        db_default=False,
        help_text=_(
            "When nobody who fits has the parts in the bag, somebody collects them on the way. Otherwise this is only "
            "offered to the dispatcher."
        ),
    )
    max_travel_min = models.PositiveSmallIntegerField(
        _("longest way, minutes"), default=90, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    max_orders = models.PositiveSmallIntegerField(
        _("most orders at a time"), default=12, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    accept_within_min = models.PositiveSmallIntegerField(
        _("accept within, minutes"),
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_(
            "Counted in the engineer's working hours. Then the dispatchers are told, and soon after the order "
            "goes to somebody else."
        ),
    )
    travel_weight = models.PositiveSmallIntegerField(
        _("short ways"),
        default=40,
        validators=[MaxValueValidator(100)],
        help_text=_("Prefers the person whose day grows least by driving there."),
    )
    load_weight = models.PositiveSmallIntegerField(
        _("even load"),
        default=20,
        validators=[MaxValueValidator(100)],
        help_text=_("Prefers the person with fewer orders in hand."),
    )
    lateness_weight = models.PositiveSmallIntegerField(
        _("being in time"),
        default=25,
        validators=[MaxValueValidator(100)],
        help_text=_("Prefers the person who comes well before the promised times."),
    )
    continuity_weight = models.PositiveSmallIntegerField(
        _("knowing the merchant"),
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_("Prefers the person who has been at this merchant before."),
    )
    overskill_weight = models.PositiveSmallIntegerField(
        _("sparing experts"),
        default=5,
        validators=[MaxValueValidator(100)],
        help_text=_("Prefers the person who is just good enough, and keeps experts for hard cases."),
    )
    plans_at = models.TimeField(
        _("propose the next day from"),
        null=True,
        blank=True,
        help_text=_(
            "From this hour on a day plan for the next working day is worked out by itself, once, and the dispatchers of "
            "the region are told. It is a proposal: nothing moves until somebody applies it. Empty: no proposals."
        ),
    )
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), null=True, editable=False)

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispatch rule set")
        verbose_name_plural = _("dispatch rule sets")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="rule_set_version_once"),
            models.UniqueConstraint(
                fields=["region", "order_type"],
                condition=models.Q(is_current=True),
                name="one_rule_set_in_force",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(plans_at=None) | Q(region__isnull=False, order_type=None), name="days_planned_of_a_region"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def save(self, *args, **kwargs) -> None:
        self.number = self.number or next_number("DR")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("office:rule-set-edit", args=[self.number])

    @classmethod
    def names(cls) -> dict[str, str]:
        """What people read, for the fields of every limit and weight."""
        fields = ["max_travel_min", "max_orders", "accept_within_min", *(f"{factor}_weight" for factor in FACTORS)]
        return {name: str(cls._meta.get_field(name).verbose_name) for name in fields}

    @property
    def values_in_words(self) -> list[tuple[str, str]]:
        values = [(label, str(getattr(self, name))) for name, label in self.names().items()]
        if self.plans_at:
            values.append((str(self._meta.get_field("plans_at").verbose_name), f"{self.plans_at:%H:%M}"))
        return values

    @property
    def specificity(self) -> tuple[int, bool]:
        """Of two rule sets for an order the one with more counts."""
        return len(self.region.path) if self.region else 0, self.order_type_id is not None

    @property
    def weights(self) -> dict[str, int]:
        return {factor: getattr(self, f"{factor}_weight") for factor in FACTORS}


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
    inputs = models.JSONField(default=dict, help_text="{job, rules}: what was weighed, with the values it had")
    ranking = models.JSONField(default=list, help_text="best first: {person, score, factors, arrival, …}")
    passed_over = models.JSONField(default=dict, help_text="{reason: number of people}")

    class Meta:
        verbose_name = _("dispatch decision")
        verbose_name_plural = _("dispatch decisions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["order", "-id"], name="decision_order")]

    def __str__(self) -> str:
        return f"{self.order} → {self.chosen or '–'}"


class Attempt(models.Model):
    """The next time automatic dispatch looks at an order nobody could be found for."""

    order = models.OneToOneField(WorkOrder, models.CASCADE, primary_key=True, related_name="attempt")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)


class Escalation(models.Model):
    """The dispatchers were told that this assignment has not been accepted in time: once per assignment."""

    order = models.ForeignKey(
        WorkOrder, models.CASCADE, related_name="escalations", verbose_name=_("work order"), db_index=False
    )
    assigned_at = models.DateTimeField(_("assigned"), help_text="of the order: which assignment is meant")
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["order", "assigned_at"], name="escalated_once")]
