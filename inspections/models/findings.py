from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from assets.models import Terminal
from evidence.models import Capture
from merchants.models import Merchant
from procedures.steps import Severity
from workforce.models import Region, RegionScopedQuerySet, User
from workorders.models import WorkOrder, WorkOrderType


class Kind(models.TextChoices):
    """What a finding is about; the key of a checklist's step may be one of these."""

    SEAL = "seal", _("Seal")
    SCREWS = "screws", _("Screws")
    CASING = "casing", _("Casing")
    SERIAL = "serial", _("Serial number")
    PLACE = "place", _("Place")
    PAYMENT = "payment", _("Test transaction")
    STICKER = "sticker", _("Sticker")
    HANDLING = "handling", _("Handling by the staff")
    OTHER = "other", _("Other")


class FindingStatus(models.TextChoices):
    OPEN = "open", _("Open")
    IN_HAND = "in_hand", _("Order under way")
    RESOLVED = "resolved", _("Resolved")
    ACCEPTED = "accepted", _("Accepted as it is")


PENDING = (FindingStatus.OPEN, FindingStatus.IN_HAND)


class FindingRuleQuerySet(models.QuerySet):
    def fitting(self, kind: str, severity: str) -> "FindingRule | None":
        rules = self.filter(severity=severity, kind__in=["", kind]).select_related("opens")
        return rules.order_by("-kind").first()


class FindingRule(models.Model):
    """What follows from a finding. A row of its kind goes before one for every kind; without a row nothing follows."""

    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, blank=True, help_text=_("Empty: every kind."))
    opens = models.ForeignKey(
        WorkOrderType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opens an order")
    )
    suspends = models.BooleanField(
        _("suspends the terminal"), default=False, help_text=_("It is blocked until the finding is settled.")
    )

    objects = FindingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("what follows from a finding")
        verbose_name_plural = _("what follows from findings")
        ordering = ["severity", "kind"]
        constraints = [models.UniqueConstraint(fields=["severity", "kind"], name="finding_rule_once")]

    def __str__(self) -> str:
        return f"{self.get_severity_display()} · {self.get_kind_display() or _('Every kind')}"


class Consequence(models.Model):
    """The order that was opened because of what an inspection found: one for each type and terminal."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+", verbose_name=_("inspection"))
    type = models.ForeignKey(WorkOrderType, models.PROTECT, related_name="+", verbose_name=_("type"))
    terminal = models.ForeignKey(Terminal, models.PROTECT, null=True, related_name="+", verbose_name=_("terminal"))
    opened = models.OneToOneField(WorkOrder, models.PROTECT, related_name="consequence", verbose_name=_("work order"))

    class Meta:
        verbose_name = _("order because of findings")
        verbose_name_plural = _("orders because of findings")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "type", "terminal"], nulls_distinct=False, name="consequence_opened_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.opened)


class FindingQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "FindingQuerySet":
        return self.filter(found_by=user) if user.is_field else self.in_regions_of(user)

    def pending(self) -> "FindingQuerySet":
        return self.filter(status__in=PENDING)


class Finding(models.Model):
    """Something an inspection found that is not as it should be, with its pictures."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="findings", verbose_name=_("inspection"))
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, related_name="findings", verbose_name=_("merchant"), db_index=False
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"), db_index=False)
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, related_name="findings", verbose_name=_("terminal"), db_index=False
    )
    step = models.CharField(
        _("step"), max_length=40, blank=True, help_text="key in the checklist; empty: added by hand"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    words = models.CharField(_("what was found"), max_length=500)
    captures = models.ManyToManyField(Capture, related_name="findings", verbose_name=_("pictures"), blank=True)
    found_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("found by"), db_index=False)
    found_at = models.DateTimeField(_("found"))
    found_on = models.DateField(_("found on"), help_text="the day in its region")
    suspends = models.BooleanField(_("suspends the terminal"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=FindingStatus, default=FindingStatus.OPEN)
    consequence = models.ForeignKey(
        Consequence, models.PROTECT, null=True, related_name="findings", verbose_name=_("order because of it")
    )
    settled_on = models.DateField(_("settled on"), null=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by"), db_index=False
    )
    reason = models.CharField(_("why it is accepted"), max_length=300, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "step"], condition=~Q(step=""), name="finding_once_per_step"),
            models.CheckConstraint(
                condition=Q(status__in=[*PENDING], settled_on=None)
                | Q(status__in=["resolved", "accepted"], settled_on__isnull=False),
                name="finding_settled_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_hand") | Q(consequence__isnull=False), name="finding_in_hand_has_its_order"
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | ~Q(reason=""), name="finding_accepted_with_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["region", "-id"], name="finding_region"),
            models.Index(fields=["merchant", "-id"], name="finding_merchant"),
            models.Index(fields=["terminal", "-id"], name="finding_terminal", condition=Q(terminal__isnull=False)),
            models.Index(fields=["found_by", "-id"], name="finding_found_by"),
            models.Index(fields=["severity", "-id"], name="finding_severity"),
            models.Index(fields=["kind", "-id"], name="finding_kind"),
            models.Index(fields=["status", "-id"], name="finding_status"),
            models.Index(fields=["found_on", "region"], name="finding_found_on"),
            models.Index(fields=["settled_on", "region"], name="finding_settled_on", condition=Q(settled_on__isnull=False)),
            models.Index(fields=["found_on"], name="finding_pending", condition=Q(status__in=[*PENDING])),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:finding-detail", args=[self.number])

    @cached_property
    def opened(self) -> WorkOrder | None:
        return self.consequence.opened if self.consequence else None
