from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from evidence.models import Capture
from merchants.models import Merchant, Trade
from procedures.branching import Step
from workforce.models import Region, User

NEVER_CHANGED = pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)


class Procedure(models.Model):
    """A standard operating procedure (SOP): what the steps of a kind of work are. Its content is in its versions."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office:procedure-detail", args=[self.code])

    @property
    def current(self) -> "ProcedureVersion | None":
        return self.versions.order_by("-number").first()


class ProcedureVersion(models.Model):
    """Published and from then on unchanged: a run keeps the version it began with.

    `steps` is a list of {key, kind, title, title_zh, help, help_zh, required, when, options, min, max, unit, count,
    live, equal, finding}, where an option is {value, label, label_zh, finding}, `when` {step, is: [values]}, `count` the
    least number of photos, `live` taken with the camera just now, `equal` whose serial a scan must give, `finding` how
    bad it is when the answer is no, another serial or another place; procedures/steps.py checks them.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions", verbose_name=_("procedure"))
    number = models.PositiveIntegerField(_("version"))
    steps = models.JSONField(_("steps"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("published by"))

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure", "-number"]
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.procedure} v{self.number}"


class VariantQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "VariantQuerySet":
        """Those that matter somewhere in the person's regions."""
        if user.sees_all_regions:
            return self
        if user.region is None or user.is_field:
            return self.none()
        return self.filter(
            Q(region=None) | Q(region__path__startswith=user.region.path) | Q(region__path__in=above(user.region))
        )


def above(region: Region) -> list[str]:
    """The paths of a region and of all it is part of."""
    codes = region.path.split("/")[:-1]
    return ["/".join(codes[:depth]) + "/" for depth in range(1, len(codes) + 1)]


class Variant(models.Model):
    """How a procedure is done in some region, for a tier or in a trade: adds steps or tightens them."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="variants", verbose_name=_("procedure"))
    name = models.CharField(_("name"), max_length=80)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Merchant.Tier, blank=True)
    trade = models.ForeignKey(Trade, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("trade"))
    is_active = models.BooleanField(_("in use"), default=True)

    objects = VariantQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["procedure", "region__path", "tier", "trade__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "region", "tier", "trade"], nulls_distinct=False, name="variant_once"
            ),
            models.CheckConstraint(
                condition=Q(region__isnull=False) | ~Q(tier="") | Q(trade__isnull=False), name="variant_of_something"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office:procedure-variant", args=[self.number])

    @property
    def current(self) -> "VariantVersion | None":
        return self.versions.order_by("-number").first()

    @property
    def scope(self) -> str:
        """For which merchants it counts."""
        parts = [
            self.region and self.region.name,
            self.tier and self.get_tier_display(),
            self.trade and self.trade.name,
        ]
        return " · ".join(str(part) for part in parts if part)

    def fits(self, merchant: Merchant) -> bool:
        return (
            (self.region is None or merchant.region.path.startswith(self.region.path))
            and self.tier in ("", merchant.tier)
            and self.trade_id in (None, merchant.trade_id)
        )

    def overlaps(self, other: "Variant") -> bool:
        """Whether there can be a merchant for whom both count."""
        regions = [each.region.path for each in (self, other) if each.region]
        return (
            (len(regions) < 2 or regions[0].startswith(regions[1]) or regions[1].startswith(regions[0]))
            and (not self.tier or not other.tier or self.tier == other.tier)
            and (self.trade_id is None or other.trade_id is None or self.trade_id == other.trade_id)
        )


class VariantVersion(models.Model):
    """Published and from then on unchanged; what `changes` look like stands in procedures/variants.py."""

    variant = models.ForeignKey(Variant, models.PROTECT, related_name="versions", verbose_name=_("variant"))
    number = models.PositiveIntegerField(_("version"))
    changes = models.JSONField(_("changes"))
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("published by"))

    class Meta:
        verbose_name = _("version of a variant")
        verbose_name_plural = _("versions of variants")
        ordering = ["variant", "-number"]
        constraints = [models.UniqueConstraint(fields=["variant", "number"], name="variant_version_once")]
        triggers = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"{self.variant} v{self.number}"


class Draft(models.Model):
    """What a person is writing: of a procedure, or of one of its variants. Kept as it is, right or wrong."""

    by = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("who"))
    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="drafts", verbose_name=_("procedure"))
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="drafts", verbose_name=_("variant"))
    base = models.PositiveIntegerField(_("begun from version"), help_text="0: from nothing")
    steps = models.JSONField(_("steps"))
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(fields=["by", "procedure", "variant"], nulls_distinct=False, name="one_draft_each")
        ]


class Run(models.Model):
    """One pass through a procedure, by the version and the variants that counted when it began."""

    version = models.ForeignKey(ProcedureVersion, models.PROTECT, related_name="runs", verbose_name=_("version"))
    variant_versions = models.ManyToManyField(
        VariantVersion, related_name="runs", blank=True, verbose_name=_("versions of variants")
    )
    resolved_steps = models.JSONField(
        null=True, help_text="the version's steps with the variants' changes; null: as is"
    )
    started_at = models.DateTimeField(_("started"))

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")

    def __str__(self) -> str:
        """'Repair v3 + Hangzhou v2'."""
        variants: Sequence[VariantVersion] = [] if self.resolved_steps is None else list(self.variant_versions.all())
        return " + ".join(map(str, [self.version, *variants]))

    @property
    def steps(self) -> list[Step]:
        return self.version.steps if self.resolved_steps is None else self.resolved_steps

    @property
    def answered(self) -> dict[str, Any]:
        """Key of each answered step: its current answer's value."""
        return dict(self.answers.current().values_list("step", "value"))


class AnswerQuerySet(models.QuerySet):
    def current(self) -> "AnswerQuerySet":
        return self.filter(superseded_at=None)


class Answer(models.Model):
    """What was found or done at a step. Never overwritten: a new answer supersedes the one before."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="answers", verbose_name=_("run"))
    step = models.CharField(_("step"), max_length=40)
    value = models.JSONField(_("value"), null=True)
    captures = models.ManyToManyField(Capture, related_name="answers", verbose_name=_("captures"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("time"))
    device_at = models.DateTimeField(_("time on the device"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step"], condition=Q(superseded_at=None), name="one_current_answer_per_step"
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(name="only_superseded", exclude=["superseded_at"]),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]


class ReferencePicture(models.Model):
    """How it should look at a step, on a model of terminal: shown beside the step. Another one takes its place."""

    procedure = models.ForeignKey(
        Procedure, models.CASCADE, related_name="reference_pictures", verbose_name=_("procedure")
    )
    step = models.CharField(_("step"), max_length=40)
    model = models.ForeignKey(TerminalModel, models.CASCADE, related_name="+", verbose_name=_("terminal model"))
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="+", verbose_name=_("picture"))

    class Meta:
        verbose_name = _("reference picture")
        verbose_name_plural = _("reference pictures")
        constraints = [models.UniqueConstraint(fields=["procedure", "step", "model"], name="reference_picture_once")]

    def __str__(self) -> str:
        return f"{self.model} · {self.step}"
