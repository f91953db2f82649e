from datetime import timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assets.models import Terminal, TerminalModel
from merchants.models import Merchant
from monitoring.detection import Limits, version_number
from monitoring.lifecycle import NEXT, UNITS, Kind, State
from workforce.models import Region, RegionRulesQuerySet, RegionScopedQuerySet, User
from workorders.models import Priority, WorkOrder, WorkOrderType


class AlertRuleQuerySet(RegionRulesQuerySet):
    def active(self) -> "AlertRuleQuerySet":
        return self.filter(state=AlertRule.State.ACTIVE)

    def newest_versions(self) -> "AlertRuleQuerySet":
        newer = AlertRule.objects.filter(number=models.OuterRef("number"), version__gt=models.OuterRef("version"))
        return self.filter(~models.Exists(newer))


class AlertRule(models.Model):
    """When something is raised and cleared, where, for which terminals, and what is to be done. A change is a new
    version, a draft until it is published; of the rules that fit a terminal the most specific one counts."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("On")
        RETIRED = "retired", _("Off")

    number = models.CharField(_("number"), max_length=20, editable=False, help_text="the same for all versions")
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("what is watched"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT, editable=False)
    raise_at = models.FloatField(_("raised at"))
    clear_at = models.FloatField(
        _("cleared at"), help_text=_("Apart from the level above: what trembles about it is told once.")
    )
    raise_after_min = models.PositiveIntegerField(
        _("raised after, minutes"), default=0, validators=[MaxValueValidator(10_080)],
        help_text=_("So long without a break."),
    )  # fmt: skip
    clear_after_min = models.PositiveIntegerField(
        _("cleared after, minutes"), default=0, validators=[MaxValueValidator(10_080)],
        help_text=_("So long without a break."),
    )  # fmt: skip
    again_after_h = models.PositiveIntegerField(
        _("again after, hours"), null=True, blank=True, validators=[MinValueValidator(1)],
        help_text=_("When the order is over and it still is not clear. Empty: one order and no other."),
    )  # fmt: skip
    least_faults = models.PositiveSmallIntegerField(
        _("repairs in a year at least"), default=0, help_text=_("For renewal only.")
    )
    firmware = models.CharField(
        _("oldest firmware that is fine"), max_length=30, blank=True, help_text=_("For old firmware only, e.g. 4.2.0")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    terminal_model = models.ForeignKey(
        TerminalModel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("terminal model")
    )
    order_type = models.ForeignKey(
        WorkOrderType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("order to open"),
        help_text=_("Empty: it is only told."),
    )  # fmt: skip
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, null=True, blank=True, help_text=_("Empty: by the merchant's tier.")
    )
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    made_at = models.DateTimeField(_("made"), editable=False)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("switched on by")
    )
    published_at = models.DateTimeField(_("switched on"), null=True, editable=False)

    objects = AlertRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert rule")
        verbose_name_plural = _("alert rules")
        ordering = ["kind", "name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="alert_rule_version_once"),
            models.UniqueConstraint(
                fields=["kind", "region", "terminal_model"], condition=Q(state="active"), nulls_distinct=False,
                name="one_alert_rule_in_force",
            ),
            models.CheckConstraint(condition=~Q(raise_at=F("clear_at")), name="alert_rule_levels_apart"),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(published_at__isnull=False), name="alert_rule_on_is_published"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("office:alert-rule-detail", args=[self.number])

    @cached_property
    def limits(self) -> Limits:
        levels = (self.raise_at, self.clear_at)
        if self.kind == Kind.FIRMWARE:
            oldest = version_number(self.firmware)
            levels = (oldest - 1, oldest)
        return Limits(*levels, timedelta(minutes=self.raise_after_min), timedelta(minutes=self.clear_after_min))

    @property
    def unit(self) -> str:
        return str(UNITS[Kind(self.kind)])

    def fits(self, path: str, terminal_model: int | None) -> bool:
        """The path is that of the region."""
        return self.terminal_model_id in (None, terminal_model) and (
            self.region is None or path.startswith(self.region.path)
        )

    @property
    def specificity(self) -> tuple[int, bool]:
        return len(self.region.path) if self.region else 0, self.terminal_model_id is not None


class IncidentQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "IncidentQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def running(self) -> "IncidentQuerySet":
        return self.filter(ended_at=None)


class Incident(models.Model):
    """Many terminals of an area fell silent at once: one thing, for which nobody drives to each of them."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("region"))
    cells = models.JSONField(_("cells"), default=list, help_text="[[row, column], …] of detection.cell_of")
    count = models.PositiveIntegerField(_("terminals"), help_text=_("That fell silent, those back by now included."))
    began_at = models.DateTimeField(_("began"))
    found_at = models.DateTimeField(_("found"))
    ended_at = models.DateTimeField(_("over"), null=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["region", "-id"], name="incident_region"),
            models.Index(fields=["-id"], name="incident_running", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:incident-detail", args=[self.number])


class AlertQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "AlertQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def uncleared(self) -> "AlertQuerySet":
        return self.filter(cleared_at=None)


class Alert(models.Model):
    """One terminal, merchant or region beyond a level of a rule: once for each kind until it is cleared."""

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, related_name="alerts", db_index=False, verbose_name=_("terminal")
    )
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, related_name="alerts", db_index=False, verbose_name=_("merchant")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("region"))
    rule = models.ForeignKey(AlertRule, models.PROTECT, related_name="alerts", verbose_name=_("alert rule"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    value = models.FloatField(_("value"), help_text=_("When it was raised, in the unit of its kind."))
    opened_at = models.DateTimeField(_("raised"))
    calm_since = models.DateTimeField(_("calm since"), null=True)
    cleared_at = models.DateTimeField(_("cleared"), null=True)
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="alerts", verbose_name=_("work order"))
    has_own_order = models.BooleanField(default=False, help_text="opened for this alert, not found open already")
    handled_at = models.DateTimeField(null=True, help_text="when the order was over")
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="alerts", verbose_name=_("incident"))
    note = models.CharField(_("note"), max_length=200, blank=True, help_text="why no order could be opened")
    converted_at = models.DateTimeField(_("renewed"), null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "kind"], condition=Q(cleared_at=None, terminal__isnull=False),
                name="one_alert_per_terminal",
            ),
            models.UniqueConstraint(
                fields=["merchant", "kind"], condition=Q(cleared_at=None, terminal=None, merchant__isnull=False),
                name="one_alert_per_merchant",
            ),
            models.UniqueConstraint(
                fields=["region", "kind"], condition=Q(cleared_at=None, terminal=None, merchant=None),
                name="one_alert_per_region",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "handled"]) | Q(order__isnull=False), name="alert_ordered_has_an_order"
            ),
            models.CheckConstraint(
                condition=Q(state="cleared", cleared_at__isnull=False) | (~Q(state="cleared") & Q(cleared_at=None)),
                name="alert_cleared_has_a_time",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["kind", "-id"], name="alert_kind"),
            models.Index(fields=["region", "-id"], name="alert_region"),
            models.Index(fields=["kind"], name="alert_uncleared", condition=Q(cleared_at=None)),
            models.Index(fields=["state", "-id"], name="alert_state"),
            models.Index(fields=["merchant", "-id"], name="alert_merchant"),
            models.Index(fields=["terminal", "-id"], name="alert_terminal"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self) -> Any:
        return self.terminal or self.merchant or self.region

    @property
    def value_in_words(self) -> str:
        """What the rule saw when it raised this."""
        whole = number_format(round(self.value, 1 if self.value % 1 and self.value < 10 else None), use_l10n=True)
        match self.kind:
            case Kind.TAMPER:
                return gettext("its case was opened")
            case Kind.FIRMWARE:
                return gettext("older than it should be")
            case _:
                return f"{whole} {UNITS[Kind(self.kind)]}"

    def move_to(self, state: State) -> dict[str, list[Any]]:
        assert state in NEXT[State(self.state)], f"{self.state} → {state}"
        before, self.state = self.state, state
        return {"state": [before, state]}


class Watch(models.Model):
    """Beyond the level of its rule, and not yet long enough to be raised."""

    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "terminal"], name="watched_once")]


class Pass(models.Model):
    """When each kind was looked at last."""

    kind = models.CharField(max_length=10, choices=Kind, primary_key=True)
    at = models.DateTimeField()


class Exemption(models.Model):
    """A spare terminal that may lie idle: who said so, and why."""

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="exemptions", verbose_name=_("terminal"))
    reason = models.CharField(_("reason"), max_length=200)
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("approved by"))
    approved_at = models.DateTimeField(_("approved"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["terminal"], condition=Q(ended_at=None), name="one_exemption_per_terminal")
        ]

    def __str__(self) -> str:
        return str(self.terminal)
