import pytest

from merchants import actions
from tests import factories as make

NUMBERS = {"licence": "91330106MA2KDWQT52", "identity": "11010519491231002X", "account": "6222020000012345678"}


@pytest.fixture
def newcomer(xihu):
    """A merchant in onboarding."""
    return make.MerchantFactory(name="晨光便利店", region=xihu, status="onboarding")


@pytest.fixture
def review(newcomer, prospector, at):
    return actions.begin_review(newcomer, owner=prospector, made_by=prospector, by=prospector, at=at)


@pytest.fixture
def give(review, prospector, picture, at):
    """Hands in documents: all that are required, unless told which."""

    def hand_in(*types, by=prospector):
        for type in types or review.documents.filter(is_required=True).values_list("type", flat=True):
            actions.give_document(review, type=type, capture=picture(prospector), by=by, at=at)

    return hand_in


@pytest.fixture
def submitted(review, give, prospector, at):
    give()
    return actions.submit_review(review, by=prospector, at=at)


@pytest.fixture
def decide(submitted, finance, at):
    """Accepts a document, or rejects it when a reason is given."""

    def judge(type, by=finance, reason="", **more):
        more = {"number": NUMBERS.get(type, ""), "at": at, **more}
        return actions.decide_document(submitted, type=type, is_accepted=not reason, reason=reason, by=by, **more)

    return judge
