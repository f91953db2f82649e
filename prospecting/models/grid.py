from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import FilteredRelation, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toolkit.numbers import next_number
from workforce.models import Region, RegionScopedQuerySet, User

Ring = list[tuple[float, float]]  # (longitude, latitude), the first point is not repeated


class PolygonField(models.Field):
    """PostgreSQL's own polygon, a ring of points: enough to forbid overlaps without an extension."""

    def db_type(self, connection: Any) -> str:
        return "polygon"

    def get_prep_value(self, value: Ring | None) -> str | None:
        return value and "(" + ",".join(f"({x!r},{y!r})" for x, y in value) + ")"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Ring | None:
        if value is None:
            return None
        numbers = [float(number) for number in value.replace("(", "").replace(")", "").split(",")]
        return list(zip(numbers[::2], numbers[1::2], strict=True))


class CellQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "CellQuerySet":
        """Office people see the cells of their regions; a prospector those that are theirs now."""
        if user.is_field:
            return self.filter(owners__prospector=user, owners__during__upper_inf=True)
        return self.in_regions_of(user)

    def standing(self) -> "CellQuerySet":
        return self.filter(retired_at=None)

    def search(self, text: str) -> "CellQuerySet":
        return self.filter(Q(name__icontains=text) | Q(number__iexact=text))

    def with_owner(self) -> "CellQuerySet":
        """`now` is the row of whose it is."""
        return self.annotate(now=FilteredRelation("owners", condition=Q(owners__during__upper_inf=True)))

    def touching(self, west: float, south: float, east: float, north: float) -> "CellQuerySet":
        return self.filter(west__lte=east, east__gte=west, south__lte=north, north__gte=south)


class Cell(models.Model):
    """A piece of a district that belongs to one prospector at a time.

    The standing cells of a region cover it without overlap: what one gains another loses. A cell never changes its
    outline; drawing, splitting and merging retire cells and make new ones, which know their `parents`.
    """

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="cells", db_index=False, verbose_name=_("region"))
    name = models.CharField(_("name"), max_length=80)
    outline = models.JSONField(_("outline"), help_text="GeoJSON Polygon without holes, WGS-84")
    core = PolygonField(
        editable=False,
        help_text="the outline drawn in by half a metre, in 1/100,000 of a degree: neighbours do not even touch",
    )
    west = models.FloatField(editable=False)
    south = models.FloatField(editable=False)
    east = models.FloatField(editable=False)
    north = models.FloatField(editable=False)
    area_m2 = models.FloatField(_("area, m²"), editable=False)
    parents = models.ManyToManyField(
        "self", symmetrical=False, related_name="children", blank=True, editable=False, verbose_name=_("made from")
    )
    created_at = models.DateTimeField(_("created"), editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, editable=False)

    objects = CellQuerySet.as_manager()

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        ordering = ["name", "pk"]
        constraints = [
            ExclusionConstraint(name="cells_never_overlap", expressions=[("core", "&&")], condition=Q(retired_at=None)),
            models.CheckConstraint(condition=Q(area_m2__gt=0), name="cell_has_an_area"),
        ]
        indexes = [
            models.Index(fields=["region", "name"], name="cell_region", condition=Q(retired_at=None)),
            models.Index(fields=["west", "east", "south", "north"], name="cell_box", condition=Q(retired_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def hectares(self) -> float:
        return self.area_m2 / 10_000

    def get_absolute_url(self) -> str:
        return reverse("office:cell-detail", args=[self.number])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number = self.number or next_number("G")
        super().save(*args, **kwargs)


class CellOwner(models.Model):
    """Whose cell it was, and when. Handing it on ends one row and begins the next."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="owners", db_index=False, verbose_name=_("cell"))
    prospector = models.ForeignKey(User, models.PROTECT, related_name="cell_periods", verbose_name=_("prospector"))
    during = DateTimeRangeField(_("during"))

    class Meta:
        verbose_name = _("owner of a cell")
        verbose_name_plural = _("owners of cells")
        ordering = ["-during"]
        constraints = [
            ExclusionConstraint(
                name="one_owner_at_a_time",
                expressions=[("cell", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]
