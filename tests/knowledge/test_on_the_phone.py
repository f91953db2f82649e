"""Codes, articles and drafts through the doors of the phone."""

import uuid

import pytest
from django.urls import reverse

from knowledge.models import Article, Vote
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(client, engineer):
    client.force_login(engineer)

    def send(things, number, name, **values):
        url = reverse("field:command", args=[things, number, name])
        return client.post(url, {"command": str(uuid.uuid4()), **values})

    send.get = client.get
    return send


def test_one_tap_says_that_it_helped(phone, working, published, codes):
    WorkOrder.objects.filter(pk=working.pk).update(symptom=codes["no-print"], terminal=None)
    answer = phone("orders", working.number, "judge-article", article=published.number, is_solved="True")
    assert answer.status_code == 200 and Vote.objects.get().is_solved
    again = phone("orders", working.number, "judge-article", article=published.number, is_solved="False")
    assert again.status_code == 422 and "already been said" in again.json()["sentence"]


def test_the_engineer_makes_an_article_of_the_order_writes_on_and_proposes_it(phone, completed, engineer):
    assert phone("orders", completed.number, "make-article").status_code == 200
    article = Article.objects.get()
    page = phone.get(reverse("field:article", args=[article.number])).content.decode()
    assert "Cleaned the print head" in page and "Propose for review" in page
    values = {"edition": 1, "title": "Paper jam", "body": "Clean it."}
    assert phone("articles", article.number, "change", **values).json()["go"] == f"/field/articles/{article.number}/"
    assert phone("articles", article.number, "propose").status_code == 200
    article.refresh_from_db()
    assert (article.title, article.status, article.author) == ("Paper jam", "in_review", engineer)


def test_nobody_writes_on_what_is_somebody_elses(client, colleague, draft):
    client.force_login(colleague)
    url = reverse("field:command", args=["articles", draft.number, "change"])
    assert client.post(url, {"command": str(uuid.uuid4()), "edition": 1, "title": "Mine"}).status_code == 404


def test_articles_are_searched_on_the_phone(phone, published):
    assert published.number in phone.get(reverse("field:articles"), {"q": "卡纸"}).content.decode()
    assert published.number not in phone.get(reverse("field:articles"), {"q": "卡鱼"}).content.decode()
    assert "Open the <em>lid</em>" in phone.get(reverse("field:article", args=[published.number])).content.decode()


def test_each_code_is_one_tap_of_those_at_hand(phone, working, codes):
    WorkOrder.objects.filter(pk=working.pk).update(needs_fault_codes=True)
    address = reverse("field:order", args=[working.number])
    page = phone.get(address).content.decode()
    for kind, code in (("symptom", "no-print"), ("cause", "dirt"), ("remedy", "clean")):
        assert f'type="submit" name="{kind}" value="{code}"' in page
        assert phone("orders", working.number, "choose-fault-codes", **{kind: code}).status_code == 200
    working.refresh_from_db()
    assert (working.symptom.code, working.cause.code, working.remedy.code) == ("no-print", "dirt", "clean")
    refused = phone("orders", working.number, "choose-fault-codes", symptom="dirt")
    assert refused.status_code == 422 and "no longer in use" in refused.json()["sentence"]
