from typing import Any
from urllib.parse import urlencode

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from merchants.models import ServiceCalendar
from workforce.models import Region, User


class PartQuerySet(models.QuerySet):
    def in_use(self) -> "PartQuerySet":
        return self.filter(is_active=True)

    def search(self, text: str) -> "PartQuerySet":
        return self.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_zh__icontains=text))


class Part(models.Model):
    class Unit(models.TextChoices):
        PIECE = "piece", _("piece")
        SET = "set", _("set")
        ROLL = "roll", _("roll")
        METRE = "metre", _("metre")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.PIECE)
    is_serialised = models.BooleanField(
        _("each has a serial number"), default=False, help_text=_("It is still counted here.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = _("spare part")
        verbose_name_plural = _("spare parts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class PlaceQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PlaceQuerySet":
        """Office people see the depots and bags of their regions, field staff their own bag."""
        if user.is_field:
            return self.filter(person=user)
        if user.sees_all_regions:
            return self
        if not user.is_active or not user.region_id:
            return self.none()
        here = Region.objects.within(user.region).values("pk")
        return self.filter(Q(region__in=here) | Q(person__region__in=here))

    def in_use(self) -> "PlaceQuerySet":
        return self.filter(Q(person=None, is_active=True) | Q(person__is_active=True))

    def depots(self) -> "PlaceQuerySet":
        return self.filter(kind=Place.Kind.DEPOT, is_active=True)

    def search(self, text: str) -> "PlaceQuerySet":
        return self.filter(Q(name__icontains=text) | Q(person__name__icontains=text) | Q(person__username=text))


class Place(models.Model):
    """Where stock is: a depot, the bag of a person, or anything else."""

    class Kind(models.TextChoices):
        DEPOT = "depot", _("Depot")
        BAG = "bag", _("Bag")
        OTHER = "other", _("Other")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.DEPOT)
    person = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, related_name="bag", verbose_name=_("person")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("region")
    )
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    calendar = models.ForeignKey(
        ServiceCalendar, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opening hours"),
        help_text=_("Empty: always open."),
    )  # fmt: skip
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock location")
        verbose_name_plural = _("stock locations")
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="bag", person__isnull=False, region=None)
                | (~Q(kind="bag") & Q(person=None, region__isnull=False) & ~Q(name="")),
                name="place_is_a_bag_or_has_a_region",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="place_has_both_coordinates",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Bag of %(name)s") % {"name": self.person.name} if self.person else self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('office:stock-list')}?{urlencode({'place': self.code})}"

    @property
    def home(self) -> Region | None:
        """A bag goes where its person works."""
        return self.person.region if self.person else self.region


class StockQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "StockQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def in_bag_of(self, person: User) -> "StockQuerySet":
        return self.filter(place__person=person)

    def there(self) -> "StockQuerySet":
        return self.filter(quantity__gt=0)

    def search(self, text: str) -> "StockQuerySet":
        parts, places = Part.objects.search(text).values("pk"), Place.objects.search(text).values("pk")
        return self.filter(Q(part__in=parts) | Q(place__in=places))


class Stock(models.Model):
    """How many of a part are at a place: the sum of its moves, kept with each of them under this row's lock."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="stock", verbose_name=_("part"), db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="stock", verbose_name=_("stock location"))
    quantity = models.IntegerField(_("quantity"), default=0)

    objects = StockQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.UniqueConstraint(fields=["part", "place"], name="stock_once", include=["quantity"]),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"


class MovementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MovementQuerySet":
        places = Place.objects.visible_to(user).values("pk")
        return self.filter(Q(source__in=places) | Q(target__in=places))

    def balance(self, part: Part, place: Place) -> int:
        """What the ledger says is there."""
        moved = self.filter(Q(source=place) | Q(target=place), part=part).aggregate(
            come=models.Sum("quantity", filter=Q(target=place), default=0),
            gone=models.Sum("quantity", filter=Q(source=place), default=0),
        )
        return moved["come"] - moved["gone"]


def _place(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


class Movement(models.Model):
    """One entry of the ledger. Nothing in it is ever changed or deleted: a mistake is moved back."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", _("Received")
        TRANSFER = "transfer", _("Handed out")
        RETURN = "return", _("Returned")
        USE = "use", _("Used")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    part = models.ForeignKey(Part, models.PROTECT, related_name="movements", verbose_name=_("part"), db_index=False)
    source = _place(_("from"))
    target = _place(_("to"))
    quantity = models.PositiveIntegerField(_("quantity"))
    source_left = models.PositiveIntegerField(_("left there"), null=True)
    target_left = models.PositiveIntegerField(_("then there"), null=True)
    order_number = models.CharField(_("work order"), max_length=20, blank=True)
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
                | Q(kind__in=["transfer", "return"], source__isnull=False, target__isnull=False)
                | Q(kind="use", source__isnull=False, target=None),
                name="movement_from_and_to",
            ),
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
