from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from workforce.models.people import User


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


class RegionRulesQuerySet(RegionScopedQuerySet):
    """For rules of a region and all below it; without a region they are for everywhere."""

    def visible_to(self, user: "User"):
        """Those of one's own regions, and those from above that count there too."""
        if user.sees_all_regions:
            return self
        if user.is_field or not user.is_active or not user.region_id:
            return self.none()
        return self.filter(Q(region=None) | Q(region__path__in=user.region.line)) | self.in_regions_of(user)

    def editable_by(self, user: "User"):
        """Those of one's own regions; those for everywhere belong to who leads the whole company."""
        own = self.in_regions_of(user)
        leads_all = user.sees_all_regions or (user.region_id and user.region.parent_id is None)
        return own | self.filter(region=None) if leads_all else own
