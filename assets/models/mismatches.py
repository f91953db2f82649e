from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models.terminals import Binding, Terminal
from workforce.models import RegionScopedQuerySet, User


class MismatchQuerySet(RegionScopedQuerySet):
    region_field = "terminal__region"

    def visible_to(self, user: User) -> "MismatchQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def open(self) -> "MismatchQuerySet":
        return self.filter(resolved_at=None)


class Mismatch(models.Model):
    """A live terminal was reported away from where it is registered; it stays blocked until somebody says what is so."""

    class Outcome(models.TextChoices):
        IN_PLACE = "in_place", _("It is where it is registered")
        RELOCATED = "relocated", _("It was moved; the new place is registered")
        TAKEN_AWAY = "taken_away", _("It was taken away from the merchant")

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="mismatches", verbose_name=_("terminal"))
    binding = models.ForeignKey(Binding, models.PROTECT, related_name="+", verbose_name=_("registered place"))
    lat = models.FloatField()
    lon = models.FloatField()
    accuracy_m = models.FloatField(null=True)
    distance_m = models.FloatField(_("distance, metres"))
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("reported by"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    order_number = models.CharField(_("verification order"), max_length=20, blank=True)
    outcome = models.CharField(_("what was found"), max_length=10, choices=Outcome, blank=True)
    finding = models.CharField(_("in words"), max_length=200, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("resolved by"))

    objects = MismatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("mismatch of place")
        verbose_name_plural = _("mismatches of place")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"], condition=Q(resolved_at=None), name="one_open_mismatch_per_terminal"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, outcome="") | (Q(resolved_at__isnull=False) & ~Q(outcome="")),
                name="mismatch_is_resolved_somehow",
            ),
        ]

    def __str__(self) -> str:
        return str(self.terminal)

    def get_absolute_url(self) -> str:
        return reverse("office:terminal-detail", args=[self.terminal.serial])
