"""Channels sell card keys and use up consumables. How many they have stands in the ledger, at their places; which serials
they have stands here. The secret of a card key is never stored, only its serial."""

import re
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spareparts.models.ledger import Stock
from spareparts.models.places import Part, Place
from toolkit.numbers import next_number
from workforce.models import User

RATE_DAYS = 28  # the present rate is that of so many days


class ChannelQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ChannelQuerySet":
        """Office people see those of their regions, field staff those they answer for."""
        if user.is_field:
            return self.filter(person=user)
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> "ChannelQuerySet":
        return self.filter(
            Q(number__iexact=text) | Q(place__name__icontains=text) | Q(person__name__icontains=text)
        )  # fmt: skip

    def with_figures(self, today: date) -> "ChannelQuerySet":
        """`left`: pieces of everything; `days_left`: of what runs out first; `flags`: open ones."""
        stock = Stock.objects.filter(place=OuterRef("place")).order_by()
        sold = ChannelDay.objects.filter(channel__place=OuterRef("place"), part=OuterRef("part"), day__lte=today)
        recent = sold.filter(day__gt=today - timedelta(RATE_DAYS)).order_by().values("part").annotate(sum=Sum("sold"))
        lasting = stock.annotate(rate=Subquery(recent.values("sum"))).filter(rate__gt=0)
        days = lasting.annotate(days=F("quantity") * RATE_DAYS / F("rate")).order_by("days").values("days")[:1]
        flags = UsageFlag.objects.open().filter(place=OuterRef("place")).order_by().values("place")
        return self.annotate(
            left=Coalesce(Subquery(stock.values("place").annotate(sum=Sum("quantity")).values("sum")), 0),
            days_left=Subquery(days, output_field=models.IntegerField()),
            flags=Coalesce(Subquery(flags.annotate(count=Count("pk")).values("count")), 0),
        )


