from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models.terminals import Binding, Terminal
from workforce.models import Region, RegionScopedQuerySet, User


class FilingReportQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "FilingReportQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)


class FilingReport(models.Model):
    """A file of changes for the acquirer: what is in it stays in it; it is handed over once."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    count = models.PositiveIntegerField(_("changes"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    file_name = models.CharField(_("name of the file"), max_length=120, blank=True)
    reported_at = models.DateTimeField(_("reported"), null=True)
    reported_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("reported by"))

    objects = FilingReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of changes")
        verbose_name_plural = _("reports of changes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_at=None, file_name="") | (Q(reported_at__isnull=False) & ~Q(file_name="")),
                name="filing_report_names_its_file",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:filing-report-detail", args=[self.number])


class FilingQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "FilingQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)

    def unreported(self) -> "FilingQuerySet":
        return self.filter(reported_at=None)

    def waiting(self) -> "FilingQuerySet":
        """In no file yet."""
        return self.filter(report=None)

    def late(self, today: date) -> "FilingQuerySet":
        return self.unreported().filter(due_on__lt=today)

    def search(self, text: str) -> "FilingQuerySet":
        return self.filter(terminal__in=Terminal.objects.search(text).values("pk"))


class Filing(models.Model):
    """A terminal was bound, its binding changed or ended: the acquirer is to hear of it within two working days."""

    class Kind(models.TextChoices):
        BIND = "bind", _("Binding")
        CHANGE = "change", _("Change")
        REMOVE = "remove", _("Removal")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    terminal = models.ForeignKey(Terminal, models.PROTECT, related_name="filings", verbose_name=_("terminal"))
    binding = models.ForeignKey(
        Binding, models.PROTECT, related_name="filings", db_index=False, verbose_name=_("binding")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", db_index=False, verbose_name=_("region"))
    at = models.DateTimeField(_("time"))
    due_on = models.DateField(_("to be reported by"))
    report = models.ForeignKey(
        FilingReport, models.PROTECT, null=True, related_name="filings", verbose_name=_("report of changes")
    )
    reported_at = models.DateTimeField(_("reported"), null=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("change to be reported")
        verbose_name_plural = _("changes to be reported")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_at=None) | Q(report__isnull=False), name="filing_reported_in_a_file"
            )
        ]
        indexes = [
            models.Index(fields=["region", "-id"], name="filing_region"),
            models.Index(fields=["due_on", "id"], name="filing_unreported", condition=Q(reported_at=None)),
            models.Index(fields=["id"], name="filing_waiting", condition=Q(report=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.terminal}"
