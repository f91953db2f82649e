from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toolkit.search import bigrams_of, matches
from toolkit.secrets import EncryptedTextField
from workforce.models.hours import Booking, Shift
from workforce.models.organisations import Organisation
from workforce.models.regions import Region, RegionScopedQuerySet
from workforce.roles import FIELD, Role


def in_shift(at: datetime) -> models.QuerySet:
    """The keys of whoever works at this instant, as their shifts, leave and training have it."""
    zones = set(Region.objects.order_by().values_list("time_zone", flat=True).distinct())
    now = Q(pk__in=[])
    for zone, local in [(zone, at.astimezone(ZoneInfo(zone))) for zone in sorted(zones)]:
        there = Q(person__region__time_zone=zone) if len(zones) > 1 else Q()
        now |= there & Q(weekday=local.weekday(), starts_at__lte=local.time(), ends_at__gt=local.time())
    away = Booking.objects.exclude(kind=Booking.Kind.WORK).filter(during__contains=at)
    return Shift.objects.filter(now).exclude(person__in=away.values("person")).values("person")


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

    def nearest_with(self, permission: str, region: Region | None, *, but: Collection[int | None] = ()) -> list["User"]:
        """Who may do this in the region, or in the nearest one above it where there is somebody, except those of the keys."""
        line = region.line if region else []
        people = self.filter(is_active=True, region__path__in=line).exclude(role__in=FIELD).select_related("region")
        able = [each for each in people.order_by("pk") if each.pk not in but and each.has_perm(permission)]
        nearest = max((each.region.depth for each in able), default=0)
        return [each for each in able if each.region.depth == nearest]

    def on_duty(self, at: datetime) -> "UserQuerySet":
        """In shift at this instant, by the clock of their region, and not on leave or in training."""
        return self.filter(is_active=True, pk__in=in_shift(at))

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
