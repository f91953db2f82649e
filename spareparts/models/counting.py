"""What changes the stock without anything being moved needs two people: one who says so, and another who approves."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts.models.places import Part, Place
from toolkit.numbers import next_number
from workforce.models import User


class AtPlaceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AtPlaceQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> "AtPlaceQuerySet":
        return self.filter(Q(number__icontains=text) | Q(place__in=Place.objects.search(text).values("pk")))


def _somebody(label: Any) -> models.ForeignKey:
    return models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=label)


class Stocktake(models.Model):
    """A blind count: whoever counts does not see what should be there."""

    class State(models.TextChoices):
        COUNTING = "counting", _("Being counted")
        COUNTED = "counted", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="stocktakes", verbose_name=_("stock location"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.COUNTING)
    started_by = _somebody(_("started by"))
    started_at = models.DateTimeField(_("started"))
    counted_by = _somebody(_("counted by"))
    counted_at = models.DateTimeField(_("counted"), null=True)
    decided_by = _somebody(_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    refusal = models.CharField(_("why refused"), max_length=200, blank=True)

    objects = AtPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("stocktake")
        verbose_name_plural = _("stocktakes")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(state__in=["counting", "counted"]), name="one_open_stocktake_of_a_place"
            ),
            models.CheckConstraint(condition=~Q(decided_by=F("counted_by")), name="stocktake_decided_by_another"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"]) | Q(counted_by__isnull=False, decided_by__isnull=False),
                name="stocktake_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="stocktake_state")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:stocktake-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("CT")
        super().save(*args, **kwargs)


class StocktakeLine(models.Model):
    """`expected`: what the stock said when the count was handed in. Moves made since then do not matter."""

    stocktake = models.ForeignKey(Stocktake, models.CASCADE, related_name="lines", verbose_name=_("stocktake"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("part"))
    counted = models.PositiveIntegerField(_("counted"))
    expected = models.PositiveIntegerField(_("expected"))

    class Meta:
        verbose_name = _("line of a stocktake")
        verbose_name_plural = _("lines of stocktakes")
        ordering = ["part_id"]
        constraints = [models.UniqueConstraint(fields=["stocktake", "part"], name="stocktake_part_once")]

    def __str__(self) -> str:
        return f"{self.counted} × {self.part}"

    @property
    def difference(self) -> int:
        return self.counted - self.expected


class Scrapping(models.Model):
    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("part"))
    quantity = models.PositiveIntegerField(_("quantity"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False, verbose_name=_("to"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    decided_by = _somebody(_("decided by"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    refusal = models.CharField(_("why refused"), max_length=200, blank=True)

    objects = AtPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("scrapping")
        verbose_name_plural = _("scrappings")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="scrapping_takes_something"),
            models.CheckConstraint(condition=~Q(decided_by=F("asked_by")), name="scrapping_decided_by_another"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None) | (~Q(state="asked") & Q(decided_by__isnull=False)),
                name="scrapping_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="scrapping_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.quantity} × {self.part}"

    def get_absolute_url(self) -> str:
        return reverse("office:scrapping-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("SC")
        super().save(*args, **kwargs)
