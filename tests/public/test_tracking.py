"""The merchant follows an order."""

from datetime import timedelta

import pytest
from django.urls import reverse

from notifications.models import Notice
from tests.public.conftest import photo, said
from workforce.positions import record_positions
from workorders import actions
from workorders.models import Rating, Request

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(token) -> str:
    return reverse("public:tracking", args=[token])


@pytest.fixture
def look(client, clock, url):
    """look(at) is what the page says then."""

    def look(at) -> str:
        clock.move_to(at)
        response = client.get(url)
        assert response.status_code == 200
        return said(response)

    return look


def test_it_says_what_was_reported_and_when_somebody_comes(look, order, merchant, minutes):
    page = look(minutes(1))
    assert order.number in page
    assert merchant.name in page
    assert "No network" in page
    assert "We have your report and are choosing an engineer." in page
    assert "On site by today 15:00 at the latest" in page  # four service hours after 10:00, with lunch from 12 to 13


def test_it_follows_the_order_step_by_step(look, order, engineer, dispatcher, minutes, accepted):
    page = look(minutes(3))
    assert "An engineer will come to you." in page
    assert "Today 10:30" in page  # the beginning of the booked time
    assert engineer.name in page
    actions.depart(order, by=engineer, at=minutes(10))
    assert "The engineer is on the way to you." in look(minutes(11))
    actions.arrive(order, by=engineer, at=minutes(30), lat=30.2741, lon=120.1551, accuracy_m=10)
    page = look(minutes(31))
    assert "The engineer is with you." in page
    for time in ("10:00", "10:01", "10:10", "10:30"):
        assert f'<span class="track-time">{time}</span>' in page
    actions.start_work(order, by=engineer, at=minutes(32))
    actions.pause_work(order, by=engineer, reason="part", note="Keypad from Yuhang, 40 yuan", at=minutes(33))
    page = look(minutes(34))
    assert "Waiting for a part" in page
    assert "40 yuan" not in page


def test_it_costs_the_same_with_many_messages(
    client, clock, url, en_route, ask, django_assert_max_num_queries, minutes
):
    for n in range(8):
        ask(details=f"Message {n}", at=minutes(11), order=en_route)
    clock.move_to(minutes(12))
    with django_assert_max_num_queries(10):
        client.get(url)


def test_a_time_on_another_day_says_which(look, order, minutes):
    assert '<span class="track-time">18 November, 10:00</span>' in look(minutes(24 * 60))


def test_being_late_is_admitted(look, order, minutes):
    assert "we are late, and sorry" in look(minutes(6 * 60))


def test_nothing_of_the_people_is_told(look, ask, engineer, accepted, minutes):
    ask(contact_name="Li Lei", contact_phone="13812345678", details="My private number is 13987654321", at=minutes(2))
    page = look(minutes(3))
    for secret in ("Li Lei", "1381234", "13987654321", engineer.username + "@", "Wang Fang", "SN20264711"):
        assert secret not in page


def test_the_position_is_shown_only_between_departure_and_arrival(look, order, engineer, accepted, minutes):
    def report(at):
        record_positions(engineer, [(at, 30.2921, 120.1551, 10.0)], at=at)

    def shows_position(at) -> bool:
        return "to the north of you" in look(at)

    report(minutes(5))
    assert not shows_position(minutes(6))
    actions.depart(order, by=engineer, at=minutes(10))
    assert not shows_position(
        minutes(10)
    )  # the last one is from before: where they were is not this merchant's business
    report(minutes(12))
    assert shows_position(minutes(13))
    page = look(minutes(13))
    assert "2 km" in page
    assert "Today 10:20" in page  # 2 km × 1.35 at 25 km/h are 6½ minutes from 10:12
    assert not shows_position(minutes(23))  # ten minutes old
    report(minutes(24))
    actions.arrive(order, by=engineer, at=minutes(30), lat=30.2741, lon=120.1551, accuracy_m=10)
    assert not shows_position(minutes(30))


