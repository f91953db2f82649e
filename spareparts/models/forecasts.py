from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts.demand import Pattern
from spareparts.models.places import Part
from workforce.models import Region, RegionScopedQuerySet, User


class ForecastQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "ForecastQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def search(self, text: str) -> "ForecastQuerySet":
        return self.filter(part__in=Part.objects.search(text).values("pk"))

    def newest(self, region: Region) -> "ForecastQuerySet":
        rows = self.filter(region=region)
        return rows.filter(month=Subquery(rows.order_by("-month").values("month")[:1]))

    def with_edits(self, on: date) -> "ForecastQuerySet":
        """`edit`: what counts instead on that day."""
        figures = JSONObject(
            **{name: name for name in ("monthly", "reorder_point", "order_up_to", "reason", "until")},
            name=F("set_by__name"),
        )
        live = ForecastEdit.objects.in_force(on).filter(part=OuterRef("part"), region=OuterRef("region"))
        return self.annotate(edit=Subquery(live.values(figures=figures)[:1]))


def _figure(label: object) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=4, null=True)


class Forecast(models.Model):
    """What will be used of a part in a region, by everybody who works there, from `month` on.

    `used` are the months before, oldest first, None while the part was not there; `spread` is variance over mean. The
    tested figures are those of two months at a time over the last year; None where the past is too short.
    """

    class Kind(models.TextChoices):
        SMOOTH = Pattern.SMOOTH.value, _("Smooth")
        INTERMITTENT = Pattern.INTERMITTENT.value, _("Intermittent")
        ERRATIC = Pattern.ERRATIC.value, _("Erratic")
        LUMPY = Pattern.LUMPY.value, _("Lumpy")
        NEW = "new", _("New")

    part = models.ForeignKey(Part, models.CASCADE, related_name="+", db_index=False, verbose_name=_("part"))
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False, verbose_name=_("region"))
    month = models.DateField(_("month"))
    kind = models.CharField(_("pattern of use"), max_length=12, choices=Kind)
    used = ArrayField(models.IntegerField(null=True), verbose_name=_("used so far"))
    terminals = models.PositiveIntegerField(_("live terminals it fits"))
    monthly = models.DecimalField(_("expected a month"), max_digits=12, decimal_places=4)
    spread = models.DecimalField(max_digits=12, decimal_places=4)
    quantile = models.DecimalField(_("enough with a probability of"), max_digits=5, decimal_places=4)
    reorder_point = models.PositiveIntegerField(_("suggested reorder point"))
    order_up_to = models.PositiveIntegerField(_("suggested order up to"))
    pinball = _figure(_("pinball loss"))
    fill_rate = _figure(_("fill rate"))
    level = _figure(_("mean level"))
    naive_pinball = _figure(_("pinball loss of twice the mean"))
    naive_fill_rate = _figure(_("fill rate of twice the mean"))
    naive_level = _figure(_("mean level of twice the mean"))
    computed_at = models.DateTimeField(_("computed"))

    objects = ForecastQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        ordering = ["part__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["region", "month", "part"], name="forecast_once"),
            models.CheckConstraint(condition=Q(order_up_to__gte=F("reorder_point")), name="forecast_fills_up"),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.region}"

    def get_absolute_url(self) -> str:
        return reverse("office:forecast-detail", args=[self.region.code, self.part.code])

    def in_force(self, figure: str) -> Any:
        """What a person set instead, else what was reckoned; of rows `with_edits`."""
        edit: dict | None = self.edit  # type: ignore[attr-defined]
        return edit[figure] if edit else getattr(self, figure)

    @property
    def expected(self) -> Decimal:
        """In two months."""
        return 2 * Decimal(str(self.in_force("monthly")))


class ForecastEditQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "ForecastEditQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def in_force(self, on: date) -> "ForecastEditQuerySet":
        return self.filter(ended_at=None, until__gte=on)


class ForecastEdit(models.Model):
    """What a person expects instead, until a day; the levels follow from it with the spread of the forecast."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="+", db_index=False, verbose_name=_("part"))
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", verbose_name=_("region"))
    monthly = models.DecimalField(_("expected a month"), max_digits=10, decimal_places=2)
    reorder_point = models.PositiveIntegerField(_("suggested reorder point"))
    order_up_to = models.PositiveIntegerField(_("suggested order up to"))
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateField(_("until"))
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = ForecastEditQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure set for a forecast")
        verbose_name_plural = _("figures set for forecasts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["part", "region"], condition=Q(ended_at=None), name="one_forecast_edit"),
            models.CheckConstraint(condition=~Q(reason=""), name="forecast_edit_has_a_reason"),
            models.CheckConstraint(
                condition=Q(order_up_to__gte=F("reorder_point"), monthly__gte=0), name="forecast_edit_fills_up"
            ),
        ]
        indexes = [models.Index(fields=["part", "region", "-id"], name="forecast_edit_part")]

    def __str__(self) -> str:
        return f"{self.part}: {self.region}"
