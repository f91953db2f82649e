import uuid

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def original_path(capture: "Capture", filename: str) -> str:
    return f"evidence/original/{capture.received_at:%Y/%m/%d}/{capture.id}"


def shown_path(capture: "Capture", filename: str) -> str:
    return f"evidence/shown/{capture.received_at:%Y/%m/%d}/{capture.id}.jpg"


class Capture(models.Model):
    """Something taken on site: the clean original, when and where, and a re-encoded copy to look at."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        SIGNATURE = "signature", _("Signature")

    class Source(models.TextChoices):
        CAMERA = "camera", _("Camera")
        GALLERY = "gallery", _("Gallery")
        DRAWN = "drawn", _("Drawn on the screen")
        UNKNOWN = "unknown", _("Unknown")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.UNKNOWN)
    original = models.FileField(upload_to=original_path, max_length=120)
    shown = models.FileField(upload_to=shown_path, max_length=120)
    sha256 = models.CharField(max_length=64, db_index=True, help_text="of the original, hex")
    size = models.PositiveIntegerField(help_text="of the original, bytes")
    taken_at = models.DateTimeField(_("taken"), null=True, help_text="by the device's clock")
    received_at = models.DateTimeField(_("received"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ["received_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

    def get_absolute_url(self) -> str:
        """A link that works for an hour and needs no login: give it only to who may see the subject."""
        return reverse("capture", args=[signing.dumps(str(self.id), salt="capture", compress=False)])
