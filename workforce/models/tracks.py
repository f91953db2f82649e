from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from workforce.models.people import User


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
