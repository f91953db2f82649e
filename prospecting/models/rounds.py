from django.db import models
from django.utils.translation import gettext_lazy as _

from workforce.models import User


class Round(models.Model):
    """The shops a prospector calls on in a day, in the order last worked out from where they stood."""

    prospector = models.ForeignKey(User, models.CASCADE, related_name="rounds", db_index=False, verbose_name=_("prospector"))  # fmt: skip
    day = models.DateField(_("day"))
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    ordered_at = models.DateTimeField(null=True)
    leads = models.JSONField(default=list, help_text="keys of leads in their order")
    skipped = models.JSONField(default=list, help_text="keys of leads not called on that day")

    class Meta:
        verbose_name = _("round of the day")
        verbose_name_plural = _("rounds of the day")
        constraints = [models.UniqueConstraint(fields=["prospector", "day"], name="one_round_a_day")]

    def __str__(self) -> str:
        return f"{self.prospector} {self.day}"
