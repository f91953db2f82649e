from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.models import Capture
from merchants.models import PHONE, Contract, Merchant, Phoned, Trade
from prospecting.lifecycle import ALIVE, HUNTED, LeadStatus
from prospecting.models.campaigns import Campaign
from prospecting.models.grid import Cell
from toolkit.numbers import next_number
from toolkit.search import bigrams_of, matches, plain
from toolkit.secrets import blind_query
from workforce.models import Region, RegionScopedQuerySet, User


class LeadQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "LeadQuerySet":
        """Office people see the leads of their regions; a prospector those they claimed, of their cells and tasks."""
        if not user.is_field:
            return self.in_regions_of(user)
        own = Lead.objects.order_by().filter(owner=user).values("pk")
        free = Lead.objects.order_by().filter(owner=None).values("pk")
        of_cells = free.filter(cell__in=Cell.objects.visible_to(user).values("pk"))
        of_tasks = free.filter(stops__task__prospector=user, stops__task__status="open")
        return self.filter(pk__in=own.union(of_cells, of_tasks))  # each finds its rows by an index

    def alive(self) -> "LeadQuerySet":
        return self.filter(status__in=ALIVE)

    def hunted(self) -> "LeadQuerySet":
        return self.filter(status__in=HUNTED)

    def in_pool(self) -> "LeadQuerySet":
        """Outside of every cell, and nobody's."""
        return self.hunted().filter(cell=None, owner=None)

    def claim_over(self, at: datetime) -> "LeadQuerySet":
        return self.filter(claimed_until__lte=at)

    def search(self, text: str) -> "LeadQuerySet":
        """Any two characters of name, address or number; any two digits of a phone."""
        digits = plain(text)
        if digits.isdigit() and len(digits) > 1:
            by_phone = Lead.objects.filter(phone_grams__contains=blind_query(digits, PHONE)).values("pk")
            return self.filter(pk__in=matches(Lead.objects.all(), text, "name", "address", "number").values("pk").union(by_phone))  # fmt: skip
        return matches(self, text, "name", "address", "number")


class Lead(Phoned):
    """A shop that may become a merchant. `owner` has claimed it until `claimed_until`; without, it is its cell's owner's."""

    class Source(models.TextChoices):
        STREET = "street", _("Seen on the street")
        OFFICE = "office", _("Noted in the office")
        IMPORTED = "import", _("From an import")
        WEB = "web", _("Asked for a terminal")
        RENEWAL = "renewal", _("Renewal")
        LIKENESS = "likeness", _("Like our best merchants")

    class Intention(models.IntegerChoices):
        NONE = 1, _("Not interested")
        COOL = 2, _("Hardly interested")
        OPEN = 3, _("Undecided")
        WARM = 4, _("Interested")
        HOT = 5, _("Wants to sign")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=160)
    region = models.ForeignKey(Region, models.PROTECT, related_name="leads", db_index=False, verbose_name=_("region"))
    cell = models.ForeignKey(
        Cell, models.SET_NULL, null=True, blank=True, related_name="leads", db_index=False, verbose_name=_("cell")
    )
    trade = models.ForeignKey(
        Trade, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("trade")
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    location_accuracy_m = models.FloatField(_("accuracy, metres"), null=True, blank=True)
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("campaign")
    )
    external_id = models.CharField(
        _("outside number"), max_length=60, blank=True, help_text=_("Its number in the list it came from.")
    )
    status = models.CharField(_("status"), max_length=12, choices=LeadStatus, default=LeadStatus.NEW, editable=False)
    intention = models.PositiveSmallIntegerField(_("intention"), choices=Intention, null=True, editable=False)
    potential = models.PositiveSmallIntegerField(
        _("potential"), null=True, blank=True, help_text=_("0 to 100; empty: not estimated.")
    )
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="leads", db_index=False, verbose_name=_("owner")
    )
    claimed_until = models.DateTimeField(_("claimed until"), null=True, editable=False)
    visits_count = models.PositiveIntegerField(_("visits"), default=0, editable=False)
    last_visited_at = models.DateTimeField(_("last visit"), null=True, editable=False)
    last_visited_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, editable=False,
        verbose_name=_("visited last by"),
    )  # fmt: skip
    next_step = models.CharField(_("next step"), max_length=12, blank=True, editable=False)
    next_step_on = models.DateField(_("next step on"), null=True, editable=False)
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("merchant")
    )
    renews = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="renewals", db_index=False, editable=False,
        verbose_name=_("contract that ends"),
    )  # fmt: skip
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    captures = models.ManyToManyField(Capture, related_name="leads", blank=True, verbose_name=_("photos"))
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("created"), editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, editable=False, verbose_name=_("created by")
    )
    bigrams = bigrams_of("name", "address", "number")

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["external_id"], condition=~Q(external_id=""), name="lead_external_id_once"),
            models.UniqueConstraint(fields=["renews"], name="lead_renews_contract_once"),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                name="lead_place_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(status=LeadStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=LeadStatus.MERGED) & Q(merged_into=None)),
                name="lead_merged_into_something",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="lead_not_merged_into_itself"),
            models.CheckConstraint(
                condition=Q(claimed_until=None) | Q(owner__isnull=False), name="lead_claimed_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(last_visited_at=None) | Q(last_visited_by__isnull=False) | Q(status=LeadStatus.MERGED),
                name="lead_visited_by_somebody",
            ),
            models.CheckConstraint(condition=Q(potential=None) | Q(potential__lte=100), name="lead_potential_to_100"),
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="lead_bigrams"),
            GinIndex(fields=["phone_grams"], name="lead_phone_grams"),
            models.Index(fields=["region", "-id"], name="lead_region"),
            models.Index(fields=["cell", "status", "last_visited_at"], name="lead_cell"),
            models.Index(fields=["owner", "next_step_on"], name="lead_owner", condition=Q(owner__isnull=False)),
            models.Index(fields=["status", "-id"], name="lead_status"),
            models.Index(fields=["trade", "-id"], name="lead_trade"),
            models.Index(fields=["lat", "lon"], name="lead_place"),
            models.Index(
                fields=["created_at"],
                condition=Q(merged_into=None),
                name="lead_funnel",
                include=[
                    "id",
                    "region",
                    "campaign",
                    "cell",
                    "owner",
                    "last_visited_by",
                    "visits_count",
                ],  # the funnel's
            ),
            models.Index(fields=["last_visited_by", "-id"], name="lead_visitor", condition=~Q(last_visited_by=None)),
            models.Index(fields=["claimed_until"], name="lead_claim_over", condition=~Q(claimed_until=None)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office:lead-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("L")
        super().save(*args, **kwargs)
