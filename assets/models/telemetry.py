from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from assets.models.terminals import Terminal


class TerminalStateQuerySet(models.QuerySet):
    def heard(self) -> datetime | None:
        """When any terminal was heard last: while our own intake stands still, nobody falls silent."""
        return self.aggregate(heard=Max("last_heard_at"))["heard"]

    def silent(self, minutes: int, *, at: datetime) -> "TerminalStateQuerySet":
        """Not heard for so long. Found among those marked, so never less than SILENT_MINUTES."""
        return self.filter(silent_since__lt=at - timedelta(minutes=max(minutes, settings.SILENT_MINUTES)))


class TerminalState(models.Model):
    """What a terminal said last: one row per terminal that was ever heard. Unknown is null.

    Each heartbeat changes this row, so no index may hold what a heartbeat changes: then PostgreSQL writes the new row
    beside the old one and leaves the indexes alone (HOT; the table is filled to 60 % for it). What offline detection
    needs is `silent_since`: set each minute by two passes over the table (0.4 CPU-s per million rows), taken back by
    the next heartbeat, and alone indexed. An index on `last_heard_at` cost 0.75 CPU-s for 100,000 heartbeats.
    """

    terminal = models.OneToOneField(Terminal, models.CASCADE, primary_key=True, related_name="state")
    last_heard_at = models.DateTimeField(_("last heard"), help_text="by our clock")
    silent_since = models.DateTimeField(_("silent since"), null=True)
    reported_at = models.DateTimeField(_("reported"), null=True, help_text="by the clock of the terminal")
    seq = models.PositiveIntegerField(_("number of the report"), default=0)
    clock_off_s = models.IntegerField(_("clock ahead, seconds"), default=0)
    paper_percent = models.PositiveSmallIntegerField(_("paper, %"), null=True)
    card_keys_left = models.PositiveIntegerField(_("card keys left"), null=True)
    battery_percent = models.PositiveSmallIntegerField(_("battery, %"), null=True)
    signal_dbm = models.SmallIntegerField(_("signal, dBm"), null=True)
    is_tampered = models.BooleanField(_("tampered with"), null=True)
    firmware = models.CharField(_("firmware"), max_length=30, null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    objects = TerminalStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of a terminal")
        verbose_name_plural = _("states of terminals")
        indexes = [
            models.Index(fields=["silent_since"], name="terminal_silent", condition=Q(silent_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.terminal)


class Reading(models.Model):
    """What a terminal said of itself. The table is in parts by UTC day of the terminal's clock: assets/telemetry.py."""

    pk = models.CompositePrimaryKey("terminal_id", "at", "seq")
    # a foreign key in the database would lock the table of terminals whenever a part is made or dropped
    terminal = models.ForeignKey(Terminal, models.CASCADE, related_name="readings", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("reported"), help_text="by the clock of the terminal")
    received_at = models.DateTimeField(_("received"))
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    seq = models.PositiveIntegerField(_("number of the report"), default=0)
    card_keys_left = models.PositiveIntegerField(_("card keys left"), null=True)
    paper_percent = models.PositiveSmallIntegerField(_("paper, %"), null=True)
    battery_percent = models.PositiveSmallIntegerField(_("battery, %"), null=True)
    signal_dbm = models.SmallIntegerField(_("signal, dBm"), null=True)
    is_tampered = models.BooleanField(_("tampered with"), null=True)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.CheckConstraint(
                condition=Q(lat__range=(-90, 90), lon__range=(-180, 180)) | Q(lat=None, lon=None),
                name="reading_on_earth",
            ),
            models.CheckConstraint(
                condition=(Q(paper_percent=None) | Q(paper_percent__lte=100))
                & (Q(battery_percent=None) | Q(battery_percent__lte=100)),
                name="reading_in_percent",
            ),
        ]
