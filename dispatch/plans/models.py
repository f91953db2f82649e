from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spareparts.models import Place
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, RegionScopedQuerySet, User
from workorders.models import WorkOrder

TOLERANCE = timedelta(minutes=1)  # planned starts are on the minute; less than this is no change


class DayPlanQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "DayPlanQuerySet":
        """Office people see the plans of their regions."""
        return self.none() if user.is_field else self.in_regions_of(user)

    def waiting(self) -> "DayPlanQuerySet":
        return self.filter(status=DayPlan.Status.WAITING)

    def running(self) -> "DayPlanQuerySet":
        return self.filter(status=DayPlan.Status.RUNNING)

    def of_the_evening(self) -> "DayPlanQuerySet":
        return self.filter(is_of_the_evening=True)


class DayPlan(models.Model):
    """Who would do which order of a region on a day, worked out by routing.planning: a proposal until it is applied.

    What it was made from is kept with it, so that it can be made again: same inputs, same seed, same plan.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being worked out")
        PROPOSED = "proposed", _("Proposed")
        APPLIED = "applied", _("Applied")
        CANCELLED = "cancelled", _("Cancelled")
        INTERRUPTED = "interrupted", _("Interrupted")
        FAILED = "failed", _("Failed")

    class Limit(models.IntegerChoices):
        SHORT = 5, _("5 seconds")
        USUAL = 30, _("30 seconds")
        LONG = 60, _("60 seconds")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("region"))
    on = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.WAITING, editable=False)
    seconds = models.PositiveSmallIntegerField(_("time to think"), choices=Limit, default=Limit.USUAL)
    overtime_min = models.PositiveSmallIntegerField(_("overtime allowed, minutes"), default=0)
    is_calm = models.BooleanField(
        _("move as little as possible"), default=False, help_text=_("For a day that is under way.")
    )
    warm_start = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", editable=False, verbose_name=_("begun from")
    )
    urgent_order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("urgent order")
    )
    absent = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("absent")
    )
    absent_from = models.DateTimeField(_("absent from"), null=True)
    is_of_the_evening = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="made by itself, because the rules say so"
    )
    seed = models.PositiveIntegerField(default=0, editable=False)
    engine = models.CharField(_("engine"), max_length=40, blank=True, editable=False)
    inputs = models.JSONField(null=True, editable=False, help_text="what dispatch.plans.reading.read_day found")
    digest = models.CharField(_("fingerprint of the inputs"), max_length=64, blank=True, editable=False)
    progress = models.JSONField(
        default=dict, editable=False, help_text="{share, points: [[s, served, late, travel_s, cost]]}"
    )
    totals = models.JSONField(default=dict, editable=False, help_text="{before: {…}, after: {…}}, see plans.outcome")
    left_out = models.JSONField(default=list, editable=False, help_text="[{kind, label, url, code}]: not fed to it")
    iterations = models.PositiveBigIntegerField(_("iterations"), default=0, editable=False)
    hit_time_limit = models.BooleanField(default=False, editable=False)
    failure = models.CharField(_("what went wrong"), max_length=300, blank=True, editable=False)
    requested_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("asked for by")
    )
    requested_at = models.DateTimeField(_("asked for"), editable=False)
    started_at = models.DateTimeField(_("begun"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    applied_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("applied by")
    )
    applied_at = models.DateTimeField(_("applied"), null=True, editable=False)

    objects = DayPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("day plan")
        verbose_name_plural = _("day plans")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "on"],
                condition=Q(status__in=["waiting", "running"]),
                name="one_running_plan_per_day",
                violation_error_message=_("This day is being planned already."),
            ),
            models.UniqueConstraint(
                fields=["region", "on"], condition=Q(is_of_the_evening=True), name="one_evening_plan_per_day"
            ),
            models.CheckConstraint(
                condition=Q(absent=None, absent_from=None) | Q(absent__isnull=False, absent_from__isnull=False),
                name="absent_since_when",
            ),
        ]
        indexes = [models.Index(fields=["region", "-id"], name="day_plan_region")]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("DP")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("office:day-plan-detail", args=[self.number])

    def move_to(self, status: "DayPlan.Status") -> dict[str, list]:
        """The only place where a status is assigned; the caller saves."""
        before = DayPlan.Status(self.status)
        if status not in NEXT[before]:
            raise Refused(
                gettext("The plan %(plan)s is “%(status)s”, so this cannot be done.")
                % {"plan": self, "status": before.label}
            )
        self.status = status
        return {"status": [before, status]}

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.WAITING, self.Status.RUNNING)

    @property
    def has_outcome(self) -> bool:
        return self.status in (self.Status.PROPOSED, self.Status.APPLIED)

    @cached_property
    def midnight(self) -> datetime:
        """When the day begins; the seconds in `inputs` and in plans count from here."""
        return datetime(self.on.year, self.on.month, self.on.day, tzinfo=self.region.zone)


S = DayPlan.Status
NEXT: dict[DayPlan.Status, set[DayPlan.Status]] = {
    S.WAITING: {S.RUNNING, S.CANCELLED},
    S.RUNNING: {S.PROPOSED, S.CANCELLED, S.INTERRUPTED, S.FAILED},
    S.PROPOSED: {S.APPLIED, S.CANCELLED},
    S.INTERRUPTED: {S.WAITING, S.CANCELLED},
    S.CANCELLED: {S.WAITING},
    S.FAILED: {S.WAITING, S.CANCELLED},
    S.APPLIED: set(),
}


class PlannedOrderQuerySet(models.QuerySet):
    def changed(self) -> "PlannedOrderQuerySet":
        return self.filter(change__in=PlannedOrder.CHANGES)

    def served(self, when: str) -> "PlannedOrderQuerySet":
        return self.filter(**{f"start_{when}__isnull": False})

    def late(self, when: str) -> "PlannedOrderQuerySet":
        return self.filter(**{f"late_{when}_s__gt": 0})


class PlannedOrder(models.Model):
    """One order in a plan: with whom and when it stood, and where the plan puts it."""

    class Change(models.TextChoices):
        NEW = "new", _("From the pool")
        MOVED = "moved", _("To somebody else")
        SHIFTED = "shifted", _("At another time")
        DROPPED = "dropped", _("Back into the pool")
        KEPT = "kept", _("As before")
        FIXED = "fixed", _("Fixed")
        UNSERVED = "unserved", _("Stays in the pool")

    CHANGES = (Change.NEW, Change.MOVED, Change.SHIFTED, Change.DROPPED)
    NOT_SERVED = (Change.DROPPED, Change.UNSERVED)

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="orders", db_index=False, verbose_name=_("day plan"))
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="plans", db_index=False, verbose_name=_("work order")
    )
    change = models.CharField(_("change"), max_length=10, choices=Change)
    engineer_before = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("engineer before")
    )
    start_before = models.DateTimeField(_("start before"), null=True)
    late_before_s = models.PositiveIntegerField(_("late before"), default=0)
    travel_before_s = models.PositiveIntegerField(_("way there before"), default=0)
    engineer_after = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("engineer planned")
    )
    start_after = models.DateTimeField(_("start planned"), null=True)
    end_after = models.DateTimeField(_("end planned"), null=True)
    late_after_s = models.PositiveIntegerField(_("late as planned"), default=0)
    travel_after_s = models.PositiveIntegerField(_("way there as planned"), default=0)
    pick_up_at = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("parts to be collected at")
    )
    reasons = models.JSONField(default=list, help_text="[[code, values]]: why nobody does it")

    objects = PlannedOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned order")
        verbose_name_plural = _("planned orders")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "order"], name="order_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(engineer_after=None, start_after=None, end_after=None)
                | Q(engineer_after__isnull=False, start_after__isnull=False, end_after__gte=F("start_after")),
                name="planned_with_whom_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "change"], name="planned_order_change"),
            models.Index(fields=["order"], name="planned_order_order"),
        ]

    def __str__(self) -> str:
        return f"{self.order} · {self.get_change_display()}"


class PlannedDay(models.Model):
    """One person's day in a plan: how full it stood, and how full the plan makes it."""

    plan = models.ForeignKey(DayPlan, models.CASCADE, related_name="days", db_index=False, verbose_name=_("day plan"))
    person = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("person"))
    opens_at = models.DateTimeField(_("from"))
    closes_at = models.DateTimeField(_("until"))
    orders_before = models.PositiveSmallIntegerField(_("orders before"), default=0)
    orders_after = models.PositiveSmallIntegerField(_("orders planned"), default=0)
    changes = models.PositiveSmallIntegerField(_("changes"), default=0)
    before = models.JSONField(default=dict, help_text="{work_s, travel_s, overtime_s}")
    after = models.JSONField(default=dict, help_text="the same")
    breaks = models.JSONField(default=list, help_text="[[kind, from_s, until_s]]: absence, lunch, depot")

    class Meta:
        verbose_name = _("planned day")
        verbose_name_plural = _("planned days")
        ordering = ["person__name", "person_id"]
        constraints = [models.UniqueConstraint(fields=["plan", "person"], name="person_once_in_a_plan")]

    def __str__(self) -> str:
        return str(self.person)
