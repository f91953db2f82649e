import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from toolkit.errors import Refused
from toolkit.sealed_files import SealedStorage
from toolkit.secrets import EncryptedJSONField
from toolkit.tables import Table, open_kept_table
from workforce.models import Region, User


class ImportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ImportQuerySet":
        """Into the regions a person may see."""
        return self.filter(region__in=Region.objects.visible_to(user).values("pk"))

    def under_way(self) -> "ImportQuerySet":
        return self.filter(status__in=(Import.Status.CHECKING, Import.Status.RUNNING))


class Import(models.Model):
    """A customer's spreadsheet on its way into the system: upload, map columns, dry run, run."""

    class Kind(models.TextChoices):
        MERCHANTS = "merchants", _("Merchants")
        TERMINALS = "terminals", _("Terminals")
        LEADS = "leads", _("Leads")
        CARD_KEYS = "card_keys", _("Activations of card keys")
        TAKINGS = "takings", _("Transactions by day")

    class Doubles(models.TextChoices):
        SKIP = "skip", _("Leave them out")
        MERGE = "merge", _("Merge them: what we do not know yet is added to what we have")
        NEW = "new", _("Put them in as new leads")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("Columns to be mapped")
        CHECKING = "checking", _("Dry run")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    filename = models.CharField(_("file name"), max_length=200)
    table = models.FileField(storage=SealedStorage, upload_to="imports/%Y/%m/", max_length=200, editable=False)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="+",
        verbose_name=_("region"),
        help_text=_("For rows whose region is not known."),
    )
    datum = models.CharField(
        _("coordinates are"),
        max_length=5,
        choices=[("wgs84", "WGS-84 (GPS)"), ("gcj02", "GCJ-02 (高德, 腾讯)"), ("bd09", "BD-09 (百度)")],
        default="wgs84",
    )
    doubles = models.CharField(_("possible doubles"), max_length=5, choices=Doubles, default=Doubles.SKIP)
    mapping = models.JSONField(_("columns"), default=dict, help_text="{our field: their header}")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    created = models.PositiveIntegerField(_("new"), default=0)
    updated = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    failed = models.PositiveIntegerField(_("with errors"), default=0)
    warned = models.PositiveIntegerField(_("with remarks"), default=0)
    failure = models.CharField(_("what went wrong"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("uploaded"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:import-detail", args=[self.number])

    @contextmanager
    def open_table(self) -> Iterator[Table]:
        """What was read when the file was uploaded; the file itself is not kept."""
        try:
            kept = self.table.storage.open(self.table.name)
        except (FileNotFoundError, IsADirectoryError) as gone:
            raise Refused(_("The file of this import is gone. Please upload it again.")) from gone
        with kept as file:
            yield open_kept_table(file)

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.CHECKING, self.Status.RUNNING)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


class ImportRowQuerySet(models.QuerySet):
    def message_counts(self) -> models.QuerySet:
        """{"message", "count"} of what was told of several rows, the most frequent first."""
        each = models.Func("messages", function="jsonb_array_elements_text", output_field=models.TextField())
        each.set_returning = True
        counted = self.order_by().annotate(message=each).values("message").annotate(count=models.Count("pk"))
        return counted.filter(count__gt=1).order_by("-count", "message")


class ImportRow(models.Model):
    """What became of a row worth telling: an error, or a remark. Rows that simply went in are only counted."""

    job = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    is_error = models.BooleanField(_("error"))
    messages = models.JSONField(_("what is wrong"))
    values = EncryptedJSONField(_("row"), help_text="as it stands in the file")

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="import_row_once")]


class Scope(models.TextChoices):
    """What a token opens."""

    TELEMETRY_WRITE = "telemetry:write", _("Send telemetry")
    TRANSACTIONS_WRITE = "transactions:write", _("Send transactions")
    TELEMETRY_READ = "telemetry:read", _("Read the state of terminals")


def hash_of(secret: str) -> str:
    """Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet):
    def valid(self, at: datetime) -> "ApiTokenQuerySet":
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None)


class ApiToken(models.Model):
    """What a machine shows at the door. The token itself is shown once and not kept; `number` is its first part."""

    number = models.CharField(_("number"), max_length=8, unique=True)
    name = models.CharField(_("what for"), max_length=80, help_text=_("Who uses it, and for what."))
    hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=Scope), verbose_name=_("what it may do"))
    rate_per_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    expires_at = models.DateTimeField(_("expires"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    last_used_on = models.DateField(_("last used"), null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="token_expires_later"
            ),
            models.CheckConstraint(condition=Q(rate_per_minute__gt=0), name="token_may_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("office:api-token-list")

    @property
    def scope_names(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]
