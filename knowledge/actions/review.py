"""The way of an article from its writer to its readers."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from knowledge import notices
from knowledge.actions.articles import TEXTS, locked, write
from knowledge.lifecycle import Status
from knowledge.models import Article, ArticleVersion
from toolkit.errors import Refused
from workforce.models import User


def propose_article(article: Article, *, by: User, at: datetime, device_at: datetime | None = None) -> Article:
    with transaction.atomic():
        article = locked(article)
        changes = article.move_to(Status.IN_REVIEW)
        if not (article.body or article.body_zh):
            raise Refused(_("Write down how to solve it first."), field="body")
        write("knowledge.propose_article", article, by=by, at=at, changes=changes)
        notices.tell_reviewers(article, by=by, at=at)
        return article


def send_back_article(article: Article, *, reason: str, by: User, at: datetime) -> Article:
    with transaction.atomic():
        article = locked(article)
        reason = _reason(reason)
        if article.status != Status.IN_REVIEW:
            raise Refused(_("%(article)s is not in review.") % {"article": article.number})
        changes = article.move_to(Status.DRAFT)
        write("knowledge.send_back_article", article, by=by, at=at, changes=changes, note=reason)
        notices.tell_sent_back(article, reason=reason, by=by, at=at)
        return article


def publish_article(article: Article, *, by: User, at: datetime) -> ArticleVersion:
    """Makes the version that everybody reads. Nobody publishes what they have written themselves."""
    with transaction.atomic():
        article = locked(article)
        changes = article.move_to(Status.PUBLISHED)
        if by.pk in (article.author_id, article.written_by_id):
            raise Refused(_("Somebody else than its author publishes an article: ask another reviewer."))
        latest = article.versions.order_by("-number").first()
        version = ArticleVersion.objects.create(
            article=article,
            number=latest.number + 1 if latest else 1,
            model_ids=sorted(article.terminal_models.values_list("pk", flat=True)),
            fault_code_ids=sorted(article.fault_codes.values_list("pk", flat=True)),
            capture_ids=list(article.captures.order_by("received_at", "pk").values_list("pk", flat=True)),
            written_by_id=article.written_by_id,
            published_by=by,
            published_at=at,
            **{name: getattr(article, name) for name in TEXTS},
        )
        changes |= {"version": [latest and latest.number, version.number]}
        article.current = version
        write("knowledge.publish_article", article, by=by, at=at, changes=changes)
        notices.tell_published(article, by=by, at=at)
        return version


def revise_article(article: Article, *, by: User, at: datetime) -> Article:
    """A published or retired article is written on; until it is published again, the version before is read."""
    with transaction.atomic():
        article = locked(article)
        if article.status == Status.IN_REVIEW:
            raise Refused(_("%(article)s is in review: a reviewer can send it back.") % {"article": article.number})
        changes = article.move_to(Status.DRAFT)
        article.written_by, article.written_at = by, at
        write("knowledge.revise_article", article, by=by, at=at, changes=changes)
        return article


def retire_article(article: Article, *, reason: str, by: User, at: datetime) -> Article:
    """Nobody is offered it any more."""
    with transaction.atomic():
        article = locked(article)
        reason = _reason(reason)
        changes = article.move_to(Status.RETIRED)
        article.current = None
        write("knowledge.retire_article", article, by=by, at=at, changes=changes, note=reason)
        return article


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("Say why."), field="reason")
    return text.strip()
