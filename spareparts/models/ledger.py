from decimal import Decimal
from typing import Any, NamedTuple

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from spareparts.models.places import Part, Place
from workforce.models import User


class StockQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "StockQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def in_bag_of(self, person: User) -> "StockQuerySet":
        return self.filter(place__person=person)

    def there(self) -> "StockQuerySet":
        return self.filter(quantity__gt=0)

    def search(self, text: str) -> "StockQuerySet":
        parts, places = Part.objects.search(text).values("pk"), Place.objects.search(text).values("pk")
        by_part = Stock.objects.filter(part__in=parts).values("pk")
        return self.filter(pk__in=by_part.union(Stock.objects.filter(place__in=places).values("pk")))


class Stock(models.Model):
    """How many of a part are at a place and what they are worth: the sum of the moves, kept with each of them under
    this row's lock."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="stock", verbose_name=_("part"), db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="stock", verbose_name=_("stock location"))
    quantity = models.IntegerField(_("quantity"), default=0)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, default=0, db_default=0)

    objects = StockQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.UniqueConstraint(fields=["part", "place"], name="stock_once", include=["quantity"]),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_never_below_zero"),
            models.CheckConstraint(
                condition=Q(value=0) | Q(value__gt=0, quantity__gt=0), name="stock_is_worth_something_only_if_there"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"


class MovementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MovementQuerySet":
        places = Place.objects.visible_to(user).values("pk")
        return self.filter(Q(source__in=places) | Q(target__in=places))

    def at(self, place: Place) -> "MovementQuerySet":
        return self.filter(Q(source=place) | Q(target=place))

    def balance(self, part: Part, place: Place) -> "Balance":
        """What the ledger says is there."""
        come, gone = (
            self.filter(**{end: place}, part=part).aggregate(
                quantity=models.Sum("quantity", default=0), value=models.Sum("value", default=Decimal(0))
            )
            for end in ("target", "source")
        )
        return Balance(come["quantity"] - gone["quantity"], come["value"] - gone["value"])


class Balance(NamedTuple):
    quantity: int
    value: Decimal


def _place(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


class Movement(models.Model):
    """One entry of the ledger. Nothing in it is ever changed or deleted: a mistake is moved back."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", _("Received")
        SEND = "send", _("Sent")
        ISSUE = "issue", _("Handed out")
        TRANSFER = "transfer", _("Moved")
        RETURN = "return", _("Returned")
        USE = "use", _("Used")
        SELL = "sell", _("Sold at a channel")
        ADJUST = "adjust", _("Counted")
        SCRAP = "scrap", _("Scrapped")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    part = models.ForeignKey(Part, models.PROTECT, related_name="movements", verbose_name=_("part"), db_index=False)
    source = _place(_("from"))
    target = _place(_("to"))
    quantity = models.PositiveIntegerField(_("quantity"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2, default=0, db_default=0)
    source_left = models.PositiveIntegerField(_("left there"), null=True)
    target_left = models.PositiveIntegerField(_("then there"), null=True)
    order_number = models.CharField(_("work order"), max_length=20, blank=True)
    reference = models.CharField(_("document"), max_length=20, blank=True, db_default="")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("by"))
    at = models.DateTimeField(_("time"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock move")
        verbose_name_plural = _("stock moves")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="movement_moves_something"),
            models.CheckConstraint(
                condition=Q(kind="receive", source=None, target__isnull=False)
                | Q(
                    kind__in=["send", "issue", "transfer", "return", "scrap"],
                    source__isnull=False,
                    target__isnull=False,
                )
                | Q(kind__in=["use", "sell"], source__isnull=False, target=None)
                | Q(kind="adjust", source__isnull=True, target__isnull=False)
                | Q(kind="adjust", source__isnull=False, target=None),
                name="movement_leads_from_and_to",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="movement_is_worth_nothing_or_more"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="movement_leads_elsewhere"),
            models.CheckConstraint(
                condition=~Q(kind="use") | ~Q(order_number=""), name="movement_used_only_for_an_order"
            ),
            models.CheckConstraint(
                condition=Q(source=None, source_left=None) | Q(source__isnull=False, source_left__isnull=False),
                name="movement_says_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(target=None, target_left=None) | Q(target__isnull=False, target_left__isnull=False),
                name="movement_says_what_is_there",
            ),
        ]
        indexes = [
            models.Index(fields=["part", "-id"], name="movement_part"),
            models.Index(fields=["source", "part", "-id"], name="movement_source", condition=Q(source__isnull=False)),
            models.Index(fields=["target", "part", "-id"], name="movement_target", condition=Q(target__isnull=False)),
            models.Index(fields=["order_number"], name="movement_order", condition=~Q(order_number="")),
            models.Index(
                fields=["kind", "-id"], name="movement_seldom", condition=Q(kind__in=["return", "adjust", "scrap"])
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate the stock ledger';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"
