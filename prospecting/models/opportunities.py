from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from merchants.models import Merchant
from prospecting.lifecycle import NEXT_OF_OPPORTUNITY, OPEN_STAGES, Stage
from prospecting.models.leads import Lead
from prospecting.models.visits import Picked
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import Region, RegionScopedQuerySet, User
from workorders.models import PromiseTerms, WorkOrder


class LostReason(Picked):
    class Meta(Picked.Meta):
        verbose_name = _("reason for losing")
        verbose_name_plural = _("reasons for losing")


class OpportunityQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "OpportunityQuerySet":
        return self.filter(owner=user) if user.is_field else self.in_regions_of(user)

    def open(self) -> "OpportunityQuerySet":
        return self.filter(stage__in=OPEN_STAGES)


class Opportunity(models.Model):
    """A lead that wants to sign. Converted once, it has a merchant and an install order, and waits for the review."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    lead = models.ForeignKey(Lead, models.PROTECT, related_name="opportunities", verbose_name=_("lead"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("region"))
    owner = models.ForeignKey(
        User, models.PROTECT, related_name="opportunities", db_index=False, verbose_name=_("owner")
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.QUALIFIED, editable=False)
    stage_since = models.DateTimeField(_("in this stage since"), editable=False)
    monthly_volume = models.DecimalField(
        _("expected monthly turnover"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    monthly_fee = models.DecimalField(_("expected monthly fee"), max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    expected_on = models.DateField(_("expected signing"), null=True, blank=True)
    lost_reason = models.ForeignKey(
        LostReason, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("why lost")
    )
    win_reason = models.CharField(_("why won"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, related_name="opportunities", editable=False, verbose_name=_("merchant")
    )
    order = models.OneToOneField(
        WorkOrder,
        models.PROTECT,
        null=True,
        related_name="opportunity",
        editable=False,
        verbose_name=_("install order"),
    )
    created_at = models.DateTimeField(_("created"), editable=False)
    converted_at = models.DateTimeField(_("converted"), null=True, editable=False)
    ended_at = models.DateTimeField(_("won or lost"), null=True, editable=False)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(stage__in=[*OPEN_STAGES]), name="one_open_opportunity_per_lead",
                violation_error_message=_("This lead has an open opportunity already."),
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["review", "won"])
                | Q(merchant__isnull=False, order__isnull=False, converted_at__isnull=False),
                name="converted_opportunity_has_its_order",
            ),
            models.CheckConstraint(
                condition=~Q(stage="lost") | Q(lost_reason__isnull=False), name="lost_for_a_reason"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["region", "stage", "stage_since"], name="opportunity_pipeline"),
            models.Index(fields=["stage", "stage_since"], name="opportunity_stage"),
            models.Index(fields=["owner", "stage"], name="opportunity_owner"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:opportunity-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("OP")
        super().save(*args, **kwargs)

    def move_to(self, stage: Stage, at: datetime) -> dict[str, list]:
        """The only place where a stage is assigned. Returns the change for the journal; the caller saves."""
        before = Stage(self.stage)
        if stage not in NEXT_OF_OPPORTUNITY[before]:
            raise Refused(
                gettext("The opportunity is “%(stage)s” and cannot become “%(wanted)s”.")
                % {"stage": before.label, "wanted": stage.label}
            )
        self.stage, self.stage_since = stage, at
        self.ended_at = at if stage in (Stage.WON, Stage.LOST) else None
        return {"stage": [before, stage]}


class ExpectedTerminal(models.Model):
    """So many terminals of a model are wanted."""

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="terminals", verbose_name=_("opportunity")
    )
    model = models.ForeignKey(TerminalModel, models.PROTECT, related_name="+", verbose_name=_("model"))
    count = models.PositiveSmallIntegerField(_("how many"), default=1)

    class Meta:
        verbose_name = _("expected terminal")
        verbose_name_plural = _("expected terminals")
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "model"], name="model_expected_once"),
            models.CheckConstraint(condition=Q(count__gt=0), name="some_are_expected"),
        ]


class Offer(PromiseTerms):
    """What was promised to win them: becomes a promise of the install order."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="offers", verbose_name=_("opportunity"))

    class Meta(PromiseTerms.Meta):
        verbose_name = _("promise made in sales")
        verbose_name_plural = _("promises made in sales")