def test_it_asks_again_by_itself_while_there_is_something_to_come(look, order, dispatcher, minutes):
    page = look(minutes(1))
    assert 'data-live="20"' in page
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in page
    actions.cancel_work_order(order, by=dispatcher, reason="Paid nothing since May", at=minutes(2))
    page = look(minutes(3))
    assert "This order was cancelled." in page
    assert "Paid nothing" not in page
    assert "data-live=" not in page
    assert "refresh" not in page


def test_a_message_with_a_photo_reaches_the_order(client, clock, url, order, minutes):
    clock.move_to(minutes(40))
    response = client.post(url + "message/", {"id": "1" * 32, "details": "Use the back door", "photos": [photo()]})
    assert response.url == url
    message = Request.objects.latest("received_at")
    assert (message.outcome, message.order, message.details) == ("merged", order, "Use the back door")
    assert order.captures.count() == 1
    page = said(client.get(url))
    assert "Message · 1 photo" in page
    assert "back door" not in page  # whoever holds a link to the order would read it


def test_the_engineer_is_told_what_was_added(client, clock, url, accepted, engineer, merchant, minutes):
    clock.move_to(minutes(5))
    client.post(url + "message/", {"id": "1" * 32, "details": "Use the back door"})
    notice = Notice.objects.in_app_of(engineer).latest("pk")
    assert (notice.subject, notice.body) == (f"{merchant.name} has added to {accepted.number}", "Use the back door")


def test_a_message_is_taken_while_the_order_is_open(client, clock, url, completed, minutes):
    clock.move_to(minutes(60))
    response = client.post(url + "message/", {"id": "1" * 32, "details": "Hello?"})
    assert response.url == url
    assert Request.objects.count() == 1


def test_a_done_order_is_rated_once(client, clock, url, completed, minutes):
    clock.move_to(minutes(60))
    page = said(client.get(url))
    assert "What was done" in page
    assert "Changed the SIM card" in page
    response = client.post(url, {"score": "4", "tags": ["punctual", "friendly"], "comment": "Quick"})
    assert response.url == url
    rating = Rating.objects.get()
    assert (rating.order, rating.score, rating.tags, rating.comment) == (
        completed,
        4,
        ["punctual", "friendly"],
        "Quick",
    )
    page = said(client.get(url))
    assert "Thank you for your rating" in page
    assert "4 of 5 stars" in page
    assert "<form" not in page.split("<main")[1]
    again = client.post(url, {"score": "1"})
    assert again.status_code == 422
    assert Rating.objects.get().score == 4
    completed.refresh_from_db()
    assert completed.status == "closed"


@pytest.mark.parametrize("score", ["", "0", "6", "five"])
def test_a_rating_is_one_to_five(client, clock, url, completed, minutes, score):
    clock.move_to(minutes(60))
    response = client.post(url, {"score": score, "comment": "So so"})
    assert response.status_code == 422
    assert "So so" in said(response)
    assert not Rating.objects.exists()


def test_what_is_not_done_cannot_be_rated(client, clock, url, order):
    assert client.post(url, {"score": "5"}).status_code == 422
    assert not Rating.objects.exists()


def test_an_expired_link_and_an_invented_one_look_the_same(client, clock, url, completed, minutes):
    actions.close_work_order(completed, by=None, at=minutes(60))
    clock.move_to(minutes(60) + timedelta(days=29))
    assert client.get(url).status_code == 200
    clock.move_to(minutes(60) + timedelta(days=31))
    invented_url = reverse("public:tracking", args=["x" * 32])
    expired, invented = client.get(url), client.get(invented_url)
    assert expired.status_code == invented.status_code == 404
    assert said(expired).replace(url, "") == said(invented).replace(invented_url, "")
    assert client.post(url, {"score": "5"}).status_code == client.get(url + "message/").status_code == 404


def test_of_another_order_nothing_is_readable(look, put_up, ask, foreign_merchant, minutes, at):
    foreign, _token = ask(merchant=foreign_merchant, terminal=put_up("SN9", foreign_merchant), summary="Till on fire")
    page = look(minutes(1))
    for secret in (foreign.order.number, foreign_merchant.name, "Till on fire"):
        assert secret not in page