class Channel(models.Model):
    """`is_unchecked`: something was activated there since its use was last looked at."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    place = models.OneToOneField(Place, models.PROTECT, related_name="channel", verbose_name=_("stock location"))
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="channels", verbose_name=_("responsible")
    )
    is_unchecked = models.BooleanField(default=False, db_default=False, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="channel_unchecked", condition=Q(is_unchecked=True))]

    def __str__(self) -> str:
        return self.place.name

    def get_absolute_url(self) -> str:
        return reverse("office:channel-detail", args=[self.number])


class KeyBatchQuerySet(models.QuerySet):
    def with_channels(self) -> "KeyBatchQuerySet":
        """`out`: how many of it channels have or had when they were activated."""
        size = models.Func("serials", template="upper(%(expressions)s) - lower(%(expressions)s)")
        size.output_field = models.BigIntegerField()
        held = KeyHolding.objects.live().filter(batch=OuterRef("pk"), place__kind=Place.Kind.CHANNEL).order_by()
        return self.annotate(out=Coalesce(Subquery(held.values("batch").annotate(sum=Sum(size)).values("sum")), 0))

    def search(self, text: str) -> "KeyBatchQuerySet":
        """By its number or by any serial in it."""
        found = Q(number__iexact=text) | Q(part__in=Part.objects.search(text).values("pk"))
        if parsed := parse_serial(text):
            prefix, width, serial = parsed
            found |= Q(prefix=prefix, width=width, serials__contains=serial)
        return self.filter(found)


SERIAL = re.compile(r"((?:[A-Z0-9-]{0,11}[A-Z-])?)([0-9]{1,18})", re.ASCII)


def parse_serial(text: str) -> tuple[str, int, int] | None:
    """A serial as it is printed: 'CK00042' is the number 42 of the series 'CK' with 5 digits."""
    found = SERIAL.fullmatch(text.strip().upper())
    return (found[1], len(found[2]), int(found[2])) if found else None


class KeyBatch(models.Model):
    """Card keys bought together: one series, one range of serials, one face value."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="batches", verbose_name=_("product"))
    prefix = models.CharField(_("series"), max_length=12, blank=True)
    width = models.PositiveSmallIntegerField(_("digits"))
    serials = BigIntegerRangeField(_("serials"))
    face_value = models.DecimalField(_("face value"), max_digits=12, decimal_places=2)
    activated = models.PositiveIntegerField(_("activated"), default=0, db_default=0, editable=False)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    received_at = models.DateTimeField(_("received"))

    objects = KeyBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("card-key batch")
        verbose_name_plural = _("card-key batches")
        ordering = ["-id"]
        constraints = [
            ExclusionConstraint(
                name="serials_of_one_batch",
                expressions=[
                    ("prefix", RangeOperators.EQUAL),
                    ("width", RangeOperators.EQUAL),
                    ("serials", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(prefix__regex=r"^([A-Z0-9-]*[A-Z-])?$", width__range=(1, 18)), name="batch_series_is_one"
            ),
            models.CheckConstraint(
                condition=Q(serials__isempty=False, serials__startswith__gte=0, serials__lower_inf=False)
                & Q(serials__upper_inf=False, face_value__gte=0),
                name="batch_has_serials",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.printed(self.serials)}"

    def get_absolute_url(self) -> str:
        return reverse("office:key-batch-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("CK")
        super().save(*args, **kwargs)

    @property
    def count(self) -> int:
        return self.serials.upper - self.serials.lower

    def serial(self, number: int) -> str:
        return f"{self.prefix}{number:0{self.width}}"

    def printed(self, serials: Any) -> str:
        first, last = self.serial(serials.lower), self.serial(serials.upper - 1)
        return first if first == last else f"{first} – {last}"


class KeyHoldingQuerySet(models.QuerySet):
    def live(self) -> "KeyHoldingQuerySet":
        return self.filter(ended_at=None)


class KeyHolding(models.Model):
    """Which serials of a batch are where, since when. Handing them on ends one row and begins others."""

    batch = models.ForeignKey(KeyBatch, models.PROTECT, related_name="holdings", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="holdings", db_index=False, verbose_name=_("where"))
    serials = BigIntegerRangeField(_("serials"))
    since = models.DateTimeField(_("since"))
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("by"))
    ended_at = models.DateTimeField(_("until"), null=True)

    objects = KeyHoldingQuerySet.as_manager()

    class Meta:
        verbose_name = _("holding of card keys")
        verbose_name_plural = _("holdings of card keys")
        ordering = ["batch", "serials"]
        constraints = [
            ExclusionConstraint(
                name="serial_is_in_one_place",
                expressions=[("batch", RangeOperators.EQUAL), ("serials", RangeOperators.OVERLAPS)],
                condition=Q(ended_at=None),
            )
        ]
        indexes = [models.Index(fields=["place", "batch"], name="holding_live", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return self.batch.printed(self.serials)

    @property
    def count(self) -> int:
        return self.serials.upper - self.serials.lower


class KeyActivation(models.Model):
    """One row per serial that was activated. `channel`: whose it was then, if anybody's; `at` where the hour is known."""

    pk = models.CompositePrimaryKey("batch_id", "serial")
    batch = models.ForeignKey(KeyBatch, models.PROTECT, related_name="activations", db_index=False)
    serial = models.BigIntegerField(_("serial"))
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="activations", db_index=False)
    on = models.DateField(_("activated on"))
    at = models.DateTimeField(_("activated at"), null=True)

    class Meta:
        verbose_name = _("activation")
        verbose_name_plural = _("activations")


class ChannelDay(models.Model):
    """How many of a product a channel sold or used up on a day: the sum of its activations, kept with each of them."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="days", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(_("day"))
    sold = models.PositiveIntegerField(_("sold"))
    at_night = models.PositiveIntegerField(_("at night"))

    class Meta:
        verbose_name = _("day of a channel")
        verbose_name_plural = _("days of channels")
        constraints = [models.UniqueConstraint(fields=["channel", "part", "day"], name="channel_day_once")]


class ChannelMinimumQuerySet(models.QuerySet):
    def with_stock(self) -> "ChannelMinimumQuerySet":
        """`there`: what the channel has and what is on its way to it."""
        rows = Stock.objects.filter(part=OuterRef("part")).values("quantity")
        here, coming = (
            rows.filter(place=OuterRef("channel__place")),
            rows.filter(place__leads_to=OuterRef("channel__place")),
        )
        return self.annotate(there=Coalesce(Subquery(here), 0) + Coalesce(Subquery(coming), 0))

    def short(self) -> "ChannelMinimumQuerySet":
        return self.filter(channel__place__is_active=True).with_stock().filter(there__lt=F("minimum"))


class ChannelMinimum(models.Model):
    """Below `minimum` of a product a channel is filled up to `fill_up_to`."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="minimums", db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("product"))
    minimum = models.PositiveIntegerField(_("minimum"))
    fill_up_to = models.PositiveIntegerField(_("fill up to"))

    objects = ChannelMinimumQuerySet.as_manager()

    class Meta:
        verbose_name = _("minimum of a channel")
        verbose_name_plural = _("minimums of channels")
        constraints = [
            models.UniqueConstraint(fields=["channel", "part"], name="channel_minimum_once"),
            models.CheckConstraint(
                condition=Q(minimum__gt=0, fill_up_to__gte=F("minimum")), name="channel_minimum_fills_up"
            ),
        ]


class RefillQuerySet(models.QuerySet):
    def open(self) -> "RefillQuerySet":
        return self.filter(state=Refill.State.OPEN)

    def visible_to(self, user: User) -> "RefillQuerySet":
        return self.filter(channel__in=Channel.objects.visible_to(user).values("pk"))


class Refill(models.Model):
    """A task: bring so many to a channel. One per shortage, gone when there is none any more."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Delivered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="refills", verbose_name=_("channel"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("product"))
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField(_("made"))
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = RefillQuerySet.as_manager()

    class Meta:
        verbose_name = _("refill of a channel")
        verbose_name_plural = _("refills of channels")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "part"], condition=Q(state="open"), name="one_refill_per_shortage"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="refill_brings_something"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return self.channel.get_absolute_url()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("RP")
        super().save(*args, **kwargs)


class UsageFlagQuerySet(models.QuerySet):
    def open(self) -> "UsageFlagQuerySet":
        return self.filter(settled_at=None)

    def open_first(self) -> "UsageFlagQuerySet":
        return self.order_by(F("settled_at").desc(nulls_first=True), "-id")

    def visible_to(self, user: User) -> "UsageFlagQuerySet":
        return self.filter(place__in=Place.objects.visible_to(user).values("pk"))

    def search(self, text: str) -> "UsageFlagQuerySet":
        return self.filter(place__in=Place.objects.search(text).values("pk"))


class UsageFlag(models.Model):
    """Use of card keys that somebody should look at. `on`: the day, or the Monday of the week."""

    class Kind(models.TextChoices):
        LOOSE = "loose", _("Never handed out")
        EARLY = "early", _("Before its hand-out")
        RATE = "rate", _("More than usual")
        NIGHT = "night", _("At night")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name=_("where"))
    part = models.ForeignKey(Part, models.PROTECT, related_name="+", db_index=False, verbose_name=_("product"))
    batch = models.ForeignKey(
        KeyBatch, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("batch")
    )
    first = models.BigIntegerField(_("first serial"), null=True)
    on = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("how many"))
    usual = models.PositiveIntegerField(_("usually"), null=True)
    most = models.PositiveIntegerField(_("at most"), null=True)
    found_at = models.DateTimeField(_("found"))
    settled_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = UsageFlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("unusual use")
        verbose_name_plural = _("unusual use")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "place", "part", "on"], condition=Q(batch=None), name="usage_flag_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "place", "batch", "on"],
                condition=Q(batch__isnull=False, settled_at=None),
                name="usage_flag_open_once",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="usage_flag_settled_by_somebody",
            ),
        ]
        indexes = [models.Index(F("settled_at").desc(nulls_first=True), F("id").desc(), name="usage_flag_open_first")]

    def __str__(self) -> str:
        return self.reason

    @property
    def reason(self) -> str:
        facts: dict[str, Any] = {"count": self.count, "usual": self.usual, "most": self.most}
        if self.batch and self.first is not None:
            facts["serial"] = self.batch.serial(self.first)
        sentences = {
            self.Kind.LOOSE: gettext("%(count)d activated that were never handed out, the first of them %(serial)s."),
            self.Kind.EARLY: gettext("%(count)d activated before they were handed out, the first of them %(serial)s."),
            self.Kind.RATE: gettext("%(count)d activated in this week; usually %(usual)d, and not more than %(most)d."),
            self.Kind.NIGHT: gettext(
                "%(count)d activated in one night; usually %(usual)d, and not more than %(most)d."
            ),
        }
        return sentences[self.Kind(self.kind)] % facts
