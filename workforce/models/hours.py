from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Shift(models.Model):
    """Working hours of a person on one weekday, in the time zone of the person's region."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    person = models.ForeignKey("workforce.User", models.CASCADE, related_name="shifts", verbose_name=_("person"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "weekday", "starts_at"], name="one_shift_per_start"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class Booking(models.Model):
    """A stretch of a person's time: work, leave or training. Two cannot overlap unless somebody forced it by name."""

    class Kind(models.TextChoices):
        WORK = "work", _("Work")
        LEAVE = "leave", _("Leave")
        TRAINING = "training", _("Training")

    person = models.ForeignKey("workforce.User", models.PROTECT, related_name="bookings", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    during = DateTimeRangeField(_("during"))
    label = models.CharField(_("what for"), max_length=60, blank=True)
    forced_by = models.ForeignKey(
        "workforce.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("double booked by")
    )

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            ExclusionConstraint(
                name="no_double_booking",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(forced_by=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.label or self.get_kind_display()} {self.during.lower:%Y-%m-%d %H:%M}"
