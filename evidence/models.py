import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evidence.links import token_for

NEVER_TRUNCATED = pgtrigger.Trigger(
    name="never_truncated",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="RAISE EXCEPTION 'pgtrigger: Cannot truncate evidence';",
)
BANDS = (0, 16, 32, 48)  # where the four bands of 16 bits of a picture's hash begin


def original_path(capture: "Capture", filename: str) -> str:
    return f"evidence/original/{capture.received_at:%Y/%m/%d}/{capture.id}"


def shown_path(capture: "Capture", filename: str) -> str:
    return f"evidence/shown/{capture.received_at:%Y/%m/%d}/{capture.id}.jpg"


class Taken(models.Model):
    """What the device says about where and how something was taken."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo")
        SIGNATURE = "signature", _("Signature")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Sound recording")

    class Source(models.TextChoices):
        CAMERA = "camera", _("Camera")
        GALLERY = "gallery", _("Gallery")
        DRAWN = "drawn", _("Drawn on the screen")
        UNKNOWN = "unknown", _("Unknown")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.UNKNOWN)
    taken_at = models.DateTimeField(_("taken"), null=True, help_text="by the device's clock")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    accuracy_m = models.FloatField(null=True)
    device = models.UUIDField(_("device"), null=True, help_text="installation of the app")
    challenge = models.CharField(
        _("challenge code"), max_length=12, blank=True, default="", db_default="", help_text="shown while it was taken"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))

    class Meta:
        abstract = True


class Capture(Taken):
    """Something taken on site: the clean original, when and where, and a re-encoded copy to look at."""

    original = models.FileField(upload_to=original_path, max_length=120)
    shown = models.FileField(upload_to=shown_path, max_length=120, blank=True, help_text="made when first looked at")
    sha256 = models.CharField(max_length=64, db_index=True, help_text="of the original, hex")
    size = models.PositiveIntegerField(help_text="of the original, bytes")
    mime = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="by content")
    duration_s = models.FloatField(null=True)
    dhash = models.BigIntegerField(null=True, help_text="toolkit.pictures.difference_hash of a photo")
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ["received_at"]
        indexes = [
            models.Index(
                F("dhash").bitrightshift(begin).bitand(65535), name=f"capture_band_{begin}", condition=~Q(dhash=None)
            )
            for begin in BANDS
        ]
        triggers = [
            pgtrigger.ReadOnly(name="never_changed", exclude=["shown"]),
            pgtrigger.Protect(
                name="shown_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__shown__gt="") & pgtrigger.Q(old__shown__df=pgtrigger.F("new__shown")),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            NEVER_TRUNCATED,
            pgtrigger.Trigger(
                name="waits_for_seal",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="INSERT INTO evidence_unsealed (capture_id) VALUES (NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

    @property
    def is_sound(self) -> bool:
        return self.kind == Taken.Kind.AUDIO

    @property
    def is_film(self) -> bool:
        return self.kind == Taken.Kind.VIDEO

    def get_absolute_url(self) -> str:
        """A link that works for an hour and needs no login: give it only to who may see the subject."""
        return reverse("capture", args=[token_for(self.id)])


class Upload(Taken):
    """A file on its way, in pieces. It has the id that the capture will have."""

    size = models.PositiveIntegerField(help_text="as announced, bytes")
    sha256 = models.CharField(max_length=64, help_text="as announced, hex")
    mime = models.CharField(max_length=80, blank=True, help_text="as announced")
    offset = models.PositiveIntegerField(default=0, help_text="bytes that have arrived")
    pieces = models.JSONField(default=list, help_text="names of their files")
    refusal = models.CharField(max_length=300, blank=True)
    capture = models.OneToOneField(Capture, models.CASCADE, null=True, related_name="+")
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [models.Index(fields=["touched_at"], name="upload_touched")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.id}"

    @property
    def is_whole(self) -> bool:
        """Kept, and its hash is what was announced: the phone may let it go."""
        return self.capture_id is not None


class Seal(models.Model):
    """A link of the chain: this capture, as it was, stands at this place behind all others (see evidence.chain)."""

    position = models.BigIntegerField(primary_key=True)
    capture = models.OneToOneField(Capture, models.PROTECT, related_name="seal")
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["position"]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            NEVER_TRUNCATED,
        ]

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


class Unsealed(models.Model):
    """A capture that waits for its seal; the database puts it here in the transaction that inserts it."""

    capture = models.OneToOneField(Capture, models.CASCADE, primary_key=True, related_name="unsealed")
