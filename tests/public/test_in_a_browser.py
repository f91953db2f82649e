"""The public pages in a real Chromium, on a phone: what a merchant does, sees and hears."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import PHONE, violations
from tests.public.conftest import filing, photo
from workforce.actions import own_badge
from workforce.positions import record_positions
from workorders import actions
from workorders.links import request_link
from workorders.models import Rating, Request

pytestmark = pytest.mark.django_db(transaction=True)
TRACKING = re.compile(r"/m/t/[\w-]{32}/$")


@pytest.fixture
def moving_clock(at):
    with time_machine.travel(at, tick=True) as traveller:
        yield traveller


@pytest.fixture
def link_url(merchant, repair, settings, live_terminal) -> str:
    return request_link(merchant).removeprefix(settings.SITE_URL)


def choose(page: Page, *photos) -> None:
    page.get_by_label("Add photos").set_input_files(
        [{"name": each.name, "mimeType": "image/jpeg", "buffer": each.read()} for each in photos]
    )


def test_scan_tap_photo_send(visit, sticker_url):
    page = visit(sticker_url, **PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("What is wrong?")
    page.get_by_label("No network").tap()
    choose(page, photo("teal", (4000, 3000), "big.jpg"), photo("red", (300, 200), "small.jpg"))
    expect(page.get_by_role("img", name="big.jpg")).to_be_visible()
    page.get_by_role("button", name="Remove photo small.jpg").tap()
    expect(page.get_by_role("img")).to_have_count(1)
    page.get_by_role("button", name="Send report").tap()
    expect(page).to_have_url(TRACKING)
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your report and are choosing an engineer.")
    expect(page.get_by_text("Report · 1 photo")).to_be_visible()
    request = Request.objects.get()
    assert request.summary == "No network"
    capture = request.captures.get()
    with Image.open(capture.original) as kept:
        assert max(kept.size) == 1920  # made smaller on the phone, before it was sent


def test_two_taps_are_enough_and_the_button_is_always_in_reach(visit, sticker_url):
    page = visit(sticker_url, **PHONE)
    expect(page.get_by_role("button", name="Send report")).to_be_in_viewport()
    page.get_by_label("Card is not read").tap()
    page.get_by_role("button", name="Send report").tap()
    expect(page).to_have_url(TRACKING)
    assert Request.objects.get().summary == "Card is not read"


def test_an_impatient_thumb_files_once(visit, sticker_url):
    page = visit(sticker_url, **PHONE)
    page.get_by_label("No network").tap()
    page.get_by_role("button", name="Send report").dblclick()
    expect(page).to_have_url(TRACKING)
    assert Request.objects.count() == 1


def test_a_sixth_photo_is_left_out_and_said(visit, sticker_url):
    page = visit(sticker_url, **PHONE)
    choose(page, *[photo(name=f"{n}.jpg") for n in range(4)])
    choose(page, *[photo(name=f"{n}.jpg") for n in range(4, 7)])
    expect(page.get_by_role("img")).to_have_count(5)
    expect(page.get_by_text("At most 5 photos: the others were left out.")).to_be_visible()


def test_without_javascript_it_works_as_well(visit, sticker_url):
    page = visit(sticker_url, **PHONE, java_script_enabled=False)
    page.get_by_label("No network").tap()
    choose(page, photo())
    page.get_by_role("button", name="Send report").tap()
    expect(page).to_have_url(TRACKING)
    assert Request.objects.get().captures.count() == 1
    page.get_by_role("link", name="Add a message or photo").tap()
    page.get_by_label("Your message").fill("Please use the back door")
    page.get_by_role("button", name="Send message").tap()
    expect(page).to_have_url(TRACKING)
    expect(page.get_by_text("Message", exact=True)).to_be_visible()


def test_the_proof_of_work_is_done_under_our_content_policy(visit, link_url):
    for _each in range(2):
        assert Client().post(link_url, filing()).status_code == 302
    assert Client().post(link_url, filing()).status_code == 429  # without proof this would be one too many
    page = visit(link_url, **PHONE)
    page.get_by_label("Your message").fill("It is urgent")
    expect(page.locator("input[name=captcha]")).not_to_have_value("", timeout=60_000)
    page.get_by_role("button", name="Send message").tap()
    expect(page).to_have_url(TRACKING, timeout=60_000)
    assert Request.objects.latest("received_at").details == "It is urgent"


def test_who_is_asked_for_proof_taps_once_more_and_types_nothing_again(visit, sticker_url):
    page = visit(sticker_url, **PHONE)
    page.get_by_label("Something else").tap()
    page.get_by_label("What happened?").fill("Smoke")
    for _each in range(6):
        Client().post(sticker_url, filing())
    page.get_by_role("button", name="Send report").tap()
    expect(page.get_by_role("alert")).to_contain_text("Please send it once more")
    assert violations(page) == []
    expect(page.get_by_label("What happened?")).to_have_value("Smoke")
    page.get_by_role("button", name="Send").tap()
    expect(page).to_have_url(TRACKING, timeout=60_000)


def test_the_page_follows_by_itself_and_says_so_to_a_screen_reader(visit, moving_clock, token, accepted, engineer, at):
    page = visit("/m/check/", **PHONE)
    page.clock.install()
    page.goto(page.url.replace("/m/check/", reverse("public:tracking", args=[token])))
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("An engineer will come to you.")
    actions.depart(accepted, by=engineer, at=at)
    record_positions(engineer, [(at, 30.2921, 120.1551, 10.0)], at=at)
    page.clock.run_for(21_000)
    expect(heading).to_have_text("The engineer is on the way to you.")
    expect(page.get_by_role("status")).to_have_text("The engineer is on the way to you.")
    expect(page.get_by_role("img", name="The engineer is about 2 km to the north of you.")).to_be_visible()
    actions.arrive(accepted, by=engineer, at=at, lat=30.2741, lon=120.1551, accuracy_m=10)
    page.clock.run_for(21_000)
    expect(heading).to_have_text("The engineer is with you.")
    expect(page.get_by_text("to the north")).to_have_count(0)


def test_four_stars(visit, moving_clock, token, completed, minutes):
    moving_clock.move_to(minutes(60))
    page = visit(reverse("public:tracking", args=[token]), **PHONE)
    page.get_by_label("4 stars: Good").check(force=True)
    page.get_by_label("Friendly", exact=True).check(force=True)
    page.get_by_role("button", name="Send rating").tap()
    expect(page.get_by_text("Thank you for your rating")).to_be_visible()
    rating = Rating.objects.get()
    assert (rating.score, rating.tags) == (4, ["friendly"])


def test_at_the_door(visit, moving_clock, accepted, engineer, minutes):
    moving_clock.move_to(minutes(5))
    page = visit(f"/m/check/?order={accepted.number}", **PHONE)
    for badge, answer in ((str(own_badge(engineer, at=minutes(1))), "Yes"), ("somebody", "No")):
        page.get_by_label("Badge code").fill(badge)
        page.get_by_role("button", name="Check").tap()
        expect(page.get_by_role("alert").get_by_text(answer, exact=True)).to_be_visible()
        assert violations(page) == []


def test_the_language_is_switched_in_the_page(visit, sticker_url):
    page = visit(sticker_url, **PHONE, locale="en-GB")
    page.get_by_role("button", name="中文").tap()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page).to_have_url(re.compile(sticker_url))


@pytest.mark.parametrize(
    "device",
    [
        {**PHONE, "locale": "en-GB"},
        {**PHONE, "viewport": {"width": 360, "height": 740}, "locale": "zh-CN", "color_scheme": "dark"},
        {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN"},
    ],
    ids=["phone", "small-phone-chinese-dark", "desktop-chinese"],
)
def test_every_page_is_accessible_and_fits(
    visit, moving_clock, device, sticker_url, stick, merchant, settings, put_up, engineer, dispatcher, minutes, request
):
    page = visit("/m/check/", **device)

    def check(url: str) -> None:
        page.goto(url)
        assert violations(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, url

    check(sticker_url)
    check(reverse("public:sticker", args=[stick().token]))
    check("/m/s/unknown/")
    check("/m/check/")
    put_up("SN55556666")
    check(request_link(merchant).removeprefix(settings.SITE_URL))
    tracking = reverse("public:tracking", args=[request.getfixturevalue("token")])
    check(sticker_url)
    check(tracking)
    check(tracking + "message/")
    request.getfixturevalue("en_route")
    moving_clock.move_to(minutes(12))
    record_positions(engineer, [(minutes(11), 30.2921, 120.1551, 10.0)], at=minutes(11))
    check(tracking)
    completed = request.getfixturevalue("completed")
    moving_clock.move_to(minutes(60))
    check(tracking)
    actions.rate_work_order(completed, score=5, comment="", at=minutes(61))
    check(tracking)
