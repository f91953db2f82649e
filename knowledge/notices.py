"""Whom we tell what about articles and threads: in the app, each once."""

from datetime import datetime

from django.utils.translation import gettext as _

from knowledge.models import Article, Message
from notifications.actions import notify
from workforce.models import User
from workforce.roles import Role
from workorders.notices import dispatchers_of


def _url(article: Article, person: User) -> str:
    return f"/field/articles/{article.number}/" if person.is_field else article.get_absolute_url()


def tell_reviewers(article: Article, *, by: User, at: datetime) -> None:
    def text() -> tuple[str, str]:
        return _("%(name)s proposes an article: %(title)s") % {"name": by, "title": article}, ""

    for person in User.objects.filter(is_active=True, role=Role.MANAGER).exclude(pk=by.pk).order_by("pk"):
        key = f"proposed:{article.number}:{article.edition}:{at.isoformat()}"
        notify(person, kind="article", key=key, text=text, at=at, url=_url(article, person), by_mail=False)


def tell_sent_back(article: Article, *, reason: str, by: User, at: datetime) -> None:
    def text() -> tuple[str, str]:
        return _("%(name)s sent your article back: %(title)s") % {"name": by, "title": article}, reason

    key = f"sent-back:{article.number}:{at.isoformat()}"
    notify(article.author, kind="article", key=key, text=text, at=at, url=_url(article, article.author), by_mail=False)


def tell_published(article: Article, *, by: User, at: datetime) -> None:
    def text() -> tuple[str, str]:
        return _("Your article is published: %(title)s") % {"title": article}, ""

    key = f"published:{article.number}:{at.isoformat()}"
    notify(article.author, kind="article", key=key, text=text, at=at, url=_url(article, article.author), by_mail=False)


def tell_thread(message: Message) -> None:
    """Everybody who takes part: the engineer, who has written before, and a dispatcher as long as none has."""
    order = message.order

    def text() -> tuple[str, str]:
        return _("%(name)s about %(order)s") % {"name": message.by, "order": order}, message.text or _("Photos")

    wrote = User.objects.filter(pk__in=order.messages.order_by().values("by"), is_active=True)
    people = {person.pk: person for person in wrote}
    if order.engineer and order.engineer.is_active:
        people[order.engineer.pk] = order.engineer
    if all(person.is_field for person in people.values()):
        people |= {person.pk: person for person in dispatchers_of(order)}
    people.pop(message.by_id, None)
    for _pk, person in sorted(people.items()):
        url = f"/field/orders/{order.number}/#thread" if person.is_field else message.get_absolute_url()
        notify(person, kind="message", key=f"message:{message.pk}", text=text, at=message.at, url=url, by_mail=False)
