from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet):
    def in_app_of(self, user) -> "NoticeQuerySet":
        return self.filter(recipient=user, channel=Notice.Channel.IN_APP)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at=None)

    def waiting(self) -> "NoticeQuerySet":
        return self.filter(channel=Notice.Channel.MAIL, sent_at=None, given_up_at=None)


class Notice(models.Model):
    """What we tell somebody: a row written with the change it tells of, so that it can be neither lost nor doubled."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("In the app")
        MAIL = "mail", _("Mail")

    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="notices", verbose_name=_("recipient")
    )
    address = models.EmailField(_("mail address"), blank=True)
    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=160, help_text="the same key is told once")
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    given_up_at = models.DateTimeField(_("given up"), null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "channel", "recipient", "address"], name="notice_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_inbox", condition=Q(channel="in_app")),
            models.Index(fields=["recipient"], name="notice_unread", condition=Q(channel="in_app", read_at=None)),
            models.Index(
                fields=["due_at"], name="notice_waiting", condition=Q(channel="mail", sent_at=None, given_up_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.subject
