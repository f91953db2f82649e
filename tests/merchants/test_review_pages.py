"""The reviewer's queue and desk, and the doors through which the office brings documents."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from merchants import actions
from merchants.models import Review
from tests import factories as make
from tests.merchants.conftest import NUMBERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    def login(user):
        client.force_login(user)
        return client

    return login


def page(name, *args):
    return reverse(f"office:{name}", args=args)


def text(response):
    return response.content.decode()


def test_the_queue_shows_who_waits_longest_first_and_is_filtered(
    as_, submitted, review, give, newcomer, xihu, finance, at
):
    younger = make.MerchantFactory(name="湖滨咖啡", region=xihu, status="onboarding")
    second = actions.begin_review(younger, kind="micro", by=None, at=at)
    eldest = make.MerchantFactory(name="永乐水果店", region=xihu, status="onboarding")
    third = actions.begin_review(eldest, by=None, at=at)
    Review.objects.filter(pk=third.pk).update(state="submitted", submitted_at=at - timedelta(hours=1))
    queue = as_(finance)
    rows = queue.get(page("review-list")).context["table"].data.data
    assert [(row.merchant, row.missing) for row in rows] == [(eldest, 7), (newcomer, 0), (younger, 6)]

    def shown(**query):
        return [row.pk for row in queue.get(page("review-list"), query).context["table"].data.data]

    assert shown(state="submitted") == [third.pk, submitted.pk]
    assert shown(kind="micro") == shown(q="湖滨") == [second.pk]
    assert shown(missing="false") == [submitted.pk]
    assert shown(state="passed") == []


def test_the_queue_costs_the_same_queries_with_3_rows_and_with_30(
    as_, finance, xihu, at, django_assert_max_num_queries
):
    client, counts = as_(finance), []
    for more in (3, 27):
        for merchant in make.MerchantFactory.create_batch(more, region=xihu, status="onboarding"):
            actions.begin_review(merchant, by=None, at=at)
        with django_assert_max_num_queries(15) as queries:
            client.get(page("review-list"), {"size": 50})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_reviewer_decides_one_after_the_other_and_passes(as_, submitted, newcomer, finance):
    desk = as_(finance)
    refused = desk.post(
        page("review-decide", submitted.number, "licence"),
        {"is_accepted": "true", "seen": submitted.documents.get(type="licence").capture_id, "number": "1"},
    )
    assert refused.status_code == 422
    assert "a character is wrong or missing" in text(refused)
    for _document in range(7):
        shown = desk.get(page("review-detail", submitted.number))
        document = shown.context["document"]
        assert document.capture.get_absolute_url() in text(shown)
        sent = {"is_accepted": "true", "seen": document.capture_id, "number": NUMBERS.get(document.type, "")}
        assert desk.post(page("review-decide", submitted.number, document.type), sent).status_code == 302
    ready = desk.get(page("review-detail", submitted.number))
    assert page("review-pass", submitted.number) in text(ready)
    desk.post(page("review-pass", submitted.number))
    newcomer.refresh_from_db()
    assert newcomer.status == "active"


def test_a_document_is_rejected_with_a_reason_and_seen_on_the_merchants_page(as_, submitted, newcomer, finance):
    desk = as_(finance)
    sent = {"is_accepted": "false", "seen": submitted.documents.get(type="till").capture_id, "due_on": "2036-01-01"}
    address = page("review-decide", submitted.number, "till")
    assert "Choose what is wrong with it." in text(desk.post(address, sent))
    desk.post(address, {**sent, "reason": "cut-off", "note": "The drawer is missing"})
    panel = text(desk.get(page("merchant-review", newcomer.number)))
    assert "Not all of it can be seen" in panel
    assert "Rejected in part" in panel


def test_who_won_the_merchant_is_told_so_and_gets_no_buttons(as_, newcomer, manager, prospector, picture, at):
    review = actions.begin_review(newcomer, owner=prospector, made_by=manager, kind="micro", by=manager, at=at)
    for type in review.documents.values_list("type", flat=True):
        actions.give_document(review, type=type, capture=picture(prospector), by=prospector, at=at)
    actions.submit_review(review, by=prospector, at=at)
    shown = text(as_(manager).get(page("review-document", review.number, "till")))
    assert "somebody else reviews it" in shown
    assert page("review-decide", review.number, "till") not in shown


def test_the_office_begins_a_review_and_brings_the_documents(as_, newcomer, prospector, dispatcher):
    office = as_(dispatcher)
    assert office.get(page("bearer-search"), {"q": "pia"}).json() == [
        {"value": "prospector", "text": "Pia Prospector · Hangzhou"}
    ]
    assert "Pia Prospector" not in office.get(page("review-begin", newcomer.number)).content.decode()
    office.post(page("review-begin", newcomer.number), {"kind": "sole"})
    review = Review.objects.get(merchant=newcomer)
    office.post(page("review-kind", review.number), {"kind": "micro"})
    office.post(page("review-hand-on", review.number), {"owner": prospector.username})
    for type in review.documents.values_list("type", flat=True):
        file = io.BytesIO()
        Image.new("RGB", (20, 20), "teal").save(file, "PNG")
        file.seek(0)
        file.name = "scan.png"
        assert office.post(page("review-give", review.number, type), {"file": file}).status_code == 302
    office.post(page("review-submit", review.number))
    review.refresh_from_db()
    assert (review.kind, review.state, review.owner) == ("micro", "submitted", prospector)


def test_a_number_is_masked_and_shown_on_request_only(as_, decide, submitted, finance, dispatcher):
    decide("identity")
    shown = text(as_(finance).get(page("review-document", submitted.number, "identity")))
    assert "****002X" in shown
    assert NUMBERS["identity"] not in shown
    answer = as_(finance).post(page("review-reveal", submitted.number, "identity"))
    assert NUMBERS["identity"] in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert as_(dispatcher).post(page("review-reveal", submitted.number, "identity")).status_code == 403


def test_both_sides_of_the_identity_card_are_looked_at_together(as_, submitted, finance):
    desk = as_(finance)
    for type in ("identity", "id-back"):
        address = page("review-document", submitted.number, type)
        assert desk.get(address).context["pictures"][0].type == type
        assert text(desk.get(address)).count("<figure") == 2
        assert text(desk.get(address, {"beside": ""})).count("<figure") == 1
    assert text(desk.get(page("review-document", submitted.number, "till"))).count("<figure") == 1


def test_the_other_city_sees_nothing_of_it(as_, submitted, stranger):
    client = as_(stranger)
    assert client.get(page("review-detail", submitted.number)).status_code == 404
    assert not client.get(page("review-list")).context["table"].data.data
