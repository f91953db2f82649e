from datetime import date, datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from inspections.calendar import Rule, Unit, Workdays
from inspections.criteria import merchants_of
from inspections.lifecycle import NEXT, OVER, State
from merchants.models import Merchant, ServiceCalendar
from workforce.models import Region, RegionScopedQuerySet, User
from workorders.models import WorkOrder, WorkOrderType

MOVES_DAYS = {
    "region", "criteria", "every", "unit", "starts_on", "after_completion", "horizon_days", "per_day", "calendar",
}  # fmt: skip


class PlanQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "PlanQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)


class InspectionPlan(models.Model):
    """Which merchants are inspected how often. Its rule says when, its calendar and room on which working day."""

    class CatchUp(models.TextChoices):
        ONCE = "once", _("One visit makes up for all")
        SKIP = "skip", _("Left out beyond the tolerance")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    type = models.ForeignKey(WorkOrderType, models.PROTECT, related_name="+", verbose_name=_("order type"))
    criteria = models.JSONField(
        _("which merchants"), default=dict, blank=True, help_text="inspections.criteria.Criteria"
    )
    every = models.PositiveSmallIntegerField(_("every"), validators=[MinValueValidator(1), MaxValueValidator(60)])
    unit = models.CharField(
        _("unit"), max_length=5, choices=[(Unit.WEEK.value, _("Weeks")), (Unit.MONTH.value, _("Months"))]
    )
    starts_on = models.DateField(_("first period begins"))
    after_completion = models.BooleanField(
        _("counted from the last visit"), default=False, help_text=_("Otherwise on fixed days, whenever the last was.")
    )
    tolerance_days = models.PositiveSmallIntegerField(_("tolerance, days"), default=3)
    repair_counts = models.BooleanField(_("a repair within the tolerance counts"), default=True)
    horizon_days = models.PositiveSmallIntegerField(
        _("planned ahead, days"), default=60, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    per_day = models.PositiveIntegerField(
        _("visits a day at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    calendar = models.ForeignKey(ServiceCalendar, models.PROTECT, related_name="+", verbose_name=_("service calendar"))
    catch_up = models.CharField(_("what was missed"), max_length=4, choices=CatchUp, default=CatchUp.ONCE)
    is_active = models.BooleanField(_("active"), default=False, editable=False)
    # how far the inspections ahead have been made: all merchants on `ensured_on`, and now up to `pass_after`
    ensured_on = models.DateField(null=True, editable=False)
    pass_on = models.DateField(null=True, editable=False, help_text="when the pass that goes on began")
    pass_after = models.BigIntegerField(default=0, editable=False, help_text="key of the last merchant it has seen")

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection plan")
        verbose_name_plural = _("inspection plans")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(every__gte=1), name="inspection_plan_has_a_period")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office:inspection-plan-detail", args=[self.number])

    @property
    def rule(self) -> Rule:
        return Rule(self.every, self.unit, self.starts_on, self.after_completion)

    def workdays(self, taken: dict[date, int] | None = None) -> Workdays:
        open_on = frozenset(int(day) for day, hours in self.calendar.weekly.items() if hours)
        exceptions = {day: bool(hours) for day, hours in self.calendar.days.values_list("date", "hours")}
        return Workdays(open_on, exceptions, self.per_day, taken or {})

    def merchants(self, at: datetime) -> models.QuerySet[Merchant]:
        """Those it is for at that moment."""
        return merchants_of(self.region, self.criteria, at)

    def ahead(self, at: datetime) -> "InspectionQuerySet":
        """What is taken back when the plan changes or stops."""
        return self.inspections.filter(state=State.PLANNED, due_on__gt=self.region.service_date(at))


class InspectionQuerySet(RegionScopedQuerySet):
    region_field = "merchant__region"

    def visible_to(self, user: User) -> "InspectionQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)


class Inspection(models.Model):
    """One merchant's visit of a plan. `due_on` is what the rule says; `planned_on` the working day with room for it."""

    plan = models.ForeignKey(InspectionPlan, models.PROTECT, related_name="inspections", db_index=False)
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, related_name="inspections", verbose_name=_("merchant"), db_index=False
    )
    due_on = models.DateField(_("due on"))
    planned_on = models.DateField(_("planned for"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED, editable=False)
    order = models.OneToOneField(
        WorkOrder, models.PROTECT, null=True, related_name="inspection", verbose_name=_("work order")
    )
    counted_by = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("the visit that counts")
    )
    finished_on = models.DateField(_("over"), null=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["-due_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "merchant", "due_on"], name="inspection_due_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "done"]) | Q(order__isnull=False), name="inspection_open_has_its_order"
            ),
            models.CheckConstraint(
                condition=~Q(state="counted") | Q(counted_by__isnull=False), name="inspection_counted_by_a_visit"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*OVER], finished_on__isnull=False)
                | (~Q(state__in=[*OVER]) & Q(finished_on=None)),
                name="inspection_over_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-due_on"], name="inspection_merchant"),
            models.Index(fields=["plan", "planned_on"], name="inspection_planned", condition=Q(state="planned")),
            models.Index(fields=["plan", "planned_on", "state"], name="inspection_round"),
            models.Index(fields=["state", "planned_on", "id"], name="inspection_state"),
            models.Index(
                fields=["planned_on", "id"], name="inspection_ahead", condition=Q(state__in=["planned", "open"])
            ),
            models.Index(fields=["order"], name="inspection_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.plan.name} {self.due_on}"

    def move_to(self, state: State, on: date | None = None) -> dict[str, list[Any]]:
        """`on` is when it was over, where it is."""
        assert state in NEXT[State(self.state)], f"{self.state} → {state}"
        before, self.state, self.finished_on = self.state, state, on
        return {"state": [before, state]}
