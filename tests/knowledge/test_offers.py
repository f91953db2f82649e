"""Articles offered on an order, and what they were worth there."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from journal.models import Entry
from knowledge import actions
from knowledge.models import Article, Vote
from knowledge.queries import articles_for
from tests.factories import TerminalModelFactory
from tests.races import at_once
from toolkit.errors import Refused
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def publish(engineer, dispatcher, at, **values) -> Article:
    article = actions.draft_article(by=engineer, at=at, **{"body": "x", **values})
    actions.publish_article(actions.propose_article(article, by=engineer, at=at), by=dispatcher, at=at)
    return article


def offered(order) -> list[str]:
    return [str(offer.version) for offer in articles_for(order)]


def test_it_is_offered_by_fault_code_and_by_words(working, engineer, dispatcher, codes, at):
    publish(engineer, dispatcher, at, title="By code", fault_codes=[codes["no-print"]])
    publish(engineer, dispatcher, at, title="No paper any more")
    publish(engineer, dispatcher, at, title="Swollen battery")
    assert offered(working) == ["No paper any more"]
    working.symptom = codes["no-print"]
    assert offered(working) == ["By code", "No paper any more"]


def test_of_other_models_nothing_is_offered(working, terminal, engineer, dispatcher, at):
    own, other = terminal.model, TerminalModelFactory(code="other", name="Other")
    publish(engineer, dispatcher, at, title="No paper here", terminal_models=[own])
    publish(engineer, dispatcher, at, title="No paper there", terminal_models=[other])
    assert offered(working) == []
    working.terminal = terminal
    assert offered(working) == ["No paper here"]


def test_a_draft_is_offered_to_nobody(working, draft):
    working.symptom = draft.fault_codes.get()
    assert articles_for(working) == []


def test_what_solved_most_for_sure_comes_first(working, engineer, dispatcher, at):
    lucky = publish(engineer, dispatcher, at, title="No paper: lucky once")
    proven = publish(engineer, dispatcher, at, title="No paper: proven")
    Article.objects.filter(pk=lucky.pk).update(solved_count=1)
    Article.objects.filter(pk=proven.pk).update(solved_count=18, unsolved_count=2)
    assert offered(working) == ["No paper: proven", "No paper: lucky once"]


def test_whether_it_solved_it_is_said_once(published, working, engineer, colleague, minutes):
    actions.judge_article(working, article=published, is_solved=True, by=engineer, at=minutes(40))
    with pytest.raises(Refused, match="already been said"):
        actions.judge_article(working, article=published, is_solved=False, by=engineer, at=minutes(41))
    with pytest.raises(Refused, match="Only who does the order"):
        actions.judge_article(working, article=published, is_solved=True, by=colleague, at=minutes(41))
    published.refresh_from_db()
    assert (published.solved_count, published.unsolved_count) == (1, 0)
    entry = Entry.objects.about(working).first()
    assert (entry.verb, entry.changes["article"]) == ("knowledge.judge_article", [None, published.number])
    with pytest.raises(DatabaseError), transaction.atomic():
        Vote.objects.update(is_solved=False)


@pytest.mark.django_db(transaction=True)
def test_of_two_votes_at_once_one_counts(published, working, engineer, minutes):
    def vote(is_solved: bool) -> Vote:
        return actions.judge_article(working, article=published, is_solved=is_solved, by=engineer, at=minutes(40))

    answers = at_once([True, False], vote)
    assert sum(isinstance(answer, Vote) for answer in answers) == 1
    published.refresh_from_db()
    assert published.judged_count == Vote.objects.count() == 1


def test_one_click_makes_an_article_of_an_order(completed, client, dispatcher, codes):
    WorkOrder.objects.filter(pk=completed.pk).update(
        symptom=codes["no-print"], cause=codes["dirt"], remedy=codes["clean"]
    )
    client.force_login(dispatcher)
    panel = reverse("office:work-order-articles", args=[completed.number])
    assert "Make an article of this order" in client.get(panel).content.decode()
    answer = client.post(reverse("office:work-order-make-article", args=[completed.number]))
    article = Article.objects.get()
    assert answer["Location"] == reverse("office:article-edit", args=[article.number])
    assert (article.title, article.order, article.author) == ("No paper", completed, dispatcher)
    assert all(words in article.body for words in ("Prints nothing", "Dirt", "Cleaned the print head"))
    assert set(article.fault_codes.all()) == {codes["no-print"], codes["dirt"], codes["clean"]}
    assert article.captures.count() == 1  # the photo, not the signature
    assert "Make an article of this order" not in client.get(panel).content.decode()
    with pytest.raises(Refused, match="has already made"):
        actions.draft_from_order(completed, by=dispatcher, at=completed.completed_at)


def test_of_an_order_under_way_no_article_is_made(working, engineer, minutes):
    with pytest.raises(Refused, match="finish"):
        actions.draft_from_order(working, by=engineer, at=minutes(40))
