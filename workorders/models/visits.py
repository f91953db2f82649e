"""What is kept of how well a visit is proven, and what a person made of it."""

from dataclasses import fields

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from workforce.models import RegionScopedQuerySet, User
from workorders.authenticity import Thresholds
from workorders.visit_words import in_words


class VisitRules(models.Model):
    """The thresholds in force: one row, changed in the admin."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    fence_points = models.PositiveSmallIntegerField(_("points for being at the merchant’s"), default=25)
    serial_points = models.PositiveSmallIntegerField(_("points for the serial scanned on site"), default=20)
    camera_points = models.PositiveSmallIntegerField(_("points for live photos"), default=20)
    duplicates_points = models.PositiveSmallIntegerField(_("points for photos unlike others"), default=15)
    speed_points = models.PositiveSmallIntegerField(_("points for a possible journey"), default=10)
    clock_points = models.PositiveSmallIntegerField(_("points for the phone’s clock"), default=10)
    code_points = models.PositiveSmallIntegerField(_("points for the code in the photo"), default=15, db_default=15)
    fence_m = models.PositiveIntegerField(_("fence, metres"), default=200)
    most_accuracy_m = models.PositiveIntegerField(_("most accuracy allowed for, metres"), default=300)
    fastest_kmh = models.PositiveIntegerField(_("fastest journey, km/h"), default=120)
    most_skew_s = models.PositiveIntegerField(_("clock ahead at most, seconds"), default=120)
    low_below = models.PositiveSmallIntegerField(_("to be looked at below"), default=60)

    class Meta:
        verbose_name = _("rules for site visits")
        verbose_name_plural = _("rules for site visits")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_visit_rules")]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def in_force(cls) -> Thresholds:
        row = cls.objects.first() or cls()
        return Thresholds(**{each.name: getattr(row, each.name) for each in fields(Thresholds)})


class VisitQuerySet(RegionScopedQuerySet):
    region_field = "order__region"

    def visible_to(self, user: User) -> "VisitQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def to_look_at(self) -> "VisitQuerySet":
        return self.filter(is_low=True, settled_at=None)


class Visit(models.Model):
    """Written with the completion of an order; a task works out the rest. A low score is a reason to look, no more."""

    class How(models.TextChoices):
        OK = "ok", _("In order")
        FOLLOW_UP = "follow_up", _("To be followed up")

    order = models.OneToOneField(
        "workorders.WorkOrder", models.PROTECT, related_name="visit", verbose_name=_("work order")
    )
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    parts = models.JSONField(_("parts"), default=list)
    is_low = models.BooleanField(_("low"), default=False)
    scored_at = models.DateTimeField(_("worked out"), null=True)
    how = models.CharField(_("how settled"), max_length=10, choices=How, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("settled by"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("site visit")
        verbose_name_plural = _("site visits")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, how="") | (Q(settled_at__isnull=False) & ~Q(how="")),
                name="visit_is_settled_somehow",
            ),
            models.CheckConstraint(condition=Q(score=None) | Q(score__lte=100), name="visit_score_to_100"),
        ]
        indexes = [
            models.Index(fields=["id"], name="visit_waiting", condition=Q(scored_at=None)),
            models.Index(fields=["-id"], name="visit_to_look_at", condition=Q(is_low=True, settled_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.order)

    @property
    def in_words(self) -> list[tuple[str, str, str]]:
        return [in_words(part) for part in self.parts]


class CodeReview(models.Model):
    """Somebody has looked at a photo for the code of the visit; looking again replaces it, the journal keeps both."""

    class Found(models.TextChoices):
        SEEN = "seen", _("Seen in the photo")
        NOT_SEEN = "not_seen", _("Not seen in the photo")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="code_reviews", verbose_name=_("site visit"))
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="+", verbose_name=_("photo"))
    found = models.CharField(_("challenge code"), max_length=10, choices=Found)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("look at a code")
        verbose_name_plural = _("looks at codes")
        constraints = [models.UniqueConstraint(fields=["visit", "capture"], name="code_reviewed_once")]

    def __str__(self) -> str:
        return f"{self.visit} {self.get_found_display()}"
