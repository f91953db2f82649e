import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assets.models.terminals import Terminal
from workforce.models import Region, RegionScopedQuerySet, User


def new_token() -> str:
    """96 random bits, for a sticker's address."""
    return secrets.token_urlsafe(12)


class StickerSheetQuerySet(RegionScopedQuerySet):
    def visible_to(self, user: User) -> "StickerSheetQuerySet":
        return self.none() if user.is_field else self.in_regions_of(user)


class StickerSheet(models.Model):
    """A print run of stickers."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    count = models.PositiveSmallIntegerField(_("stickers"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))

    objects = StickerSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("sticker sheet")
        verbose_name_plural = _("sticker sheets")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("office:sticker-sheet-detail", args=[self.number])


class Sticker(models.Model):
    """A pre-printed QR code; bound to a terminal it opens that terminal's repair request."""

    token = models.CharField(max_length=24, unique=True, default=new_token, editable=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    sheet = models.ForeignKey(StickerSheet, models.PROTECT, related_name="stickers", verbose_name=_("sticker sheet"))
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, null=True, blank=True, related_name="stickers", verbose_name=_("terminal")
    )
    bound_at = models.DateTimeField(_("bound"), null=True, blank=True)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    holder = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="stickers_held", db_index=False,
        verbose_name=_("handed out to"),
    )  # fmt: skip
    handed_out_at = models.DateTimeField(_("handed out"), null=True, blank=True)
    lost_at = models.DateTimeField(_("reported lost"), null=True, blank=True)

    class Meta:
        verbose_name = _("sticker")
        verbose_name_plural = _("stickers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal"],
                condition=Q(voided_at=None, terminal__isnull=False),
                name="one_sticker_per_terminal",
            ),
            models.CheckConstraint(condition=Q(lost_at=None) | Q(voided_at__isnull=False), name="lost_sticker_is_void"),
        ]
        indexes = [
            models.Index(fields=["holder", "id"], name="sticker_free_with", condition=Q(terminal=None, voided_at=None)),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("public:sticker", args=[self.token])
