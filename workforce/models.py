from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toolkit.search import bigrams_of, matches
from toolkit.secrets import EncryptedTextField
from workforce.roles import FIELD, Role


class RegionQuerySet(models.QuerySet):
    def within(self, region: "Region") -> "RegionQuerySet":
        """The region itself and everything below it."""
        return self.filter(path__startswith=region.path)

    def visible_to(self, user: "User") -> "RegionQuerySet":
        if user.sees_all_regions:
            return self
        return self.within(user.region) if user.region_id else self.none()


class Region(models.Model):
    """A node of the tree of regions: company, province, city, district. `path` is 'code/code/…/' from the root."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    path = models.CharField(max_length=200, unique=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    aliases = models.CharField(
        _("other names"),
        max_length=300,
        blank=True,
        help_text=_("As customers' spreadsheets spell it, separated by commas."),
    )

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["path"]
        indexes = [models.Index(OpClass("path", name="text_pattern_ops"), name="region_path_prefix")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        """Keeps the path of this region and of all below it in step with its place in the tree."""
        before, self.path = (self.path, f"{self.parent.path if self.parent else ''}{self.code}/")
        super().save(*args, **kwargs)
        if before and before != self.path:
            for region in Region.objects.filter(path__startswith=before).exclude(pk=self.pk):
                Region.objects.filter(pk=region.pk).update(path=self.path + region.path[len(before) :])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1

    @property
    def line(self) -> list[str]:
        """The paths of the regions it lies in, from the top, itself included."""
        codes = self.path.split("/")[:-1]
        return ["/".join(codes[:depth]) + "/" for depth in range(1, len(codes) + 1)]

    def service_date(self, at: datetime):
        return at.astimezone(self.zone).date()


class Boundary(models.Model):
    """Where a region is. Apart from it, since regions are read with every row and outlines are long."""

    region = models.OneToOneField(
        Region, models.CASCADE, primary_key=True, related_name="boundary", verbose_name=_("region")
    )
    outline = models.JSONField(_("outline"), help_text=_("GeoJSON, Polygon or MultiPolygon, WGS-84."))

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")

    def __str__(self) -> str:
        return str(self.region)


class RegionScopedQuerySet(models.QuerySet):
    """For rows with a region: who sees which."""

    region_field = "region"

    def in_regions_of(self, user: "User"):
        if user.sees_all_regions:
            return self
        if not user.is_active or not user.region_id:
            return self.none()
        return self.filter(**{f"{self.region_field}__in": Region.objects.within(user.region).values("pk")})


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "OrganisationQuerySet":
        """Those that may work in one's own regions."""
        if user.sees_all_regions:
            return self
        if user.is_field or not user.is_active or not user.region_id:
            return self.none()
        here = Region.objects.filter(Q(path__startswith=user.region.path) | Q(path__in=user.region.line))
        return self.filter(
            Exists(Organisation.regions.through.objects.filter(organisation=OuterRef("pk"), region__in=here))
        )

    def editable_by(self, user: "User") -> "OrganisationQuerySet":
        """Those that work nowhere else."""
        elsewhere = Organisation.regions.through.objects.filter(organisation=OuterRef("pk")).exclude(
            region__in=Region.objects.visible_to(user)
        )
        return self.visible_to(user).exclude(Exists(elsewhere))


class Organisation(models.Model):
    """An outsourcer whose people do work for us: which kinds of it (`order_types`), where, and until when."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    regions = models.ManyToManyField(
        Region, related_name="organisations", verbose_name=_("regions"), help_text=_("With everything below them.")
    )
    ends_on = models.DateField(
        _("contract until"), null=True, blank=True, help_text=_("Afterwards its people are given nothing new.")
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('office:person-list')}?organisation={self.code}"


class UserQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Office people see the people of their regions, field staff themselves."""
        if user.is_field:
            return self.filter(pk=user.pk)
        return self.in_regions_of(user)

    def field_staff(self) -> "UserQuerySet":
        return self.filter(role__in=FIELD, is_active=True)

    def engineers(self) -> "UserQuerySet":
        return self.filter(role__in=(Role.ENGINEER, Role.INSPECTOR), is_active=True)

    def on_duty(self, at: datetime) -> "UserQuerySet":
        """In shift at this instant, by the clock of their region, and not on leave or in training."""
        zones = Region.objects.order_by().values_list("time_zone", flat=True).distinct()
        now = Q(pk__in=[])
        for zone, local in [(zone, at.astimezone(ZoneInfo(zone))) for zone in zones]:
            hour = local.time()
            now |= Q(person__region__time_zone=zone, weekday=local.weekday(), starts_at__lte=hour, ends_at__gt=hour)
        away = Booking.objects.exclude(kind=Booking.Kind.WORK).filter(during__contains=at)
        in_shift = Shift.objects.filter(now).exclude(person__in=away.values("person"))
        return self.filter(is_active=True, pk__in=in_shift.values("person"))

    def search(self, text: str) -> "UserQuerySet":
        return matches(self, text, "name", "username", "email")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields) -> "User":
        return self.create_user(username, password, is_superuser=True, role=Role.OPS, **{"name": username, **fields})


