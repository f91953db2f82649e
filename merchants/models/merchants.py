from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toolkit.search import bigrams_of, matches, plain
from toolkit.secrets import EncryptedTextField, blind_grams, blind_index, blind_query, normalize_phone
from workforce.models import Region, RegionScopedQuerySet, User

PHONE = "phone"  # purpose of the blind index of phone numbers


class Trade(models.Model):
    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def _live_bindings() -> models.QuerySet:
    """Of the merchant in the query around it. Bindings live in a room above: they are reached through the relation."""
    return Merchant._meta.get_field("bindings").related_model.objects.filter(merchant=OuterRef("pk"), ended_at=None)


class MerchantQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "MerchantQuerySet":
        """Office people see the merchants of their regions. Field staff see merchants through their own work only."""
        return self.none() if user.is_field else self.in_regions_of(user)

    def not_merged(self) -> "MerchantQuerySet":
        return self.filter(merged_into=None)

    def with_live_terminals(self) -> "MerchantQuerySet":
        """`live_terminals`: how many stand there now, counted for the rows that are read only."""
        counted = _live_bindings().values("merchant").annotate(live=Count("pk")).values("live").order_by()
        return self.annotate(live_terminals=Coalesce(Subquery(counted), 0))

    def with_terminal(self) -> "MerchantQuerySet":
        return self.filter(Exists(_live_bindings()))

    def without_terminal(self) -> "MerchantQuerySet":
        return self.exclude(Exists(_live_bindings()))

    def search(self, text: str) -> "MerchantQuerySet":
        """Any two characters of name, address, number or outside number; any two digits of a phone."""
        fields = ("name", "address", "number", "external_id")
        digits = plain(text)
        if not (digits.isdigit() and len(digits) > 1):
            return matches(self, text, *fields)
        by_phone = Contact.objects.filter(phone_grams__contains=blind_query(digits, PHONE)).values("merchant_id")
        return self.filter(pk__in=matches(Merchant.objects.all(), text, *fields).values("pk").union(by_phone))


class Merchant(models.Model):
    class Status(models.TextChoices):
        ONBOARDING = "onboarding", _("Onboarding")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", _("Closed")

    class Tier(models.TextChoices):
        KEY = "key", _("Key account")
        STANDARD = "standard", _("Standard")
        SMALL = "small", _("Small")

    class LocationSource(models.TextChoices):
        DEVICE = "device", _("Measured on site")
        IMPORTED = "import", _("From an import")
        MAP = "map", _("Set on the map")

    number = models.CharField(_("number"), max_length=20, unique=True)
    external_id = models.CharField(
        _("outside number"), max_length=60, blank=True, help_text=_("The merchant's number in the system it came from.")
    )
    name = models.CharField(_("name"), max_length=160)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("head office")
    )
    trade = models.ForeignKey(
        Trade, models.PROTECT, null=True, blank=True, related_name="merchants", verbose_name=_("trade")
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier, default=Tier.STANDARD)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.ACTIVE)
    region = models.ForeignKey(Region, models.PROTECT, related_name="merchants", verbose_name=_("region"))
    address = models.CharField(_("address"), max_length=300, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    location_accuracy_m = models.FloatField(_("accuracy, metres"), null=True, blank=True)
    location_source = models.CharField(_("source of the position"), max_length=8, choices=LocationSource, blank=True)
    note = models.TextField(_("note"), blank=True)
    first_transaction_on = models.DateField(_("first transaction"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    bigrams = bigrams_of("name", "address", "number", "external_id")

    objects = MerchantQuerySet.as_manager()

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="merchant_external_id_once"
            ),
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="merchant_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                name="merchant_place_on_earth",
            ),
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="merchant_bigrams"),
            models.Index(fields=["region", "-id"], name="merchant_region"),
            models.Index(fields=["name", "id"], name="merchant_by_name"),
            models.Index(fields=["trade", "-id"], name="merchant_trade"),
            models.Index(fields=["status", "-id"], name="merchant_status"),
            models.Index(fields=["tier", "-id"], name="merchant_tier"),
            models.Index(fields=["lat", "lon"], name="merchant_place"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office:merchant-detail", args=[self.number])

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None


class Phoned(models.Model):
    """A person who can be called: the phone encrypted, masked, and found by any two digits of it."""

    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=32, blank=True, editable=False, db_index=True)
    phone_grams = ArrayField(models.CharField(max_length=16), default=list, editable=False)
    phone_last4 = models.CharField(max_length=4, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs) -> None:
        self.index_phone()
        super().save(*args, **kwargs)

    def index_phone(self) -> None:
        """Keeps what is searched for in step with the encrypted phone; bulk_create does not come through save()."""
        digits = normalize_phone(self.phone) or ""
        self.phone_index = blind_index(digits, PHONE) if digits else ""
        self.phone_grams = blind_grams(digits, PHONE)
        self.phone_last4 = digits[-4:]

    @property
    def masked_phone(self) -> str:
        return f"*******{self.phone_last4}" if self.phone_last4 else ""


class Contact(Phoned):
    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="contacts", verbose_name=_("merchant"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    role = models.CharField(_("position"), max_length=60, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("en", "English"), ("zh-hans", "简体中文")]
    )
    is_primary = models.BooleanField(_("main contact"), default=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merchant"], condition=Q(is_primary=True), name="one_main_contact")
        ]
        indexes = [GinIndex(fields=["phone_grams"], name="contact_phone_grams")]

    def __str__(self) -> str:
        return self.name or self.masked_phone


class Contract(models.Model):
    class ServiceLevel(models.TextChoices):
        BASIC = "basic", _("Basic")
        PLUS = "plus", _("Plus")
        PREMIUM = "premium", _("Premium")

    merchant = models.ForeignKey(Merchant, models.CASCADE, related_name="contracts", verbose_name=_("merchant"))
    number = models.CharField(_("number"), max_length=40, unique=True)
    service_level = models.CharField(
        _("service level"), max_length=10, choices=ServiceLevel, default=ServiceLevel.BASIC
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    monthly_fee = models.DecimalField(_("monthly fee"), max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="contract_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.number


class ServiceCalendar(models.Model):
    """Hours in which service is given: by weekday, with a break where there are two stretches, and days that differ."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    weekly = models.JSONField(
        _("hours by weekday"),
        help_text=_('{"0": [["09:00", "12:00"], ["13:00", "18:00"]], …}; 0 is Monday; "24:00" is midnight.'),
    )

    class Meta:
        verbose_name = _("service calendar")
        verbose_name_plural = _("service calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A public holiday (no hours) or a make-up workday (hours) of a calendar."""

    calendar = models.ForeignKey(
        ServiceCalendar, models.CASCADE, related_name="days", verbose_name=_("service calendar")
    )
    date = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    hours = models.JSONField(_("hours"), default=list, blank=True, help_text=_("Empty: closed."))

    class Meta:
        verbose_name = _("day that differs")
        verbose_name_plural = _("days that differ")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"
