import uuid
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from assets.models import TerminalModel
from evidence.models import Capture
from knowledge.lifecycle import NEXT, WAYS_ON, Status
from knowledge.permissions import REVIEW_ARTICLE
from toolkit.errors import Refused
from toolkit.markdown import render_markdown
from toolkit.search import bigrams_of, matches
from workforce.models import User
from workorders.models import FaultCode, WorkOrder


class Text(models.Model):
    """Title and body in one language or both; the reader gets their own where there is one."""

    title = models.CharField(_("title"), max_length=120, blank=True)
    title_zh = models.CharField(_("Chinese title"), max_length=120, blank=True)
    body = models.TextField(_("text"), blank=True)
    body_zh = models.TextField(_("Chinese text"), blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self._in_language("title")

    def _in_language(self, name: str) -> str:
        is_chinese = (get_language() or "").startswith("zh")
        own, other = (f"{name}_zh", name) if is_chinese else (name, f"{name}_zh")
        return getattr(self, own) or getattr(self, other)

    @property
    def html(self) -> SafeString:
        return render_markdown(self._in_language("body"))


class ArticleQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ArticleQuerySet":
        """What is published is for everybody; drafts for who writes them and who reviews."""
        if user.has_perm(REVIEW_ARTICLE):
            return self
        return self.offered() | self.of_writer(user)

    def of_writer(self, user: User) -> "ArticleQuerySet":
        return self.filter(Q(author=user) | Q(written_by=user))

    def offered(self) -> "ArticleQuerySet":
        return self.filter(current__isnull=False)

    def search(self, text: str) -> "ArticleQuerySet":
        found = matches(Article.objects.all(), text, "number", "title", "title_zh", "body", "body_zh")
        return self.filter(pk__in=found.values("pk"))


class Article(Text):
    """How to solve it. What stands here is what is being written; what is read is its current version."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    terminal_models = models.ManyToManyField(
        TerminalModel,
        related_name="+",
        blank=True,
        verbose_name=_("terminal models"),
        help_text=_("None: all of them."),
    )
    fault_codes = models.ManyToManyField(FaultCode, related_name="+", blank=True, verbose_name=_("fault codes"))
    captures = models.ManyToManyField(Capture, related_name="articles", blank=True, verbose_name=_("pictures"))
    author = models.ForeignKey(User, models.PROTECT, related_name="articles", verbose_name=_("author"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("last changed by"))
    written_at = models.DateTimeField(_("changed"))
    edition = models.PositiveIntegerField(default=1, help_text="counts changes, so that two writers notice each other")
    order = models.OneToOneField(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="article", verbose_name=_("made of the order")
    )
    current = models.OneToOneField(
        "ArticleVersion", models.PROTECT, null=True, related_name="+", verbose_name=_("version that is read")
    )
    solved_count = models.PositiveIntegerField(_("solved it"), default=0)
    unsolved_count = models.PositiveIntegerField(_("did not solve it"), default=0)
    bigrams = bigrams_of("number", "title", "title_zh", "body", "body_zh")

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("knowledge article")
        verbose_name_plural = _("knowledge articles")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="", title_zh=""), name="article_has_a_title"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(current__isnull=False), name="article_published_has_a_version"
            ),
            models.CheckConstraint(
                condition=~Q(status="retired") | Q(current=None), name="article_retired_is_not_read"
            ),
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="article_bigrams"),
            models.Index(fields=["status", "-id"], name="article_status"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("office:article-detail", args=[self.number])

    @property
    def judged_count(self) -> int:
        return self.solved_count + self.unsolved_count

    def move_to(self, status: Status) -> dict[str, list]:
        """The only place where a status is assigned. Returns the change for the journal; the caller saves."""
        before = Status(self.status)
        if status not in NEXT[before]:
            raise Refused(
                gettext("%(article)s is “%(status)s”, so this cannot be done. %(way_on)s")
                % {"article": self.number, "status": before.label, "way_on": WAYS_ON[before]}
            )
        self.status = status
        return {"status": [before, status]}


class ArticleVersion(Text):
    """Published, and from then on unchanged. Models and codes are kept as ids, so that nothing can take one out."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions", verbose_name=_("knowledge article"))
    number = models.PositiveIntegerField(_("version"))
    model_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    fault_code_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    capture_ids = ArrayField(models.UUIDField(), default=list, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))
    published_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("published by"))
    published_at = models.DateTimeField(_("published"))
    bigrams = bigrams_of("title", "title_zh")

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_once"),
            models.CheckConstraint(condition=~Q(published_by=F("written_by")), name="article_seen_by_two"),
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="article_version_bigrams"),
            GinIndex(fields=["fault_code_ids"], name="article_version_codes"),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    @property
    def captures(self) -> models.QuerySet[Capture]:
        return Capture.objects.filter(pk__in=self.capture_ids)


class Vote(models.Model):
    """Did it solve it? Once for each article and order."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="votes", verbose_name=_("knowledge article"))
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="votes", verbose_name=_("work order"))
    is_solved = models.BooleanField(_("solved it"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("vote on an article")
        verbose_name_plural = _("votes on articles")
        constraints = [models.UniqueConstraint(fields=["article", "order"], name="one_vote_per_article_and_order")]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]


SAID_FOR_GOOD = [
    pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="never_truncated",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate what was said';",
    ),
]


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MessageQuerySet":
        return self.filter(order__in=WorkOrder.objects.visible_to(user))

    def search(self, text: str) -> "MessageQuerySet":
        return matches(self, text, "text")


class Message(models.Model):
    """One word in the thread of an order. Never changed, never deleted: what was said can be found later."""

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, help_text="made by whoever writes: a repeat is the same row"
    )
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="messages", db_index=False, verbose_name=_("work order")
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    text = models.TextField(_("message"), blank=True)
    call_url = models.URLField(_("link to a call"), max_length=300, blank=True)
    at = models.DateTimeField(_("time"))
    device_at = models.DateTimeField(_("time on the device"), null=True)
    captures: Any = models.ManyToManyField(
        Capture, through="MessageCapture", related_name="messages", verbose_name=_("photos")
    )
    bigrams = bigrams_of("text")

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(call_url="") | Q(call_url__startswith="https://"), name="call_link_is_https"
            )
        ]
        indexes = [
            GinIndex(fields=["bigrams"], name="message_bigrams"),
            models.Index(fields=["order", "at"], name="message_order"),
            models.Index(fields=["-at"], name="message_at"),
        ]
        triggers = SAID_FOR_GOOD

    def __str__(self) -> str:
        return self.text[:120] or gettext("Photos")

    def get_absolute_url(self) -> str:
        return f"{self.order.get_absolute_url()}#thread"

    @property
    def number(self) -> str:
        return self.order.number


class MessageCapture(models.Model):
    message = models.ForeignKey(Message, models.PROTECT, related_name="+")
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("photo of a message")
        verbose_name_plural = _("photos of messages")
        constraints = [models.UniqueConstraint(fields=["message", "capture"], name="photo_once_per_message")]
        triggers = SAID_FOR_GOOD
