from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from spareparts.models.places import Part, Place
from workforce.models import User


class StockMonthQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "StockMonthQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))


def _worth(label: object) -> models.DecimalField:
    return models.DecimalField(label, max_digits=16, decimal_places=2)


class StockMonth(models.Model):
    """What the ledger says of a part at a place in a month, as far as LedgerMark has come.

    `came` and `went` are all moves to and from the place; of them `received` came from outside and `used` went into an
    order. Months are those of TIME_ZONE.
    """

    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("part"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False, verbose_name=_("stock location"))
    month = models.DateField(_("month"))
    came = models.BigIntegerField(_("came"))
    came_value = _worth(_("value of what came"))
    went = models.BigIntegerField(_("went"))
    went_value = _worth(_("value of what went"))
    received = models.BigIntegerField(_("received"))
    received_value = _worth(_("value of what was received"))
    used = models.BigIntegerField(_("used"))
    used_value = _worth(_("value of what was used"))

    objects = StockMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock of a month")
        verbose_name_plural = _("stock by month")
        constraints = [models.UniqueConstraint(fields=["part", "place", "month"], name="stock_month_once")]
        indexes = [models.Index(fields=["place", "month"], name="stock_month_place")]

    def __str__(self) -> str:
        return f"{self.part} {self.month:%Y-%m}"


class LedgerMark(models.Model):
    """One row: StockMonth holds every move up to this key, and none after it."""

    movement = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("mark in the stock ledger")
        verbose_name_plural = _("marks in the stock ledger")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_ledger_mark")]

    def __str__(self) -> str:
        return str(self.movement)
