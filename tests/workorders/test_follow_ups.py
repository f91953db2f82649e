"""After closing: one question for each order, by message, else on the phone; a bad answer belongs to somebody."""

from datetime import timedelta

import pytest
from django.urls import reverse

from notifications.models import Notice
from tests.races import at_once
from tests.workorders.reading import last_entry, told, verbs
from toolkit.errors import Refused
from workorders import actions
from workorders.models import FollowUp, FollowUpRules, Rating, WorkOrder

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OWNER = "owner@shop.example"


@pytest.fixture
def closed(completed, manager, minutes):
    return actions.close_work_order(completed, by=manager, at=minutes(60))


@pytest.fixture
def silent(closed, minutes):
    """Asked by message, and silent for three days."""
    actions.keep_follow_ups(at=minutes(61))
    actions.keep_follow_ups(at=minutes(61) + 3 * DAY)
    return FollowUp.objects.get()


def test_it_asks_by_message_once_and_calls_who_is_silent(closed, minutes):
    asked = f"Are you satisfied with work order {closed}?"
    assert told(OWNER)[-1] != asked
    assert [actions.keep_follow_ups(at=minutes(61)) for _tick in range(2)] == [1, 0]
    assert told(OWNER)[-1] == asked
    assert last_entry(closed).changes == {"follow-up": ["new", "asked"]}
    assert actions.keep_follow_ups(at=minutes(61) + 2 * DAY) == 0
    assert actions.keep_follow_ups(at=minutes(61) + 3 * DAY) == 1
    assert (FollowUp.objects.get().status, told(OWNER).count(asked)) == ("to_call", 1)


def test_whom_no_message_reaches_is_called_at_once(closed, minutes):
    closed.requests.update(contact_email="")
    actions.keep_follow_ups(at=minutes(61))
    assert FollowUp.objects.get().status == "to_call"


def test_a_low_score_opens_one_complaint_with_an_owner(closed, merchant, manager, minutes):
    actions.keep_follow_ups(at=minutes(61))
    actions.rate_work_order(closed, score=2, comment="Still broken", at=minutes(90))
    follow_up = FollowUp.objects.get()
    complaint = follow_up.complaint
    assert (follow_up.status, complaint.merchant, complaint.details) == ("answered", merchant, "Still broken")
    assert (complaint.type.code, complaint.status, verbs(complaint)) == ("complaint", "open", ["open_work_order"])
    assert told(follow_up.owner)[-1] == f"{merchant} gives 2 of 5 for {closed}: the complaint is yours"
    with pytest.raises(Refused, match="already been rated"):
        actions.rate_work_order(closed, score=1, comment="", at=minutes(91))
    assert WorkOrder.objects.filter(type__code="complaint").count() == 1
    assert actions.keep_follow_ups(at=minutes(61) + 9 * DAY) == 0


def test_where_the_line_is_drawn_is_data(completed, minutes):
    FollowUpRules.objects.create(low_score=1)
    actions.rate_work_order(completed, score=2, comment="", at=minutes(90))
    assert (FollowUp.objects.get().complaint, FollowUp.objects.get().status) == (None, "answered")


def test_what_is_said_on_the_phone_counts_as_the_rating(client, silent, closed, dispatcher, merchant):
    client.force_login(dispatcher)
    url = reverse("office:follow-up-call", args=[closed.number])
    assert url in client.get(reverse("office:follow-up-list")).content.decode()
    page = client.get(url).content.decode()
    assert "What to say" in page and "*******5678" in page and "13812345678" not in page
    assert client.post(url, {"is_reached": "no", "score": "5"}).status_code == 422
    sent = {"is_reached": "yes", "score": "1", "note": "Waited all day"}
    assert client.post(url, sent).status_code == 302
    rating, follow_up = Rating.objects.get(order=closed), FollowUp.objects.get(order=closed)
    assert (rating.score, rating.comment, follow_up.status, follow_up.called_by) == (
        1, "Waited all day", "answered", dispatcher,
    )  # fmt: skip
    assert follow_up.complaint.details == "Waited all day"
    assert (last_entry(closed).verb, last_entry(closed).actor) == ("workorders.rate_work_order", dispatcher)
    assert client.post(url, sent).status_code == 422
    report = client.get(reverse("office:follow-up-report"), {"by": "engineer", "days": "90"})
    assert report.context["total"] | {"csat": 1} == report.context["total"]
    (row,) = report.context["rows"]
    assert (row["name"], row["asked"], row["percent"], row["complaints"]) == (closed.engineer, 1, 100, 1)


def test_who_is_not_reached_is_called_again_and_given_up_after_three(silent, dispatcher, minutes):
    found = []
    for day in (3, 4, 5):
        follow_up = actions.record_call(silent, is_reached=False, by=dispatcher, at=minutes(90) + day * DAY)
        found.append((follow_up.status, follow_up.calls, follow_up.due_at - minutes(90)))
    assert found == [("to_call", 1, 4 * DAY), ("to_call", 2, 5 * DAY), ("not_reached", 3, 5 * DAY)]


@pytest.mark.django_db(transaction=True)
def test_two_callers_and_the_merchant_at_once_leave_one_rating_and_one_complaint(silent, closed, dispatcher, minutes):
    def answer(caller: int):
        if caller == 2:
            return actions.rate_work_order(closed, score=1, comment="", at=minutes(99) + 3 * DAY)
        return actions.record_call(silent, is_reached=True, score=1, by=dispatcher, at=minutes(99) + 3 * DAY)

    at_once(3, answer)
    assert (Rating.objects.count(), FollowUp.objects.get().status) == (1, "answered")
    assert WorkOrder.objects.filter(type__code="complaint").count() == 1
    assert Notice.objects.filter(kind="complaint", channel=Notice.Channel.IN_APP).count() == 1
