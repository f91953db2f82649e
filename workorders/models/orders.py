from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q, prefetch_related_objects
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Terminal
from evidence.models import Capture
from merchants.models import Merchant
from procedures.models import Run
from spareparts.models import Part, Place
from toolkit.errors import Refused
from toolkit.search import bigrams_of, matches
from workforce.models import Booking, Region, RegionScopedQuerySet, Skill, User
from workorders.lifecycle import CLOCKED, NEXT, ONGOING, STAMPS, WAYS_ON, WITH_ENGINEER, Status
from workorders.models.faults import FaultCode
from workorders.models.types import Priority, SlaPolicy, WorkOrderType
from workorders.needs import NeededPart, NeededSkill, Needs


def fault_code(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        FaultCode, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


ELSEWHERE = ~Q(arrival_reason="") | ~Q(completion_reason="")  # a step was taken outside the fence


class WorkOrderQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "WorkOrderQuerySet":
        """Office people see the orders of their regions, field staff the orders they are or were given."""
        return self.filter(engineer=user) if user.is_field else self.in_regions_of(user)

    def locked(self, order: "WorkOrder") -> "WorkOrder":
        """A fresh copy under its row lock; call it inside a transaction, before looking at anything.

        Nothing is joined: rows joined to an order that changed while we waited would come from before the change.
        What the caller has read already and an order keeps is carried over.
        """
        fresh = self.select_for_update().get(pk=order.pk)
        for name in ("type", "merchant", "region"):
            known = order._state.fields_cache.get(name)
            if known is not None and known.pk == getattr(fresh, f"{name}_id"):
                setattr(fresh, name, known)
        return fresh

    def in_pool(self) -> "WorkOrderQuerySet":
        return self.filter(status=Status.OPEN)

    def ongoing(self) -> "WorkOrderQuerySet":
        return self.filter(status__in=ONGOING)

    def clocked(self) -> "WorkOrderQuerySet":
        return self.filter(status__in=CLOCKED)

    def with_engineer(self) -> "WorkOrderQuerySet":
        return self.filter(status__in=WITH_ENGINEER)

    def overdue(self, at: datetime) -> "WorkOrderQuerySet":
        """Response or resolution is due before `at` and has not happened."""
        return self.clocked().filter(
            Q(response_due_at__lt=at, arrived_at=None) | Q(resolution_due_at__lt=at, completed_at=None)
        )

    def warned_of(self, percent: int) -> "WorkOrderQuerySet":
        """So much of the time of a target that is still to be kept is used up, and somebody was warned."""
        return self.clocked().filter(warned_percent__gt=0, warned_percent__gte=percent)

    def elsewhere(self) -> "WorkOrderQuerySet":
        """Arrived or completed outside the fence, or without a position."""
        return self.filter(ELSEWHERE)

    def search(self, text: str) -> "WorkOrderQuerySet":
        """Its own number and summary, or the merchant's name, number and phone."""
        by_text = matches(WorkOrder.objects.all(), text, "number", "summary").values("pk")
        by_merchant = WorkOrder.objects.filter(merchant__in=Merchant.objects.search(text).values("pk")).values("pk")
        return self.filter(pk__in=by_text.union(by_merchant))


class WorkOrder(models.Model):
    """One job at one merchant. What type, procedure and SLA were on the day it was opened is copied into it."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    type = models.ForeignKey(WorkOrderType, models.PROTECT, related_name="orders", verbose_name=_("type"))
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="work_orders", verbose_name=_("merchant"))
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, related_name="work_orders", verbose_name=_("terminal")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="work_orders", verbose_name=_("region"))
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.OPEN, editable=False)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    summary = models.CharField(_("what is wrong or wanted"), max_length=200)
    details = models.TextField(_("details"), blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    duration_min = models.PositiveSmallIntegerField(_("planned minutes"))
    needed_skills = models.JSONField(_("needed skills"), null=True, help_text="{code: level}; null: see its type")
    needed_parts = models.JSONField(_("needed parts"), null=True, help_text="{code: quantity}; null: see its type")
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by"))
    # who does it, and when
    engineer = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="work_orders", verbose_name=_("engineer")
    )
    booking = models.OneToOneField(
        Booking, models.SET_NULL, null=True, blank=True, related_name="work_order", verbose_name=_("planned time")
    )
    pick_up_at = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("parts to be collected at"),
    )  # fmt: skip
    is_locked = models.BooleanField(_("locked"), default=False, help_text=_("Only a dispatcher may move it."))
    run = models.OneToOneField(Run, models.PROTECT, null=True, blank=True, related_name="work_order")
    # the promise, snapshot of policy and calendar included, so that it can be computed again
    sla_policy = models.ForeignKey(
        SlaPolicy, models.SET_NULL, null=True, related_name="+", verbose_name=_("SLA policy")
    )
    sla = models.JSONField(default=dict, help_text="{policy, calendar, response_min, resolution_min}")
    response_due_at = models.DateTimeField(_("response due"), null=True)
    resolution_due_at = models.DateTimeField(_("resolution due"), null=True)
    next_warning_at = models.DateTimeField(null=True, help_text="when the next SlaWarning is due, while work goes on")
    warned_percent = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="the highest SlaWarning of a clock that has not reached its end"
    )
    # when each step was taken, server time; the journal has the device's
    service_date = models.DateField(_("service date"), help_text="local day it was opened")
    opened_at = models.DateTimeField(_("opened"))
    assigned_at = models.DateTimeField(_("assigned"), null=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    departed_at = models.DateTimeField(_("departed"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)
    started_at = models.DateTimeField(_("started"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    # how it went
    arrival_distance_m = models.FloatField(_("distance at check-in, metres"), null=True)
    arrival_reason = models.CharField(_("why checked in elsewhere"), max_length=200, blank=True)
    arrival_photo = models.ForeignKey(
        Capture, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("photo at check-in"),
    )  # fmt: skip
    completion_distance_m = models.FloatField(_("distance at completion, metres"), null=True)
    completion_reason = models.CharField(_("why completed elsewhere"), max_length=200, blank=True)
    completion_photo = models.ForeignKey(
        Capture, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("photo at completion"),
    )  # fmt: skip
    needs_fault_codes = models.BooleanField(_("needs fault codes"), default=False, db_default=False)
    symptom = fault_code(_("symptom"))
    cause = fault_code(_("cause"))
    remedy = fault_code(_("remedy"))
    open_promises = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="of its Promises: not yet marked kept or not kept"
    )
    resolution = models.TextField(_("what was done"), blank=True)
    cancel_reason = models.CharField(_("why cancelled"), max_length=200, blank=True)
    signature = models.ForeignKey(
        Capture, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signature")
    )
    signer_name = models.CharField(_("signed by"), max_length=80, blank=True)
    captures = models.ManyToManyField(Capture, related_name="work_orders", blank=True, verbose_name=_("photos"))
    bigrams = bigrams_of("number", "summary")

    objects = WorkOrderQuerySet.as_manager()
    likely: list[Any] | None = None  # parts, where experience.read_ahead has read them for many orders at once
    as_read: dict[str, Any] | None = None  # under its row lock; what differs from it is saved

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[*WITH_ENGINEER]) | Q(engineer__isnull=False),
                name="order_with_somebody_has_an_engineer",
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(engineer=None), name="order_in_pool_has_no_engineer"
            ),
            models.CheckConstraint(condition=~Q(status="held") | Q(engineer=None), name="order_held_has_no_engineer"),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "closed"]) | Q(open_promises=0), name="order_done_kept_its_word"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "closed"]) | Q(completed_at__isnull=False),
                name="order_done_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "closed"], needs_fault_codes=True)
                | Q(symptom__isnull=False, cause__isnull=False, remedy__isnull=False),
                name="repair_done_has_its_fault_codes",
            ),
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="order_bigrams"),
            models.Index(fields=["region", "-id"], name="order_region"),
            models.Index(fields=["status", "-id"], name="order_status"),
            models.Index(fields=["type", "-id"], name="order_type"),
            models.Index(fields=["merchant", "-id"], name="order_merchant"),
            models.Index(fields=["terminal", "-id"], name="order_terminal"),
            models.Index(
                fields=["engineer", "status"], name="order_engineer_ongoing", condition=Q(status__in=[*WITH_ENGINEER])
            ),
            models.Index(fields=["engineer", "-id"], name="order_engineer"),
            models.Index(fields=["resolution_due_at"], name="order_due", condition=Q(status__in=[*CLOCKED])),
            models.Index(fields=["next_warning_at"], name="order_next_warning", condition=~Q(next_warning_at=None)),
            models.Index(fields=["warned_percent", "-id"], name="order_warned", condition=Q(warned_percent__gt=0)),
            models.Index(fields=["priority", "opened_at"], name="order_pool", condition=Q(status="open")),
            models.Index(fields=["merchant"], name="order_held", condition=Q(status="held")),
            models.Index(fields=["service_date"], name="order_service_date"),
            models.Index(fields=["-id"], name="order_elsewhere", condition=ELSEWHERE),
            *(
                models.Index(fields=[kind, "-id"], name=f"order_{kind}", condition=Q(**{f"{kind}__isnull": False}))
                for kind in FaultCode.Kind.values
            ),
            models.Index(fields=["-id"], name="order_with_symptom", condition=Q(symptom__isnull=False)),
            models.Index(
                fields=["completed_at"],
                include=["region", *FaultCode.Kind.values],
                name="order_coded",
                condition=Q(symptom__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:work-order-detail", args=[self.number])

    @cached_property
    def needs(self) -> Needs:
        """By name, and read once: a fresh copy of the order knows of changes."""

        def by_name(need: tuple[Any, int]) -> str:
            return need[0].name

        if None in (self.needed_skills, self.needed_parts):
            prefetch_related_objects([self.type], "skill_needs__skill", "part_needs__part")
        if self.needed_skills is None:
            wanted = {need.skill: need.level for need in self.type.skill_needs.all()}
        else:
            held = Skill.objects.filter(code__in=self.needed_skills) if self.needed_skills else ()
            wanted = {skill: self.needed_skills[skill.code] for skill in held}
        if self.needed_parts is None:
            brought = {need.part: need.quantity for need in self.type.part_needs.all()}
        else:
            known = Part.objects.filter(code__in=self.needed_parts) if self.needed_parts else ()
            brought = {part: self.needed_parts[part.code] for part in known}
        return Needs(
            tuple(
                NeededSkill(skill.pk, skill.code, skill.name, level)
                for skill, level in sorted(wanted.items(), key=by_name)
            ),
            tuple(
                NeededPart(part.pk, part.code, part.name, part.name_zh, quantity)
                for part, quantity in sorted(brought.items(), key=by_name)
            ),
        )

    def move_to(self, status: Status, at: datetime) -> dict[str, list]:
        """The only place where a status is assigned. Returns the change for the journal; the caller saves.

        The times of steps that now lie ahead again are taken back: the journal keeps them.
        """
        before = Status(self.status)
        if status not in NEXT[before]:
            raise Refused(
                gettext("%(order)s is “%(status)s”, so this cannot be done. %(way_on)s")
                % {"order": self.number, "status": before.label, "way_on": WAYS_ON[before]}
            )
        self.status = status
        if status in (Status.OPEN, Status.ASSIGNED):
            for field in STAMPS.values():
                setattr(self, field, None)
        if status in STAMPS and getattr(self, STAMPS[status]) is None:  # resumed work keeps the time it began
            setattr(self, STAMPS[status], at)
        return {"status": [before, status]}


class Pause(models.Model):
    """The SLA clock stands still: waiting for the merchant, for a part …"""

    class Reason(models.TextChoices):
        MERCHANT = "merchant", _("Waiting for the merchant")
        PART = "part", _("Waiting for a part")
        SUPPORT = "support", _("Waiting for support")
        REVIEW = "review", _("Waiting for the review")
        OTHER = "other", _("Other")

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="pauses", verbose_name=_("work order"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["started_at"]
        constraints = [models.UniqueConstraint(fields=["order"], condition=Q(ended_at=None), name="one_open_pause")]


class Rejection(models.Model):
    """Somebody was given an order and would not do it; automatic dispatch passes over them until `until`."""

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="rejections", verbose_name=_("work order"))
    person = models.ForeignKey(User, models.PROTECT, related_name="rejections", verbose_name=_("person"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("time"))
    until = models.DateTimeField(_("passed over until"))

    class Meta:
        verbose_name = _("rejection")
        verbose_name_plural = _("rejections")
        ordering = ["-at"]
        indexes = [models.Index(fields=["order", "person"], name="rejection_order_person")]
