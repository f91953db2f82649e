from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from prospecting.models.leads import Lead
from toolkit.numbers import next_number
from workforce.models import RegionScopedQuerySet, User


class Picked(models.Model):
    """Something a prospector picks instead of typing it."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_zh = models.CharField(_("Chinese name"), max_length=60, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class Objection(Picked):
    class Meta(Picked.Meta):
        verbose_name = _("objection")
        verbose_name_plural = _("objections")


class Competitor(Picked):
    class Meta(Picked.Meta):
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")


class VisitQuerySet(RegionScopedQuerySet):
    region_field = "lead__region"

    def visible_to(self, user: User) -> "VisitQuerySet":
        return self.filter(prospector=user) if user.is_field else self.in_regions_of(user)


class Visit(models.Model):
    """A prospector at a shop: when, how far from it, what came of it. Never changed afterwards."""

    class Outcome(models.TextChoices):
        DECIDER = "decider", _("Spoke with who decides")
        STAFF = "staff", _("Spoke with staff")
        CLOSED = "closed", _("Shop was closed")
        GONE = "gone", _("Shop is gone")

    class NextStep(models.TextChoices):
        VISIT = "visit", _("Visit again")
        CALL = "call", _("Call")
        OFFER = "offer", _("Make an offer")
        NONE = "none", _("Nothing for now")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="visits", db_index=False, verbose_name=_("lead"))
    prospector = models.ForeignKey(
        User, models.PROTECT, related_name="visits", db_index=False, verbose_name=_("prospector")
    )
    at = models.DateTimeField(_("time"), help_text="device time, corrected by what is known of its clock")
    received_at = models.DateTimeField(_("received"))
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    distance_m = models.FloatField(_("distance, metres"), null=True, help_text="from the lead's place")
    away_reason = models.CharField(_("why checked in elsewhere"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    intention = models.PositiveSmallIntegerField(_("intention"), choices=Lead.Intention, null=True)
    objections = models.ManyToManyField(Objection, related_name="visits", blank=True, verbose_name=_("objections"))
    next_step = models.CharField(_("next step"), max_length=12, choices=NextStep, default=NextStep.NONE)
    next_step_on = models.DateField(_("next step on"), null=True)
    captures = models.ManyToManyField(Capture, related_name="visits", blank=True, verbose_name=_("photos"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    score = models.PositiveSmallIntegerField(_("authenticity"), null=True)
    score_parts = models.JSONField(default=list, help_text="[{code, points, most, facts}], see workorders.authenticity")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_step="none", next_step_on=None)
                | (~Q(next_step="none") & Q(next_step_on__isnull=False)),
                name="next_step_has_a_date",
            )
        ]
        indexes = [
            models.Index(fields=["lead", "-at"], include=["prospector"], name="visit_lead"),
            models.Index(fields=["prospector", "-at"], name="visit_prospector"),
            models.Index(fields=["-at"], name="visit_at"),
            models.Index(fields=["score", "-at"], name="visit_doubtful", condition=Q(score__lt=60)),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("V")
        super().save(*args, **kwargs)


class SeenTerminal(models.Model):
    """Terminals of others that stood there."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="seen", verbose_name=_("visit"))
    competitor = models.ForeignKey(Competitor, models.PROTECT, related_name="seen", verbose_name=_("competitor"))
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        verbose_name = _("terminal of a competitor")
        verbose_name_plural = _("terminals of competitors")
        constraints = [
            models.UniqueConstraint(fields=["visit", "competitor"], name="competitor_seen_once"),
            models.CheckConstraint(condition=Q(count__gt=0), name="some_were_seen"),
        ]
