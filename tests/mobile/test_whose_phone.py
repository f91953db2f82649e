"""A phone is somebody's: what is kept is rescued or sent before they leave, and nobody else sees it or sends it."""

import io
import json
from base64 import b64decode
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Page

from evidence.models import Capture
from tests.browser import violations
from tests.mobile.phones import QUIET, is_all_sent, kept, packed, photo, until
from tests.mobile.test_sync import Handset
from workorders import actions

pytestmark = pytest.mark.django_db(transaction=True)

DATABASES = "indexedDB.databases().then((all) => all.map(({ name }) => name))"


def cut_off(page: Page) -> None:
    """Nothing can be sent, but pages come."""
    for door in ("**/field/sync/", "**/field/uploads/**"):
        page.context.route(door, lambda route: route.abort())


def reach(page: Page) -> None:
    for door in ("**/field/sync/", "**/field/uploads/**"):
        page.context.unroute(door)


def work_out_of_reach(page: Page) -> None:
    """An answer and a photo that wait."""
    cut_off(page)
    page.get_by_role("button", name="Terminal powered on: yes").tap()
    page.locator("#step-before [type=file]").set_input_files(photo(1))
    until(lambda: len(kept(page, "operations")) == 2, page=page)


def log_in(page: Page, person) -> None:
    """As the login page would: another session in the same browser."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    host = urlsplit(page.url).hostname
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "domain": host, "path": "/"}])


def test_who_leaves_with_unsent_work_is_asked_and_the_rescue_file_is_whole(see, begun, engineer, at) -> None:
    page = see(f"/field/orders/{begun.number}/", expected=QUIET)
    packed(page)
    work_out_of_reach(page)
    waiting, files = kept(page, "operations"), kept(page, "files")
    page.goto("/field/me/")
    leave = page.get_by_role("button", name="Log out", exact=True)
    question = page.get_by_role("dialog", name="There is unsent work on this phone")
    leave.tap()
    question.wait_for()
    assert violations(page) == []
    assert not question.get_by_role("button", name="Log out now").is_visible()
    question.get_by_role("button", name="Stay logged in").tap()
    assert (page.url.endswith("/field/me/"), len(kept(page, "operations"))) == (True, 2)

    leave.tap()
    with page.expect_download() as saved:
        question.get_by_role("button", name="Save a rescue file").tap()
    rescue = json.loads(saved.value.path().read_text())
    assert (rescue["format"], rescue["schema"], rescue["user"]) == ("fieldloop-rescue", 1, engineer.pk)
    done = [each for each in rescue["operations"] if each["kind"] != "people/position"]
    assert done == [each["operation"] for each in waiting]
    (file,) = rescue["files"]
    content = b64decode(file["base64"])
    assert (file["id"], file["operation"]) == (files[0]["id"], done[1]["id"])
    assert done[1]["body"]["captures"] == [file["id"]]
    assert (sha256(content).hexdigest(), len(content)) == (file["about"]["sha256"], file["about"]["size"])
    assert Image.open(io.BytesIO(content)).format == "JPEG"

    question.get_by_role("button", name="Log out now").tap()
    page.wait_for_url("**/login/**")
    left = {store: kept(page, store, person=engineer.pk) for store in ("operations", "files", "pages", "media")}
    assert {store: len(rows) for store, rows in left.items()} == {"operations": 2, "files": 1, "pages": 0, "media": 0}
    assert begun.run.answers.count() == 0
    log_in(page, engineer)
    page.goto("/field/me/")
    leave.tap()
    question.wait_for()
    reach(page)
    question.get_by_role("button", name="Send now and log out").tap()
    page.wait_for_url("**/login/**")
    assert page.evaluate(DATABASES) == []
    assert begun.run.answers.count() == 2
    assert Capture.objects.get().sha256 == file["about"]["sha256"]
    again = Handset(engineer, at, device=rescue["device"]).send(*done)
    assert [(result["outcome"], result["replay"]) for result in again] == [("applied", True)] * 2


def test_a_phone_in_other_hands_shows_and_sends_nothing_of_the_one_before(
    see, begun, keep, engineer, colleague
) -> None:
    begun.captures.add(keep())
    page = see(f"/field/orders/{begun.number}/", expected=QUIET)
    packed(page)
    until(lambda: len(kept(page, "media")) == 1, page=page)
    work_out_of_reach(page)
    log_in(page, colleague)
    reach(page)
    page.goto("/field/")
    packed(page)
    until(lambda: kept(page, "pages", person=engineer.pk) == [], page=page)
    assert page.locator("[data-badge]").is_hidden()
    assert begun.number not in str([kept(page, store) for store in ("pages", "operations", "files", "facts", "media")])
    page.context.set_offline(True)
    page.goto(f"/field/orders/{begun.number}/")
    page.get_by_text("This page is not kept on this phone.").wait_for()
    page.context.set_offline(False)
    left = {store: kept(page, store, person=engineer.pk) for store in ("operations", "files", "facts", "media")}
    assert ([each["state"] for each in left["operations"]], len(left["files"])) == (["waiting"] * 2, 1)
    assert {each["name"] for each in left["facts"]} <= {"track"}
    assert (left["media"], begun.run.answers.count()) == ([], 0)

    log_in(page, engineer)
    page.goto("/field/")
    until(lambda: begun.run.answers.count() == 2, page=page)
    until(lambda: is_all_sent(page), page=page)
    assert {answer.by for answer in begun.run.answers.all()} == {engineer}
    assert str(colleague.pk) not in page.evaluate(DATABASES)


def test_what_came_too_late_is_told_room_is_shown_and_wechat_is_warned_of(see, begun, engineer, dispatcher, at) -> None:
    page = see(f"/field/orders/{begun.number}/", expected=QUIET)
    packed(page)
    assert not page.get_by_text("In WeChat nothing can be kept").is_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Terminal powered on: yes").tap()
    actions.pause_work(begun, by=engineer, reason="merchant", at=at)
    actions.cancel_work_order(begun, by=dispatcher, reason="Closed down", at=at)
    page.get_by_role("button", name="waiting to be sent").tap()
    sheet = page.get_by_role("dialog", name="Waiting to be sent")
    sheet.get_by_text("MB on this phone are in use").wait_for()
    assert sheet.get_by_text("Terminal powered on").is_visible()
    page.evaluate("""() => {
        navigator.storage.persisted = async () => "promised" in document.body.dataset;
        navigator.storage.persist = async () => (document.body.dataset.asked = "yes", false);
    }""")
    sheet.get_by_role("button", name="Keep it even when the phone runs out of room").tap()
    page.locator("body[data-asked]").wait_for()
    sheet.get_by_text("The browser has not promised to keep it").wait_for()
    assert not sheet.get_by_role("button", name="Keep it even").is_visible()
    sheet.get_by_role("button", name="Close").tap()
    page.evaluate("document.body.dataset.promised = 'yes'")
    page.get_by_role("button", name="waiting to be sent").tap()
    sheet.get_by_text("The browser has promised to keep it").wait_for()
    sheet.get_by_role("button", name="Close").tap()
    page.context.set_offline(False)
    told = page.get_by_text("This came too late for its order and went to the dispatcher:")
    told.wait_for()
    assert page.get_by_text(f"{begun.number}: Terminal powered on").is_visible()
    assert violations(page) == []
    page.get_by_role("button", name="I see").tap()
    told.wait_for(state="hidden")
    page.goto("/field/")
    packed(page)
    assert not told.is_visible()

    wechat = (
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.44"
    )
    page = see("/field/", expected=QUIET, user_agent=wechat)
    page.get_by_text("In WeChat nothing can be kept on this phone.").wait_for()
    assert violations(page) == []
