import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet):
    def about(self, subject: models.Model) -> "EntryQuerySet":
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def of_merchants(self, merchant_ids: list[int]) -> "EntryQuerySet":
        return self.filter(merchant_id__in=merchant_ids)


class Entry(models.Model):
    """One thing that happened, written in the transaction in which it happened; never changed, never deleted."""

    at = models.DateTimeField(_("time"))
    device_at = models.DateTimeField(_("time on the device"), null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"), db_index=False
    )
    verb = models.CharField(_("what"), max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    subject_label = models.CharField(_("subject"), max_length=120, blank=True)
    merchant_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict, help_text="{field: [before, after]}")
    note = models.TextField(_("note"), blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="entry_subject"),
            models.Index(fields=["merchant_id", "-id"], name="entry_merchant", condition=~models.Q(merchant_id=None)),
            models.Index(fields=["actor", "-id"], name="entry_actor"),
            BrinIndex(fields=["at"], name="entry_at", autosummarize=True),
        ]
        triggers = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate the journal';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"

    @property
    def sentence(self) -> str:
        """What happened, for a person to read."""
        return str(import_string(settings.VERBS).get(self.verb, self.verb))


class Command(models.Model):
    """What a phone or a machine asked, once for ever: the same id gets the same answer."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        indexes = [BrinIndex(fields=["at"], name="command_at", autosummarize=True)]
