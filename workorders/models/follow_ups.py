"""What is asked after an order has been closed: by message, else on the phone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from workforce.models import RegionScopedQuerySet, User


class FollowUpRules(models.Model):
    """How long a merchant may be silent, and what counts as low: one row, changed in the admin."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    silent_days = models.PositiveSmallIntegerField(_("days without an answer before the call"), default=3)
    most_calls = models.PositiveSmallIntegerField(_("calls before it is given up"), default=3)
    low_score = models.PositiveSmallIntegerField(_("complaint at this score and below"), default=2)
    script = models.TextField(_("what is said on the phone"), blank=True)
    script_zh = models.TextField(_("what is said on the phone, in Chinese"), blank=True)

    class Meta:
        verbose_name = _("rules for follow-ups")
        verbose_name_plural = _("rules for follow-ups")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_row_of_follow_up_rules"),
            models.CheckConstraint(condition=Q(low_score__lte=4), name="low_score_below_5"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def in_force(cls) -> "FollowUpRules":
        return cls.objects.first() or cls()

    @property
    def words(self) -> str:
        return self.script_zh if self.script_zh and (get_language() or "").startswith("zh") else self.script


class FollowUpQuerySet(RegionScopedQuerySet):
    region_field = "order__region"

    def visible_to(self, user: User) -> "FollowUpQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)


class FollowUp(models.Model):
    """Written with the closing of an order, so there is one of each; a task asks, a person calls."""

    class Status(models.TextChoices):
        NEW = "new", _("To be asked")
        ASKED = "asked", _("Asked by message")
        TO_CALL = "to_call", _("To be called")
        ANSWERED = "answered", _("Rated")
        REACHED = "reached", _("Reached, not rated")
        NOT_REACHED = "not_reached", _("Not reached")

    order = models.OneToOneField(
        "workorders.WorkOrder", models.PROTECT, related_name="follow_up", verbose_name=_("work order")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    made_at = models.DateTimeField(_("made"))
    due_at = models.DateTimeField(_("due"))
    calls = models.PositiveSmallIntegerField(_("calls"), default=0)
    called_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("called by"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    complaint = models.OneToOneField(
        "workorders.WorkOrder", models.PROTECT, null=True, related_name="complaint_of", verbose_name=_("complaint")
    )
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("owner of the complaint")
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due_at"], name="follow_up_due", condition=Q(status__in=["new", "asked"])),
            models.Index(fields=["due_at", "id"], name="follow_up_to_call", condition=Q(status="to_call")),
            models.Index(fields=["made_at"], name="follow_up_made"),
        ]

    def __str__(self) -> str:
        return str(self.order)

    @property
    def number(self) -> str:
        return self.order.number

    def get_absolute_url(self) -> str:
        return self.order.get_absolute_url()
