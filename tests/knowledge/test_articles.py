"""An article from its draft to its readers, through actions and the office's pages."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from journal.models import Entry
from knowledge import actions
from knowledge.lifecycle import NEXT, Status
from knowledge.models import Article, ArticleVersion
from tests.workorders.reading import told
from toolkit.errors import Refused

pytestmark = pytest.mark.django_db


def verbs(article) -> list[str]:
    return list(Entry.objects.about(article).order_by("pk").values_list("verb", flat=True))


def test_somebody_else_publishes_what_the_engineer_wrote(published, engineer, dispatcher, manager):
    version = published.current
    assert (published.status, version.number, version.written_by, version.published_by) == (
        "published", 1, engineer, dispatcher,
    )  # fmt: skip
    assert verbs(published) == ["knowledge.draft_article", "knowledge.propose_article", "knowledge.publish_article"]
    assert told(engineer) == ["Your article is published: Paper jam"]


def test_nobody_publishes_their_own(dispatcher, manager, at):
    own = actions.propose_article(
        actions.draft_article(title="Mine", body="x", by=dispatcher, at=at), by=dispatcher, at=at
    )
    with pytest.raises(Refused, match="Somebody else"):
        actions.publish_article(own, by=dispatcher, at=at)
    assert told(manager) == ["Dina Dispatcher proposes an article: Mine"]
    actions.publish_article(own, by=manager, at=at)


def test_a_reviewer_who_rewrote_it_does_not_publish_it(draft, dispatcher, manager, engineer, minutes):
    changed = actions.change_article(draft, edition=1, body="Other words", by=dispatcher, at=minutes(1))
    actions.propose_article(changed, by=engineer, at=minutes(2))
    with pytest.raises(Refused):
        actions.publish_article(changed, by=dispatcher, at=minutes(3))


def test_it_is_sent_back_with_a_reason(proposed, dispatcher, engineer, minutes):
    with pytest.raises(Refused, match="Say why"):
        actions.send_back_article(proposed, reason=" ", by=dispatcher, at=minutes(2))
    article = actions.send_back_article(proposed, reason="Which screw?", by=dispatcher, at=minutes(2))
    assert article.status == "draft"
    assert Entry.objects.about(article).first().note == "Which screw?"
    assert told(engineer) == ["Dina Dispatcher sent your article back: Paper jam"]


def test_the_published_version_is_read_until_the_next_is_published(published, engineer, manager, client, minutes):
    draft = actions.revise_article(published, by=engineer, at=minutes(5))
    actions.change_article(draft, edition=draft.edition, title="Paper jam, again", by=engineer, at=minutes(6))
    client.force_login(manager)
    url = reverse("office:article-detail", args=[published.number])
    assert "Paper jam, again" not in client.get(url).content.decode()
    assert "Paper jam, again" in client.get(url, {"draft": 1}).content.decode()
    actions.publish_article(actions.propose_article(draft, by=engineer, at=minutes(7)), by=manager, at=minutes(8))
    assert "Paper jam, again" in client.get(url).content.decode()
    assert list(published.versions.values_list("number", "title")) == [(2, "Paper jam, again"), (1, "Paper jam")]


def test_a_version_never_changes(published):
    for change in (lambda: ArticleVersion.objects.update(body="x"), lambda: ArticleVersion.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_two_writers_notice_each_other(draft, engineer, dispatcher, minutes):
    actions.change_article(draft, edition=1, body="One", by=dispatcher, at=minutes(1))
    with pytest.raises(Refused, match="Dina Dispatcher has changed this article meanwhile"):
        actions.change_article(draft, edition=1, body="Two", by=engineer, at=minutes(2))


def test_what_is_retired_is_offered_to_nobody(published, manager, engineer, minutes):
    article = actions.retire_article(published, reason="Old model", by=manager, at=minutes(9))
    assert (article.status, article.current) == ("retired", None)
    assert not Article.objects.offered().exists()
    assert actions.revise_article(article, by=engineer, at=minutes(10)).status == "draft"


def test_only_the_moves_of_the_table_are_made(draft):
    for before in Status:
        for after in set(Status) - NEXT[before]:
            draft.status = before
            with pytest.raises(Refused):
                draft.move_to(after)


@pytest.mark.parametrize("text", ["打印", "卡纸", "清理打", "jam", "KB"])
def test_any_two_characters_find_it(published, manager, client, text):
    client.force_login(manager)
    assert published.number in client.get(reverse("office:article-list"), {"q": text}).content.decode()
    assert published.number in client.get(reverse("office:search"), {"q": text}).content.decode()
    assert published.number not in client.get(reverse("office:article-list"), {"q": f"{text}鱼"}).content.decode()


def test_a_draft_is_seen_by_its_writer_and_reviewers_alone(draft, engineer, colleague, manager, analyst):
    seen = {person.username for person in (engineer, colleague, manager, analyst)
            if Article.objects.visible_to(person).exists()}  # fmt: skip
    assert seen == {"engineer", "manager"}


def test_an_article_is_written_in_the_office(client, dispatcher, manager, codes):
    client.force_login(dispatcher)
    values = {"title": "New", "body": "**Text**", "fault_codes": [codes["dirt"].pk]}
    assert client.post(reverse("office:article-create"), {"body": "x"}).status_code == 422
    assert client.post(reverse("office:article-create"), values).status_code == 302
    article = Article.objects.get()
    assert list(article.fault_codes.all()) == [codes["dirt"]]
    edit = reverse("office:article-edit", args=[article.number])
    assert "**Text**" in client.get(edit).content.decode()
    assert client.post(edit, {**values, "edition": 1, "title": "Newer"}).status_code == 302
    assert client.post(edit, {**values, "edition": 1, "title": "Lost"}).status_code == 422
    client.post(reverse("office:article-propose", args=[article.number]))
    assert client.post(reverse("office:article-publish", args=[article.number])).status_code == 422
    client.force_login(manager)
    assert client.post(reverse("office:article-publish", args=[article.number])).status_code == 302
    assert "<strong>Text</strong>" in client.get(article.get_absolute_url()).content.decode()
    article.refresh_from_db()
    assert (article.title, article.status) == ("Newer", "published")


def test_the_preview_shows_what_is_typed(client, dispatcher):
    client.force_login(dispatcher)
    answer = client.post(reverse("office:article-preview"), {"body": "*a* <script>"})
    assert "<em>a</em>" in answer.content.decode() and "<script" not in answer.content.decode()


def test_the_reader_gets_the_text_in_their_language(published, client, manager):
    client.force_login(manager)
    assert "Open the <em>lid</em>" in client.get(published.get_absolute_url()).content.decode()
    manager.language = "zh-hans"
    manager.save()
    client.cookies["django_language"] = "zh-hans"
    assert "清理打印头" in client.get(published.get_absolute_url()).content.decode()
