"""What merchants take by day, as their acquirers report it. Amounts are integer cents of the merchant's currency."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from merchants.models.merchants import Merchant, Trade
from workforce.models import Region, User


class TransactionBatch(models.Model):
    """What one file or one call brought. Of a merchant's day the latest batch counts, whole."""

    source = models.CharField(_("source"), max_length=60, help_text=_("The number of the import, or who called."))
    at = models.DateTimeField(_("received"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    rows = models.PositiveIntegerField(_("rows"), default=0)

    class Meta:
        verbose_name = _("batch of transactions")
        verbose_name_plural = _("batches of transactions")
        ordering = ["-id"]
        indexes = [models.Index(fields=["source", "-id"], name="batch_source")]

    def __str__(self) -> str:
        return self.source


class MerchantDay(models.Model):
    """The table is in parts by month: merchants/months.py keeps them.

    Constraints in the database would lock merchants and regions whenever a part is made or dropped.
    """

    pk = models.CompositePrimaryKey("merchant_id", "day")
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="days", db_constraint=False, db_index=False)
    day = models.DateField(_("day"))  # as the acquirer counts
    count = models.PositiveIntegerField(_("transactions"))
    cents = models.BigIntegerField(_("amount, cents"), help_text=_("Before refunds."))
    refunds_cents = models.BigIntegerField(_("refunds, cents"), default=0)
    terminals = models.PositiveSmallIntegerField(_("terminals that were used"), null=True)
    # where the merchant was on that day; whoever may see it is asked by its region of today
    region = models.ForeignKey(Region, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False)
    batch = models.ForeignKey(
        TransactionBatch, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        verbose_name = _("day with transactions")
        verbose_name_plural = _("days with transactions")
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gte=0, cents__gte=0, refunds_cents__gte=0), name="merchant_day_not_negative"
            )
        ]
        indexes = [BrinIndex(fields=["day"], name="merchant_day_by_day", autosummarize=True, pages_per_range=32)]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.day}"


class CityDay(models.Model):
    """A roll-up: all merchants of a city and a trade on a day. A city is the third level of the tree of regions.

    Whole days are computed again where a `ChangedDay` says so; nothing is ever added to what is here.
    """

    day = models.DateField(_("day"))
    city = models.ForeignKey(Region, models.CASCADE, related_name="+", db_index=False, verbose_name=_("city"))
    trade = models.ForeignKey(
        Trade, models.CASCADE, null=True, related_name="+", db_index=False, verbose_name=_("trade")
    )
    merchants = models.PositiveIntegerField(_("merchants with transactions"))
    count = models.BigIntegerField(_("transactions"))
    cents = models.BigIntegerField(_("amount, cents"))

    class Meta:
        verbose_name = _("day of a city")
        verbose_name_plural = _("days of cities")
        constraints = [
            models.UniqueConstraint(fields=["city", "trade", "day"], name="city_day_once", nulls_distinct=False)
        ]
        indexes = [models.Index(fields=["day"], name="city_day_by_day")]

    def __str__(self) -> str:
        return f"{self.city_id} {self.trade_id} {self.day}"


class ChangedDay(models.Model):
    """Written with every change of days, as often as they change: its roll-up is out of date until the row is gone."""

    day = models.DateField(db_index=True)
