from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from prospecting.models.grid import Cell
from toolkit.numbers import next_number
from workforce.models import Region, RegionScopedQuerySet, User


class CampaignQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "CampaignQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)


class Campaign(models.Model):
    """A marketing action with a cost; the leads it brought carry it along to the first transaction."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    cells = models.ManyToManyField(Cell, related_name="campaigns", blank=True, verbose_name=_("cells"))
    goal = models.PositiveIntegerField(_("terminals aimed at"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name

    def phase(self, today: date) -> tuple[str, str]:
        """(code for the badge, what it is called)."""
        if self.closed_at:
            return "closed", gettext("Closed")
        if today < self.starts_on:
            return "waiting", gettext("Planned")
        return ("running", gettext("Running")) if today <= self.ends_on else ("done", gettext("Over"))

    def get_absolute_url(self) -> str:
        return reverse("office:campaign-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("CA")
        super().save(*args, **kwargs)


class CampaignCost(models.Model):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="costs", verbose_name=_("campaign"))
    on = models.DateField(_("day"))
    what = models.CharField(_("what for"), max_length=120)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        ordering = ["on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="cost_is_positive")]


class Handout(models.Model):
    """Material that a prospector was given for a campaign. Who comes with its `code` came by the campaign."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="handouts", verbose_name=_("campaign"))
    prospector = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("prospector"))
    what = models.CharField(_("material"), max_length=80)
    count = models.PositiveIntegerField(_("how many"))
    on = models.DateField(_("day"))
    code = models.CharField(
        _("code"), max_length=20, blank=True, help_text=_("As it is printed on the material: whoever names it counts.")
    )

    class Meta:
        verbose_name = _("material handed out")
        verbose_name_plural = _("materials handed out")
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(count__gt=0), name="handout_of_some"),
            ExclusionConstraint(
                name="code_of_one_campaign",
                expressions=[("code", RangeOperators.EQUAL), ("campaign", RangeOperators.NOT_EQUAL)],
                condition=~Q(code=""),
            ),
        ]
