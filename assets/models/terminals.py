import unicodedata
from datetime import datetime

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.lifecycle import IDLE, TerminalStatus, moves
from merchants.models import Merchant
from toolkit.search import bigrams_of, matches
from toolkit.secrets import EncryptedTextField, mask_account
from workforce.models import Region, RegionScopedQuerySet, User


def normal_code(text: str) -> str:
    """One spelling of serial numbers and TIDs, however they were typed or scanned."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


class TerminalModel(models.Model):
    class Kind(models.TextChoices):
        POS = "pos", _("POS terminal")
        QR_PLATE = "qr_plate", _("QR plate")
        SPEAKER = "speaker", _("Speaker")
        SCANNER = "scanner", _("Scanner")
        PRINTER = "printer", _("Printer")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    maker = models.CharField(_("maker"), max_length=60)
    name = models.CharField(_("type"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.POS)
    has_card_reader = models.BooleanField(_("card reader"), default=True)
    has_printer = models.BooleanField(_("printer"), default=True)
    needs_keys = models.BooleanField(
        _("needs keys"), default=True, db_default=True, help_text=_("It is keyed before it is tested.")
    )
    value = models.DecimalField(
        _("replacement value"), max_digits=10, decimal_places=2, default=0, db_default=0, help_text=_("CNY")
    )

    class Meta:
        verbose_name = _("terminal model")
        verbose_name_plural = _("terminal models")
        ordering = ["maker", "name"]
        constraints = [models.UniqueConstraint(fields=["maker", "name"], name="terminal_model_once")]

    def __str__(self) -> str:
        return f"{self.maker} {self.name}"


class TerminalQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "TerminalQuerySet":
        """Office people see the terminals of their regions, field staff those in their own bag."""
        return self.filter(holder=user) if user.is_field else self.in_regions_of(user)

    def found_by(self, user: User) -> "TerminalQuerySet":
        """What a person finds by its code: everything in their regions, and what is in their bag."""
        return self.in_regions_of(user) | self.filter(holder=user)

    def with_live_bindings(self) -> "TerminalQuerySet":
        """`live_bindings`: at most one, with its merchant; for lists."""
        live = Binding.objects.live().select_related("merchant")
        return self.prefetch_related(models.Prefetch("bindings", live, to_attr="live_bindings"))

    def idle(self) -> "TerminalQuerySet":
        """Neither at a merchant nor scrapped."""
        return self.filter(status__in=IDLE)

    def search(self, text: str) -> "TerminalQuerySet":
        return self.filter(pk__in=matches(Terminal.objects.all(), text, "serial", "tid").values("pk"))


class Terminal(models.Model):
    """One device, from receipt to scrap. Where it has been stands in its custody record."""

    class Owner(models.TextChoices):
        OURS = "ours", _("Ours")
        ACQUIRER = "acquirer", _("The acquirer’s")
        MERCHANT = "merchant", _("The merchant’s")

    serial = models.CharField(_("serial number"), max_length=40, unique=True)
    model = models.ForeignKey(TerminalModel, models.PROTECT, related_name="terminals", verbose_name=_("model"))
    tid = models.CharField(_("terminal number (TID)"), max_length=20, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=TerminalStatus, default=TerminalStatus.RECEIVED, editable=False
    )
    since = models.DateTimeField(_("since"), db_default=Now(), editable=False, help_text="when it came to this status")
    tested_at = models.DateTimeField(_("tested"), null=True, editable=False, help_text="since it was last wiped")
    is_blocked = models.BooleanField(_("blocked"), default=False, db_default=False, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="terminals", verbose_name=_("region"))
    holder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="terminals_held", verbose_name=_("in the bag of")
    )
    received_on = models.DateField(_("received"))
    firmware = models.CharField(_("firmware"), max_length=30, blank=True)
    sim_iccid = models.CharField(_("SIM (ICCID)"), max_length=22, blank=True, default="", db_default="")
    warranty_ends_on = models.DateField(_("warranty until"), null=True, blank=True)
    owner = models.CharField(_("owner"), max_length=10, choices=Owner, default=Owner.OURS, db_default=Owner.OURS.value)
    bigrams = bigrams_of("serial", "tid")

    objects = TerminalQuerySet.as_manager()

    class Meta:
        verbose_name = _("terminal")
        verbose_name_plural = _("terminals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["tid"], condition=~Q(tid=""), name="terminal_tid_once"),
            models.UniqueConstraint(fields=["sim_iccid"], condition=~Q(sim_iccid=""), name="terminal_sim_once"),
            models.CheckConstraint(
                condition=Q(status__in=["issued", "retrieved"], holder__isnull=False)
                | (~Q(status__in=["issued", "retrieved"]) & Q(holder=None)),
                name="terminal_in_a_bag_has_a_holder",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["tested", "issued", "live"]) | Q(tested_at__isnull=False),
                name="terminal_tested_before_use",
            ),
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="terminal_bigrams"),
            models.Index(fields=["region", "-id"], name="terminal_region"),
            models.Index(fields=["model", "-id"], name="terminal_model"),
            models.Index(fields=["status", "-id"], name="terminal_status"),
            models.Index(fields=["since", "id"], name="terminal_idle", condition=Q(status__in=[*IDLE])),
            models.Index(fields=["region", "since"], name="terminal_idle_region", condition=Q(status__in=[*IDLE])),
            models.Index(fields=["-id"], name="terminal_blocked", condition=Q(is_blocked=True)),
        ]
        triggers = [
            pgtrigger.FSM(name="goes_its_way", field="status", transitions=moves()),
        ]

    def __str__(self) -> str:
        return self.serial

    def get_absolute_url(self) -> str:
        return reverse("office:terminal-detail", args=[self.serial])

    @property
    def live_binding(self) -> "Binding | None":
        """Where it is now. One query; use prefetch `live_bindings` in lists."""
        return self.bindings.live().select_related("merchant").first()


class BindingQuerySet(models.QuerySet):
    def live(self) -> "BindingQuerySet":
        return self.filter(ended_at=None)

    def on(self, at) -> "BindingQuerySet":
        """Bindings that held at that instant."""
        return self.filter(started_at__lte=at).filter(Q(ended_at=None) | Q(ended_at__gt=at))

    def during(self, start: datetime, end: datetime) -> "BindingQuerySet":
        """Bindings that held at some time from `start` until before `end`."""
        return self.filter(started_at__lt=end).filter(Q(ended_at=None) | Q(ended_at__gt=start))


class Binding(models.Model):
    """This terminal is at this merchant from … to …; what was agreed with the acquirer is frozen here."""

    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="bindings", verbose_name=_("terminal"))
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="bindings", verbose_name=_("merchant"))
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)
    bound_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("bound by"))
    tid = models.CharField(_("terminal number (TID)"), max_length=20, blank=True)
    acquirer_code = models.CharField(_("acquirer code"), max_length=20, blank=True)
    merchant_code = models.CharField(_("merchant code"), max_length=20, blank=True)
    credit_code = models.CharField(_("credit code"), max_length=18, blank=True)
    settlement_account = EncryptedTextField(_("settlement account"), blank=True, default="")
    address = models.CharField(_("address"), max_length=300, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)

    objects = BindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("binding")
        verbose_name_plural = _("bindings")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"], condition=Q(ended_at=None), name="one_live_binding_per_terminal"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="binding_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-started_at"], name="binding_merchant"),
            models.Index(fields=["merchant"], name="binding_live_at_merchant", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.terminal} – {self.merchant}"

    @property
    def masked_account(self) -> str:
        return mask_account(self.settlement_account)
