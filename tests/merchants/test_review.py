"""No merchant goes live before its documents have been seen by somebody who did not win it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from journal.models import Entry
from merchants import actions
from merchants.models import DocumentRule, Merchant, Review, ReviewDocument
from tests import factories as make
from tests.merchants.conftest import NUMBERS
from tests.races import at_once
from tests.workorders.reading import told
from toolkit.errors import Refused
from workorders.actions import open_work_order, release_held_orders
from workorders.models import WorkOrder

pytestmark = pytest.mark.django_db


def states(review):
    return dict(review.documents.values_list("type", "state"))


def test_a_review_asks_for_what_its_kind_hands_in(review, prospector, at):
    assert set(states(review)) == {
        "licence",
        "identity",
        "id-back",
        "account",
        "shop-sign",
        "interior",
        "till",
        "lease",
    }
    actions.choose_kind(review, kind="micro", by=prospector, at=at)
    assert "licence" not in states(review)
    DocumentRule.objects.create(kind="company", type="licence")
    review = actions.choose_kind(review, kind="company", by=prospector, at=at)
    assert (review.kind, set(states(review))) == ("company", {"licence"})


def test_there_is_one_open_review_of_a_merchant_in_onboarding(review, newcomer, merchant, manager, at):
    with pytest.raises(Refused, match="in review already"):
        actions.begin_review(newcomer, by=manager, at=at)
    with pytest.raises(Refused, match="only merchants in onboarding"):
        actions.begin_review(merchant, by=manager, at=at)
    with pytest.raises(IntegrityError, match="one_open_review_per_merchant"), transaction.atomic():
        Review.objects.create(merchant=newcomer, begun_at=at)


def test_it_is_submitted_when_all_that_is_required_is_there(review, give, prospector, at):
    give("licence", "identity", "id-back", "account", "shop-sign", "interior")
    with pytest.raises(Refused, match="Still missing: Till"):
        actions.submit_review(review, by=prospector, at=at)
    give("till")
    submitted = actions.submit_review(review, by=prospector, at=at)
    assert (submitted.state, submitted.submitted_at) == ("submitted", at)


def test_what_is_rejected_is_a_task_with_a_deadline_and_comes_back_by_itself(
    decide, submitted, give, prospector, finance, at
):
    decide("licence")
    document = decide("till", reason="blurred", note="Too dark")
    submitted.refresh_from_db()
    assert (submitted.state, submitted.submitted_at) == ("returned", None)
    assert document.due_on == (at + timedelta(days=3)).date()
    assert told(prospector)[-1].startswith("晨光便利店: bring “Till” again by")
    with pytest.raises(Refused, match="Still missing: Till"):
        actions.submit_review(submitted, by=prospector, at=at)
    give("till")
    submitted.refresh_from_db()
    document.refresh_from_db()
    assert (submitted.state, document.state, document.reason) == ("submitted", "given", "")
    with pytest.raises(Refused, match="has been accepted already"):
        give("licence")


def test_those_who_may_review_it_are_told_once_each_time_it_comes_before_them(
    finance, dispatcher, decide, submitted, give, prospector, hangzhou, ningbo, at
):
    assert told(finance) == ["晨光便利店 waits for its review"]
    near = make.UserFactory(username="near", role="finance", region=hangzhou)
    elsewhere = make.UserFactory(username="elsewhere", role="finance", region=ningbo)
    actions.submit_review(submitted, by=prospector, at=at)  # asked for again
    decide("till", reason="blurred")
    decide("interior", reason="blurred")
    give("till")
    assert (len(told(finance)), told(near)) == (1, [])
    give("interior")
    assert [len(told(person)) for person in (finance, near, elsewhere, dispatcher)] == [1, 1, 0, 0]


def test_of_the_identity_card_a_refused_side_is_brought_again_alone(decide, submitted, give, finance, prospector, at):
    for type in ("licence", "identity", "account", "shop-sign", "interior", "till"):
        decide(type)
    decide("id-back", reason="cut-off")
    assert [document.type for document in submitted.lacking()] == ["id-back"]
    assert told(prospector)[-1].startswith("晨光便利店: bring “Identity card, emblem side” again by")
    give("id-back")
    decide("id-back")
    assert actions.pass_review(submitted, by=finance, at=at).state == "passed"


@pytest.mark.parametrize(
    ("type", "values", "sentence"),
    [
        ("identity", {"number": "110105194912310021"}, "no number of an identity card"),
        ("licence", {"number": "91330106MA2KDWQT5X"}, "no unified social credit code"),
        ("account", {"number": "12 34"}, "at least 8 digits"),
        ("account", {"number": ""}, "Type the number"),
        ("till", {"reason": "ugly"}, "Choose what is wrong"),
        ("till", {"reason": "other"}, "Say in a few words"),
        ("lease", {}, "has not been submitted yet"),
    ],
)
def test_a_decision_is_refused_where_it_does_not_make_sense(decide, type, values, sentence):
    with pytest.raises(Refused, match=sentence):
        decide(type, **values)


def test_who_won_the_merchant_does_not_review_it(newcomer, manager, prospector, finance, picture, at):
    review = actions.begin_review(newcomer, owner=prospector, made_by=manager, by=manager, at=at)
    for type in states(review):
        actions.give_document(review, type=type, capture=picture(prospector), by=prospector, at=at)
    actions.submit_review(review, by=prospector, at=at)
    for by in (manager, prospector):
        with pytest.raises(Refused, match="somebody else reviews it"):
            actions.decide_document(review, type="till", is_accepted=True, by=by, at=at)
        with pytest.raises(Refused, match="somebody else reviews it"):
            actions.pass_review(review, by=by, at=at)
        with pytest.raises(IntegrityError, match="review_passed_by_another"), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(state="passed", passed_by=by, passed_at=at)


def test_the_first_decision_stands_and_only_its_maker_changes_it(decide, submitted, give, manager, finance, at):
    decide("till", reason="blurred")
    with pytest.raises(Refused, match="Finn Finance has already decided on “Till”: Rejected"):
        decide("till", by=manager)
    assert decide("till").state == "accepted"
    submitted.refresh_from_db()
    assert submitted.state == "submitted"


def test_nobody_decides_on_a_photo_they_have_not_seen(decide, submitted, give):
    seen = submitted.documents.get(type="till").capture_id
    give("till")
    with pytest.raises(Refused, match="A new photo of “Till” has come in"):
        decide("till", seen=seen)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once_make_one_decision(submitted, manager, finance, at):
    def judge(by):
        reason = "" if by == manager else "blurred"
        decided = actions.decide_document(
            submitted, type="till", is_accepted=not reason, reason=reason, by=by, at=at
        )  # fmt: skip
        return decided.state

    answers = at_once([manager, finance], judge)
    document = submitted.documents.get(type="till")
    assert sum("has already decided" in answer for answer in answers) == 1
    assert document.state in answers
    assert Entry.objects.filter(verb__in=["merchants.accept_document", "merchants.reject_document"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_passing_makes_the_merchant_live_and_releases_its_order_once(decide, submitted, newcomer, repair, manager, at):
    install = make.WorkOrderTypeFactory(code="install", name="Install", needs_review=True, procedure=repair.procedure)
    order = open_work_order(type=install, merchant=newcomer, summary="Install", by=manager, at=at)
    with pytest.raises(Refused, match="Not accepted yet: Business licence"):
        actions.pass_review(submitted, by=manager, at=at)
    for type in submitted.documents.filter(is_required=True).values_list("type", flat=True):
        decide(type)
    assert release_held_orders(at=at) == 0
    passed = at_once(4, lambda _n: actions.pass_review(submitted, by=manager, at=at).state)
    newcomer.refresh_from_db()
    assert (passed, newcomer.status) == (["passed"] * 4, "active")
    assert Entry.objects.filter(verb="merchants.pass_review").count() == 1
    assert sum(at_once(4, lambda _n: release_held_orders(at=at))) == 1
    assert WorkOrder.objects.get(pk=order.pk).status == "open"
    with pytest.raises(Refused, match="has passed its review already"):
        decide("till")


def test_no_merchant_goes_live_by_hand(review, newcomer, manager, at):
    with pytest.raises(Refused, match="goes live by passing its onboarding review"):
        actions.change_merchant(newcomer, status="active", by=manager, at=at)
    actions.change_merchant(newcomer, status="suspended", by=manager, at=at)
    with pytest.raises(Refused, match="goes live by passing its onboarding review"):
        actions.change_merchant(newcomer, status="active", by=manager, at=at)
    assert Merchant.objects.get(pk=newcomer.pk).status == "suspended"


def test_numbers_lie_encrypted_are_shown_masked_and_every_look_is_written_down(decide, submitted, finance, at):
    document = decide("identity")
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM merchants_reviewdocument WHERE id = %s", [document.pk])
        assert NUMBERS["identity"].encode() not in bytes(cursor.fetchone()[0])
    assert document.masked_number == "****002X"
    assert not any(NUMBERS["identity"] in str(entry.changes) + entry.note for entry in Entry.objects.all())
    assert actions.reveal_number(document, by=finance, at=at) == NUMBERS["identity"]
    looked = Entry.objects.first()
    assert (looked.verb, looked.actor, looked.merchant_id) == (
        "merchants.reveal_number", finance, submitted.merchant_id,
    )  # fmt: skip


def test_the_same_number_at_another_merchant_is_seen(decide, submitted, xihu, picture, prospector, manager, at):
    document = decide("account")
    other = make.MerchantFactory(region=xihu, status="onboarding")
    review = actions.begin_review(other, by=None, at=at)
    capture = picture(prospector)
    ReviewDocument.objects.filter(review=review, type="account").update(capture=capture, given_at=at)
    mine = review.documents.get(type="account")
    mine.number = NUMBERS["account"]
    mine.save()
    assert list(document.same_number_elsewhere()) == [other]


def test_two_merchants_in_review_are_not_merged_once_documents_of_both_are_there(
    review, newcomer, xihu, manager, prospector, picture, at
):
    untouched = make.MerchantFactory(region=xihu, status="onboarding")
    actions.begin_review(untouched, by=manager, at=at)
    actions.merge_merchants(newcomer, untouched, by=manager, at=at)
    assert newcomer.reviews.get() == review
    double = make.MerchantFactory(region=xihu, status="onboarding")
    other = actions.begin_review(double, by=manager, at=at)
    actions.give_document(other, type="till", capture=picture(prospector), by=prospector, at=at)
    with pytest.raises(Refused, match="Both are in review"):
        actions.merge_merchants(newcomer, double, by=manager, at=at)
