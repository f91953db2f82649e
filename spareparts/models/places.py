from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from merchants.models import ServiceCalendar
from workforce.models import Region, User


class PartQuerySet(models.QuerySet):
    def in_use(self) -> "PartQuerySet":
        return self.filter(is_active=True)

    def search(self, text: str) -> "PartQuerySet":
        return self.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_zh__icontains=text))


class Supplier(models.Model):
    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Part(models.Model):
    class Unit(models.TextChoices):
        PIECE = "piece", _("piece")
        SET = "set", _("set")
        ROLL = "roll", _("roll")
        METRE = "metre", _("metre")

    class PriceClass(models.TextChoices):
        A = "a", _("A: dear")
        B = "b", _("B: middling")
        C = "c", _("C: cheap")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit, default=Unit.PIECE)
    is_serialised = models.BooleanField(
        _("each has a serial number"), default=False, help_text=_("It is still counted here.")
    )
    is_card_key = models.BooleanField(
        _("card key"),
        default=False,
        db_default=False,
        help_text=_("Moved by ranges of serials, never by number alone."),
    )
    fits = models.ManyToManyField(
        TerminalModel, blank=True, related_name="parts", verbose_name=_("fits the models"),
        help_text=_("Empty: every model."),
    )  # fmt: skip
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("supplier")
    )
    price_class = models.CharField(_("price class"), max_length=1, choices=PriceClass, blank=True, db_default="")
    average_cost = models.DecimalField(
        _("average cost"), max_digits=12, decimal_places=4, default=0, db_default=0, editable=False,
        help_text=_("of one, over all places: follows every receipt"),
    )  # fmt: skip
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
        there = Q(leads_to__region__in=here) | Q(leads_to__person__region__in=here)
        return self.filter(Q(region__in=here) | Q(person__region__in=here) | there)

    def in_use(self) -> "PlaceQuerySet":
        return self.filter(Q(person=None, is_active=True) | Q(person__is_active=True)).exclude(kind=Place.Kind.TRANSIT)

    def depots(self) -> "PlaceQuerySet":
        """Where parts are kept for whoever needs them."""
        return self.filter(kind__in=Place.SHELVES, is_active=True)

    def search(self, text: str) -> "PlaceQuerySet":
        return self.filter(Q(name__icontains=text) | Q(person__name__icontains=text) | Q(person__username=text))


class Place(models.Model):
    """Where stock is: on a shelf, in the bag of a person, on its way to one of them, or put aside."""

    class Kind(models.TextChoices):
        WAREHOUSE = "warehouse", _("Warehouse")
        DEPOT = "depot", _("Depot")
        BAG = "bag", _("Bag")
        CHANNEL = "channel", _("Channel")
        TRANSIT = "transit", _("On the way")
        DEFECTIVE = "defective", _("Defective")
        SCRAP = "scrap", _("Scrap")
        OTHER = "other", _("Other")

    SHELVES = (Kind.WAREHOUSE, Kind.DEPOT)
    MADE_BY_THEMSELVES = (Kind.BAG, Kind.TRANSIT, Kind.CHANNEL)

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
    leads_to = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="way", verbose_name=_("leads to")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock location")
        verbose_name_plural = _("stock locations")
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="bag", person__isnull=False, region=None, leads_to=None)
                | Q(kind="transit", person=None, region=None, leads_to__isnull=False)
                | (~Q(kind__in=["bag", "transit"]) & Q(person=None, region__isnull=False, leads_to=None) & ~Q(name="")),
                name="place_has_what_its_kind_has",
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="place_has_both_coordinates",
            ),
        ]

    def __str__(self) -> str:
        if self.leads_to:
            return gettext("On the way: %(place)s") % {"place": self.leads_to}
        return gettext("Bag of %(name)s") % {"name": self.person.name} if self.person else self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('office:stock-list')}?{urlencode({'place': self.code})}"

    @property
    def home(self) -> Region | None:
        """A bag goes where its person works."""
        if self.leads_to:
            return self.leads_to.home
        return self.person.region if self.person else self.region