class User(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=12, choices=Role)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("region")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="people", verbose_name=_("organisation"),
        help_text=_("Empty: our own staff."),
    )  # fmt: skip
    email = models.EmailField(_("mail address"), blank=True)
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("en", "English"), ("zh-hans", "简体中文")]
    )
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)
    start_lat = models.FloatField(
        _("start place, latitude"), null=True, blank=True, help_text=_("Where the day begins, WGS-84.")
    )
    start_lon = models.FloatField(_("start place, longitude"), null=True, blank=True)
    bigrams = bigrams_of("name", "username", "email")

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["name", "id"], name="user_by_name"),
            models.Index(fields=["role", "region"], name="user_role_region"),
            GinIndex(fields=["bigrams"], name="user_bigrams"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office:person-detail", args=[self.username])

    @property
    def is_staff(self) -> bool:
        """May open the Django admin."""
        return self.is_active and (self.is_superuser or self.role == Role.OPS)

    @property
    def is_field(self) -> bool:
        return self.role in FIELD

    @property
    def sees_all_regions(self) -> bool:
        return self.is_active and (self.is_superuser or self.role == Role.OPS)


class Skill(models.Model):
    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PersonSkill(models.Model):
    person = models.ForeignKey(User, models.CASCADE, related_name="skills", verbose_name=_("person"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="people", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), default=1, help_text=_("1 to 5"))
    expires_on = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("skill of a person")
        verbose_name_plural = _("skills of people")
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="one_level_per_skill"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="skill_level_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class Shift(models.Model):
    """Working hours of a person on one weekday, in the time zone of the person's region."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    person = models.ForeignKey(User, models.CASCADE, related_name="shifts", verbose_name=_("person"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "weekday", "starts_at"], name="one_shift_per_start"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="shift_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"


class Booking(models.Model):
    """A stretch of a person's time: work, leave or training. Two cannot overlap unless somebody forced it by name."""

    class Kind(models.TextChoices):
        WORK = "work", _("Work")
        LEAVE = "leave", _("Leave")
        TRAINING = "training", _("Training")

    person = models.ForeignKey(User, models.PROTECT, related_name="bookings", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    during = DateTimeRangeField(_("during"))
    label = models.CharField(_("what for"), max_length=60, blank=True)
    forced_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("double booked by")
    )

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            ExclusionConstraint(
                name="no_double_booking",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(forced_by=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.label or self.get_kind_display()} {self.during.lower:%Y-%m-%d %H:%M}"


class Position(models.Model):
    """The latest position a person's phone reported: one row per person."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="position")
    lat = models.FloatField()
    lon = models.FloatField()
    accuracy_m = models.FloatField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")


class Fix(models.Model):
    """A point of the track of somebody in shift. The table is in parts by UTC day: workforce/positions.py keeps them."""

    pk = models.CompositePrimaryKey("person_id", "at")
    # a foreign key in the database would lock the table of people whenever a part is made or dropped
    person = models.ForeignKey(User, models.CASCADE, related_name="track", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    lat = models.FloatField()
    lon = models.FloatField()
    accuracy_m = models.FloatField(null=True)

    class Meta:
        verbose_name = _("point of a track")
        verbose_name_plural = _("points of tracks")
        constraints = [
            models.CheckConstraint(condition=Q(lat__range=(-90, 90), lon__range=(-180, 180)), name="fix_on_earth")
        ]


class SavedView(models.Model):
    """A list page as somebody likes it: filters, order and columns, all of it in the query string."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name
