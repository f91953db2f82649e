"""The prospector's documents on the phone: what is to be brought, and bringing it, through the one door of the phone."""

import pytest
import time_machine

from evidence.models import Capture
from merchants import actions
from merchants.models import ReviewDocument
from tests import factories as make
from tests.mobile.test_sync import Handset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(at):
    with time_machine.travel(at, tick=True):
        yield


@pytest.fixture
def phone(prospector, at):
    return Handset(prospector, at)


def page(phone, address):
    return phone.client.get(address).content.decode()


def test_all_documents_are_brought_and_submitted_while_nobody_could_hear_it(phone, review, prospector, picture):
    number = review.number
    kind = phone.operation("reviews/choose-kind", number, body={"kind": "micro"})
    given = [
        phone.operation("reviews/give", number, body={"step": type, "captures": [str(picture(prospector).pk)]})
        for type in ("identity", "id-back", "account", "shop-sign", "interior", "till")
    ]
    queue = [kind, *given, phone.operation("reviews/submit", number)]
    assert [answer["outcome"] for answer in phone.send(*queue)] == ["applied"] * 8
    captures = Capture.objects.count()
    assert all(answer["replay"] for answer in phone.send(*queue))
    review.refresh_from_db()
    assert (review.kind, review.state, Capture.objects.count()) == ("micro", "submitted", captures)
    assert set(ReviewDocument.objects.exclude(type="lease").values_list("state", flat=True)) == {"given"}


def test_what_is_missing_is_said_when_it_is_submitted(phone, review, give):
    give("licence", "identity", "id-back", "account", "shop-sign", "interior")
    answer = phone.do("reviews/submit", review.number)
    assert (answer["outcome"], answer["reason"]) == ("refused", "Still missing: Till.")


def test_what_was_rejected_comes_first_and_goes_when_it_is_brought_again(phone, decide, submitted, prospector, picture):
    decide("till", reason="blurred", note="Too dark")
    shown = page(phone, "/field/documents/")
    assert "Rejected: bring again" in shown
    assert "Blurred or too dark: Too dark" in shown
    assert "1 rejected" in page(phone, "/field/")
    assert page(phone, f"/field/reviews/{submitted.number}/").index('id="till"') < shown.index("</html>")
    body = {"step": "till", "captures": [str(picture(prospector).pk)]}
    assert phone.do("reviews/give", submitted.number, body=body)["outcome"] == "applied"
    submitted.refresh_from_db()
    assert submitted.state == "submitted"
    assert "Rejected: bring again" not in page(phone, "/field/documents/")


def test_the_pages_are_taken_along_and_change_with_a_decision(phone, decide, submitted):
    def package():
        return phone.client.get("/field/work/").json()

    before = package()
    address = f"/field/reviews/{submitted.number}/"
    assert {"/field/documents/", address} <= {each["url"] for each in before["pages"]}
    decide("till", reason="blurred")
    after = package()
    assert before["stamp"] != after["stamp"]
    assert "Blurred or too dark" in next(each["html"] for each in after["pages"] if each["url"] == address)


def test_nobody_elses_review_is_brought(phone, xihu, picture, prospector, at):
    other = make.MerchantFactory(region=xihu, status="onboarding")
    foreign = actions.begin_review(other, by=None, at=at)
    body = {"step": "till", "captures": [str(picture(prospector).pk)]}
    answer = phone.do("reviews/give", foreign.number, body=body)
    assert (answer["outcome"], "not on your list" in answer["reason"]) == ("refused", True)
    assert phone.client.get(f"/field/reviews/{foreign.number}/").status_code == 404
