import base64
import hashlib
import hmac
import secrets
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models import Terminal
from evidence.models import Capture
from merchants.models import Merchant
from toolkit.secrets import EncryptedTextField, mask_phone
from workforce.models import Region, RegionScopedQuerySet, User
from workorders.lifecycle import Outcome
from workorders.models.orders import WorkOrder
from workorders.models.types import WorkOrderType


class RequestQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "RequestQuerySet":
        return self.filter(order__engineer=user) if user.is_field else self.in_regions_of(user)

    def search(self, text: str) -> "RequestQuerySet":
        """Its own number, or the merchant's name, number and phone."""
        by_merchant = Q(merchant__in=Merchant.objects.search(text).values("pk"))
        return self.filter(by_merchant | Q(number__startswith=text.strip().upper()))


class Request(models.Model):
    """Something asked of us, from wherever it comes. It ends as an order, merged with one, or rejected with a reason."""

    class Channel(models.TextChoices):
        STICKER = "sticker", _("Sticker")
        LINK = "link", _("Link")
        CALL_CENTRE = "call_centre", _("Call centre")
        OFFICE = "office", _("Office")
        API = "api", _("API")
        ALERT = "alert", _("Alert")

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, help_text="made by whoever asks: a repeat is the same row"
    )
    number = models.CharField(_("number"), max_length=20, unique=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="requests", verbose_name=_("merchant"))
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("terminal")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    type = models.ForeignKey(WorkOrderType, models.PROTECT, related_name="+", verbose_name=_("type"))
    summary = models.CharField(_("what is wrong or wanted"), max_length=200)
    details = models.TextField(_("details"), blank=True)
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    contact_phone = EncryptedTextField(_("phone"), blank=True, default="")
    contact_email = models.EmailField(_("mail address"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    captures = models.ManyToManyField(Capture, related_name="requests", blank=True, verbose_name=_("photos"))
    received_at = models.DateTimeField(_("received"))
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("taken by"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, related_name="requests", verbose_name=_("work order")
    )
    reject_reason = models.CharField(_("why rejected"), max_length=200, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["order", "merged"], order__isnull=False, reject_reason="")
                | (Q(outcome="rejected", order=None) & ~Q(reject_reason="")),
                name="request_ends_as_one_of_three",
            ),
            models.UniqueConstraint(fields=["order"], condition=Q(outcome="order"), name="order_from_one_request"),
        ]
        indexes = [
            models.Index(fields=["region", "-received_at"], name="request_region"),
            models.Index(fields=["merchant", "-received_at"], name="request_merchant"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:request-detail", args=[self.number])

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.contact_phone)


def new_nonce() -> str:
    return secrets.token_urlsafe(12)


class TrackingLink(models.Model):
    """The merchant's unguessable way to follow an order and rate it.

    The token is not kept but made of SECRET_KEY, order and nonce, so that a later mail can name it again;
    it is found by its hash.
    """

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="tracking_links", verbose_name=_("work order"))
    request = models.OneToOneField(Request, models.CASCADE, null=True, related_name="tracking_link")
    nonce = models.CharField(max_length=24, default=new_nonce)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("valid until"), null=True)

    class Meta:
        verbose_name = _("tracking link")
        verbose_name_plural = _("tracking links")

    def get_absolute_url(self) -> str:
        return reverse("public:tracking", args=[self.token])

    @property
    def token(self) -> str:
        """192 bits."""
        message = f"tracking:{self.order_id}:{self.nonce}".encode()
        digest = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


class Rating(models.Model):
    """What the merchant says after the job: one per order."""

    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="rating", verbose_name=_("work order"))
    score = models.PositiveSmallIntegerField(_("satisfaction (CSAT)"), choices=[(n, str(n)) for n in range(1, 6)])
    comment = models.TextField(_("comment"), blank=True)
    tags = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [models.CheckConstraint(condition=Q(score__range=(1, 5)), name="score_1_to_5")]
