from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from spareparts.models.ledger import Stock
from spareparts.models.places import Part, Place, Supplier
from toolkit.numbers import next_number
from workforce.models import User


class AtPlaceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "AtPlaceQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> "AtPlaceQuerySet":
        return self.filter(
            Q(part__in=Part.objects.search(text).values("pk")) | Q(place__in=Place.objects.search(text).values("pk"))
        )


class ReorderRuleQuerySet(AtPlaceQuerySet):
    def with_stock(self) -> "ReorderRuleQuerySet":
        """`there`: what lies at the place and what is on its way there."""
        rows = Stock.objects.filter(part=OuterRef("part"))
        here = rows.filter(place=OuterRef("place")).values("quantity")
        coming = rows.filter(place__leads_to=OuterRef("place")).values("quantity")
        return self.annotate(there=Coalesce(Subquery(here), 0) + Coalesce(Subquery(coming), 0))

    def short(self) -> "ReorderRuleQuerySet":
        return self.filter(is_active=True).with_stock().filter(there__lt=F("reorder_point"))


class ReorderRule(models.Model):
    """Below `reorder_point` of a part at a place, so many are asked for that there are `order_up_to`."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="reorder_rules", verbose_name=_("part"), db_index=False)
    place = models.ForeignKey(Place, models.CASCADE, related_name="reorder_rules", verbose_name=_("stock location"))
    reorder_point = models.PositiveIntegerField(_("reorder point"))
    order_up_to = models.PositiveIntegerField(_("order up to"))
    is_active = models.BooleanField(_("in use"), default=True)

    objects = ReorderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("reorder rule")
        verbose_name_plural = _("reorder rules")
        ordering = ["part__name", "place__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["part", "place"], name="reorder_rule_once"),
            models.CheckConstraint(
                condition=Q(order_up_to__gte=F("reorder_point"), reorder_point__gt=0), name="reorder_rule_fills_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.place}"


class PurchaseOrder(models.Model):
    """Requests bought together from one supplier; they are its lines."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="orders", verbose_name=_("supplier"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    ordered_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, verbose_name=_("ordered by"))
    ordered_at = models.DateTimeField(_("ordered"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:purchase-order-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("PO")
        super().save(*args, **kwargs)


class PurchaseRequestQuerySet(AtPlaceQuerySet):
    def unfinished(self) -> "PurchaseRequestQuerySet":
        return self.filter(state__in=PurchaseRequest.UNFINISHED)


class PurchaseRequest(models.Model):
    """One open shortage of a part at a place: bought, covered from elsewhere, or gone by itself."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ORDERED = "ordered", _("Ordered")
        RECEIVED = "received", _("Received")
        MOVED = "moved", _("Covered by a move")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    UNFINISHED = (State.OPEN, State.ORDERED)

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", verbose_name=_("part"))
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("stock location"))
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    suggested_from = models.ForeignKey(
        Place, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("could come from")
    )
    made_at = models.DateTimeField(_("made"))
    order = models.ForeignKey(
        PurchaseOrder, models.PROTECT, null=True, related_name="lines", verbose_name=_("purchase order")
    )
    unit_cost = models.DecimalField(_("price for one"), max_digits=12, decimal_places=4, null=True)
    received = models.PositiveIntegerField(_("received"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = PurchaseRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("purchase request")
        verbose_name_plural = _("purchase requests")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "place"], condition=Q(state__in=["open", "ordered"]), name="one_purchase_per_shortage"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, received__lte=F("quantity")), name="purchase_brings_no_more_than_ordered"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "received"]) | Q(order__isnull=False, unit_cost__isnull=False),
                name="purchase_ordered_from_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="purchase_state")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return f"{reverse('office:purchase-request-list')}?q={self.part.code}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("PR")
        super().save(*args, **kwargs)

    @property
    def missing(self) -> int:
        return self.quantity - self.received
