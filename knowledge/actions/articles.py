from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assets.models import TerminalModel
from evidence.models import Capture
from journal.actions import differences, record
from knowledge.lifecycle import WAYS_ON, Status
from knowledge.models import Article, Vote
from toolkit.errors import Refused
from toolkit.numbers import next_number
from workforce.models import User
from workorders.lifecycle import DONE
from workorders.models import FaultCode, WorkOrder

TEXTS = ("title", "title_zh", "body", "body_zh")
LONGEST_BODY = 20_000


def locked(article: Article) -> Article:
    """A fresh copy under its row lock; call it inside a transaction, before looking at anything."""
    return Article.objects.select_for_update().get(pk=article.pk)


def write(verb: str, article: Article, *, by: User, at: datetime, changes: dict[str, Any], note: str = "") -> None:
    article.save()
    record(verb, article, by=by, at=at, changes=changes, note=note)


def draft_article(
    *,
    by: User,
    at: datetime,
    title: str = "",
    title_zh: str = "",
    body: str = "",
    body_zh: str = "",
    terminal_models: Iterable[TerminalModel] = (),
    fault_codes: Iterable[FaultCode] = (),
    captures: Iterable[Capture] = (),
    order: WorkOrder | None = None,
) -> Article:
    texts = _checked({"title": title, "title_zh": title_zh, "body": body, "body_zh": body_zh})
    with transaction.atomic():
        article = Article.objects.create(
            number=next_number("KB"), author=by, written_by=by, written_at=at, order=order, **texts
        )
        article.terminal_models.set(terminal_models)
        article.fault_codes.set(fault_codes)
        article.captures.set(captures)
        changes = {"status": [None, Status.DRAFT], "title": [None, str(article)]}
        record("knowledge.draft_article", article, by=by, at=at, changes=changes, note=str(order or ""))
        return article


def draft_from_order(order: WorkOrder, *, by: User, at: datetime, device_at: datetime | None = None) -> Article:
    """What was seen, why it was, what was done, with the photos: an article to be put into words. Once per order."""
    with transaction.atomic():
        order = WorkOrder.objects.locked(order)
        if order.status not in DONE:
            raise Refused(_("An article is made of an order that is done: finish %(order)s first.") % {"order": order})
        if known := Article.objects.filter(order=order).select_related("author").first():
            raise Refused(
                _("%(author)s has already made %(article)s of this order.")
                % {"author": known.author, "article": known.number}
            )
        suffix = "_zh" if (get_language() or "").startswith("zh") else ""
        model = order.terminal.model if order.terminal else None
        return draft_article(
            by=by,
            at=at,
            order=order,
            terminal_models=[model] if model else [],
            fault_codes=[code for code in (order.symptom, order.cause, order.remedy) if code],
            captures=order.captures.filter(kind=Capture.Kind.PHOTO),
            **{f"title{suffix}": order.summary[:120], f"body{suffix}": _story(order)},
        )


def _story(order: WorkOrder) -> str:
    parts = [
        (_("What was seen"), " · ".join(filter(None, [str(order.symptom or ""), order.details or order.summary]))),
        (_("Why it was"), str(order.cause or "")),
        (_("What helped"), "\n\n".join(filter(None, [str(order.remedy or ""), order.resolution]))),
    ]
    return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in parts if text)


def change_article(
    article: Article,
    *,
    edition: int,
    by: User,
    at: datetime,
    terminal_models: Iterable[TerminalModel] | None = None,
    fault_codes: Iterable[FaultCode] | None = None,
    captures: Iterable[Capture] | None = None,
    device_at: datetime | None = None,
    **texts: str,
) -> Article:
    """`edition` is the one that was read: whoever comes second is told, and nothing is lost."""
    with transaction.atomic():
        article = locked(article)
        if article.status != Status.DRAFT:
            raise Refused(
                _("%(article)s is “%(status)s”, so its text stays as it is. %(way_on)s")
                % {
                    "article": article.number,
                    "status": article.get_status_display(),
                    "way_on": WAYS_ON[Status(article.status)],
                }
            )
        if article.edition != edition:
            raise Refused(
                _("%(name)s has changed this article meanwhile. Copy your text, open the page again and put it in.")
                % {"name": article.written_by}
            )
        changes = differences(article, _checked({**{name: getattr(article, name) for name in TEXTS}, **texts}))
        for name, rows in (("terminal_models", terminal_models), ("fault_codes", fault_codes), ("captures", captures)):
            if rows is not None:
                changes |= _set(article, name, list(rows))
        if not changes:
            return article
        article.edition += 1
        article.written_by, article.written_at = by, at
        kept = {name: value for name, value in changes.items() if not name.startswith("body")}
        if len(kept) < len(changes):
            kept["edition"] = [edition, article.edition]
        write("knowledge.change_article", article, by=by, at=at, changes=kept)
        return article


def _set(article: Article, name: str, rows: list) -> dict[str, list]:
    before = list(getattr(article, name).all())
    if {row.pk for row in before} == {row.pk for row in rows}:
        return {}
    getattr(article, name).set(rows)
    if name == "captures":
        return {name: [len(before), len(rows)]}
    return {name: [", ".join(map(str, before)), ", ".join(map(str, rows))]}


def _checked(texts: dict[str, str]) -> dict[str, str]:
    texts = {name: text.strip() for name, text in texts.items()}
    if not (texts["title"] or texts["title_zh"]):
        raise Refused(_("Give the article a title in one language at least."), field="title")
    for name in ("body", "body_zh"):
        if len(texts[name]) > LONGEST_BODY:
            raise Refused(_("The text is too long: make two articles of it."), field=name)
    return texts


def judge_article(
    order: WorkOrder,
    *,
    article: Article,
    is_solved: bool,
    by: User,
    at: datetime,
    device_at: datetime | None = None,
) -> Vote:
    """Did it solve it? Said once for each article and order, by who did the order."""
    with transaction.atomic():
        order = WorkOrder.objects.locked(order)
        if order.engineer_id != by.pk:
            raise Refused(_("Only who does the order can say whether an article helped."))
        if not Article.objects.offered().filter(pk=article.pk).exists():
            raise Refused(_("%(article)s is no longer published.") % {"article": article.number})
        try:
            with transaction.atomic():
                vote = Vote.objects.create(article=article, order=order, is_solved=is_solved, by=by, at=at)
        except IntegrityError as taken:
            raise Refused(
                _("It has already been said whether %(article)s helped here. Thank you.") % {"article": article.number}
            ) from taken
        count = "solved_count" if is_solved else "unsolved_count"
        Article.objects.filter(pk=article.pk).update(**{count: F(count) + 1})
        record(
            "knowledge.judge_article", order, by=by, at=at, device_at=device_at, merchant_id=order.merchant_id,
            changes={"article": [None, article.number], "solved": [None, is_solved]},
        )  # fmt: skip
        return vote
